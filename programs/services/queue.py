"""The queue of a course: units (one person, or a party), the one mover, and offers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from base import clock
from programs.deadlines import offer_deadline
from programs.models import Enrolment, Offer
from programs.rules import queue_moves, reserves_of
from programs.services.notices import tell
from programs.services.seats import count, release, turn, use

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from members.models import Member
    from programs.models import Course


def move(course: Course) -> None:
    """Offers the free seats of a locked course to those who wait, in one pass by place: a party gets all its seats, those of a
    reserve first if it is of the group, or is passed over and keeps its place. Called in the transaction of every release and
    growth, and by the sweep; from `moves_until` on nobody waits any more and it does nothing.
    """
    if course.waiting and (course.seats_free != 0 or course.seats_reserved) and queue_moves(course):
        units = _that_fit(course)
        heads = [one for unit in units for one in unit]
        if heads:
            reserved = Counter(one.reserve_id for one in heads if one.from_reserve)
            for reserve, seats in reserved.items():
                use(reserve or 0, seats)
            count(course, taken=len(heads), reserved=-reserved.total(), waiting=-len(heads))
            offer(course, units)


def _that_fit(course: Course) -> list[list[Enrolment]]:
    """The units of the queue that fit into the free seats, one after the other by place; `from_reserve` says into which."""
    queue = Enrolment.objects.filter(course=course, state=Enrolment.State.WAITING).order_by("place")
    free, kept = course.seats_free, {one.pk: one.left for one in reserves_of(course)}
    chosen: dict[int, bool] = {}
    group = dict(queue.values_list("pk", "reserve_id")) if kept else {}
    for unit in _together(queue.values_list("pk", "party_id")):
        reserve = group.get(unit[0])
        if reserve is not None and kept.get(reserve, 0) >= len(unit):
            chosen |= dict.fromkeys(unit, True)
            kept[reserve] -= len(unit)
        elif free is None or len(unit) <= free:
            chosen |= dict.fromkeys(unit, False)
            free = None if free is None else free - len(unit)
        if free == 0 and not any(kept.values()):
            break
    rows = list(queue.filter(pk__in=chosen).select_related("learner")) if chosen else []
    for one in rows:
        one.from_reserve = chosen[one.pk]
    return units_of(rows)


def _together(heads: Iterable[tuple[int, int | None]]) -> Iterable[list[int]]:
    found: dict[tuple[bool, int], list[int]] = {}
    for pk, party in heads:
        found.setdefault((party is None, party or pk), []).append(pk)
    return found.values()


def units_of(heads: Iterable[Enrolment]) -> list[list[Enrolment]]:
    """Places as they move: each party together, everybody else alone, in the order of who comes first in each."""
    rows = {one.pk: one for one in heads}
    return [[rows[pk] for pk in unit] for unit in _together((one.pk, one.party_id) for one in rows.values())]


def heads_in(course: Course, *states: Enrolment.State) -> list[Enrolment]:
    """Everybody of a course who is in these states, by place, else in the order in which they asked."""
    rows = Enrolment.objects.filter(course=course, state__in=states).select_related("learner")
    return list(rows.order_by("place", "pk"))


def offer(
    course: Course, units: Sequence[list[Enrolment]], *, actor: Member | None = None, verb: str = "offer"
) -> None:
    """Offers seats that were just counted for them to those units of a locked course, and tells them until when."""
    now = clock.now()
    deadline = offer_deadline(made_at=now, offer_hours=course.offer_hours, moves_until=course.moves_until)
    offers = [
        Offer(course=course, place=unit[0].place or 0, seats=len(unit), made_at=now, expires_at=deadline)
        for unit in units
    ]
    for unit, made in zip(units, Offer.objects.bulk_create(offers), strict=True):
        for one in unit:
            one.offer = made
    heads = [one for unit in units for one in unit]
    Enrolment.objects.bulk_update(heads, ["offer", "from_reserve"])
    turn(actor=actor, enrolments=heads, to=Enrolment.State.OFFERED, verb=verb)
    tell(heads, "offered", expires_at=deadline.isoformat())


def unplace(course: Course, heads: Sequence[Enrolment], **values: Any) -> None:
    """Tells people of a locked course, who are all in one state, that they get no seat any more."""
    release(course, heads)
    turn(actor=None, enrolments=heads, to=Enrolment.State.UNPLACED, verb="unplace")
    tell(heads, "unplaced", **values)
