"""The queue of a course: the one mover, and the sweeps that a clock calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from base import clock
from programs.deadlines import offer_deadline
from programs.models import Course, Enrolment, Offer
from programs.rules import queue_moves
from programs.services.notices import tell
from programs.services.seats import count, lock_course, release, turn

if TYPE_CHECKING:
    from members.models import Member


def move(course: Course) -> None:
    """Offers every free seat of a locked course to those who wait, in strict order. Called in the transaction of every
    release and growth, and by the sweep; from `moves_until` on nobody waits any more and it does nothing.
    """
    free = course.seats_free
    if not course.waiting or free == 0 or not queue_moves(course):
        return
    queue = (
        Enrolment.objects.filter(course=course, state=Enrolment.State.WAITING)
        .select_related("learner")
        .order_by("place")
    )
    heads = list(queue if free is None else queue[:free])
    count(course, taken=len(heads), waiting=-len(heads))
    offer(course, heads)


def offer(course: Course, heads: list[Enrolment], *, actor: Member | None = None, verb: str = "offer") -> None:
    """Offers seats that were just counted for them to those heads of a locked course, and tells them until when."""
    now = clock.now()
    deadline = offer_deadline(made_at=now, offer_hours=course.offer_hours, moves_until=course.moves_until)
    offers = [Offer(course=course, place=one.place or 0, seats=1, made_at=now, expires_at=deadline) for one in heads]
    for one, made in zip(heads, Offer.objects.bulk_create(offers), strict=True):
        one.offer = made
    Enrolment.objects.bulk_update(heads, ["offer"])
    turn(actor=actor, enrolments=heads, to=Enrolment.State.OFFERED, verb=verb)
    tell(heads, "offered", expires_at=deadline.isoformat())


def sweep() -> int:
    """Does everything in all courses that time alone asks for, one course a transaction: lapses offers, closes queues,
    moves what can move. Safe to repeat and to run in several places at once. Returns the number of courses touched.
    """
    now = clock.now()
    waiting = Q(waiting__gt=0)
    due = Course.objects.filter(
        Q(offers__answer__isnull=True, offers__expires_at__lte=now)
        | waiting & Q(moves_until__lte=now)
        | waiting & (Q(capacity__isnull=True) | Q(capacity__gt=F("seats_taken") + F("seats_reserved")))
    )
    ids = sorted(set(due.order_by().values_list("pk", flat=True)))
    for pk in ids:
        sweep_course(pk)
    return len(ids)


def sweep_course(course_id: int) -> None:
    """Brings one course up to the present: offers past their deadline lapse, then the queue moves or ends."""
    with transaction.atomic():
        course = lock_course(course_id)
        _lapse(course)
        if course.waiting and not queue_moves(course):
            _unplace(course)
        move(course)


def _lapse(course: Course) -> None:
    now = clock.now()
    late = Offer.objects.filter(course=course, answer__isnull=True, expires_at__lte=now)
    ids = list(late.values_list("pk", flat=True))
    heads = _of(course, Q(state=Enrolment.State.OFFERED, offer__in=ids))
    Offer.objects.filter(pk__in=ids).update(answer=Offer.Answer.LAPSED, answered_at=now)
    release(course, heads)
    turn(actor=None, enrolments=heads, to=Enrolment.State.LAPSED, verb="lapse")
    tell(heads, "lapsed")


def _unplace(course: Course) -> None:
    heads = _of(course, Q(state=Enrolment.State.WAITING))
    release(course, heads)
    turn(actor=None, enrolments=heads, to=Enrolment.State.UNPLACED, verb="unplace")
    tell(heads, "unplaced")


def _of(course: Course, which: Q) -> list[Enrolment]:
    return list(Enrolment.objects.filter(which, course=course).select_related("learner").order_by("place", "pk"))
