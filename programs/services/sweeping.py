"""What time alone asks for in a course: offers lapse, lots are drawn, queues move and end."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q

from base import clock
from programs.models import Course, Enrolment, Offer
from programs.rules import queue_moves
from programs.rules.reserving import is_due
from programs.services.drawing import draw, promise_seeds
from programs.services.notices import tell
from programs.services.queue import heads_in, move, unplace
from programs.services.reserving import end_reserves
from programs.services.seats import lock_course, release, turn

State = Enrolment.State


def sweep() -> int:
    """Brings all courses up to the present, one course a transaction. Safe to repeat and to run in several places at once.
    Returns the number of courses touched.
    """
    now = clock.now()
    promise_seeds()
    waiting = Q(waiting__gt=0)
    lots = Q(selection=Course.Selection.LOTTERY, mode=Course.Mode.PORTAL, state=Course.State.PUBLISHED)
    due = Course.objects.filter(
        Q(offers__answer__isnull=True, offers__expires_at__lte=now)
        | waiting & Q(moves_until__lte=now)
        | waiting & (Q(capacity__isnull=True) | Q(capacity__gt=F("seats_taken") + F("seats_reserved")))
        | Q(reserves_until__lt=clock.today())
        | lots & Q(closes_at__lte=now, drawn_at__isnull=True)
        | Q(moves_until__lte=now, enrolments__state=State.APPLIED)
    )
    ids = sorted(set(due.order_by().values_list("pk", flat=True)))
    for pk in ids:
        sweep_course(pk)
    return len(ids)


def sweep_course(course_id: int) -> None:
    """Brings one course up to the present: reserves end with their day, offers past their deadline lapse, lots are drawn, the
    queue moves or ends.
    """
    with transaction.atomic():
        course = lock_course(course_id)
        if is_due(course):
            end_reserves(course, until_on__lt=clock.today())
        _lapse(course)
        if queue_moves(course):
            draw(course)
        else:
            unplace(course, heads_in(course, State.WAITING))
            unplace(course, heads_in(course, State.APPLIED))
        move(course)


def _lapse(course: Course) -> None:
    now = clock.now()
    late = Offer.objects.filter(course=course, answer__isnull=True, expires_at__lte=now)
    ids = list(late.values_list("pk", flat=True))
    heads = [one for one in heads_in(course, State.OFFERED) if one.offer_id in ids] if ids else []
    Offer.objects.filter(pk__in=ids).update(answer=Offer.Answer.LAPSED, answered_at=now)
    release(course, heads)
    turn(actor=None, enrolments=heads, to=State.LAPSED, verb="lapse")
    tell(heads, "lapsed")
