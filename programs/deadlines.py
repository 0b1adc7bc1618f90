"""How long an offer lives: nights do not count, and nobody is asked to answer before ten in the morning."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from base import clock

NIGHT_FROM, NIGHT_UNTIL, ANSWERS_FROM = dt.time(22), dt.time(8), dt.time(10)
EVENING_BEFORE = dt.time(21)
SHORTEST = dt.timedelta(hours=2)


def _next(instant: dt.datetime, time: dt.time) -> dt.datetime:
    """The first moment at or after the instant at which the city's clocks show that time."""
    local = timezone.localtime(instant)
    day = local.date() if local.time() <= time else local.date() + dt.timedelta(days=1)
    return clock.at(day, time)


def _within(instant: dt.datetime, until: dt.time) -> bool:
    """Whether the instant lies in the night that begins at 22:00 and ends at `until`."""
    time = timezone.localtime(instant).time()
    return time >= NIGHT_FROM or time < until


def offer_deadline(*, made_at: dt.datetime, offer_hours: int, moves_until: dt.datetime | None) -> dt.datetime:
    """By when an offer made at that instant must be answered.

    The hours run from eight in the morning if it was made at night; near the course's start they shrink to half of what is
    left, yet not below two hours; a deadline of the night becomes ten in the morning; never later than `moves_until`.
    """
    start = _next(made_at, NIGHT_UNTIL) if _within(made_at, NIGHT_UNTIL) else made_at
    length = dt.timedelta(hours=offer_hours)
    if moves_until is not None:
        length = min(length, (moves_until - start) / 2)
    deadline = start + max(SHORTEST, length)
    if _within(deadline, ANSWERS_FROM):
        deadline = _next(deadline, ANSWERS_FROM)
    return deadline if moves_until is None else min(deadline, moves_until)


def moves_until(first_meeting: dt.datetime | None, *, not_before: dt.datetime | None = None) -> dt.datetime | None:
    """Until when the queue moves: nine in the evening before the first class meeting, but not before an open offer's deadline.

    None where no class meeting is known.
    """
    if first_meeting is None:
        return None
    evening = clock.at(timezone.localdate(first_meeting) - dt.timedelta(days=1), EVENING_BEFORE)
    return evening if not_before is None else max(evening, not_before)
