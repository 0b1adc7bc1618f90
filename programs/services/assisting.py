"""What a course's coordinators do for its learners: enrol who comes or calls, withdraw, move up, look up a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal, refuse_if
from members.models import Member
from members.rules import why_not_birth_year, why_not_name
from members.services import introduce, record
from programs.models import Course, Enrolment
from programs.rules import Places, why_not_answer_for, why_not_find_person, why_not_promote, why_not_reason
from programs.rules.joining import rules_broken
from programs.services.enrolling import close_queue, enrol, withdraw
from programs.services.notices import guardians
from programs.services.queue import move, offer
from programs.services.seats import count, lock_course

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Learner

CONSENT_VERSION = "2026-11"
# How somebody asked who did not enrol themselves.
ASKED = {"desk": _("Came in person"), "phone": _("By phone"), "paper": _("On a paper form")}


def admit(
    *,
    actor: Member,
    course: Course,
    person: Mapping[str, str | int],
    asked: str,
    consents: bool,
    wait: bool = True,
    answers: Mapping[str, Any] | None = None,
    exception: str = "",
) -> tuple[Enrolment, bool]:
    """Enrols someone who came or called, by their exact number or address; the same rules hold as for everybody, but with
    the reason for an `exception` those of who may join do not: they stay marked on the place, and are told in the trail.

    `person` has `contact`, `name`, `birth_year`, `relation` to the member of that contact, and `gender` and `district` (slug)
    where the course asks for them; who is not known is written down. The answer is the same whether the contact was known.
    The looking up is counted and stays in the trail even where the rest is refused. Returns the place and whether it is new;
    the person is told.

    Raises:
        Refused: `not_yours`, `too_many`, `consent`, `asked`, `text_long` for the exception; those of `introduce` and `enrol`.
    """
    refuse_if(why_not_answer_for(course, actor) or _why_not_asked(asked, consents=consents))
    refuse_if(why_not_reason(exception) if exception else None)
    refuse_if(why_not_name(str(person["name"])) or why_not_birth_year(int(person["birth_year"])))
    refuse_if(why_not_find_person(actor))
    record(actor=actor, verb="find_person", row=course)
    close_queue(course)
    with transaction.atomic():
        _member, learner = introduce(
            actor=actor,
            birth_year=int(person["birth_year"]),
            consent_version=CONSENT_VERSION,
            **{name: str(person.get(name) or "") for name in ("contact", "name", "relation", "gender", "district")},
        )
        how = {"wait": wait, "assisted": asked, "answers": answers}
        return _enrol_or_except(actor, course, learner, exception, how)


def _enrol_or_except(
    actor: Member, course: Course, learner: Learner, reason: str, how: dict[str, Any]
) -> tuple[Enrolment, bool]:
    """Enrols a learner; with a reason the rules of joining that say no do not hold, and the place is marked."""
    broken = [one.code for one in rules_broken(course, learner, Places.of(learner))] if reason else []
    enrolment, is_new = enrol(actor=actor, course=course, learner=learner, excepted=frozenset(broken), **how)
    if is_new and broken:
        mark_exception(actor, enrolment, broken, reason)
    return enrolment, is_new


def mark_exception(actor: Member, enrolment: Enrolment, rules: list[str], reason: str) -> None:
    """Marks a place as an exception from rules, besides those from which it is one; the learner hears nothing of it."""
    every = " ".join(dict.fromkeys([*enrolment.exception_rule.split(), *rules]))
    enrolment.exception_by, enrolment.exception_reason, enrolment.exception_rule = actor, reason, every
    enrolment.save(update_fields=["exception_by", "exception_reason", "exception_rule"])
    changes = {"rules": rules, "reason": reason}
    record(actor=actor, verb="except", row=enrolment, on_behalf=enrolment.learner_id, changes=changes)


def _why_not_asked(asked: str, *, consents: bool) -> Refusal | None:
    if asked not in ASKED:
        return Refusal("asked", _("Choose how the person asked"))
    return None if consents else Refusal("consent", _("Ask first whether the person agrees, and note it here"))


def withdraw_for(*, actor: Member, enrolment: Enrolment, reason: str) -> Enrolment:
    """Takes a learner out of the course, with a reason that they are told. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`; those of `withdraw`.
    """
    refuse_if(why_not_answer_for(enrolment.course, actor) or why_not_reason(reason))
    return withdraw(actor=actor, enrolment=enrolment, reason=reason)


def promote(*, actor: Member, enrolment: Enrolment, reason: str, extra_seat: bool = False) -> Enrolment:
    """Offers a seat to someone who waits, past those before them: an exception that stays marked on the place. A party moves
    up as a whole.

    Where no seat is free, `extra_seat` adds those that lack for these very people, so that nobody in the queue loses one and the
    order of all others stays. Locks the course; whoever holds a seat or an offer already keeps it, nothing changes.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`, `not_waiting`, `queue_over`, `full` without the extra seat.
    """
    refuse_if(why_not_answer_for(enrolment.course, actor) or why_not_reason(reason))
    with transaction.atomic():
        course = lock_course(enrolment.course_id)
        enrolment = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
        enrolment.course = course
        if enrolment.state in Enrolment.HOLDING:
            return enrolment
        unit = _waiting_with(enrolment)
        lacking = 0 if course.seats_free is None else max(0, len(unit) - course.seats_free)
        refuse_if(why_not_promote(enrolment, course, lacking=lacking, extra_seat=extra_seat))
        if lacking:
            _add_seats(actor, course, lacking)
        count(course, taken=len(unit), waiting=-len(unit))
        for one in unit:
            one.exception_by, one.exception_reason = actor, reason
        Enrolment.objects.bulk_update(unit, ["exception_by", "exception_reason"])
        offer(course, [unit], actor=actor, verb="promote")
        move(course)
    return next((one for one in unit if one.pk == enrolment.pk), enrolment)


def _waiting_with(enrolment: Enrolment) -> list[Enrolment]:
    """Who waits, with those of its party who wait."""
    together = {"party": enrolment.party_id} if enrolment.party_id else {"pk": enrolment.pk}
    rows = Enrolment.objects.filter(state=Enrolment.State.WAITING, **together)
    return list(rows.select_related("learner").order_by("place"))


def _add_seats(actor: Member, course: Course, seats: int) -> None:
    before = course.capacity or 0
    Course.objects.filter(pk=course.pk).update(capacity=F("capacity") + seats)
    course.capacity = before + seats
    record(actor=actor, verb="resize", row=course, changes={"capacity": [before, course.capacity]})


def show_contacts(*, actor: Member, enrolment: Enrolment) -> list[Member]:
    """The members who care for the learner of a place, with their contacts; the look at them is in the trail.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_answer_for(enrolment.course, actor))
    record(actor=actor, verb="read_contact", row=enrolment.learner, on_behalf=enrolment.learner_id)
    found = guardians([enrolment.learner_id])[enrolment.learner_id]
    return list(Member.objects.filter(pk__in=found).order_by("pk"))
