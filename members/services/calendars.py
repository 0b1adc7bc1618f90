"""The secret of a member's calendar address."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from members.models import Member
from members.services.audit import record


def renew_calendar(*, actor: Member) -> None:
    """Ends the member's calendar address and begins another."""
    with transaction.atomic():
        Member.objects.filter(pk=actor.pk).update(calendar_version=F("calendar_version") + 1)
        record(actor=actor, verb="renew_calendar", row=actor)
