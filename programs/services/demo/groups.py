"""The demo city's meetings and decisions, what came of them, and how they keep up with later days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from base import clock
from base.calendar import WEEKDAYS, weekday_of
from members.models import Audit
from programs.demo.files import rows
from programs.models import Program
from programs.services.demo.rows import DOOR, ids, line, write, write_texts
from workgroups.models import AgendaItem, Appointment, Attendance, Decision, Meeting, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.demo.files import Entry

LOADED, MOVED = "load_demo", "move_demo"
LENGTH = dt.timedelta(hours=2)
WEEK = 7
Role = Appointment.Role
Mark = Attendance.Mark


def load(today: dt.date) -> None:
    """Writes the meetings of workgroups that have none: agenda, minutes, attendance, decisions and what came of them."""
    known, venues = ids(Workgroup), ids(Venue)
    met = set(Meeting.objects.values_list("workgroup", flat=True))
    for entry in rows("workgroups"):
        if known[entry["slug"]] not in met:
            Workgroup.objects.filter(slug=entry["slug"]).update(founded_on=dt.date.fromisoformat(entry["founded_on"]))
            _load_meetings(Workgroup.objects.get(slug=entry["slug"]), entry["meetings"], venues, today)


def _load_meetings(workgroup: Workgroup, entries: list[Entry], venues: dict[str, int], today: dt.date) -> None:
    people = list(workgroup.appointments.order_by("role", "pk"))
    chair = people[0].member
    number = 0
    for order, entry in enumerate(entries, start=1):
        starts_at = clock.at(
            _workday(today + dt.timedelta(days=entry["offset_days"])), dt.time.fromisoformat(entry["time"])
        )
        ends_at = starts_at + LENGTH
        is_held, is_approved = "minutes" in entry, order < len(entries) and "minutes" in entries[order]
        (meeting,) = write(
            [
                Meeting(
                    workgroup=workgroup,
                    number=order,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    venue_id=venues[entry["venue"]],
                    approved_at=ends_at if is_approved else None,
                    approved_by=chair if is_approved else None,
                )
            ]
        )
        write(_matters(meeting, entry))
        write(Attendance(meeting=meeting, member=one.member, mark=Mark.PRESENT) for one in people if is_held)
        write([line(meeting, LOADED, changes={"on": today.isoformat()})])
        number = _load_decisions(meeting, entry["decisions"], number, today)


def _workday(day: dt.date) -> dt.date:
    """The day, or the Thursday before a Friday."""
    return day - dt.timedelta(days=1) if weekday_of(day) == WEEKDAYS.index("fri") else day


def _matters(meeting: Meeting, entry: Entry) -> Iterable[AgendaItem]:
    """The agenda; the minutes of the files are one text, which stands under the first matter."""
    minutes = entry["minutes"]["fa"] if "minutes" in entry else ""
    for order, title in enumerate(entry["agenda"], start=1):
        yield AgendaItem(meeting=meeting, order=order, title=title["fa"], minutes=minutes if order == 1 else "")


def _load_decisions(meeting: Meeting, entries: list[Entry], number: int, today: dt.date) -> int:
    held_on = clock.day_of(meeting.starts_at)
    owners = _owners(meeting.workgroup)
    decisions = write(
        Decision(
            workgroup=meeting.workgroup,
            meeting=meeting,
            number=number + order,
            due_on=today + dt.timedelta(days=one["due_offset_days"]),
            state=Decision.State.DONE if one["done"] else Decision.State.OPEN,
            closed_on=_closed_on(one, held_on, today) if one["done"] else None,
            is_published=one["published"],
            **_owner(one["owner_role"]["fa"], owners),
        )
        for order, one in enumerate(entries, start=1)
    )
    found = list(zip(decisions, entries, strict=True))
    write_texts(Decision, {row.pk: {code: {"text": text} for code, text in one["text"].items()} for row, one in found})
    for row, one in found:
        Program.objects.filter(slug=one["led_to"], decision=None).update(decision=row)
    return number + len(entries)


def _closed_on(entry: Entry, held_on: dt.date, today: dt.date) -> dt.date:
    return max(held_on, min(today, today + dt.timedelta(days=entry["due_offset_days"])))


def _owners(workgroup: Workgroup) -> dict[str, Organisation]:
    """The member organisations by their Persian name."""
    found = workgroup.organisations.filter(translations__language_code="fa")
    return {one.safe_translation_getter("name", language_code="fa"): one for one in found}


def _owner(words: str, organisations: dict[str, Organisation]) -> dict[str, Any]:
    """Who owes it: an organisation that the words name, the city's staff, else the coordinators."""
    for name, organisation in organisations.items():
        if words in name or name in words:
            return {"owner_organisation": organisation}
    return {"owner_role": Role.STAFF if "دبیرخانه" in words or "شهرداری" in words else Role.COORDINATOR}


def move_forward(today: dt.date) -> None:
    """Holds the meetings that nobody touched, and what they decided, that many whole weeks later."""
    label = Meeting._meta.label_lower  # noqa: SLF001 - Django's documented name
    lines = Audit.objects.filter(object_type=label, door=DOOR, verb__in=[LOADED, MOVED]).order_by("pk")
    belongs = {pk: dt.date.fromisoformat(told["on"]) for pk, told in lines.values_list("object_id", "changes")}
    touched = _touched()
    for meeting in Meeting.objects.filter(pk__in=belongs).exclude(workgroup__in=touched).order_by("pk"):
        weeks = (today - belongs[meeting.pk]).days // WEEK
        if weeks > 0:
            _move(meeting, belongs[meeting.pk], weeks)


def _touched() -> set[int]:
    """The workgroups in which a person has changed a meeting or a decision since; theirs stay where they are."""
    by_people = Audit.objects.filter(actor_id__isnull=False).exclude(door=DOOR)
    kinds: tuple[Any, ...] = (Meeting, Decision)
    found: set[int] = set()
    for model in kinds:
        label = model._meta.label_lower  # noqa: SLF001 - Django's documented name
        changed = by_people.filter(object_type=label).values_list("object_id", flat=True)
        found |= set(model.objects.filter(pk__in=list(changed)).values_list("workgroup", flat=True))
    return found


def _move(meeting: Meeting, day: dt.date, weeks: int) -> None:
    shift = dt.timedelta(weeks=weeks)
    meeting.starts_at, meeting.ends_at = meeting.starts_at + shift, meeting.ends_at + shift
    meeting.approved_at = meeting.approved_at and meeting.approved_at + shift
    meeting.save(update_fields=["starts_at", "ends_at", "approved_at"])
    decisions = list(meeting.decisions.all())
    for one in decisions:
        one.due_on, one.closed_on = one.due_on + shift, one.closed_on and one.closed_on + shift
    Decision.objects.bulk_update(decisions, ["due_on", "closed_on"])
    write([line(meeting, MOVED, changes={"on": (day + shift).isoformat(), "weeks": weeks})])
