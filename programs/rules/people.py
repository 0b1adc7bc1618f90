"""What staff may not do with people's accounts, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from members.models import Care
from programs.models import Enrolment
from workgroups.models import Appointment
from workgroups.rules import why_not_govern

if TYPE_CHECKING:
    from members.models import Member

SAME_PERSON = Refusal("same_person", _("These are one and the same account"))
GONE = Refusal("gone", _("This account no longer exists"))
SUPERUSER = Refusal("superuser", _("This account has every right; only another superuser may touch it"))
OWN_ACCOUNT = Refusal("own_account", _("Ask a colleague: nobody merges their own account"))
STAFF_ACCOUNT = Refusal("staff_account", _("An account of municipal staff is merged by a superuser alone"))


def why_not_end_sessions(actor: Member, member: Member) -> Refusal | None:
    """Whether the member's devices are not this person's to sign out."""
    if why_not_govern(actor) is not None:
        return why_not_govern(actor)
    return SUPERUSER if member.is_superuser and not actor.is_superuser else None


def why_not_merge(actor: Member, gone: Member, kept: Member) -> Refusal | None:
    """Whether two accounts stay two, whatever they hold: whose they are, and who asks."""
    if why_not_govern(actor) is not None:
        return why_not_govern(actor)
    if gone.pk == kept.pk:
        return SAME_PERSON
    if gone.erased_at or kept.erased_at:
        return GONE
    if gone.is_superuser or (kept.is_superuser and not actor.is_superuser):
        return SUPERUSER
    return _why_not_by(actor, gone, kept)


def _why_not_by(actor: Member, gone: Member, kept: Member) -> Refusal | None:
    """A right would pass to somebody through a merge by those who may not give it."""
    if actor.pk in {gone.pk, kept.pk}:
        return OWN_ACCOUNT
    staff = Appointment.objects.ahead_of(clock.today()).filter(member__in=[gone, kept], role=Appointment.Role.STAFF)
    return STAFF_ACCOUNT if staff.exists() and not actor.is_superuser else None


def selves(gone: Member, kept: Member) -> tuple[int | None, int | None]:
    """The learners that the two are themselves; one query."""
    own = Care.objects.filter(guardian__in=[gone, kept], relation=Care.Relation.SELF).values_list("guardian", "learner")
    found = dict(own)
    return found.get(gone.pk), found.get(kept.pk)


def both_in(first: int | None, second: int | None) -> list[int]:
    """The courses in which both learners have a place that is not over."""
    live = Enrolment.objects.live().order_by()
    mine = live.filter(learner=first).values("course")
    return sorted(live.filter(learner=second, course__in=mine).values_list("course", flat=True))


def why_not_one_place(courses: list[int]) -> Refusal | None:
    """Whether the two would sit in one course twice."""
    return (
        Refusal(
            "both_enrolled",
            _("Both accounts have a place in the same course. Withdraw one of the two places first, then merge"),
            {"courses": courses},
        )
        if courses
        else None
    )
