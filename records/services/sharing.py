"""Letting others read a passport, and ending it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members.models import Learner
from members.rules import NOT_YOURS
from members.services import record
from records.models import PassportLink

if TYPE_CHECKING:
    from members.models import Member


@transaction.atomic
def share(*, actor: Member, learner: Learner) -> PassportLink:
    """Makes a secret address for a learner's passport; the same one again while it is open. Locks the learner.

    Raises:
        Refused: `not_yours`.
    """
    _lock(actor, learner)
    link = PassportLink.objects.open().filter(learner=learner).first()
    if link is None:
        link = PassportLink.objects.create(learner=learner, nonce=secrets.token_hex(16), made_by=actor)
        record(actor=actor, verb="share", row=link, on_behalf=learner.pk)
    return link


@transaction.atomic
def end_sharing(*, actor: Member, learner: Learner) -> None:
    """Ends the address, for good: nobody reads anything there any more. Twice changes nothing. Locks the learner.

    Raises:
        Refused: `not_yours`.
    """
    _lock(actor, learner)
    for link in PassportLink.objects.open().filter(learner=learner):
        link.ended_at = clock.now()
        link.save(update_fields=["ended_at"])
        record(actor=actor, verb="end_sharing", row=link, on_behalf=learner.pk)


def _lock(actor: Member, learner: Learner) -> None:
    refuse_if(None if Learner.objects.visible_to(actor).filter(pk=learner.pk).exists() else NOT_YOURS)
    Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
