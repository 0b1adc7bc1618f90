"""Saying yes or no to those who applied for a course whose coordinator gives out the seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base.refusal import refuse_if
from notifications.models import Notice
from programs.models import Enrolment
from programs.rules import (
    Places,
    named,
    why_not_answer_for,
    why_not_approve,
    why_not_choose,
    why_not_reason,
)
from programs.rules.joining import rules_broken
from programs.services.assisting import mark_exception
from programs.services.enrolling import position, seat
from programs.services.notices import tell
from programs.services.seats import lock_course, lock_learners, turn

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course

State = Enrolment.State


def approve(*, actor: Member, enrolment: Enrolment, exception: str = "") -> Enrolment:
    """Gives who applied, with their whole party, seats, or the next places in the queue where none are free. Locks the learners,
    then the course; twice changes nothing. With the reason for an `exception` the rules of who may join do not hold, as in
    `admit`.

    Raises:
        Refused: `not_yours`, `text_long` for the exception, `not_applied`, `decided`, `queue_over`; those of `why_not_approve`,
            judged again for each of them; `queue_full`, and then nothing changes.
    """
    refuse_if(why_not_answer_for(enrolment.course, actor))
    refuse_if(why_not_reason(exception) if exception else None)
    with transaction.atomic():
        lock_learners([enrolment.learner_id, *(one.learner_id for one in _applied_with(enrolment))])
        course, heads = _read(enrolment, yes=True)
        if not heads:
            return _as_it_is(enrolment, course)
        for one in heads:
            one.course = course
            _judge(actor, one, exception)
        taken = seat(course, heads=len(heads), wait=True, reserve=heads[0].reserve)
        for place, one in enumerate(heads, start=taken.place):
            one.place, one.from_reserve = place, taken.is_reserved
        Enrolment.objects.bulk_update(heads, ["place", "from_reserve"])
        to = State.SEATED if taken.is_seated else State.WAITING
        turn(actor=actor, enrolments=heads, to=to, verb="approve")
        ahead: dict[str, Any] = {} if taken.is_seated else {"position": position(heads[0])}
        tell(heads, to.value, urgency=Notice.Urgency.SERVICE, is_approved=True, **ahead)
    return next(one for one in heads if one.pk == enrolment.pk)


def _judge(actor: Member, head: Enrolment, reason: str) -> None:
    """Judges somebody by the rules as they are now; with a reason those of joining that say no do not hold, which is marked."""
    places = Places.of(head.learner, besides=head.course_id)
    found = rules_broken(head.course, head.learner, places) if reason else []
    broken = [one.code for one in found if one.code not in head.excepted]
    refuse_if(named(why_not_approve(head, places, frozenset(broken)), head.learner))
    if broken:
        mark_exception(actor, head, broken, reason)


def refuse(*, actor: Member, enrolment: Enrolment, reason: str) -> Enrolment:
    """Says no to who applied, with their whole party; they read the reason. Locks the course; twice changes nothing.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`, `not_applied`, `decided`, `queue_over`.
    """
    refuse_if(why_not_answer_for(enrolment.course, actor) or why_not_reason(reason))
    with transaction.atomic():
        course, heads = _read(enrolment, yes=False)
        if not heads:
            return _as_it_is(enrolment, course)
        turn(actor=actor, enrolments=heads, to=State.REFUSED, verb="refuse", reason=reason)
        tell(heads, "refused", urgency=Notice.Urgency.SERVICE, reason=reason)
    return next(one for one in heads if one.pk == enrolment.pk)


def _applied_with(enrolment: Enrolment) -> list[Enrolment]:
    """The whole unit of a place as far as it has applied and waits for a word; [] once it has one."""
    with_it = {"party": enrolment.party_id} if enrolment.party_id else {"pk": enrolment.pk}
    rows = Enrolment.objects.filter(course=enrolment.course_id, state=State.APPLIED, **with_it)
    return list(rows.select_related("learner", "reserve").order_by("pk"))


def _read(enrolment: Enrolment, *, yes: bool) -> tuple[Course, list[Enrolment]]:
    """The course under its lock, and the unit to be decided upon; none where it was decided already."""
    course = lock_course(enrolment.course_id)
    heads = _applied_with(enrolment)
    fresh = Enrolment.objects.get(pk=enrolment.pk)
    fresh.course = course
    refuse_if(why_not_choose(fresh, yes=yes))
    return course, heads if fresh.state == State.APPLIED else []


def _as_it_is(enrolment: Enrolment, course: Course) -> Enrolment:
    fresh = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
    fresh.course = course
    return fresh
