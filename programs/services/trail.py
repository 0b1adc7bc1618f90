"""Giving the audit trail out as a file, which is in the trail itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base.refusal import Refusal, refuse_if
from members.services import record
from programs.rules import why_not_reason
from workgroups.rules import why_not_govern

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from members.models import Audit, Member
    from programs.trail import Asked

MOST_LINES = 50_000


@transaction.atomic
def export_trail(*, actor: Member, asked: Asked, reason: str) -> QuerySet[Audit]:
    """The lines that were asked for, fifty thousand at most; reason and question stay in the trail.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`, `text_hidden`.
    """
    refusal: Refusal | None = why_not_govern(actor) or why_not_reason(reason)
    refuse_if(refusal)
    record(actor=actor, verb="export_trail", row=actor, changes={"reason": reason, "asked": asked.words()})
    return asked.rows()[:MOST_LINES]
