"""Checking in at the door: only who stood there just now, only one's own, once, only around the class (P7, I16)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit, Member
from members.services import Person, care_for
from programs import services as places
from records import checkin, services
from records.models import Attendance
from records.services import Marked
from tests.programs.town import DAY
from tests.records.conftest import HOUR, Class, signed_in

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


def path_of(room: Class) -> str:
    return checkin.address(room.meeting).removeprefix(settings.SITE_URL)


def test_a_code_lives_two_minutes_and_cannot_be_forged(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    token = path_of(room).rstrip("/").rpartition("/")[2]
    pk = room.meeting.pk
    for later, found in ((0, pk), (1, pk), (2, None), (-1, None)):
        monkeypatch.setattr(clock, "now", lambda later=later: now + later * MINUTE)
        assert (later, checkin.opened_by(token)) == (later, found)
    monkeypatch.setattr(clock, "now", lambda: now)
    other = f"{room.meetings[1].pk}-{token.partition('-')[2]}"
    for odd in (other, token[:-1], f"{pk}-", "", "-", "ض-ض", f"{pk}-{'0' * 24}"):
        assert checkin.opened_by(odd) is None
        assert Client().get(f"/fa/check-in/{odd or 'x'}/").status_code == 410


def test_a_family_checks_itself_in_once(room: Class) -> None:
    """Who is marked already stays as they are marked; the trail has one line."""
    member = room.places[0].asked_by
    child = care_for(actor=member, person=Person("گلناز", 1393), relation="child", consents=True)
    room.begin(30 * DAY)
    own = places.enrol(actor=member, course=room.course, learner=child)[0]
    room.begin(-HOUR)
    services.mark(actor=room.instructor, meeting=room.meeting, marks={own.pk: Marked("late", 0)})
    client = signed_in(member)
    page = client.get(path_of(room), follow=True).content.decode()
    assert [name in page for name in ("آرش", "گلناز", "بهار")] == [True, True, False]
    for _ in range(2):
        client.post("/fa/check-in/done/", {"here": [room.places[0].pk, own.pk]})
    marks = dict(Attendance.objects.values_list("enrolment", "mark"))
    assert marks == {own.pk: "late", room.places[0].pk: "present"}
    assert Audit.objects.filter(verb="check_in").count() == 1


def test_who_must_sign_in_first_still_counts_as_having_stood_there(room: Class) -> None:
    member, client = room.places[0].asked_by, Client()
    answer = client.get(path_of(room), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/fa/accounts/signin/")
    request = HttpRequest()
    request.session, request.META = client.session, {"REMOTE_ADDR": "127.0.0.1"}
    login(request, member, backend="members.backends.CodeBackend")
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    assert "آرش" in client.get("/fa/check-in/").content.decode()


@pytest.mark.parametrize(
    ("begins", "odd", "code"),
    [
        (29 * MINUTE, "", ""),
        (31 * MINUTE, "", "not_begun"),
        (-2 * HOUR + MINUTE, "", ""),
        (-2 * HOUR - MINUTE, "", "over"),
        (-HOUR, "called off", "called_off"),
        (-HOUR, "somebody else's", "not_yours"),
        (-HOUR, "gave the seat back", "not_yours"),
    ],
    ids=str,
)
def test_when_and_for_whom(room: Class, begins: dt.timedelta, odd: str, code: str) -> None:
    """P7, I16."""
    room.begin(begins)
    place = room.places[0]
    if odd == "called off":
        room.course.meetings.update(state="cancelled")
    if odd == "gave the seat back":
        places.withdraw(actor=place.asked_by, enrolment=place)
    chosen = [place.pk, room.places[1].pk] if odd == "somebody else's" else [place.pk]
    facts: dict[str, Any] = {"actor": place.asked_by, "meeting": room.meeting, "enrolments": chosen}
    if not code:
        assert services.check_in(**facts) == 1
        return
    with pytest.raises(Refused) as caught:
        services.check_in(**facts)
    assert (caught.value.refusal.code, Attendance.objects.count()) == (code, 0)


def test_without_having_been_at_the_door_nobody_checks_in(room: Class, stranger: Member) -> None:
    client = signed_in(room.places[0].asked_by)
    client.post("/fa/check-in/done/", {"here": [room.places[0].pk]})
    assert Attendance.objects.count() == 0
    door = f"/fa/work/courses/{room.course.slug}/attendance/{room.meeting.pk}/door/"
    assert [signed_in(one).get(door).status_code for one in (room.instructor, room.places[0].asked_by)] == [200, 404]
    part = signed_in(room.instructor).get(door, headers={"HX-Request": "true"}).content.decode()
    assert ("data:image/svg+xml" in part, "<html" in part) == (True, False)
