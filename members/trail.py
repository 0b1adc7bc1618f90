"""Recomputes what the seals of the trail say, and names the first day that says otherwise."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from base import clock
from members.models import Audit, Seal

if TYPE_CHECKING:
    from django.db.models import QuerySet

ONE_DAY = dt.timedelta(days=1)
COLUMNS = (
    "id",
    "at",
    "actor_id",
    "for_id",
    "verb",
    "object_type",
    "object_id",
    "door",
    "request_id",
    "changes",
)
BATCH = 2000
KEPT = dt.timedelta(days=2555)  # seven years; PostgreSQL refuses to let a younger line go


def lines_of(day: dt.date) -> QuerySet[Audit]:
    """The lines of one day of the city."""
    start = clock.at(day, dt.time())
    return Audit.objects.filter(at__gte=start, at__lt=clock.at(day + ONE_DAY, dt.time())).order_by("at", "pk")


def digest_of(day: dt.date, before: str) -> tuple[int, str]:
    """How many lines the day has, and the hash over them and over the digest of the day before."""
    found = hashlib.sha256(f"{before} {day.isoformat()}".encode())
    count = 0
    for line in lines_of(day).values_list(*COLUMNS).iterator(BATCH):
        found.update(_plain(line))
        count += 1
    return count, found.hexdigest()


def _plain(line: tuple[object, ...]) -> bytes:
    """A line as the same bytes on every machine."""
    parts = [one.astimezone(dt.UTC).isoformat() if isinstance(one, dt.datetime) else one for one in line]
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _is_forgotten(seal: Seal, lines: int) -> bool:
    """Whether all lines of the day went because they were old enough."""
    return lines == 0 and seal.day < clock.today() - KEPT


class Verdict(NamedTuple):
    """What a look at all seals found: days and lines that are whole, and the first day that is not. Of days whose lines went
    after seven years the seal alone is left, and the chain goes on from it.
    """

    days: int
    lines: int
    broken_on: dt.date | None


def verify() -> Verdict:
    """Recomputes every seal from the first on; a day that is missing among them breaks the chain, too."""
    days, lines, before, expected = 0, 0, "", None
    for seal in Seal.objects.order_by("day"):
        if expected is not None and seal.day != expected:
            return Verdict(days, lines, expected)
        found = digest_of(seal.day, before)
        if (seal.lines, seal.digest) != found and not _is_forgotten(seal, found[0]):
            return Verdict(days, lines, seal.day)
        days, lines, before, expected = days + 1, lines + found[0], seal.digest, seal.day + ONE_DAY
    return Verdict(days, lines, None)
