"""Saying from which decision a program or a course came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base.refusal import refuse_if
from members.services import record
from programs.rules import why_not_attribute

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course, Program
    from workgroups.models import Decision


def attribute(*, actor: Member, row: Program | Course, decision: Decision | None) -> None:
    """Says from which decision of its workgroup a program or course came, or (None) from none. Twice changes nothing.

    Raises:
        Refused: `not_yours`; `other_workgroup` for a decision that another workgroup took.
    """
    refuse_if(why_not_attribute(row, decision, actor))
    with transaction.atomic():
        stored = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)  # noqa: SLF001 - Django's documented name
        before, after = stored.decision_id, decision.pk if decision else None
        if before == after:
            return
        type(row)._default_manager.filter(pk=row.pk).update(decision=decision)  # noqa: SLF001 - Django's documented name
        record(actor=actor, verb="attribute", row=row, changes={"decision": [before, after]})
