"""What a member does with their messages: reads them, and says how they want to get them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from members.models import Member
from members.services import record
from notifications import rules
from notifications.models import Channel, Delivery, Preference, Rhythm

if TYPE_CHECKING:
    from collections.abc import Mapping


def mark_read(*, member: Member, until: int | None = None) -> int:
    """Marks the member's messages as read, up to the delivery of that id; returns how many were new."""
    new = Delivery.objects.filter(member=member, channel=Channel.INBOX, read_at__isnull=True)
    if until is not None:
        new = new.filter(pk__lte=until)
    return new.update(read_at=clock.now())


def mark_opened(*, delivery: Delivery) -> None:
    """Notes that the link of a delivery was followed, the first time."""
    Delivery.objects.filter(pk=delivery.pk, opened_at__isnull=True).update(opened_at=clock.now())


def set_preferences(
    *,
    actor: Member,
    language: str,
    theme: str,
    wishes: Mapping[tuple[str, Channel], bool],
    quiet: tuple[int | None, int | None] = (None, None),
    digest: str = "",
) -> Member:
    """Keeps the member's language, colours, hours of rest, digest, and channels by group of kinds.

    E-mail that was stopped is tried again.
    """
    rows = [
        Preference(member=actor, kind=group, channel=channel, wanted=wanted)
        for (group, channel), wanted in wishes.items()
    ]
    hours = {"quiet_from": quiet[0], "quiet_until": quiet[1], "digest": digest}
    with transaction.atomic():
        Preference.objects.filter(member=actor, kind=rules.EVERY_KIND).delete()
        _keep(rows)
        Rhythm.objects.update_or_create(member=actor, defaults=hours)
        Member.objects.filter(pk=actor.pk).update(language=language, theme=theme)
        record(actor=actor, verb="set_preferences", row=actor, changes={"preferences": "changed"})
    actor.language, actor.theme = language, theme
    return actor


def _keep(rows: list[Preference]) -> None:
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "kind", "channel"], update_fields=["wanted"]
    )


@transaction.atomic
def unsubscribe(*, delivery: Delivery, everything: bool = False) -> None:
    """Stops the channel of a delivery for its group of kinds, or for all but one's own enrolments, from this second."""
    kept = {rules.OTHER.name, "classes"}
    groups = [group.name for group in rules.GROUPS if group.name not in kept] if everything else []
    names = groups or [rules.group_of(delivery.notice.kind).name]
    member = delivery.member
    _keep([Preference(member=member, kind=name, channel=delivery.channel, wanted=False) for name in names])
    Delivery.objects.filter(pk=delivery.pk).update(unsubscribed_at=clock.now())
    record(actor=member, verb="unsubscribe", row=member, changes={"preferences": "changed"})
