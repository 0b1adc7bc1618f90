"""How far a notice to many has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from notifications.models import Channel, Delivery

if TYPE_CHECKING:
    from notifications.models import Notice

State = Delivery.State
WAITING = (State.QUEUED, State.SENDING, State.PAUSED, State.DIGEST)


@dataclass(frozen=True, slots=True)
class Progress:
    """Deliveries by channel and state, why some failed or were not sent, and how many opened our link or unsubscribed."""

    channels: dict[str, dict[str, int]]
    reasons: dict[str, dict[str, int]]
    opened: int
    unsubscribed: int

    def of(self, *states: str) -> int:
        """How many are in those states, on all channels but the inbox."""
        rows = [counted for channel, counted in self.channels.items() if channel != Channel.INBOX]
        return sum(counted.get(state, 0) for counted in rows for state in states)

    @property
    def waiting(self) -> int:
        """How many are still to be handed over."""
        return self.of(*WAITING)


def progress(notice: Notice) -> Progress:
    """Counts the notice's deliveries in one query."""
    counted: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    opened = unsubscribed = 0
    for row in _rows(notice):
        state = row["state"]
        if state in WAITING and notice.withdrawn_at:  # the workers have not met them yet; none will be sent
            state, row["error"] = State.DROPPED, "withdrawn"
        counted.setdefault(row["channel"], Counter())[str(state)] += row["number"]
        if state in {State.FAILED, State.DROPPED, State.UNKNOWN}:
            reasons.setdefault(row["channel"], Counter())[row["error"]] += row["number"]
        opened += row["opened"]
        unsubscribed += row["unsubscribed"]
    return Progress(
        {name: dict(one) for name, one in counted.items()},
        {name: dict(one) for name, one in reasons.items()},
        opened,
        unsubscribed,
    )


def _rows(notice: Notice) -> Any:
    rows = Delivery.objects.filter(notice=notice).order_by().values("channel", "state", "error")
    return rows.annotate(
        number=Count("pk"),
        opened=Count("pk", filter=Q(opened_at__isnull=False)),
        unsubscribed=Count("pk", filter=Q(unsubscribed_at__isnull=False)),
    )
