"""The end of acting for somebody, which looks at their places in courses first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from members import services as members
from members.models import Care
from programs.models import Enrolment
from programs.rules import why_not_withdraw
from programs.services.seats import lock_learners

if TYPE_CHECKING:
    from members.models import Learner, Member


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


def has_places(learner: Learner) -> bool:
    """Whether the learner has a place that somebody must use or give back."""
    live = Enrolment.objects.live().filter(learner=learner).select_related("course")
    return any(why_not_withdraw(one) is None for one in live)
