"""What came of the demo city's courses: in accord with their outcomes, written once, alive on later days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F

from base import clock
from programs.models import Enrolment
from records.models import Attendance, Certificate
from records.outcomes import standings
from records.services import demo

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course
    from tests.records.conftest import Class
from tests.programs.town import DAY

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture
def over(room: Class, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A course that the demo's files name, of which somebody completed and somebody did not."""
    room.begin(-22 * DAY)
    for place, state in zip(room.places, ("completed", "absent", "completed"), strict=True):
        Enrolment.objects.filter(pk=place.pk).update(state=state)
    entries: dict[str, Any] = {room.course.slug: {"attendance": {"average_rate": 0.8}}}
    monkeypatch.setattr(demo, "courses", lambda: entries)

    def coordinator_of(course: Course) -> Member:
        assert course == room.course
        return room.coordinator

    monkeypatch.setattr(demo, "coordinator_of", coordinator_of)
    return room


def test_it_is_written_once_and_the_rule_agrees_with_what_is_on_record(over: Class) -> None:
    assert demo.load_demo() == 12 + 2 + 1
    assert demo.load_demo() == 0
    assert [one.differs for one in standings(over.course)] == [False] * 3
    assert [one.certificate is not None for one in standings(over.course)] == [True, False, True]


def test_certificates_follow_a_course_that_moved(over: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.load_demo()
    now, ends_on = clock.now(), over.course.ends_on + WEEK
    monkeypatch.setattr(clock, "now", lambda: now + WEEK)
    over.course.meetings.update(starts_at=F("starts_at") + WEEK, ends_at=F("ends_at") + WEEK)
    type(over.course).objects.filter(pk=over.course.pk).update(ends_on=ends_on)
    assert demo.load_demo() == 0
    assert {row.frozen["en"]["ends_on"] for row in Certificate.objects.all()} == {ends_on.isoformat()}
    assert Attendance.objects.count() == 12
