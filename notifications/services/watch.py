"""What changed since a batch was claimed: who unsubscribed, was erased, which notice was paused or withdrawn."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from base import clock
from members.models import Member
from notifications import rules
from notifications.models import Channel, Notice, Preference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notifications.models import Delivery

EVERY = 0.5  # seconds


class Watch:
    """Looks again while a batch is handed over, at most twice a second however long it is."""

    def __init__(self) -> None:
        self._at = -math.inf
        self._stopped: set[tuple[int, str]] = set()
        self._gone: set[int] = set()
        self._paused: set[int] = set()
        self._withdrawn: set[int] = set()

    def look(self, rows: Iterable[Delivery]) -> None:
        """Asks the database about what is still to be handed over, unless it was asked a moment ago."""
        now = time.monotonic()
        if now - self._at < EVERY:
            return
        self._at = now
        members, notices, channels = map(
            set, zip(*((row.member_id, row.notice_id, row.channel) for row in rows), strict=True)
        )
        no = Preference.objects.filter(member__in=members, channel__in=channels, wanted=False)
        self._stopped = set(no.values_list("member_id", "kind"))
        erased = Member.objects.filter(pk__in=members, erased_at__isnull=False)
        self._gone = set(erased.values_list("pk", flat=True))
        told = Notice.objects.filter(pk__in=notices).values_list("pk", "paused_at", "withdrawn_at")
        self._paused = {pk for pk, paused_at, _ in told if paused_at}
        self._withdrawn = {pk for pk, _, withdrawn_at in told if withdrawn_at}

    def is_paused(self, row: Delivery) -> bool:
        """Whether its notice waits."""
        return row.notice_id in self._paused

    def why_not(self, row: Delivery) -> str:
        """Why it must not be sent any more, in a word; empty when it may."""
        if row.member_id in self._gone or row.member.erased_at is not None:
            return "erased"
        if row.notice_id in self._withdrawn:
            return "withdrawn"
        if self._is_late(row):
            return "expired"
        if {(row.member_id, rules.asked_for(row.notice.kind)), (row.member_id, rules.EVERY_KIND)} & self._stopped:
            return "unwanted"
        return "" if address(row.member, row.channel) else "no address"

    @staticmethod
    def _is_late(row: Delivery) -> bool:
        now = clock.now()
        is_over = row.notice.expires_at is not None and row.notice.expires_at <= now
        return is_over or rules.is_begun(row.notice.kind, row.notice.values, now)


def address(member: Member, channel: str) -> str | None:
    """Where that channel reaches a member; browsers by their owner's id."""
    if channel == Channel.PUSH:
        return str(member.pk)
    return member.phone if channel == Channel.SMS else member.email
