"""The draw of a course whose seats go by lottery. Anyone can recompute it: `docs/lottery.md` says how.

The SHA-256 of a secret seed is shown while people apply; the seed is told with the result. A unit's ticket is the lowest number
among its enrolments, and its key SHA-256("seed:digest:ticket") with the digest of all tickets: whoever knew the seed could
therefore still not choose a moment at which to apply, because every later application changes every key.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING

from base import clock
from members.services import record
from notifications.models import Notice
from programs.models import Course, Draw, Enrolment
from programs.services.notices import tell
from programs.services.queue import heads_in, move, units_of, unplace
from programs.services.seats import count, turn

if TYPE_CHECKING:
    from collections.abc import Iterable

State = Enrolment.State
A_TIME = 1000


def promise_seeds() -> None:
    """Gives every published lottery its seed before people can apply."""
    lots = Course.objects.filter(
        selection=Course.Selection.LOTTERY, mode=Course.Mode.PORTAL, state=Course.State.PUBLISHED, draw__isnull=True
    )
    for course in lots.order_by("pk").only("pk"):
        promise_seed(course)


def promise_seed(course: Course) -> Draw:
    """The draw of a lottery, with its seed once and for all."""
    seed = secrets.token_hex(32)
    commitment = sha256(seed.encode()).hexdigest()
    return Draw.objects.get_or_create(course=course, defaults={"seed": seed, "commitment": commitment})[0]


def drawn_order(seed: str, tickets: Iterable[int]) -> list[int]:
    """The tickets in the order in which the seed draws them; the same everywhere and at any time."""
    known = sorted(tickets)
    digest = sha256(",".join(map(str, known)).encode()).hexdigest()
    return sorted(known, key=lambda ticket: sha256(f"{seed}:{digest}:{ticket}".encode()).hexdigest())


def draw(course: Course) -> None:
    """Draws the lots of a locked course whose window has closed: everyone gets a place in the drawn order, the first are offered
    the seats, whoever is above the waiting list's size is told that there is none. Happens once; nobody can apply after it.
    """
    if not _is_due(course):
        return
    made = promise_seed(course)
    units = {min(one.pk for one in unit): unit for unit in units_of(heads_in(course, State.APPLIED))}
    order = drawn_order(made.seed, units)
    made.tickets = [[ticket, len(units[ticket])] for ticket in order]
    made.save(update_fields=["tickets"])
    heads = [one for ticket in order for one in units[ticket]]
    _place_in_order(course, heads)
    record(actor=None, verb="draw", row=course, changes={"tickets": len(order), "people": len(heads)})
    move(course)
    _tell_the_rest(course)


def _is_due(course: Course) -> bool:
    is_lottery = course.selection == Course.Selection.LOTTERY and course.mode == Course.Mode.PORTAL
    has_closed = course.closes_at is not None and course.closes_at <= clock.now()
    return is_lottery and has_closed and course.state == Course.State.PUBLISHED and course.drawn_at is None


def _place_in_order(course: Course, heads: list[Enrolment]) -> None:
    for place, one in enumerate(heads, start=course.next_place + 1):
        one.place = place
    Enrolment.objects.bulk_create(  # rows that are there: `bulk_update` takes twice as long
        heads, batch_size=A_TIME, update_conflicts=True, unique_fields=["pk"], update_fields=["place"]
    )
    turn(actor=None, enrolments=heads, to=State.WAITING, verb="draw")
    course.next_place += len(heads)
    course.drawn_at = clock.now()
    Course.objects.filter(pk=course.pk).update(next_place=course.next_place, drawn_at=course.drawn_at)
    count(course, waiting=len(heads))


def _tell_the_rest(course: Course) -> None:
    """Those who still wait after the draw hear their position; the list ends before the first unit that it cannot hold."""
    units = units_of(heads_in(course, State.WAITING))
    size = course.waiting_size
    until = list(accumulate(map(len, units)))
    kept = [unit for unit, last in zip(units, until, strict=True) if size is None or last <= size]
    positions = {
        one.pk: {"position": last - len(unit) + 1} for unit, last in zip(kept, until, strict=False) for one in unit
    }
    told = [one for unit in kept for one in unit]
    tell(told, "waiting", urgency=Notice.Urgency.SERVICE, own_values=positions, is_drawn=True)
    unplace(course, [one for unit in units[len(kept) :] for one in unit], is_drawn=True)
