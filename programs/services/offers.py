"""Answering an offer of a seat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from notifications.models import Notice
from programs.models import Enrolment, Offer
from programs.rules import Places, why_not_answer, why_not_fits_timetable, why_not_suited, why_not_withdraw
from programs.rules.joining import why_not_still_prepared
from programs.services.enrolling import leave
from programs.services.notices import tell
from programs.services.seats import lock_courses, lock_learners, turn

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course


def accept(*, actor: Member, enrolment: Enrolment) -> Enrolment:
    """Takes the offered seat for good. Locks the learner, then the course; twice changes nothing.

    Raises:
        Refused: `offer_expired` from the deadline on, even before the sweep; `clash` and who may join judged again (but for
            what a coordinator excepted), and then the offer stays open.
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
    lock_learners([enrolment.learner_id])
    courses = lock_courses([enrolment.course_id, *([leaving.course_id] if leaving else [])])
    enrolment = _read(enrolment, courses)
    if enrolment.state == Enrolment.State.SEATED:
        return enrolment
    refuse_if(why_not_answer(enrolment, enrolment.offer))
    if leaving is not None:
        _leave(actor, _read(leaving, courses), courses)
    refuse_if(why_not_suited(enrolment.course, enrolment.learner, enrolment.excepted))
    places = Places.of(enrolment.learner)
    refuse_if(why_not_fits_timetable(enrolment.course, places) or why_not_still_prepared(enrolment, places))
    _answer(enrolment, Offer.Answer.ACCEPTED)
    turn(actor=actor, enrolments=[enrolment], to=Enrolment.State.SEATED, verb="accept")
    tell([enrolment], "seated", urgency=Notice.Urgency.ANSWER)
    return enrolment


def _leave(actor: Member, leaving: Enrolment, courses: dict[int, Course]) -> None:
    if leaving.state in Enrolment.LIVE:
        refuse_if(why_not_withdraw(leaving))
        leave(actor=actor, course=courses[leaving.course_id], enrolment=leaving, to=Enrolment.State.WITHDRAWN)


def decline(*, actor: Member, enrolment: Enrolment) -> Enrolment:
    """Says no to the offered seat; it goes to the next in line in the same transaction. Twice changes nothing.

    Raises:
        Refused: `offer_expired` or `no_offer`.
    """
    with transaction.atomic():
        courses = lock_courses([enrolment.course_id])
        enrolment = _read(enrolment, courses)
        if enrolment.state == Enrolment.State.DECLINED:
            return enrolment
        refuse_if(why_not_answer(enrolment, enrolment.offer))
        leave(actor=actor, course=enrolment.course, enrolment=enrolment, to=Enrolment.State.DECLINED)
    return enrolment


def _read(enrolment: Enrolment, courses: dict[int, Course]) -> Enrolment:
    """The enrolment as it is under the lock of its course."""
    fresh = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
    fresh.course = courses[fresh.course_id]
    return fresh


def _answer(enrolment: Enrolment, answer: Offer.Answer) -> None:
    Offer.objects.filter(heads=enrolment.pk).update(answer=answer, answered_at=clock.now())
