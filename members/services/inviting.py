"""A second guardian, and the child that becomes of age: asked by number or address, answered by whoever signs in with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import clock
from base.refusal import Refused, refuse_if
from members import rules
from members.models import Care, Invitation, Learner, Member
from members.services.audit import record
from members.services.caring import CARE_CONSENT

if TYPE_CHECKING:
    from base.refusal import Refusal

ANSWERED_WITHIN = dt.timedelta(days=14)
CLAIMED_WITHIN = dt.timedelta(days=365)
Answer = Invitation.Answer


@transaction.atomic
def invite(*, actor: Member, care: Care | None, contact: str, is_own: bool = False) -> Invitation:
    """Asks whoever has that contact (as `parse_contact` gives it) to care for the learner too, for fourteen days; with `is_own`
    to be the learner, for a year. Whether somebody has it already makes no difference here.

    Locks the member's row, so that two at once do not pass the limits.

    Raises:
        Refused: `not_yours`, `oneself`, `own_account`, `no_child`, `own_contact`, `guardians_full`, `invited_already`,
            `invitations_full`.
    """
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    refuse_if(rules.why_not_invite(actor, care, contact=contact, is_own=is_own))
    assert care is not None  # noqa: S101 # nosec B101 - the rule has said so
    _end_old(care.learner_id, contact)
    now = clock.now()
    row = Invitation.objects.create(
        learner_id=care.learner_id,
        made_by=actor,
        contact=contact,
        is_own=is_own,
        made_at=now,
        expires_at=now + (CLAIMED_WITHIN if is_own else ANSWERED_WITHIN),
    )
    changes = {"contact": "changed", "is_own": is_own}
    record(actor=actor, verb="invite", row=row, on_behalf=row.learner_id, changes=changes)
    return row


def _end_old(learner_id: int, contact: str) -> None:
    """One that nobody answered in time stands in the way of no new one."""
    _answer(Invitation.objects.filter(learner=learner_id, contact=contact), Answer.REVOKED)


def _answer(rows: Any, answer: Invitation.Answer) -> bool:
    """Ends those that are still open; whether there was one."""
    found = rows.filter(answer__isnull=True)
    return bool(found.update(answer=answer, answered_at=clock.now(), contact=""))


@transaction.atomic
def revoke_invitation(*, actor: Member, invitation: Invitation) -> None:
    """Takes an invitation back; twice changes nothing.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(None if invitation.made_by_id == actor.pk else rules.NOT_YOURS)
    if _answer(Invitation.objects.filter(pk=invitation.pk), Answer.REVOKED):
        record(actor=actor, verb="revoke_invitation", row=invitation, on_behalf=invitation.learner_id)


@transaction.atomic
def decline_invitation(*, actor: Member, invitation: Invitation) -> None:
    """Says no; whoever asked hears it from the caller.

    Raises:
        Refused: `invitation_over`.
    """
    mine = Invitation.objects.visible_to(actor).filter(pk=invitation.pk)
    refuse_if(None if _answer(mine, Answer.DECLINED) else rules.INVITATION_OVER)
    record(actor=actor, verb="decline_invitation", row=invitation, on_behalf=invitation.learner_id)


@transaction.atomic
def accept_invitation(*, actor: Member, invitation: Invitation, relation: str, consents: bool) -> Care:
    """Cares for the learner from today on beside who asked, with the version of the text to which the member agreed.

    Locks the member's row, then the learner's, so that two at once do not make a third guardian.

    Raises:
        Refused: `invitation_over`, `unknown_choice`, `consent`, `grown`, `duplicate`, `family_full`, `guardians_full`.
    """
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    learner = Learner.objects.select_for_update(no_key=True).get(pk=invitation.learner_id)
    row = _open(actor, invitation, is_own=False)
    known = list(Care.objects.open_on(clock.today()).filter(guardian=actor).select_related("learner"))
    refuse_if(rules.why_not_accept(row, known, relation, consents=consents))
    _answer(Invitation.objects.filter(pk=row.pk), Answer.ACCEPTED)
    care = Care.objects.filter(guardian=actor, learner=learner).order_by("pk").last() or Care(guardian=actor)
    care.learner, care.relation, care.from_on, care.consent_version = learner, relation, clock.today(), CARE_CONSENT
    care.until_on = rules.care_until(relation, learner.of_age_on)
    care.calendar_version += 1  # an address of an earlier care opens nothing again
    care.save()
    changes = {"relation": "changed", "consent_version": ["", CARE_CONSENT]}
    record(actor=actor, verb="accept_invitation", row=care, on_behalf=learner.pk, changes=changes)
    return care


