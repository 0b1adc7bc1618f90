"""Builders for a small city in which people enrol."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from base import clock
from members.models import Care, District, Learner, Member
from programs.models import ClassMeeting, Course, Program
from workgroups.models import Appointment, LiteracyArea, Organisation, Venue, Workgroup

_number = itertools.count(1)


def person(name: str = "پرنیا", born: int = 1990, **facts: Any) -> tuple[Member, Learner]:
    """A member who is their own learner."""
    member = Member.objects.create(email=f"person{next(_number)}@example.org")
    learner = Learner.objects.create(
        name=name, born_from=dt.date(born, 1, 1), born_until=dt.date(born, 12, 31), **facts
    )
    Care.objects.create(guardian=member, learner=learner, relation=Care.Relation.SELF, from_on=dt.date(2020, 1, 1))
    return member, learner


def child_of(member: Member, name: str = "نیکان", born: int = 2012, **facts: Any) -> Learner:
    """A child whom the member cares for."""
    child = Learner.objects.create(name=name, born_from=dt.date(born, 1, 1), born_until=dt.date(born, 12, 31), **facts)
    Care.objects.create(guardian=member, learner=child, relation=Care.Relation.CHILD, from_on=dt.date(2020, 1, 1))
    return child


def workgroup() -> Workgroup:
    """A workgroup with the municipality in it."""
    number = next(_number)
    municipality, _ = Organisation.objects.get_or_create(slug="city", kind=Organisation.Kind.MUNICIPALITY)
    found = Workgroup.objects.create(slug=f"workgroup-{number}", name="کارگروه")
    found.organisations.add(municipality)
    return found


def program(**columns: Any) -> Program:
    """A published program."""
    number = next(_number)
    area = columns.pop("area", None) or LiteracyArea.objects.create(slug=f"area-{number}", name="سواد رسانه‌ای")
    columns = {"workgroup": columns.pop("workgroup", None) or workgroup(), "title": f"برنامهٔ {number}"} | columns
    return Program.objects.create(slug=f"program-{number}", area=area, state=Program.State.PUBLISHED, **columns)


def course(*, meets: dt.datetime | None = None, **columns: Any) -> Course:
    """A published course, open for enrolment now, first class in thirty days unless `meets` says when."""
    now = clock.now()
    first = meets or clock.at(clock.today() + dt.timedelta(days=30), dt.time(17))
    columns = {
        "program": columns.pop("program", None) or program(),
        "state": Course.State.PUBLISHED,
        "opens_at": now - dt.timedelta(days=1),
        "closes_at": now + dt.timedelta(days=20),
        "starts_on": clock.day_of(first),
        "ends_on": clock.day_of(first),
        "sort_on": clock.day_of(first),
    } | columns
    found = Course.objects.create(slug=f"course-{next(_number)}", **columns)
    ClassMeeting.objects.create(course=found, starts_at=first, ends_at=first + dt.timedelta(hours=2))
    return found


def coordinator(of: Course) -> Member:
    """A member who coordinates the course's workgroup."""
    member, _ = person("سارا")
    Appointment.objects.create(
        member=member,
        role=Appointment.Role.COORDINATOR,
        workgroup=of.program.workgroup,
        from_on=clock.today() - dt.timedelta(days=10),
    )
    return member


def venue() -> Venue:
    """A venue in a district."""
    number = next(_number)
    district = District.objects.create(slug=f"district-{number}", name="منطقهٔ ۱", order=number)
    return Venue.objects.create(slug=f"venue-{number}", name="کتابخانه", district=district)
