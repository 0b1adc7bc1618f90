"""Stops, goes on with, and takes back a notice to many. One row says so; workers put its deliveries aside as they meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import clock
from notifications.models import Delivery, Notice
from notifications.services.wake import wake

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

PARK = 5000
State = Delivery.State


def pause(notice: Notice) -> None:
    """Hands nothing more of it over until it is resumed."""
    Notice.objects.filter(pk=notice.pk, paused_at__isnull=True).update(paused_at=clock.now())


def resume(notice: Notice) -> None:
    """Goes on with a notice that was paused."""
    Notice.objects.filter(pk=notice.pk).update(paused_at=None)
    wake()


def withdraw(notice: Notice) -> None:
    """Sends nothing of it that is not sent yet, and shows it in no inbox any more."""
    Notice.objects.filter(pk=notice.pk, withdrawn_at__isnull=True).update(withdrawn_at=clock.now(), paused_at=None)


def reword(notice: Notice, *, values: dict[str, Any], expires_at: dt.datetime | None) -> None:
    """What has not left yet, and the inbox, say this from now on."""
    Notice.objects.filter(pk=notice.pk).update(values=values, expires_at=expires_at)


def recall(*, keys: Iterable[str]) -> int:
    """Withdraws the notices of those keys, in the caller's transaction; returns how many there were."""
    said = Notice.objects.filter(key__in=list(keys), withdrawn_at__isnull=True)
    return said.update(withdrawn_at=clock.now())


def resend_failed(notice: Notice) -> int:
    """Tries again what had failed; returns how many. What may have arrived is not among them."""
    failed = Delivery.objects.filter(notice=notice, state=State.FAILED, notice__withdrawn_at__isnull=True)
    now = clock.now()
    wake()
    return failed.update(state=State.QUEUED, due_at=now, attempts=0, error="", leased_until=None)


def set_aside(rows: Iterable[Delivery]) -> list[Delivery]:
    """Of claimed deliveries, those that may go; those of paused notices are parked, those of withdrawn ones end here."""
    whole = list(rows)
    _drop([row for row in whole if row.notice.withdrawn_at])
    left = [row for row in whole if not row.notice.withdrawn_at]
    _park([row for row in left if row.notice.paused_at])
    return [row for row in left if not row.notice.paused_at]


def _drop(rows: list[Delivery]) -> None:
    if rows:
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], state=State.QUEUED)
        mine.update(state=State.DROPPED, error="withdrawn", leased_until=None)


@transaction.atomic
def _park(rows: list[Delivery]) -> None:
    if rows:
        Notice.objects.filter(pk__in={row.notice_id for row in rows}).update(has_parked=True)
        mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], state=State.QUEUED)
        mine.update(state=State.PAUSED, leased_until=None)


def unpark() -> int:
    """Takes deliveries of notices that go on (or were withdrawn) back into the queue, a few thousand; returns how many."""
    found = 0
    for notice in Notice.objects.filter(has_parked=True, paused_at__isnull=True).values_list("pk", flat=True)[:20]:
        found += _unpark(notice)
    return found


@transaction.atomic
def _unpark(notice: int) -> int:
    """The notice's row is locked first, so that whoever parks at this moment has ended."""
    if not Notice.objects.select_for_update().filter(pk=notice, paused_at__isnull=True).exists():
        return 0
    parked = Delivery.objects.filter(notice=notice, state=State.PAUSED)
    done = Delivery.objects.filter(pk__in=list(parked.values_list("pk", flat=True)[:PARK])).update(state=State.QUEUED)
    if not done:
        Notice.objects.filter(pk=notice).update(has_parked=False)
    return done
