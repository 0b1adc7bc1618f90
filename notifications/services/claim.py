"""Who hands over which delivery: leases, so that many workers share the rows and a dead one's come back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.db import connection, transaction
from django.db.models import F, Q

from base import clock
from notifications.models import Channel, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.utils import CursorWrapper

LEASE = dt.timedelta(seconds=120)
LEAST_LEFT = dt.timedelta(seconds=30)
State = Delivery.State
_BEGIN = """UPDATE notifications_delivery SET state = 'sending', attempts = attempts + 1, provider = %s
WHERE id = %s AND leased_until = %s AND state = 'queued'"""
_SENT = """UPDATE notifications_delivery
SET state = 'sent', sent_at = %s, error = '', attempts = attempts + %s, leased_until = NULL
WHERE id = %s AND leased_until = %s AND state IN ('queued', 'sending')"""
_SOON = " AND set_config('synchronous_commit', 'off', true) = 'off'"  # for the statement's own transaction
_PLAN = "PREPARE delivery_sent (timestamptz, int, bigint, timestamptz) AS " + (_SENT + _SOON).replace(
    "%s", "{}"
).format("$1", "$2", "$3", "$4")
_SENT_SOON = "EXECUTE delivery_sent (%s, %s, %s, %s)"
planned: WeakSet[Any] = WeakSet()  # the connections to PostgreSQL that know it; planning anew takes a third of a mark


@dataclass
class Batch:
    """Rows that are this worker's alone until their lease ends; `handed_over` are the ids of those that it let go of."""

    rows: list[Delivery]
    until: dt.datetime
    handed_over: list[int] = field(default_factory=list)

    @cached_property
    def cursor(self) -> CursorWrapper:
        """One for all its marks."""
        return connection.cursor()

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


def begin(batch: Batch, row: Delivery, provider: str = "") -> bool:
    """Marks one row as being in hand, right before its hand-over; false when it is no longer this worker's."""
    return _write(_BEGIN, [provider], batch, row)


def _write(statement: str, values: list[Any], batch: Batch, row: Delivery) -> bool:
    """One row by its lease, many times a second: without the time that the ORM takes to put the same together."""
    if statement == _SENT_SOON and connection.connection not in planned:
        batch.cursor.execute(_PLAN)
        planned.add(connection.connection)
    batch.cursor.execute(statement, [*values, row.pk, connection.ops.adapt_datetimefield_value(batch.until)])
    return bool(batch.cursor.rowcount)


def mark_sent(row: Delivery, batch: Batch) -> bool:
    """Writes that it was handed over, committed at once; a text message was counted when it was taken in hand.

    PostgreSQL acknowledges all but text messages before the disk has them: that outlives the end of this process, while the
    end of PostgreSQL itself may take back the last 0.6 s, which `mark_again` writes once more.
    """
    is_sms = row.channel == Channel.SMS
    statement = _SENT if is_sms or connection.vendor != "postgresql" else _SENT_SOON
    if not is_sms:
        batch.handed_over.append(row.pk)
    counted = 0 if is_sms else 1
    return _write(statement, [connection.ops.adapt_datetimefield_value(clock.now()), counted], batch, row)


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
