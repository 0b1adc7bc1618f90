"""Ending sessions, one device or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base.refusal import refuse_if
from members import rules
from members.models import Session
from members.services.audit import record

if TYPE_CHECKING:
    from members.models import Member


@transaction.atomic
def sign_out(*, actor: Member, device: str) -> None:
    """Ends one of the member's own sessions, named by the key of its row; twice changes nothing."""
    ended, _rows = Session.objects.filter(member=actor, pk=device).delete()
    if ended:
        record(actor=actor, verb="sign_out", row=actor)


@transaction.atomic
def sign_out_everywhere(*, actor: Member, member: Member, spare: str | None = None) -> int:
    """Ends every session of a member but the one to spare (the key of its row); answers how many ended.

    Raises:
        Refused: `not_yours` when the actor is neither the member nor a superuser.
    """
    refuse_if(rules.why_not_sign_out(actor, member))
    ended, _rows = Session.objects.filter(member=member).exclude(pk=spare or "").delete()
    if ended:
        record(actor=actor, verb="sign_out_everywhere", row=member, changes={"devices": ended})
    return ended
