"""Outcomes of a course, and the certificates that come and go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members.services import record
from programs.models import Enrolment
from programs.rules import why_not_answer_for, why_not_reason
from programs.services import conclude_some
from programs.services.seats import lock_course
from records import rules
from records.codes import new_code
from records.freezing import facts_of, named
from records.models import Certificate
from records.outcomes import standings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from members.models import Member
    from programs.models import Course


@transaction.atomic
def confirm(*, actor: Member, course: Course) -> int:
    """Records for everybody whose outcome is open what the course's rule says, and issues the certificates; of whom the rule
    cannot say anything stays. Answers how many it was. Twice changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`, `cancelled`, `not_over`.
    """
    course = _locked(actor, course)
    open_ = {one.enrolment.pk: one.passes for one in standings(course) if one.waits and one.passes is not None}
    return _conclude(actor, course, open_)


@transaction.atomic
def decide(*, actor: Member, enrolment: Enrolment, completed: bool, reason: str) -> int:
    """Records one outcome, whatever the rule says, or corrects it; the learner reads the reason. A certificate is issued or
    revoked with it. Twice changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`, `cancelled`, `not_over`; `reason_missing`, `text_long`, `text_hidden`.
    """
    refuse_if(why_not_reason(reason))
    course = _locked(actor, enrolment.course)
    return _conclude(actor, course, {enrolment.pk: completed}, reason)


def _locked(actor: Member, course: Course) -> Course:
    refuse_if(why_not_answer_for(course, actor))
    course = lock_course(course.pk)
    refuse_if(rules.why_not_conclude(course))
    return course


def _conclude(actor: Member, course: Course, outcomes: Mapping[int, bool], reason: str = "") -> int:
    changed = conclude_some(actor=actor, course=course, outcomes=outcomes, reason=reason)
    completed = [one for one in changed if one.state == Enrolment.State.COMPLETED]
    gone = [one.pk for one in changed if one.state != Enrolment.State.COMPLETED]
    for certificate in Certificate.objects.valid().filter(enrolment__in=gone).select_related("enrolment"):
        _revoke(actor, certificate, reason)
    issue(actor, course, completed)
    return len(changed)


def issue(actor: Member | None, course: Course, completed: Iterable[Enrolment]) -> None:
    """Gives certificates to people who completed the course and have no valid one, under its lock; to nobody who was erased."""
    completed, today = [one for one in completed if one.learner.erased_at is None], clock.today()
    facts = facts_of(course) if completed else {}
    for one in completed:
        frozen = named(facts, one.learner)
        row = Certificate.objects.create(enrolment=one, code=new_code(), frozen=frozen, issued_on=today)
        record(actor=actor, verb="issue", row=row, on_behalf=one.learner_id)


@transaction.atomic
def issue_again(*, actor: Member, enrolment: Enrolment) -> Certificate:
    """Issues a new certificate to somebody who completed the course and whose last one was revoked, with what is so now.
    Twice changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`, `cancelled`, `not_over`, `not_completed`.
    """
    course = _locked(actor, enrolment.course)
    fresh = Enrolment.objects.select_related("learner").get(pk=enrolment.pk)
    refuse_if(rules.why_not_certify(fresh))
    if not Certificate.objects.valid().filter(enrolment=fresh).exists():
        issue(actor, course, [fresh])
    return Certificate.objects.valid().get(enrolment=fresh)


@transaction.atomic
def revoke(*, actor: Member, certificate: Certificate, reason: str) -> Certificate:
    """Ends a certificate; whoever checks its code reads when and why. The outcome stays. Twice changes nothing. Locks the
    course.

    Raises:
        Refused: `not_yours`; `reason_missing`, `text_long`, `text_hidden`.
    """
    course = certificate.enrolment.course
    refuse_if(why_not_answer_for(course, actor) or why_not_reason(reason))
    lock_course(course.pk)
    row = Certificate.objects.select_related("enrolment").get(pk=certificate.pk)
    return row if row.is_revoked else _revoke(actor, row, reason)


def _revoke(actor: Member, row: Certificate, reason: str) -> Certificate:
    row.revoked_at, row.reason = clock.now(), reason
    row.save(update_fields=["revoked_at", "reason"])
    record(actor=actor, verb="revoke", row=row, on_behalf=row.enrolment.learner_id, changes={"reason": reason})
    return row
