"""Plain builders of people and things, each ready to use."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from base import clock
from members.models import Care, Learner, Member
from programs.models import Course, Program
from workgroups.models import Appointment, LiteracyArea, Organisation, Workgroup

_numbers = itertools.count(500_001)  # not those of the town, so that a test may use both
LONG_AGO = dt.date(2020, 1, 1)


def make_member(**columns: Any) -> Member:
    """A member with a mobile number of their own."""
    return Member.objects.create(**{"phone": f"+98918{next(_numbers):07}"} | columns)


def make_learner(
    member: Member, *, name: str = "پرنیا", born: int = 1990, relation: str = Care.Relation.SELF, **columns: Any
) -> Learner:
    """A learner born in that year for whom the member cares."""
    born_in = {"born_from": dt.date(born, 1, 1), "born_until": dt.date(born, 12, 31)}
    learner = Learner.objects.create(**{"name": name, **born_in} | columns)
    Care.objects.create(guardian=member, learner=learner, relation=relation, from_on=LONG_AGO)
    return learner


def make_workgroup(**columns: Any) -> Workgroup:
    """A workgroup with the municipality in it."""
    number = next(_numbers)
    names = {"slug": f"group-{number}", "name": f"کارگروه {number}"}
    workgroup = Workgroup.objects.create(**names | columns)
    workgroup.organisations.add(municipality())
    return workgroup


def municipality() -> Organisation:
    """The one municipality."""
    return Organisation.objects.get_or_create(slug="municipality", kind=Organisation.Kind.MUNICIPALITY)[0]


def make_program(**columns: Any) -> Program:
    """A published program of a workgroup of its own, with its title in both languages."""
    number = next(_numbers)
    columns.setdefault("workgroup", None)
    columns["workgroup"] = columns["workgroup"] or make_workgroup()
    columns["area"] = columns.get("area") or LiteracyArea.objects.create(slug=f"area-{number}", name=f"حوزهٔ {number}")
    usual = {"slug": f"program-{number}", "state": Program.State.PUBLISHED, "title": f"برنامهٔ {number}"}
    program = Program.objects.create(**usual | columns)
    program.create_translation("en", title=f"Program {number}")
    return program


def make_course(**columns: Any) -> Course:
    """A published course of twenty seats whose window is open; it begins in thirty days."""
    number = next(_numbers)
    starts_on = clock.today() + dt.timedelta(days=30)
    usual = {
        "slug": f"course-{number}",
        "state": Course.State.PUBLISHED,
        "opens_at": clock.now() - dt.timedelta(days=1),
        "closes_at": clock.now() + dt.timedelta(days=20),
        "starts_on": starts_on,
        "ends_on": starts_on + dt.timedelta(days=30),
        "sort_on": starts_on,
        "capacity": 20,
    }
    columns["program"] = columns.get("program") or make_program()
    return Course.objects.create(**usual | columns)


def appoint(member: Member, role: Appointment.Role, place: Workgroup | Organisation) -> Appointment:
    """The member's role there since long ago, without end."""
    where = {"workgroup": place} if isinstance(place, Workgroup) else {"organisation": place}
    return Appointment.objects.create(member=member, role=role, from_on=LONG_AGO, **where)
