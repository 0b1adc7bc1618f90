"""Attendance: who may mark whom and when (P1, I16), all or nothing, two phones, corrections in the trail (U1)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit
from programs import services as places
from programs.models import ClassMeeting, Course, Enrolment, Teaching
from records import services
from records.attendance import missed, sheet_of
from records.models import Attendance
from records.services import Marked
from tests.programs.town import DAY, enrol, person
from tests.records.conftest import HOUR, Class, pks, signed_in

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db


def code_of(actor: Member, meeting: ClassMeeting, marks: dict[int, Marked]) -> str:
    """The refusal, "" for none; a refusal leaves no trace."""
    before = Audit.objects.count(), list(Attendance.objects.values())
    try:
        services.mark(actor=actor, meeting=meeting, marks=marks)
    except Refused as refused:
        assert (Audit.objects.count(), list(Attendance.objects.values())) == before
        return refused.refusal.code
    return ""


def everybody(room: Class, **other: str) -> dict[int, Marked]:
    """All present, but for those whose number is named."""
    return {one.pk: Marked(other.get(f"n{at}", "present"), 0) for at, one in enumerate(room.places)}


WEEK = 7 * DAY
# who, when the class begins, what is odd about it -> the refusal
CASES: list[tuple[str, dt.timedelta, str, str]] = [
    ("instructor", -HOUR, "", ""),
    ("instructor", dt.timedelta(minutes=29), "", ""),
    ("instructor", dt.timedelta(minutes=31), "", "not_begun"),
    ("instructor", -WEEK - HOUR, "", ""),
    ("instructor", -WEEK - 3 * HOUR, "", "too_late"),
    ("coordinator", -20 * WEEK, "", ""),
    ("coordinator", HOUR, "", "not_begun"),
    ("coordinator", -HOUR, "called off", "called_off"),
    ("coordinator", -HOUR, "cancelled", "cancelled"),
    ("coordinator", -HOUR, "somebody left", "not_seated"),
    ("former instructor", -HOUR, "", "not_yours"),
    ("learner", -HOUR, "", "not_yours"),
    ("stranger", -HOUR, "", "not_yours"),
]


@pytest.mark.parametrize(("who", "begins", "odd", "code"), CASES, ids=str)
def test_who_may_mark_when(room: Class, stranger: Member, who: str, begins: dt.timedelta, odd: str, code: str) -> None:
    """P1, I16."""
    room.begin(begins)
    if odd == "called off":
        ClassMeeting.objects.filter(pk=room.meeting.pk).update(state="cancelled")
    if odd == "cancelled":
        Course.objects.filter(pk=room.course.pk).update(state="cancelled")
    if odd == "somebody left":
        places.withdraw(actor=room.places[0].asked_by, enrolment=room.places[0])
    if who == "former instructor":
        Teaching.objects.update(until_on=clock.today())
    people = {"instructor": room.instructor, "coordinator": room.coordinator, "learner": room.places[0].asked_by}
    actor = people.get(who, room.instructor if who == "former instructor" else stranger)
    assert code_of(actor, room.meeting, everybody(room)) == code


def test_marking_is_one_line_twice_is_nothing_and_a_correction_says_old_and_new(room: Class) -> None:
    """U1."""
    first = room.places[0].pk
    services.mark(actor=room.instructor, meeting=room.meeting, marks=everybody(room, n0="absent"))
    services.mark(actor=room.instructor, meeting=room.meeting, marks=everybody(room, n0="absent"))
    services.mark(actor=room.coordinator, meeting=room.meeting, marks={first: Marked("excused", 1)})
    lines = Audit.objects.filter(verb="mark_attendance").order_by("pk")
    assert [line.actor_id for line in lines] == [room.instructor.pk, room.coordinator.pk]
    assert lines[1].changes == {f"enrolment {first}": ["absent", "excused"]}
    assert [(row.mark, row.version) for row in Attendance.objects.order_by("enrolment")] == [
        ("excused", 2),
        ("present", 1),
        ("present", 1),
    ]


def test_who_has_not_seen_a_mark_does_not_overwrite_it_and_nothing_of_theirs_is_saved(room: Class) -> None:
    one, other, third = pks(room.places)
    services.mark(actor=room.coordinator, meeting=room.meeting, marks={one: Marked("late", 0)})
    late = {one: Marked("absent", 0), other: Marked("present", 0)}
    with pytest.raises(Refused) as caught:
        services.mark(actor=room.instructor, meeting=room.meeting, marks=late)
    assert caught.value.refusal.code == "changed_meanwhile"
    assert caught.value.refusal.values == {"theirs": {one: ["late", 1]}}
    assert Attendance.objects.count() == 1
    same = {one: Marked("late", 0), third: Marked("present", 0)}
    assert code_of(room.instructor, room.meeting, same) == ""
    assert code_of(room.instructor, room.meeting, {one: Marked("absent", 1)}) == ""


def test_the_database_itself_keeps_one_mark_of_a_known_kind(room: Class) -> None:
    facts: dict[str, Any] = {"enrolment": room.places[0], "meeting": room.meeting, "by": room.instructor}
    Attendance.objects.create(mark="present", **facts)
    for odd in ({"mark": "late"}, {"mark": "asleep", "meeting": room.meetings[1]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Attendance.objects.create(**facts | odd)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.update(version=0)


# Pages


def address(room: Class, more: str = "") -> str:
    return f"/fa/work/courses/{room.course.slug}/attendance/{room.meeting.pk}/{more}"


def typed(room: Class, **other: str) -> dict[str, str]:
    """The form of a fresh sheet."""
    found = {}
    for at, one in enumerate(room.places):
        found |= {f"mark_{one.pk}": other.get(f"n{at}", "present"), f"known_{one.pk}": ":0"}
    return found


def test_an_instructor_opens_the_sheet_marks_one_absent_and_saves(room: Class) -> None:
    client = signed_in(room.instructor)
    page = client.get(address(room)).content.decode()
    assert page.count('value="present"\n') == page.count(" checked") == 3
    assert "آرش" in page
    assert client.get(address(room), {"start": "nobody"}).content.decode().count(" checked") == 0
    answer = client.post(address(room, "save/"), typed(room, n1="absent"), follow=True)
    assert "۲ نفر حاضر" in answer.content.decode()
    assert missed(room.course.pk) == {room.places[1].pk: 1}
    course = client.get(f"/fa/work/courses/{room.course.slug}/attendance/").content.decode()
    assert "۲ از ۳" in course


def test_the_second_of_two_phones_sees_what_the_first_saved_beside_its_own(room: Class) -> None:
    client = signed_in(room.instructor)
    services.mark(actor=room.coordinator, meeting=room.meeting, marks=everybody(room, n0="late"))
    answer = client.post(address(room, "save/"), typed(room, n0="absent"))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count("data-theirs") == 3
    assert text.count("در این میان") >= 1
    assert 'value="late:1"' in text
    again = typed(room, n0="absent") | {f"known_{room.places[0].pk}": "late:1"}
    assert client.post(address(room, "save/"), again).status_code == 302
    assert Attendance.objects.get(enrolment=room.places[0]).mark == "absent"


def test_missed_meetings_stand_on_the_coordinators_roster_alone(room: Class) -> None:
    services.mark(actor=room.instructor, meeting=room.meeting, marks=everybody(room, n1="absent"))
    roster = f"/en/work/courses/{room.course.slug}/roster/"
    shown = [
        "missed 1 meeting" in " ".join(signed_in(one).get(roster).content.decode().split())
        for one in (room.coordinator, room.instructor)
    ]
    assert shown == [True, False]
    assert Enrolment.objects.get(pk=room.places[1].pk).state == "seated"


# By API


def test_page_and_api_refuse_the_same(room: Class) -> None:
    """Parity, and the same answer to the same key."""
    client = signed_in(room.instructor)
    api = f"/api/v1/work/courses/{room.course.pk}/meetings/{room.meeting.pk}/attendance/"
    marks = [{"enrolment": one.pk, "mark": "present", "version": 0} for one in room.places]
    key = {"Idempotency-Key": "k-1"}

    def put(data: object, **headers: Any) -> Any:
        return client.put(api, json.dumps(data), content_type="application/json", headers=headers)

    first, again = (put({"marks": marks}, **key) for _ in range(2))
    assert first.json() == again.json()
    assert [one["version"] for one in first.json()["marks"]] == [1, 1, 1]
    assert Audit.objects.filter(verb="mark_attendance").count() == 1
    assert client.get(api).json() == first.json()
    stale = [{**marks[0], "mark": "absent"}]
    assert (put({"marks": stale}).status_code, put({"marks": stale}).json()["code"]) == (409, "changed_meanwhile")
    room.begin(HOUR)
    assert put({"marks": marks}).json()["code"] == "not_begun"
    assert put({"marks": [{**marks[0], "mark": "asleep"}]}).status_code == 400
    assert Client().get(api).status_code == 401


def test_the_sheet_asks_as_much_for_thirty_as_for_one(room: Class, django_assert_num_queries: Any) -> None:
    for _ in range(27):
        enrol(room.course, person("سارا")[0]) if room.course.seats_taken < 19 else None
    with django_assert_num_queries(2):
        sheet_of(room.meeting)


@pytest.mark.parametrize(("days", "kept"), [(3 * 365 - 1, 3), (3 * 365 + 1, 0)])
def test_who_was_there_is_forgotten_after_three_years(room: Class, days: int, kept: int) -> None:
    """V4: the marks go, one line a course, and the invariants hold."""
    services.mark(actor=room.coordinator, meeting=room.meeting, marks=everybody(room))
    room.course.meetings.update(starts_at=clock.now() - days * DAY, ends_at=clock.now() - days * DAY + HOUR)
    for _ in range(2):
        services.forget_attendance(3 * 365 * DAY)
    assert Attendance.objects.count() == kept
    assert Audit.objects.filter(verb="forget_attendance").count() == (not kept)
