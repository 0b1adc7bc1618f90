"""A course in the town whose class meetings lie before, around and after the present hour, with people in it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import translation

from base import clock
from programs.models import Course, Teaching
from tests.programs.town import DAY, Town, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from members.models import Member
    from programs.models import ClassMeeting, Enrolment

HOUR = dt.timedelta(hours=1)


class Class:
    """A course of the town with a coordinator, an instructor and learners; its first meeting began an hour ago."""

    def __init__(self, *, people: int = 3, meetings: int = 4, begins: dt.timedelta = -HOUR) -> None:
        self.town = Town()
        self.course = self.town.course(first=clock.now() + 30 * DAY, meetings=meetings)
        self.places = [
            enrol(self.course, person(name)[0]) for name in ("آرش", "بهار", "پرنیا", "تینا", "سارا")[:people]
        ]
        self.coordinator = person("مریم")[0]
        since = clock.today() - DAY
        Appointment.objects.create(
            member=self.coordinator, role="coordinator", workgroup=self.town.workgroup, from_on=since
        )
        self.instructor = person("کاوه")[0]
        Teaching.objects.create(course=self.course, member=self.instructor, from_on=since)
        self.begin(begins)

    def begin(self, begins: dt.timedelta) -> None:
        """Puts the weekly meetings so that the first one begins that long from now."""
        first = clock.now() + begins
        for number, one in enumerate(self.course.meetings.order_by("starts_at")):
            one.starts_at = first + 7 * number * DAY
            one.ends_at = one.starts_at + 2 * HOUR
            one.save()
        self.meetings: list[ClassMeeting] = list(self.course.meetings.order_by("starts_at"))
        days = [clock.day_of(one.starts_at) for one in self.meetings]
        Course.objects.filter(pk=self.course.pk).update(starts_on=days[0], ends_on=days[-1], sort_on=days[0])
        self.course.refresh_from_db()

    @property
    def meeting(self) -> ClassMeeting:
        """The first one."""
        return self.meetings[0]


def signed_in(member: Member) -> Client:
    """A browser of that member."""
    client = Client()
    client.force_login(member)
    return client


def pks(places: list[Enrolment]) -> list[int]:
    """Their ids."""
    return [one.pk for one in places]


@pytest.fixture(autouse=True)
def _persian() -> Iterator[None]:
    """Whatever page another test opened last."""
    with translation.override("fa"):
        yield


@pytest.fixture
def room(db: None) -> Class:
    """A class that began an hour ago."""
    return Class()
