"""A reminder that still waits is taken back when its course is called off or moved, or its reader leaves (D12)."""

from __future__ import annotations

import datetime as dt

import pytest

from base import clock
from notifications.models import Notice
from programs import services
from programs.models import Course, Enrolment
from programs.services import notices
from tests import builders
from tests.programs.town import DAY, Town, enrol, person
from workgroups.models import Appointment

pytestmark = pytest.mark.django_db
SNOW = {"fa": "برف", "en": "Snow"}


def reminded(town: Town, days: int = 1) -> Enrolment:
    """A place in a course that begins in so many days, and its reminder."""
    first = clock.at(clock.today() + days * DAY, dt.time(16))
    place = enrol(town.course(first=first, meetings=1, closes_at=first - dt.timedelta(hours=1)), person()[0])
    notices.tell([place], "starts_tomorrow", about=clock.day_of(first).isoformat())
    return place


def recalled() -> bool:
    return Notice.objects.get(kind="programs/starts_tomorrow").withdrawn_at is not None


def test_the_reminder_of_a_course_that_was_called_off_is_taken_back() -> None:
    """D12."""
    town, coordinator = Town(), builders.make_member()
    builders.appoint(coordinator, Appointment.Role.COORDINATOR, town.workgroup)
    place = reminded(town)
    assert not recalled()
    services.cancel(actor=coordinator, course=Course.objects.get(pk=place.course_id), reason=SNOW)
    assert recalled()
    assert Notice.objects.get(kind="programs/cancelled").withdrawn_at is None


@pytest.mark.parametrize("event", ["moved", "changed", "withdrawn", "cancelled"])
def test_what_says_otherwise_takes_the_reminder_back(event: str) -> None:
    """D12."""
    notices.tell([reminded(Town())], event, about="x")
    assert recalled()


def test_nothing_else_takes_a_reminder_back() -> None:
    """D12."""
    place = reminded(Town())
    notices.tell([place], "clash", about="1", other_title={"fa": "سفال"})
    assert not recalled()
