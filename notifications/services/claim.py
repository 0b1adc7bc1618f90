"""Who hands over which delivery: leases, so that many workers share the rows and a dead one's come back."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F, Q

from base import clock
from notifications.models import Channel, Delivery
from notifications.services.beside import Beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEASE = dt.timedelta(seconds=120)
LEAST_LEFT = dt.timedelta(seconds=30)
MANY = 20  # rows of a batch for which a second connection is worth its time
State = Delivery.State
# The mark of an e-mail, as PostgreSQL prepares it: now, the row, the end of its lease.
SENT = """(timestamptz, bigint, timestamptz) AS UPDATE notifications_delivery
SET state = 'sent', sent_at = $1, error = '', attempts = attempts + 1, leased_until = NULL
WHERE id = $2 AND leased_until = $3 AND state = 'queued'"""


@dataclass
class Batch:
    """Rows that are this worker's alone until their lease ends; `handed_over` are the ids of those that it let go of."""

    rows: list[Delivery]
    until: dt.datetime
    handed_over: list[int] = field(default_factory=list)
    beside: Beside | None = None  # where it is marked without waiting

    def is_ending(self) -> bool:
        """Whether too little time is left for another hand-over."""
        return clock.now() > self.until - LEAST_LEFT

    def mine(self) -> Q:
        """Of the deliveries, those that are still under this lease."""
        return Q(leased_until=self.until)


def claim(channel: Channel, limit: int) -> Batch:
    """Leases the most pressing deliveries due on a channel, at most `limit`; no two workers get the same one."""
    now = clock.now()
    until = now + LEASE
    due = Delivery.objects.filter(_free(now), channel=channel, state=State.QUEUED, due_at__lte=now)
    due = due.select_related("member__rhythm").prefetch_related("notice").order_by("priority", "due_at", "pk")
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due[:limit])
        if rows:
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=until)
    return Batch(rows, until)


def _free(now: dt.datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lte=now)


@contextmanager
def marking(batch: Batch) -> Iterator[None]:
    """While the block runs, a mark of a large batch is not waited for until the next one; at its end all are written.

    A text message's is, for none may go out twice, and one inside a transaction of the caller, which no other connection sees.
    """
    is_large = len(batch.rows) >= MANY and batch.rows[0].channel != Channel.SMS
    if is_large and connection.vendor == "postgresql" and not connection.in_atomic_block:
        with Beside(SENT) as batch.beside:
            yield
    else:
        yield


def begin(batch: Batch, row: Delivery, provider: str = "") -> bool:
    """Marks one row as being in hand, right before its hand-over; false when it is no longer this worker's."""
    mine = Delivery.objects.filter(batch.mine(), pk=row.pk, state=State.QUEUED)
    return bool(mine.update(state=State.SENDING, attempts=F("attempts") + 1, provider=provider))


def mark_sent(row: Delivery, batch: Batch) -> None:
    """Writes that it was handed over, committed at once; a text message was counted when it was taken in hand.

    Beside it is acknowledged before the disk has it: that outlives the end of this process, while the end of PostgreSQL itself
    may take back the last 0.6 s, which `mark_again` writes once more.
    """
    is_sms, now = row.channel == Channel.SMS, clock.now()
    if not is_sms:
        batch.handed_over.append(row.pk)
    if batch.beside:
        batch.beside.mark((now, row.pk, batch.until))
    else:
        mark(row, batch, state=State.SENT, sent_at=now, error="", attempts=F("attempts") + (0 if is_sms else 1))


def mark_again(batch: Batch) -> None:
    """Writes of a whole batch what was handed over, after the database was away; what it still knows stays as it is."""
    mine = Delivery.objects.filter(batch.mine(), pk__in=batch.handed_over, state=State.QUEUED)
    mine.update(state=State.SENT, sent_at=clock.now(), error="", attempts=F("attempts") + 1, leased_until=None)


def give_back(batch: Batch, rows: Iterable[Delivery]) -> None:
    """Returns rows that were not handed over, for the next claim."""
    left = [row.pk for row in rows]
    if left:
        Delivery.objects.filter(batch.mine(), pk__in=left, state=State.QUEUED).update(leased_until=None)


def mark(row: Delivery, batch: Batch, **columns: object) -> bool:
    """Writes what came of it, committed at once; nothing when the lease ended and the row is another worker's."""
    mine = Delivery.objects.filter(batch.mine(), pk=row.pk, state__in=[State.QUEUED, State.SENDING])
    return bool(mine.update(leased_until=None, **columns))


def put_off(batch: Batch, rows: Iterable[Delivery], due_at: dt.datetime) -> None:
    """Returns rows that nobody is to look at before that instant."""
    mine = Delivery.objects.filter(batch.mine(), pk__in=[row.pk for row in rows], state=State.QUEUED)
    mine.update(leased_until=None, due_at=due_at)


def lost(channel: Channel, limit: int) -> Batch:
    """Leases rows anew whose worker died with them in hand."""
    now = clock.now()
    until = now + LEASE
    with transaction.atomic():
        found = Delivery.objects.filter(channel=channel, state=State.SENDING, leased_until__lte=now).order_by("pk")
        if connection.features.has_select_for_update_skip_locked:
            found = found.select_for_update(skip_locked=True)
        rows = list(found[:limit])
        if rows:
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=until)
    return Batch(rows, until)
