"""Seals the trail of each day that is over."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from base import clock
from members.models import Audit, Seal
from members.trail import ONE_DAY, digest_of

SEALED_FROM = dt.timedelta(hours=1)  # after midnight, so that work begun before has ended
MOST_AT_ONCE = 60


def seal_trail() -> int:
    """Seals every day up to yesterday that has no seal yet, sixty at once; two at once seal a day once.

    The seal is about the trail and stands beside it; it leaves no line in it.
    """
    over = clock.day_of(clock.now() - SEALED_FROM)  # the first day that is not over yet
    last = Seal.objects.order_by("-day").first()
    first = Audit.objects.order_by("at", "pk").first() if last is None else None
    if last is None and first is None:
        return 0
    day = last.day + ONE_DAY if last else clock.day_of(first.at) if first else over
    before, sealed = last.digest if last else "", 0
    while day < over and sealed < MOST_AT_ONCE:
        lines, before = digest_of(day, before)
        if not _sealed(day, lines, before):
            break
        day, sealed = day + ONE_DAY, sealed + 1
    return sealed


def _sealed(day: dt.date, lines: int, digest: str) -> bool:
    try:
        with transaction.atomic():
            Seal.objects.create(day=day, lines=lines, digest=digest, made_at=clock.now())
    except IntegrityError:
        return False
    return True
