"""What people of a workgroup are told: the facts that a message needs, and who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base import clock
from notifications.services import post
from workgroups.models import Appointment, Meeting, Organisation
from workgroups.services import texts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from workgroups.models import Decision, Venue, Workgroup

Role = Appointment.Role


def people_of(workgroup_id: int, day: dt.date, *roles: str) -> list[int]:
    """Ids of those with an appointment in the workgroup that is open on that day, of these roles or of any."""
    found = Appointment.objects.open_on(day).filter(workgroup=workgroup_id)
    if roles:
        found = found.filter(role__in=roles)
    return sorted(set(found.values_list("member", flat=True)))


def staff() -> list[int]:
    """Ids of the municipality's staff of today."""
    found = Appointment.objects.open_on(clock.today()).filter(
        role=Role.STAFF, organisation__kind=Organisation.Kind.MUNICIPALITY
    )
    return sorted(set(found.values_list("member", flat=True)))


def owners_of(decision: Decision) -> list[int]:
    """Ids of those who are to carry a decision out; what an organisation owes, the coordinators see to."""
    if decision.owner_id is not None:
        return [decision.owner_id]
    if decision.owner_role == Role.STAFF:
        return staff()
    return people_of(decision.workgroup_id, clock.today(), decision.owner_role or Role.COORDINATOR)


def facts_of_workgroup(workgroup: Workgroup) -> dict[str, Any]:
    """`workgroup` by language, and its address."""
    return {"workgroup": texts.read(workgroup, "name"), "workgroup_slug": workgroup.slug}


def facts_of_meeting(meeting: Meeting) -> dict[str, Any]:
    """Number, hour and place of a meeting, and its workgroup."""
    venue = texts.read(meeting.venue, "name") if meeting.venue else {}
    return facts_of_workgroup(meeting.workgroup) | {
        "number": meeting.number,
        "meeting_at": meeting.starts_at.isoformat(),
        "venue": venue,
        "room": meeting.place,
        "address": meeting.link,
    }


def event_of_meeting(meeting: Meeting) -> dict[str, Any]:
    """The meeting as an entry of a calendar (`notifications.invitations.event`)."""
    return {
        "key": f"workgroup-meeting-{meeting.pk}",
        "sequence": meeting.version,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "is_off": meeting.is_off,
        "title": _names(meeting.workgroup),
        "venue": _names(meeting.venue) if meeting.venue else {},
        "place": meeting.place,
        "link": meeting.link,
    }


def _names(row: Workgroup | Venue) -> dict[str, str]:
    """By language, of rows that a list has fetched already."""
    return {text.language_code: text.name for text in row.translations.all()}


def facts_of_decision(decision: Decision) -> dict[str, Any]:
    """Text and last day of a decision, and its workgroup."""
    return facts_of_workgroup(decision.workgroup) | {
        "decision": decision.pk,
        "number": decision.number,
        "text": texts.read(decision, "text"),
        "due_on": decision.due_on.isoformat(),
    }


def tell(event: str, key: str, members: Iterable[int], values: dict[str, Any]) -> None:
    """Posts one notice to these members; the same key is said once."""
    post(key=key, kind=f"workgroups/{event}", members=members, values=values)
