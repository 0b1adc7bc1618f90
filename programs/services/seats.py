"""The seat counters of a course: who may lock them, how one is taken and given back, and how a place changes its state.

Locks are taken in one order: learners by id, then courses by id. A sweep locks one course a transaction.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection
from django.db.models import F

from base import clock
from base.prepared import prepared
from base.refusal import Refused
from members.models import Learner
from members.services import record_all
from programs.models import Course, Enrolment, Reserve
from programs.rules.places import LEARNER_GONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from members.models import Member

# One guarded statement, the only way in. A place is given to everyone; seats only where nobody waits and all heads fit.
# Where they fit although somebody waits, the unit joins the queue for the moment, whatever its size: `seat` looks on.
_TAKE = """
UPDATE programs_course SET
    next_place = next_place + %(heads)s,
    seats_taken = seats_taken + CASE WHEN waiting = 0 AND {fits} THEN %(heads)s ELSE 0 END,
    waiting = waiting + CASE WHEN waiting = 0 AND {fits} THEN 0 ELSE %(heads)s END
WHERE id = %(course)s AND state = 'published' AND (
    {fits}
    OR (%(wait)s AND (moves_until IS NULL OR moves_until > %(now)s)
        AND (waiting_size IS NULL OR waiting + %(heads)s <= waiting_size))
)
RETURNING next_place, waiting
""".format(fits="(capacity IS NULL OR seats_taken + seats_reserved + %(heads)s <= capacity)")


class Taken(NamedTuple):
    """What `take` gave: the unit's first place in the order of arrival, whether seats came with it, and reserved ones."""

    place: int
    is_seated: bool
    is_reserved: bool = False


class ChangedMeanwhile(RuntimeError):  # noqa: N818 - it says what happened
    """A row was not in the state in which it was read, although its course was locked: a fault in the engine."""


def take(course: Course, *, heads: int = 1, wait: bool) -> Taken | None:
    """Takes seats for so many heads, or as many places in the queue, in one statement that locks the course's row.

    None when neither is left (read the course again to name the refusal). Works alike on PostgreSQL and SQLite (3.35).
    """
    now = connection.ops.adapt_datetimefield_value(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"course": course.pk, "heads": heads, "wait": wait, "now": now})
        row = cursor.fetchone()
    return Taken(place=row[0] - heads + 1, is_seated=row[1] == 0) if row else None


def take_reserved(course: Course, reserve: Reserve, *, heads: int) -> Taken | None:
    """Takes seats of a reserve for so many heads of its group; None where it has not so many left, or the course is not open to
    anyone. Whoever of the group waits does not fit in there, or would have its seats already. Locks the course.
    """
    course = lock_course(course.pk)
    if course.state != Course.State.PUBLISHED or not use(reserve.pk, heads):
        return None
    Course.objects.filter(pk=course.pk).update(next_place=F("next_place") + heads)
    count(course, taken=heads, reserved=-heads)
    return Taken(place=course.next_place + 1, is_seated=True, is_reserved=True)


def use(reserve: int, heads: int) -> bool:
    """Counts seats of a reserve as taken, or with a negative number as given back, under its course's lock; whether it still
    keeps seats, and so many.
    """
    held = Reserve.objects.open().filter(pk=reserve, seats__gte=F("taken") + heads)
    return bool(held.update(taken=F("taken") + heads))


def hold_open(course: Course) -> Course:
    """Reads a course afresh and keeps it as it is until the transaction ends, without keeping others from the same: who
    applies must not slip past the draw. On SQLite the single writer is the lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM programs_course WHERE id = %s FOR SHARE", [course.pk])
    return Course.objects.get(pk=course.pk)


def lock_learners(ids: Iterable[int]) -> None:
    """Locks learners in the order of their ids, so that two requests of one person wait for each other.

    Raises:
        Refused: `gone` when one of them is nobody any more: merged into another, or erased, while we waited.
    """
    wanted = set(ids)
    if len(_locked_learners(sorted(wanted))) != len(wanted):
        raise Refused(LEARNER_GONE)


@prepared
def _locked_learners(ids: list[int]) -> QuerySet[Learner, int]:
    here = Learner.objects.filter(pk__in=ids, erased_at__isnull=True).order_by("pk")
    return here.select_for_update(no_key=True).values_list("pk", flat=True)


def lock_courses(ids: Iterable[int]) -> dict[int, Course]:
    """Locks courses in the order of their ids and reads them afresh."""
    rows = Course.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {course.pk: course for course in rows}


def lock_course(course_id: int) -> Course:
    """Locks one course and reads it afresh."""
    return lock_courses([course_id])[course_id]


def count(course: Course, *, taken: int = 0, reserved: int = 0, waiting: int = 0) -> None:
    """Moves the counters of a locked course, in the row and in the object."""
    Course.objects.filter(pk=course.pk).update(
        seats_taken=F("seats_taken") + taken,
        seats_reserved=F("seats_reserved") + reserved,
        waiting=F("waiting") + waiting,
    )
    course.seats_taken += taken
    course.seats_reserved += reserved
    course.waiting += waiting


def turn(
    *, actor: Member | None, enrolments: Sequence[Enrolment], to: Enrolment.State, verb: str, reason: str = ""
) -> None:
    """Brings places that are all in one state into another, under their course's lock, with one audit line each.

    Raises:
        ChangedMeanwhile: when a row was no longer in that state.
    """
    if not enrolments:
        return
    came_from = enrolments[0].state
    now = clock.now()
    rows = Enrolment.objects.filter(pk__in=[one.pk for one in enrolments], state=came_from)
    if rows.update(state=to, state_at=now, reason=reason) != len(enrolments):
        raise ChangedMeanwhile(f"{verb}: expected {came_from}")
    for one in enrolments:
        one.state, one.state_at, one.reason = to, now, reason
    lines = [(one, one.learner_id) for one in enrolments]
    record_all(actor=actor, verb=verb, rows=lines, changes={"state": [came_from, to]})


def release(course: Course, enrolments: Sequence[Enrolment]) -> None:
    """Gives back what places hold in their present state, seats or places in the queue: before `turn`, and then `move`. A
    reserved seat is its group's again while the reserve lasts, else everyone's.
    """
    holding = [one for one in enrolments if one.state in Enrolment.HOLDING]
    waits = sum(one.state == Enrolment.State.WAITING for one in enrolments)
    reserved = Counter(one.reserve_id for one in holding if one.from_reserve)
    again = sum(seats for reserve, seats in reserved.items() if reserve and use(reserve, -seats))
    if holding or waits:
        count(course, taken=-len(holding), reserved=again, waiting=-waits)
