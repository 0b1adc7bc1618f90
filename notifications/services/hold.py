"""Holds what was not sent back when a copy of the database begins to live, and lets it go."""

from __future__ import annotations

import datetime as dt

from base import clock
from notifications.models import Channel, Delivery

HELD = "held"
NEVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
State = Delivery.State


def hold() -> int:
    """Holds every delivery that was waiting or in hand: another copy may have sent it. Returns how many."""
    waiting = Delivery.objects.filter(state__in=[State.QUEUED, State.SENDING]).exclude(channel=Channel.INBOX)
    return waiting.update(state=State.QUEUED, due_at=NEVER, leased_until=None, error=HELD)


def release() -> int:
    """Lets everything go that is held. Returns how many."""
    held = Delivery.objects.filter(state=State.QUEUED, error=HELD, due_at=NEVER)
    return held.update(due_at=clock.now(), error="")
