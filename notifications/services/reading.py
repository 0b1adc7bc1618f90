"""What a member does with their messages: reads them, and says how they want to get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from members.models import Member
from members.services import record
from notifications import rules
from notifications.models import Channel, Delivery, Preference

if TYPE_CHECKING:
    from collections.abc import Mapping


def mark_read(*, member: Member, until: int | None = None) -> int:
    """Marks the member's messages as read, up to the delivery of that id; returns how many were new."""
    new = Delivery.objects.filter(member=member, channel=Channel.INBOX, read_at__isnull=True)
    if until is not None:
        new = new.filter(pk__lte=until)
    return new.update(read_at=clock.now())


def set_preferences(*, actor: Member, language: str, theme: str, wishes: Mapping[tuple[str, Channel], bool]) -> Member:
    """Keeps the member's language, colours and channels by group of kinds. E-mail that was stopped is tried again."""
    rows = [
        Preference(member=actor, kind=group, channel=channel, wanted=wanted)
        for (group, channel), wanted in wishes.items()
    ]
    with transaction.atomic():
        Preference.objects.filter(member=actor, kind=rules.EVERY_KIND).delete()
        Preference.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["member", "kind", "channel"], update_fields=["wanted"]
        )
        Member.objects.filter(pk=actor.pk).update(language=language, theme=theme)
        record(actor=actor, verb="set_preferences", row=actor, changes={"preferences": "changed"})
    actor.language, actor.theme = language, theme
    return actor