def _open(actor: Member, invitation: Invitation, *, is_own: bool) -> Invitation:
    """The invitation as it stands under its lock, if it is the member's to answer; who asked must still care for a learner.

    Raises:
        Refused: `invitation_over`.
    """
    mine = Invitation.objects.visible_to(actor).filter(pk=invitation.pk, is_own=is_own)
    row = mine.select_for_update(no_key=True, of=("self",)).select_related("learner").first()
    cares = row is not None and rules.guardians_of(row.learner_id).filter(guardian=row.made_by_id).exists()
    if row is None or not (is_own or cares):
        raise Refused(rules.INVITATION_OVER)
    return row


@transaction.atomic
def dismiss_guardian(*, actor: Member, care: Care) -> None:
    """Ends the other guardian's care at once; twice changes nothing. Who added the learner may, nobody else.

    Raises:
        Refused: `not_yours`, `not_first`.
    """
    cares = list(rules.guardians_of(care.learner_id))
    refuse_if(rules.why_not_dismiss(cares, actor, care))
    today = clock.today()
    if Care.objects.open_on(today).filter(pk=care.pk).update(until_on=today):
        changes = {"until_on": [care.until_on and care.until_on.isoformat(), today.isoformat()]}
        record(actor=actor, verb="dismiss_guardian", row=care, on_behalf=care.learner_id, changes=changes)


def claim(*, actor: Member, invitation: Invitation, birth_year: int) -> Learner:
    """Judges whether the member is the learner whom an invitation of this kind is about: three tries, which stay counted.

    The caller gives the learner an account of their own.

    Raises:
        Refused: `invitation_over`, `too_young` before the eighteenth birthday, `birth_wrong`.
    """
    with transaction.atomic():
        row = _open(actor, invitation, is_own=True)
        refusal = _why_not_claim(row, birth_year)
        if refusal is rules.BIRTH_WRONG:
            row.tries_left -= 1
            row.save(update_fields=["tries_left"])
            if not row.tries_left:
                _answer(Invitation.objects.filter(pk=row.pk), Answer.REVOKED)
    refuse_if(refusal)
    return row.learner


def _why_not_claim(row: Invitation, birth_year: int) -> Refusal | None:
    grown = row.learner.of_age_on
    if grown is None or grown > clock.today():
        return rules.TOO_YOUNG
    return None if rules.was_born_in(row.learner, birth_year) else rules.BIRTH_WRONG


@transaction.atomic
def come_of_age(*, actor: Member, invitation: Invitation) -> None:
    """The member is the learner from now on, and nobody cares for them any more: the right of guardians ends.

    The caller has judged the claim in `claim`, holds the learner's lock, and makes one of two learners where the member is one
    already.

    Raises:
        Refused: `invitation_over` when two claimed at once.
    """
    mine = Invitation.objects.visible_to(actor).filter(pk=invitation.pk, is_own=True)
    refuse_if(None if _answer(mine, Answer.ACCEPTED) else rules.INVITATION_OVER)
    today, learner = clock.today(), invitation.learner_id
    _answer(Invitation.objects.filter(learner=learner), Answer.REVOKED)
    Care.objects.open_on(today).filter(learner=learner).update(until_on=today)
    own = Care.objects.filter(guardian=actor, relation=Care.Relation.SELF).first()
    care = own or Care.objects.create(guardian=actor, learner_id=learner, relation=Care.Relation.SELF)
    record(actor=actor, verb="come_of_age", row=care, on_behalf=learner)


def forget_invitations(older_than: dt.timedelta) -> int:
    """Erases those that were answered, or that nobody answered, so long ago; nothing else refers to them."""
    old = clock.now() - older_than
    gone, _rows = Invitation.objects.filter(answered_at__lt=old).delete()
    late, _rows = Invitation.objects.filter(answer__isnull=True, expires_at__lt=old).delete()
    return gone + late
