"""The portal's only clock: the database's time, the city's days."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

from django.db.backends.signals import connection_created
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_lock = threading.Lock()
_offset = dt.timedelta()


def now() -> dt.datetime:
    """The present instant in UTC by the database's clock, so that machines with wrong clocks agree.

    Local time plus the offset that was measured when this process last opened a connection. Tests replace this function.
    """
    return timezone.now() + _offset


def today() -> dt.date:
    """The present date in the city."""
    return timezone.localdate(now())


def day_of(instant: dt.datetime) -> dt.date:
    """The date in the city at an instant."""
    return timezone.localdate(instant)


def wall(instant: dt.datetime) -> dt.datetime:
    """An instant as the city's clocks show it, with its zone."""
    return timezone.localtime(instant)


def at(day: dt.date, time: dt.time) -> dt.datetime:
    """The instant of a wall time in the city on a day."""
    return dt.datetime.combine(day, time, tzinfo=timezone.get_default_timezone())


def measure(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    """Learns how far the local clock is from the database's; SQLite shares ours."""
    if connection.vendor != "postgresql":
        return
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    global _offset  # noqa: PLW0603 - one offset a process
    with _lock:
        _offset = theirs - (before + (timezone.now() - before) / 2)


connection_created.connect(measure, dispatch_uid="base.clock")
