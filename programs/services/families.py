"""Who acts for whom, where others are told or places in courses looked at: a second guardian, the end, coming of age."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from base import clock
from base.refusal import refuse_if
from members import rules
from members import services as members
from members.models import Care, Learner, Member
from notifications.models import Notice
from notifications.services import post
from programs.models import Enrolment
from programs.rules import why_not_withdraw
from programs.rules.people import both_in, why_not_one_place
from programs.services.merging import one_learner
from programs.services.seats import lock_learners

if TYPE_CHECKING:
    from members.models import Invitation

YEAR = dt.timedelta(days=365)
BEFOREHAND = dt.timedelta(days=60)
LATEST = dt.timedelta(days=7)  # workers that stood still


@transaction.atomic
def end_care(*, actor: Member, learner: Learner) -> None:
    """Ends the member's care for the learner, at once; twice changes nothing. History stays with the learner.

    Locks the learner, as enrolling does, so that no place is taken for someone who is being left.

    Raises:
        Refused: `oneself`, `has_places` while places can still be given back and no other guardian is left.
    """
    lock_learners([learner.pk])
    care = Care.objects.open_on(clock.today()).filter(guardian=actor, learner=learner).first()
    if care is not None:
        members.end_care(actor=actor, care=care, has_places=has_places(learner))


def invite(*, actor: Member, learner: Learner, contact: str, is_own: bool = False) -> Invitation:
    """Asks whoever has that contact to care for the learner too; with `is_own` to be the learner, with an account of their own.

    Who has an account is told at once, who has none finds it after signing in: the answer is the same.

    Raises:
        Refused: as `members.services.invite`.
    """
    with transaction.atomic():
        row = members.invite(actor=actor, care=care_of(actor, learner, is_own=is_own), contact=contact, is_own=is_own)
        there = Member.objects.filter(Q(phone=contact) | Q(email=contact), erased_at__isnull=True)
        post(
            key=f"invitation:{row.pk}:asked",
            kind="programs/invited",
            members=there.values_list("pk", flat=True),
            values={"invitation": row.pk, "learner": given_name(learner), "is_own": is_own},
            expires_at=row.expires_at,
        )
    return row


def care_of(member: Member, learner: Learner, *, is_own: bool = False) -> Care | None:
    """The member's care for the learner today; to hand over (`is_own`) also one that ended because the child came of age, in
    the year after.
    """
    mine = Care.objects.filter(guardian=member, learner=learner, learner__erased_at__isnull=True)
    today = clock.today()
    found = mine.open_on(today).select_related("learner").first()
    if found is not None or not is_own:
        return found
    last = mine.filter(relation=Care.Relation.CHILD, until_on__gt=today - YEAR).select_related("learner").last()
    return last if last is not None and last.until_on == last.learner.of_age_on else None


def given_name(learner: Learner) -> str:
    """What is told of somebody before the other one has agreed: the first word of the name."""
    return learner.name.partition(" ")[0]


@transaction.atomic
def accept_invitation(*, actor: Member, invitation: Invitation, relation: str, consents: bool) -> Care:
    """Cares for the learner too; who asked is told.

    Raises:
        Refused: as `members.services.accept_invitation`.
    """
    care = members.accept_invitation(actor=actor, invitation=invitation, relation=relation, consents=consents)
    _answered(invitation, "accepted")
    return care


@transaction.atomic
def decline_invitation(*, actor: Member, invitation: Invitation) -> None:
    """Says no; who asked is told.

    Raises:
        Refused: `invitation_over`.
    """
    members.decline_invitation(actor=actor, invitation=invitation)
    _answered(invitation, "declined")


def _answered(invitation: Invitation, answer: str) -> None:
    values = {"learner": invitation.learner.name, "answer": answer, "is_own": invitation.is_own}
    key = f"invitation:{invitation.pk}:{answer}"
    post(key=key, kind="programs/invitation_answered", members=[invitation.made_by_id], values=values)


@transaction.atomic
def dismiss_guardian(*, actor: Member, learner: Learner, guardian: int) -> None:
    """Ends the other guardian's care for a learner, at once, and tells them; twice changes nothing.

    Raises:
        Refused: `not_yours`, `not_first`.
    """
    lock_learners([learner.pk])
    care = rules.guardians_of(learner.pk).filter(guardian=guardian).first()
    if care is not None:
        members.dismiss_guardian(actor=actor, care=care)
        _tell_of_the_end([care], learner)


def _tell_of_the_end(cares: list[Care], learner: Learner) -> None:
    for care in cares:
        key = f"care:{care.pk}:ended:{clock.now().timestamp()}"
        post(key=key, kind="programs/care_ended", members=[care.guardian_id], values={"learner": learner.name})


def come_of_age(*, actor: Member, invitation: Invitation, birth_year: int) -> Learner:
    """Makes the member the learner whom a guardian handed over, with everything that is theirs; nobody else acts for them any
    more. Who had an account already keeps it, and the two learners become one. Locks the learners.

    Raises:
        Refused: as `members.services.claim`; `both_enrolled` where both have a place in one course.
    """
    learner = members.claim(actor=actor, invitation=invitation, birth_year=birth_year)
    with transaction.atomic():
        own = Learner.objects.filter(cares__guardian=actor, cares__relation=Care.Relation.SELF).first()
        lock_learners([one.pk for one in (learner, own) if one])
        refuse_if(why_not_one_place(both_in(learner.pk, own.pk)) if own else None)
        others = list(rules.guardians_of(learner.pk))
        members.come_of_age(actor=actor, invitation=invitation)
        _tell_of_the_end(others, learner)
        _answered(invitation, "accepted")
        if own is not None:
            one_learner(learner.pk, own.pk)
    return own or learner


def tell_of_age() -> int:
    """Tells guardians in time, and again on the day, that a child turns eighteen and how it gets an account of its own.

    Once each, however often it runs; not where it has one. Answers how many were told.
    """
    today = clock.today()
    children = Care.objects.filter(relation=Care.Relation.CHILD, learner__erased_at__isnull=True)
    due = children.filter(
        until_on__gt=today - LATEST, until_on__lte=today + BEFOREHAND, guardian__erased_at__isnull=True
    )
    has_own = Care.objects.filter(learner=OuterRef("learner"), relation=Care.Relation.SELF)
    rows = due.filter(~Exists(has_own)).select_related("learner").order_by("pk")
    keys = {_age_key(care, today): care for care in rows if care.until_on == care.learner.of_age_on}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    untold = {key: care for key, care in keys.items() if key not in told}
    for key, care in untold.items():
        _tell_of_age(key, care, is_soon=str(care.until_on) > today.isoformat())
    return len(untold)


def _age_key(care: Care, today: dt.date) -> str:
    is_soon = care.until_on is not None and care.until_on > today
    return f"care:{care.pk}:of_age{'_soon' if is_soon else ''}:{care.until_on}"


@transaction.atomic
def _tell_of_age(key: str, care: Care, *, is_soon: bool) -> None:
    values = {"learner": care.learner.name, "learner_id": care.learner_id, "of_age_on": str(care.until_on)}
    post(key=key, kind="programs/of_age", members=[care.guardian_id], values=values | {"is_soon": is_soon})


def has_places(learner: Learner) -> bool:
    """Whether the learner has a place that somebody must use or give back."""
    live = Enrolment.objects.live().filter(learner=learner).select_related("course")
    return any(why_not_withdraw(one) is None for one in live)
