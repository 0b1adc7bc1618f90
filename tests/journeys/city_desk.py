"""The pages of municipal staff, each with something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from programs import services
from programs.models import Program, Question
from tests import builders
from tests.programs.town import DAY, Town, enrol, person
from tests.workgroups.rooms import named
from workgroups.models import Appointment

if TYPE_CHECKING:
    from members.models import Member


def pages(name: str) -> tuple[Member, list[tuple[str, str]]]:
    """A member of staff and the desk's pages by name and address; everybody there is called `name`."""
    town, staff, other = Town(), person(name)[0], person(name)[0]
    named(builders.municipality())
    term = builders.appoint(staff, Appointment.Role.STAFF, builders.municipality())
    town.new_program(state=Program.State.REVIEW)
    enrol(town.course(), other)
    question = services.ask(actor=other, course=town.course(), text=f"{name}؟")
    Question.objects.filter(pk=question.pk).update(asked_at=clock.now() - 4 * DAY)
    builders.appoint(other, Appointment.Role.MEMBER, town.workgroup)
    return staff, [
        ("city desk", "city/"),
        ("people", "city/people/"),
        ("a person", f"city/people/{other.pk}/"),
        ("erasing a person", f"city/people/{other.pk}/erase/"),
        ("municipal staff", "city/staff/"),
        ("a term of staff", f"city/staff/{term.pk}/"),
        ("audit trail", "city/audit/"),
        ("settings of the city", "city/settings/"),
        ("districts", "city/districts/"),
        ("a district", f"city/districts/{town.district.slug}/"),
        ("an area of literacy", f"city/areas/{town.area.slug}/"),
        ("a venue of the desk", f"city/venues/{town.venue.slug}/"),
        ("a new organisation", "city/organisations/new/"),
        ("what I follow", "me/follows/"),
    ]


def follow_some(staff: Member) -> None:
    """Lets somebody follow one thing of each kind."""
    town = Town()
    for thing in (town.area, town.workgroup, town.program):
        services.follow(actor=staff, thing=thing)
    services.remind(actor=staff, course=town.course(opens_at=clock.now() + DAY))
