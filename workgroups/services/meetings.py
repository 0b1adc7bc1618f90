"""Calling a meeting, moving it, calling it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Max

from base import clock
from base.persian import normalise
from base.refusal import refuse_if
from members.services import record
from workgroups import rules
from workgroups.models import AgendaItem, Meeting, Workgroup
from workgroups.services.telling import event_of_meeting, facts_of_meeting, people_of, tell

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from members.models import Member
    from workgroups.models import Venue


class Where(NamedTuple):
    """Where a meeting is: a venue, a place in words, a link; at least one of them."""

    venue: Venue | None = None
    place: str = ""
    link: str = ""


def call_meeting(
    *,
    actor: Member,
    workgroup: Workgroup,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    where: Where,
    agenda: Sequence[str] = (),
) -> Meeting:
    """Calls a meeting: it gets the workgroup's next number, and everyone who belongs to it on that day is invited.

    Locks the workgroup's row, so that numbers have no gap.

    Raises:
        Refused: `not_yours`, `hours_wrong`, `meeting_long`, `meeting_past`, `meeting_far`, `nowhere`, `hidden_signs`,
            `agenda_full`.
    """
    refuse_if(rules.why_not_run(workgroup, actor) or rules.why_not_meet(starts_at, ends_at, where))
    matters = [matter for matter in (normalise(one) for one in agenda) if matter]
    refuse_if(rules.why_not_clean([*agenda, where.place]) or rules.why_not_list(len(matters)))
    with transaction.atomic():
        Workgroup.objects.select_for_update(no_key=True).get(pk=workgroup.pk)
        last = Meeting.objects.filter(workgroup=workgroup).aggregate(last=Max("number"))["last"] or 0
        meeting = Meeting.objects.create(
            workgroup=workgroup,
            number=last + 1,
            starts_at=starts_at,
            ends_at=ends_at,
            venue=where.venue,
            place=normalise(where.place),
            link=where.link,
        )
        AgendaItem.objects.bulk_create(
            AgendaItem(meeting=meeting, order=order, title=title) for order, title in enumerate(matters, start=1)
        )
        record(actor=actor, verb="call_meeting", row=meeting, changes={"starts_at": starts_at.isoformat()})
        _invite(meeting, "invited")
    return meeting


def move_meeting(
    *, actor: Member, meeting: Meeting, version: int, starts_at: dt.datetime, ends_at: dt.datetime, where: Where
) -> Meeting:
    """Changes hour or place of a meeting to come; everyone invited hears of it. The same again changes nothing.

    Raises:
        Refused: `not_yours`, `called_off`, `begun`, `changed`, and as `call_meeting`.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor))
    with transaction.atomic():
        meeting = _locked(meeting)
        after: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at, "venue": where.venue}
        after |= {"place": normalise(where.place), "link": where.link}
        before = {name: getattr(meeting, name) for name in after}
        if before == after:
            return meeting
        refuse_if(rules.why_not_move(meeting) or rules.why_not_save(meeting, version, _plain(before)))
        refuse_if(rules.why_not_meet(starts_at, ends_at, where) or rules.why_not_clean([where.place]))
        for name, value in after.items():
            setattr(meeting, name, value)
        _save(meeting, *after)
        was, now = _plain(before), _plain(after)
        changes = {name: [was[name], now[name]] for name in now if was[name] != now[name]}
        record(actor=actor, verb="move_meeting", row=meeting, changes=changes)
        _invite(meeting, "meeting_moved")
    return meeting


def call_off(*, actor: Member, meeting: Meeting) -> Meeting:
    """Calls a meeting to come off; everyone invited hears of it. Twice changes nothing.

    Raises:
        Refused: `not_yours`, or `begun`.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor))
    with transaction.atomic():
        meeting = _locked(meeting)
        if meeting.is_off:
            return meeting
        refuse_if(rules.why_not_move(meeting))
        meeting.state = Meeting.State.CALLED_OFF
        _save(meeting, "state")
        record(actor=actor, verb="call_off", row=meeting, changes={"state": ["called", "called_off"]})
        _invite(meeting, "meeting_off")
    return meeting


def _locked(meeting: Meeting) -> Meeting:
    rows = Meeting.objects.select_related("workgroup", "venue")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=meeting.pk)


def _save(meeting: Meeting, *columns: str) -> None:
    meeting.version += 1
    meeting.save(update_fields=[*columns, "version"])


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Hours and place as plain JSON."""
    venue = facts["venue"]
    return {
        "starts_at": facts["starts_at"].isoformat(),
        "ends_at": facts["ends_at"].isoformat(),
        "venue": venue and venue.slug,
        "place": facts["place"],
        "link": facts["link"],
    }


def _invite(meeting: Meeting, event: str) -> None:
    invited = people_of(meeting.workgroup_id, clock.day_of(meeting.starts_at))
    facts = facts_of_meeting(meeting) | {"event": event_of_meeting(meeting)}
    tell(event, f"meeting:{meeting.pk}:{event}:{meeting.version}", invited, facts)
