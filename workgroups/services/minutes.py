"""Writing down what was said in a meeting and who was there, and approving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from base import clock
from base.persian import normalise
from base.refusal import refuse_if
from members.services import record
from workgroups import rules
from workgroups.models import AgendaItem, Attendance, Meeting
from workgroups.services.telling import people_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Member


def add_item(*, actor: Member, meeting: Meeting, title: str) -> AgendaItem:
    """Adds a matter at the end of the agenda.

    Raises:
        Refused: `not_yours`, `called_off`, `approved`, `empty`, `hidden_signs`, `agenda_full`.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor) or rules.why_not_clean([title]))
    title = normalise(title)
    refuse_if(None if title else rules.EMPTY)
    with transaction.atomic():
        meeting = locked(meeting)
        refuse_if(rules.why_not_write(meeting))
        last = meeting.items.aggregate(last=Max("order"))["last"] or 0
        refuse_if(rules.why_not_list(last + 1))
        item = AgendaItem.objects.create(meeting=meeting, order=last + 1, title=title)
        record(actor=actor, verb="add_item", row=meeting, changes={"item": item.order})
    return item


def write_minutes(*, actor: Member, item: AgendaItem, minutes: str, version: int) -> AgendaItem:
    """Writes what was said about one matter. The same again changes nothing.

    Of two who write at once the second is told, with what the first wrote; nothing is overwritten.

    Raises:
        Refused: `not_yours`, `called_off`, `approved`, `hidden_signs`; `changed` when someone else saved it since
            `version`, whose words are in its values.
    """
    refuse_if(rules.why_not_run(item.meeting.workgroup, actor) or rules.why_not_clean([minutes.replace("\r", "")]))
    text = minutes.replace("\r\n", "\n").strip()
    with transaction.atomic():
        meeting = locked(item.meeting)
        item = AgendaItem.objects.get(pk=item.pk)
        if item.minutes == text:
            return item
        refuse_if(rules.why_not_write(meeting))
        refuse_if(rules.why_not_save(item, version, {"minutes": item.minutes}))
        item.minutes, item.version = text, item.version + 1
        item.save(update_fields=["minutes", "version"])
        record(actor=actor, verb="write_minutes", row=meeting, changes={"item": item.order, "minutes": "changed"})
    return item


def mark_attendance(*, actor: Member, meeting: Meeting, marks: Mapping[int, str]) -> None:
    """Notes who was there, by the ids of members; who is not named keeps their mark. The same again changes nothing.

    Raises:
        Refused: `not_yours`, `not_begun`, `called_off`, `approved`; `not_in_group` for someone who did not belong to the
            workgroup on that day.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor))
    with transaction.atomic():
        meeting = locked(meeting)
        refuse_if(rules.why_not_mark(meeting))
        before = dict(meeting.attendances.values_list("member", "mark"))
        known = {*before, *people_of(meeting.workgroup_id, clock.day_of(meeting.starts_at))}
        refuse_if(None if set(marks) <= known else rules.NOT_A_PERSON)
        changed = {pk: mark for pk, mark in marks.items() if before.get(pk) != mark}
        for pk, mark in changed.items():
            Attendance.objects.update_or_create(meeting=meeting, member_id=pk, defaults={"mark": mark})
        if changed:
            record(actor=actor, verb="mark_attendance", row=meeting, changes={"people": len(changed)})


def approve_minutes(*, actor: Member, meeting: Meeting) -> Meeting:
    """Approves the minutes: from now on agenda, minutes and attendance stay as they are. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `called_off`, `not_begun`, `nobody_marked`, `no_minutes`.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor))
    with transaction.atomic():
        meeting = locked(meeting)
        if meeting.is_approved:
            return meeting
        refuse_if(rules.why_not_approve(meeting))
        meeting.approved_at, meeting.approved_by = clock.now(), actor
        meeting.save(update_fields=["approved_at", "approved_by"])
        record(actor=actor, verb="approve_minutes", row=meeting)
    return meeting


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it stands, under its row's lock: whoever writes into it comes one after the other."""
    rows = Meeting.objects.select_related("workgroup")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk)
