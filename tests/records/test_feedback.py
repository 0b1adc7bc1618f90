"""Feedback: who may say what once, asked once, shown from five answers on and without names (V5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from base import clock
from base.refusal import Refused
from members.models import Audit, Member
from notifications.models import Notice
from programs.models import Enrolment
from records import services
from records.models import Feedback
from records.opinions import opinions_of
from tests.programs.town import DAY
from tests.records.conftest import Class, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def over() -> Class:
    """A course of five whose last class was yesterday."""
    return Class(people=5, begins=-22 * DAY)


def say(place: Enrolment, **more: Any) -> Feedback:
    facts = {"actor": place.asked_by, "enrolment": place, "stars": 4, "recommends": True, "comment": "خوب بود"}
    return services.say(**facts | more)


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"stars": 0}, "stars_wrong"),
        ({"stars": 6}, "stars_wrong"),
        ({"comment": "a\u202eb"}, "text_hidden"),
        ({"comment": "x" * 1001}, "text_long"),
        ("stranger", "not_yours"),
        ("withdrawn", "not_seated"),
        ("not over", "not_over"),
    ],
    ids=str,
)
def test_what_is_refused(over: Class, stranger: Member, odd: Any, code: str) -> None:
    place, more = over.places[0], odd if isinstance(odd, dict) else {}
    if odd == "stranger":
        more = {"actor": stranger}
    if odd == "withdrawn":
        Enrolment.objects.filter(pk=place.pk).update(state="withdrawn")
        place.refresh_from_db()
    if odd == "not over":
        over.begin(-DAY)
        place.course.refresh_from_db()
    with pytest.raises(Refused) as caught:
        say(place, **more)
    assert (caught.value.refusal.code, Feedback.objects.count()) == (code, 0)


def test_said_once_it_stays(over: Class) -> None:
    first = say(over.places[0])
    assert say(over.places[0], stars=1) == first
    assert (Feedback.objects.get().stars, Audit.objects.filter(verb="say").count()) == (4, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.update(stars=6)


def test_four_answers_show_nothing_and_five_no_names(over: Class) -> None:
    """V5."""
    client, path = signed_in(over.coordinator), f"/en/work/courses/{over.course.slug}/feedback/"
    for place in over.places[:4]:
        say(place)
    assert opinions_of(over.course) is None
    text = client.get(path).content.decode()
    assert ("خوب بود" in text, "once 5 have answered" in " ".join(text.split())) == (False, True)
    say(over.places[4], stars=2, recommends=None, comment="")
    found = opinions_of(over.course)
    assert found is not None
    assert (found.count, found.average, found.recommending, found.asked, len(found.comments)) == (5, 3.6, 4, 4, 4)
    text = client.get(path).content.decode()
    assert "خوب بود" in text
    assert [name for name in ("آرش", "بهار", "پرنیا", "تینا") if name in text] == []
    assert signed_in(over.instructor).get(path).status_code == 404


def test_everybody_with_a_seat_is_asked_once(over: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    say(over.places[0])
    morning = clock.at(clock.today(), dt.time(10, 30))
    over.course.meetings.filter(pk=over.meetings[-1].pk).update(
        starts_at=morning - DAY - dt.timedelta(hours=2), ends_at=morning - DAY
    )
    monkeypatch.setattr(clock, "now", lambda: morning - dt.timedelta(hours=1))
    assert services.ask_for_feedback() == 0
    monkeypatch.setattr(clock, "now", lambda: morning)
    assert [services.ask_for_feedback() for _ in range(2)] == [4, 0]
    assert Notice.objects.filter(kind="programs/feedback").count() == 4
    monkeypatch.setattr(clock, "now", lambda: morning + 5 * DAY)
    Notice.objects.all().delete()
    assert services.ask_for_feedback() == 0


def test_two_taps_on_the_page_then_thanks_and_what_comes_next(over: Class) -> None:
    place = over.places[0]
    over.town.course(first=clock.now() + 40 * DAY)
    client, path = signed_in(place.asked_by), f"/en/me/feedback/{place.pk}/"
    assert "How was the course?" in client.get(path).content.decode()
    assert client.post(f"{path}say/", {"comment": "good"}).status_code == 422
    text = client.post(f"{path}say/", {"stars": "5"}, follow=True).content.decode()
    assert ["Thank you" in text, "What you could learn next" in text] == [True, True]
    assert Feedback.objects.get().recommends is None
    assert signed_in(over.places[1].asked_by).get(path).status_code == 404
