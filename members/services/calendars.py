"""The secrets of calendar addresses: a member's own, and one for each learner whom they care for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from base import clock
from base.refusal import refuse_if
from members import rules
from members.models import Care, Member
from members.services.audit import record

if TYPE_CHECKING:
    from members.models import Learner


@transaction.atomic
def renew_calendar(*, actor: Member, learner: Learner | None = None) -> None:
    """Ends the member's calendar address and begins another; with a learner the member's address for that learner alone.

    Raises:
        Refused: `not_yours` for a learner whom the member does not care for.
    """
    rows = Care.objects.open_on(clock.today()).filter(guardian=actor, learner=learner) if learner else None
    here = Member.objects.filter(pk=actor.pk) if rows is None else rows
    refuse_if(None if here.update(calendar_version=F("calendar_version") + 1) else rules.NOT_YOURS)
    about = learner.pk if learner else None
    record(actor=actor, verb="renew_calendar", row=learner or actor, on_behalf=about)
