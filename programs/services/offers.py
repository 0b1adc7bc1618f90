"""Answering an offer of a seat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from notifications.models import Notice
from programs.models import Enrolment, Offer
from programs.rules import (
    Places,
    named,
    why_not_answer,
    why_not_fits_timetable,
    why_not_for_all,
    why_not_suited,
    why_not_withdraw,
)
from programs.rules.joining import why_not_still_prepared
from programs.services.enrolling import leave
from programs.services.notices import tell
from programs.services.queue import move
from programs.services.seats import lock_courses, lock_learners, release, turn

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course


def accept(*, actor: Member, enrolment: Enrolment) -> Enrolment:
    """Takes the offered seat for good, with those of the whole party that it was offered to. Locks its learners, then the
    course; twice changes nothing.

    Raises:
        Refused: `offer_expired` from the deadline on, even before the sweep; `not_all_yours`; `clash` and who may
            join judged again for each of them (but for what a coordinator excepted), and then the offer stays open.
    """
    with transaction.atomic():
        return _accept(actor, enrolment, leaving=None)


def accept_instead(*, actor: Member, enrolment: Enrolment, leaving: Enrolment) -> Enrolment:
    """Withdraws from a clashing course and accepts the offer, both or neither.

    Raises:
        Refused: as `accept` and `withdraw`.
    """
    with transaction.atomic():
        return _accept(actor, enrolment, leaving=leaving)


def _accept(actor: Member, enrolment: Enrolment, *, leaving: Enrolment | None) -> Enrolment:
    lock_learners({enrolment.learner_id, *(one.learner_id for one in heads_of(enrolment))})
    courses = lock_courses([enrolment.course_id, *([leaving.course_id] if leaving else [])])
    enrolment = _read(enrolment, courses)
    if enrolment.state == Enrolment.State.SEATED:
        return enrolment
    heads = _answering(actor, enrolment)
    if leaving is not None:
        _leave(actor, _read(leaving, courses), courses)
    for one in heads:
        places = Places.of(one.learner)
        refusal = (
            why_not_suited(enrolment.course, one.learner, one.excepted)
            or why_not_fits_timetable(enrolment.course, places)
            or why_not_still_prepared(one, places)
        )
        refuse_if(named(refusal, one.learner) if len(heads) > 1 else refusal)
    _answer(enrolment, Offer.Answer.ACCEPTED)
    turn(actor=actor, enrolments=heads, to=Enrolment.State.SEATED, verb="accept")
    tell(heads, "seated", urgency=Notice.Urgency.ANSWER)
    return next(one for one in heads if one.pk == enrolment.pk)


def _leave(actor: Member, leaving: Enrolment, courses: dict[int, Course]) -> None:
    if leaving.state in Enrolment.LIVE:
        refuse_if(why_not_withdraw(leaving))
        leave(actor=actor, course=courses[leaving.course_id], enrolment=leaving)


def decline(*, actor: Member, enrolment: Enrolment) -> Enrolment:
    """Says no to the offered seat, for the whole party; it goes to the next in line in the same transaction. Twice changes
    nothing.

    Raises:
        Refused: `offer_expired`, `no_offer` or `not_all_yours`.
    """
    with transaction.atomic():
        courses = lock_courses([enrolment.course_id])
        enrolment = _read(enrolment, courses)
        if enrolment.state == Enrolment.State.DECLINED:
            return enrolment
        heads = _answering(actor, enrolment)
        _answer(enrolment, Offer.Answer.DECLINED)
        release(enrolment.course, heads)
        turn(actor=actor, enrolments=heads, to=Enrolment.State.DECLINED, verb="decline")
        tell(heads, "declined", urgency=Notice.Urgency.ANSWER)
        move(enrolment.course)
    return next(one for one in heads if one.pk == enrolment.pk)


def heads_of(enrolment: Enrolment) -> list[Enrolment]:
    """Everybody to whom the enrolment's offer holds a seat, itself among them; none without an offer."""
    held = Enrolment.objects.filter(offer=enrolment.offer_id, state=Enrolment.State.OFFERED)
    return list(held.select_related("learner").order_by("place")) if enrolment.offer_id else []


def _answering(actor: Member, enrolment: Enrolment) -> list[Enrolment]:
    """The heads for whom an open offer is answered, under the course's lock."""
    refuse_if(why_not_answer(enrolment, enrolment.offer))
    heads = heads_of(enrolment)
    refuse_if(why_not_for_all(actor, heads))
    return heads


def _read(enrolment: Enrolment, courses: dict[int, Course]) -> Enrolment:
    """The enrolment as it is under the lock of its course."""
    fresh = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
    fresh.course = courses[fresh.course_id]
    return fresh


def _answer(enrolment: Enrolment, answer: Offer.Answer) -> None:
    Offer.objects.filter(pk=enrolment.offer_id or 0).update(answer=answer, answered_at=clock.now())
