"""What people of workgroups are told because time passed: a meeting is tomorrow, a decision is due, late, very late."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from notifications.models import Notice
from workgroups.models import Decision, Meeting
from workgroups.models.decision import ESCALATED_AFTER
from workgroups.services.telling import facts_of_decision, facts_of_meeting, owners_of, people_of, staff, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet

EARLIEST = dt.time(10)
BEFORE = dt.timedelta(days=3)


def remind_of_meetings() -> int:
    """Tells everyone invited whose meeting is tomorrow, from ten in the morning on, once however often it runs.

    Returns the number of meetings told of. One that was moved or called off meanwhile needs nothing undone.
    """
    now = clock.wall(clock.now())
    if now.time() < EARLIEST:
        return 0
    start = clock.at(now.date() + dt.timedelta(days=1), dt.time())
    meetings = Meeting.objects.filter(
        state=Meeting.State.CALLED, starts_at__gte=start, starts_at__lt=start + dt.timedelta(days=1)
    )
    keys = {f"meeting:{one.pk}:tomorrow:{start.date()}": one for one in meetings.select_related("workgroup", "venue")}
    untold = _untold(keys)
    for key in untold:
        _tell_of_meeting(key, keys[key], start.date())
    return len(untold)


@transaction.atomic
def _tell_of_meeting(key: str, meeting: Meeting, day: dt.date) -> None:
    tell("meeting_tomorrow", key, people_of(meeting.workgroup_id, day), facts_of_meeting(meeting))


def remind_of_decisions() -> int:
    """Tells owners three days before a decision is due and once it is late, and staff once it is fourteen days late.

    From ten in the morning on; each is told once for a last day, however often it runs. Returns the number of messages.
    """
    if clock.wall(clock.now()).time() < EARLIEST:
        return 0
    today = clock.today()
    due = Decision.objects.open().filter(due_on__gte=today, due_on__lte=today + BEFORE)
    late = Decision.objects.overdue_on(today)
    very_late = late.filter(due_on__lte=today - ESCALATED_AFTER)
    return (
        _remind(due, "decision_due", owners_of)
        + _remind(late, "decision_overdue", owners_of)
        + _remind(very_late, "decision_escalated", lambda _: staff())
    )


def _remind(decisions: QuerySet[Decision], event: str, receivers: Callable[[Decision], list[int]]) -> int:
    keys = {f"decision:{one.pk}:{event}:{one.due_on}": one for one in decisions.select_related("workgroup")}
    untold = _untold(keys)
    for key in untold:
        with transaction.atomic():
            tell(event, key, receivers(keys[key]), facts_of_decision(keys[key]))
    return len(untold)


def _untold(keys: Iterable[str]) -> list[str]:
    keys = list(keys)
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    return [key for key in keys if key not in told]
