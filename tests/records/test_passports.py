"""The passport: what stands in it, for whom, and a link that its owner can end (T15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit, Learner, Member
from members.services import Person, care_for
from programs import paper
from programs import services as places
from records import codes, passports, services
from records.models import Certificate, PassportLink
from tests.programs.town import DAY, Town
from tests.records.conftest import Class, signed_in

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from programs.models import Enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(room: Class) -> Enrolment:
    """Somebody who completed a course of eight hours, sits in another one, and has a child that learns too."""
    found = room.places[0]
    room.begin(-22 * DAY)
    services.decide(actor=room.coordinator, enrolment=found, completed=True, reason="حاضر بود")
    child = care_for(actor=found.asked_by, person=Person("گلناز", 1393), relation="child", consents=True)
    for learner, ahead in ((found.learner, 60), (child, 90)):
        places.enrol(actor=found.asked_by, course=Town().course(first=clock.now() + ahead * DAY), learner=learner)
    return found


def test_what_stands_in_a_passport(place: Enrolment) -> None:
    own, child = passports.passports_of(passports.mine(place.asked_by))
    assert (own.learner.name, child.learner.name) == ("آرش", "گلناز")
    assert [(one.state, one.minutes) for one in own.entries] == [("seated", 480), ("completed", 480)]
    assert (own.minutes, own.areas, child.minutes) == (480, [("سواد رسانه‌ای", 480)], 0)
    api = signed_in(place.asked_by).get("/api/v1/me/passport/?lang=en").json()["passports"]
    code = codes.spelt(Certificate.objects.get().code)
    assert [one["certificate"] for one in api[0]["courses"]] == [None, code]
    assert api[0]["areas"] == [{"name": "Media literacy", "minutes": 480}]


def test_a_passport_asks_as_much_for_many_as_for_one(place: Enrolment, django_assert_num_queries: Any) -> None:
    learners = passports.mine(place.asked_by)
    passports.passports_of(learners)
    with django_assert_num_queries(5):
        passports.passports_of(learners)


def test_the_link_shows_completed_courses_until_its_owner_ends_it(place: Enrolment, stranger: Member) -> None:
    """T15: twice makes one link and one line; ended it leads nowhere, and a new one is another."""
    learner, visitor = place.learner, Client()
    links = [services.share(actor=place.asked_by, learner=learner) for _ in range(2)]
    assert links[0] == links[1]
    path = passports.address(links[0]).removeprefix(settings.SITE_URL)
    answer = visitor.get(path)
    text = answer.content.decode()
    assert (answer.status_code, answer["X-Robots-Tag"], answer["Cache-Control"]) == (
        200,
        "noindex",
        "private, no-store",
    )
    assert ["آرش" in text, "گلناز" in text, "عکاسی" in text, str(place.asked_by.phone)[3:] in text] == [
        True,
        False,
        True,
        False,
    ]
    assert text[text.index("<main") :].count("<tr") == 2
    with pytest.raises(Refused):
        services.end_sharing(actor=stranger, learner=learner)
    for _ in range(2):
        services.end_sharing(actor=place.asked_by, learner=learner)
    assert visitor.get(path).status_code == 404
    assert list(Audit.objects.filter(verb__in=["share", "end_sharing"]).values_list("verb", flat=True)) == [
        "share",
        "end_sharing",
    ]
    again = passports.address(services.share(actor=place.asked_by, learner=learner)).removeprefix(settings.SITE_URL)
    assert again != path
    assert visitor.get(again).status_code == 200
    Learner.objects.filter(pk=learner.pk).update(erased_at=clock.now())
    assert visitor.get(again).status_code == 404


def test_the_stored_part_alone_opens_nothing(place: Enrolment, settings: SettingsWrapper) -> None:
    """T15: 128 random bits and a part that needs the portal's key; a former key still counts."""
    link = services.share(actor=place.asked_by, learner=place.learner)
    secret = passports.address(link).rstrip("/").rpartition("/")[2]
    assert passports.opened_by(secret) == place.learner
    assert [passports.opened_by(odd) for odd in (link.nonce, link.nonce * 2, secret[:-1], secret + "0", "ض" * 64)] == [
        None
    ] * 5
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert passports.opened_by(secret) == place.learner
    settings.SECRET_KEY_FALLBACKS = []
    assert passports.opened_by(secret) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        PassportLink.objects.create(learner=place.learner, nonce="n" * 32, made_by=place.asked_by)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_it_is_a_pdf_too_for_those_who_act_for_the_learner(
    place: Enrolment, stranger: Member, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{language}/me/passport/{place.learner.pk}/pdf/"
    assert signed_in(stranger).get(path).status_code == 404
    if paper.can_draw():
        assert signed_in(place.asked_by).get(path).content.startswith(b"%PDF-1.7")
    monkeypatch.setattr(paper, "_library", lambda: None)
    assert signed_in(place.asked_by).get(path).status_code == 503
