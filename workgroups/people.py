"""The people of workgroups as pages show them: names, who has which role, who owes what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from base import clock
from members.models import Care, Member
from members.rules import masked
from workgroups.models import Appointment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from workgroups.models import Meeting, Workgroup

Role = Appointment.Role


class Person(NamedTuple):
    """Someone of a workgroup: the member's id, their name, and in which role they are there first of all."""

    pk: int
    name: str
    role: str

    @property
    def role_name(self) -> str:
        """The role in the page's language."""
        return str(Role(self.role).label) if self.role else ""


def names_of(members: Iterable[int]) -> dict[int, str]:
    """The names of members as they gave them, by id; who gave none is shown by a masked contact. Two queries."""
    ids = set(members)
    own = Care.objects.filter(guardian__in=ids, relation=Care.Relation.SELF, learner__erased_at__isnull=True)
    names = {pk: name for pk, name in own.values_list("guardian", "learner__name") if name}
    rest = Member.objects.filter(pk__in=ids - set(names))
    return names | {one.pk: masked(one.contact) if one.contact else "—" for one in rest}


def people_on(workgroup: Workgroup, day: dt.date) -> list[Person]:
    """Those with an appointment in the workgroup on that day, coordinators first, each once."""
    rows = Appointment.objects.open_on(day).filter(workgroup=workgroup).order_by("role", "pk")
    roles: dict[int, str] = {}
    for member, role in rows.values_list("member", "role"):
        roles.setdefault(member, role)
    names = names_of(roles)
    return [Person(pk, names[pk], role) for pk, role in roles.items()]


def people_at(meeting: Meeting) -> list[Person]:
    """Those whom a meeting concerns: everyone of the workgroup on its day, and whoever is marked in its list besides."""
    found = people_on(meeting.workgroup, clock.day_of(meeting.starts_at))
    known = {one.pk for one in found}
    marked = [pk for pk in meeting.attendances.order_by("pk").values_list("member", flat=True) if pk not in known]
    names = names_of(marked) if marked else {}
    return found + [Person(pk, names[pk], "") for pk in marked]


def coordinators_by_workgroup() -> dict[int, list[str]]:
    """The names of today's coordinators by workgroup: three queries for all of them."""
    rows = Appointment.objects.open_on(clock.today()).filter(role=Role.COORDINATOR).order_by("pk")
    pairs = list(rows.values_list("workgroup", "member"))
    names = names_of(member for _, member in pairs)
    found: dict[int, list[str]] = {}
    for workgroup, member in pairs:
        found.setdefault(workgroup or 0, []).append(names[member])
    return found
