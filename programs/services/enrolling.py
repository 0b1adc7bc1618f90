"""Getting a place in a course and giving it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal, Refused, refuse_if
from members.services import record
from notifications.models import Notice
from programs.models import Course, Enrolment, Offer
from programs.rules import (
    NOT_YOURS,
    Places,
    queue_moves,
    why_not_here,
    why_not_now,
    why_not_open,
    why_not_seats,
    why_not_withdraw,
)
from programs.rules.answers import read_answers
from programs.rules.joining import season_key
from programs.services.answers import keep_answers
from programs.services.notices import Known, tell
from programs.services.queue import move, sweep_course
from programs.services.seats import lock_course, lock_learners, release, take, turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Learner, Member


def enrol(
    *,
    actor: Member,
    course: Course,
    learner: Learner,
    wait: bool = True,
    assisted: str = "",
    answers: Mapping[str, Any] | None = None,
    excepted: frozenset[str] = frozenset(),
) -> tuple[Enrolment, bool]:
    """Gives the learner a seat in a course, or where waiting is wanted the next place in its queue.

    Returns the place and whether it is new: asking again changes nothing and answers what already is. Locks the learner,
    then the course's row by the one statement that takes the seat. The caller has seen to it that the actor may act for the
    learner (`Learner.objects.visible_to`); `assisted` says how the learner asked where somebody else enrols them (`admit`);
    `answers` are those to what the course asks (`read_answers`); `excepted` are codes of rules that do not hold (`admit`).

    Raises:
        Refused: with the code of the first rule that says no; nothing is left behind.
    """
    close_queue(course)
    read = read_answers(actor, course, answers)
    refusal = why_not_here(course, learner, wait=wait, excepted=excepted) or read.refusal
    if refusal is not None:
        return _standing_or_refused(course, learner, refusal), False
    with transaction.atomic():
        lock_learners([learner.pk])
        live = list(Enrolment.objects.live().filter(learner=learner).select_related("offer"))
        standing = next((one for one in live if one.course_id == course.pk), None)
        if standing is not None:
            return standing, False
        refuse_if(why_not_now(course, Places.among(live), excepted))
        once = None if "once" in excepted else season_key(course)
        enrolment = _place(actor=actor, course=course, learner=learner, wait=wait, assisted=assisted, once=once)
        keep_answers(enrolment, read)
        return enrolment, True


def close_queue(course: Course) -> None:
    """Ends the queue of a course whose time to move has passed, so that whoever comes now is judged by what is so."""
    if course.waiting and not queue_moves(course):
        sweep_course(course.pk)
        course.refresh_from_db(fields=["seats_taken", "waiting"])


def _standing_or_refused(course: Course, learner: Learner, refusal: Refusal) -> Enrolment:
    """The place that already is, whatever the course would say to a newcomer; no lock is taken for a refusal."""
    standing = Enrolment.objects.live().filter(course=course, learner=learner).select_related("offer").first()
    if standing is None:
        raise Refused(refusal)
    return standing


def _place(
    *, actor: Member, course: Course, learner: Learner, wait: bool, assisted: str, once: str | None
) -> Enrolment:
    known = Known.of(course.pk, [learner.pk])
    # Read under the learner's lock: a care that ended since the page was opened gives nothing.
    refuse_if(None if assisted or actor.pk in known.receivers.get(learner.pk, []) else NOT_YOURS)
    taken = take(course, wait=wait)
    if taken is None:
        raise Refused(_why_nothing_was_left(course, wait=wait))
    state = Enrolment.State.SEATED if taken.is_seated else Enrolment.State.WAITING
    now = clock.now()
    enrolment = Enrolment.objects.create(
        course=course,
        learner=learner,
        state=state,
        place=taken.place,
        asked_by=actor,
        asked_at=now,
        state_at=now,
        once=once,
    )
    how = {"assisted": assisted} if assisted else {}
    record(actor=actor, verb="enrol", row=enrolment, on_behalf=learner.pk, changes={"state": [None, state], **how})
    ahead: dict[str, Any] = {} if taken.is_seated else {"position": position(enrolment)}
    tell([enrolment], state.value, urgency=Notice.Urgency.ANSWER, known=known, **ahead, **how)
    return enrolment


def _why_nothing_was_left(course: Course, *, wait: bool) -> Refusal:
    """Reads the row again to name what changed between the rule and the statement."""
    fresh = Course.objects.get(pk=course.pk)
    busy = Refusal("busy", _("Many people are enrolling right now; try again"))
    return why_not_open(fresh) or why_not_seats(fresh, wait=wait) or busy


def position(enrolment: Enrolment) -> int:
    """The rank in the queue now: one more than the people waiting below this place."""
    ahead = Enrolment.objects.filter(
        course=enrolment.course_id, state=Enrolment.State.WAITING, place__lt=enrolment.place
    )
    return 1 + ahead.count()


def withdraw(*, actor: Member, enrolment: Enrolment, reason: str = "") -> Enrolment:
    """Gives a place back, from the learner's side or by the coordinator with a reason; the queue moves at once.

    Twice changes nothing. Locks the course.

    Raises:
        Refused: `over` when the course has ended or its outcome is recorded.
    """
    with transaction.atomic():
        course = lock_course(enrolment.course_id)
        enrolment = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
        if enrolment.state not in Enrolment.LIVE:
            return enrolment
        enrolment.course = course
        refuse_if(why_not_withdraw(enrolment))
        leave(actor=actor, course=course, enrolment=enrolment, to=Enrolment.State.WITHDRAWN, reason=reason)
    return enrolment


def leave(*, actor: Member, course: Course, enrolment: Enrolment, to: Enrolment.State, reason: str = "") -> None:
    """Ends a place under its course's lock: what it held goes back, its offer is answered, the queue moves."""
    if enrolment.state == Enrolment.State.OFFERED:
        Offer.objects.filter(heads=enrolment.pk, answer__isnull=True).update(
            answer=Offer.Answer.DECLINED, answered_at=clock.now()
        )
    release(course, [enrolment])
    turn(
        actor=actor,
        enrolments=[enrolment],
        to=to,
        verb="decline" if to == Enrolment.State.DECLINED else "withdraw",
        reason=reason,
    )
    tell([enrolment], to.value, urgency=Notice.Urgency.ANSWER, reason=reason)
    move(course)
