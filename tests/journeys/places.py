"""Every page that somebody can open, in a town in which every page has something to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base import clock
from programs import services
from tests.programs.feed import table
from tests.programs.test_handing_in import hand_in, saved, spreadsheet
from tests.programs.town import DAY, STATES, Town, crowd, enrol, offered, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from members.models import Member

NAME = "پرنیا"
SEARCHES = {
    "fa": {"slip": "عکاصی", "nonsense": "ظظظظظظ"},
    "en": {"slip": "photografy", "nonsense": "zzzzzz"},
}


@dataclass
class Place:
    """A page by the name under which a fault is told, its address after the language, and who opens it."""

    name: str
    path: str
    member: Member | None = None
    is_variant: bool = False  # of a page that is in the list already

    def address(self, language: str) -> str:
        """Where it is in that language."""
        return f"/{language}/{self.path.format(**SEARCHES[language])}"


@dataclass
class Guide:
    """All of them."""

    visitor: list[Place] = field(default_factory=list)
    member: list[Place] = field(default_factory=list)


def guide() -> Guide:
    """Builds the town and lists its pages."""
    town, member = Town(), person(NAME)[0]
    far = town.course(first=clock.now() + 90 * DAY)
    seat = enrol(far, member)
    queue = town.course(first=clock.now() + 130 * DAY, capacity=1)
    crowd(queue, 1)
    enrol(queue, member)
    offered(town, member, first=clock.now() + 170 * DAY)
    town.courses(23)
    persian = town.course(program=town.new_program("سفالگری", None), first=clock.now() + 200 * DAY)
    online = town.course(
        venue=None, online=True, capacity=None, fee_min=None, fee_max=None, first=clock.now() + 210 * DAY
    )
    child = town.course(
        age_min=6, age_max=12, fee_min=900_000, fee_max=2_500_000, fee_currency="IRR", audience_words=" children "
    )
    some = [
        ("home", ""),
        ("catalogue", "courses/"),
        ("catalogue page 2", "courses/?page=2"),
        ("catalogue filtered", "courses/?free=1&weekday=sat&weekday=tue&age=30&open=1"),
        ("search empty", "courses/?q={slip}&free=1&online=1"),
        ("nothing at all", "courses/?q={nonsense}"),
        ("course in Persian alone", f"courses/{persian.slug}/"),
        ("course online", f"courses/{online.slug}/"),
        ("course for children", f"courses/{child.slug}/"),
        ("program", f"programs/{town.program.slug}/"),
        ("workgroups", "workgroups/"),
        ("workgroup", f"workgroups/{town.workgroup.slug}/"),
        ("organisation", f"organisations/{town.organisation.slug}/"),
        ("venue", f"venues/{town.venue.slug}/"),
        ("area", f"areas/{town.area.slug}/"),
        ("sign in", "accounts/signin/"),
        ("help", "help/"),
        ("accessibility", "accessibility/"),
        ("privacy", "privacy/"),
        ("about", "about/"),
        ("not found", "nothing-here/"),
    ]
    own = [
        ("my page", "me/"),
        ("my calendar", "me/calendar/"),
        ("inbox", "me/inbox/"),
        ("preferences", "me/preferences/"),
        ("devices", "me/devices/"),
        ("tokens", "me/tokens/"),
        ("profile", "accounts/profile/"),
        ("leave a seat", f"me/enrolments/{seat.pk}/leave/"),
    ]
    found = Guide([Place(name, path) for name, path in some], [Place(name, path, member) for name, path in own])
    for state, arrive in STATES.items():
        other = person(NAME)[0]
        course = arrive(Town(), other)
        found.member.append(Place(f"course {state}", f"courses/{course.slug}/", other, is_variant=state != "offered"))
    found.visitor.append(Place("course", f"courses/{far.slug}/"))
    found.visitor.append(Place("embedded list", f"embed/{town.workgroup.slug}/"))
    found.member += _imports(town)
    return found


def _imports(town: Town) -> list[Place]:
    """A coordinator's files in each state."""
    member = person(NAME)[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    rows = [{"id": f"k{number}", "start_date": "2027-01-10", "end_date": "2027-03-01"} for number in range(3)]
    run = saved(member, town.workgroup, table(*rows))
    changed = [rows[0] | {"start_date": "2027-01-17"}, rows[1] | {"capacity": "x"}, {"id": "k9"}]
    states = {
        "saved": run,
        "read": hand_in(member, town.workgroup, table(*changed), accept_missing=True),
        "refused": hand_in(member, town.workgroup, "a,b"),
        "mapping": hand_in(member, town.workgroup, spreadsheet(), "generic"),
    }
    states["queued"] = services.hand_in(
        actor=member,
        workgroup=town.workgroup,
        profile="mft",
        name="a.csv",
        content=b"x",
        language="fa",
        options={},
    )
    found = [Place("imports", "work/imports/", member), Place("hand in a file", "work/imports/new/", member)]
    return found + [
        Place(f"import {state}", f"work/imports/{one.pk}/", member, is_variant=state != "read")
        for state, one in states.items()
    ]
