"""What goes in time of messages: their bodies first, later the rows, which are counted then. How long is said by
`privacy.retention`; each call takes a bounded part and answers how much it was.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from base import clock
from notifications.models import Delivery, DeliveryCount, Notice
from notifications.progress import WAITING

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

MOST_NOTICES, MOST_ROWS = 500, 5000
TOO_OLD = "too old"


def _oldest(notices: QuerySet[Notice], older_than: dt.timedelta) -> list[int]:
    """Of these notices the oldest that are older than that; numbers grow with time."""
    since = clock.now() - older_than
    first = notices.order_by("pk").values_list("pk", "created_at")[:MOST_NOTICES]
    return [pk for pk, at in first if at < since]


@transaction.atomic
def forget_bodies(older_than: dt.timedelta) -> int:
    """What notices said; they leave the inbox. One that still waited for anything so old is not sent any more."""
    old = _oldest(Notice.objects.filter(forgotten_at__isnull=True), older_than)
    late = Delivery.objects.filter(notice__in=old, state__in=WAITING)
    late.update(state=Delivery.State.DROPPED, error=TOO_OLD, leased_until=None)
    return Notice.objects.filter(pk__in=old).update(values={}, forgotten_at=clock.now())


@transaction.atomic
def forget_deliveries(older_than: dt.timedelta) -> int:
    """Who was told of what and when; how many of each kind, by channel and state, stays for each month."""
    old = _oldest(Notice.objects.all(), older_than)
    columns = ("notice__created_at", "notice__kind", "channel", "state", "pk")
    rows = list(Delivery.objects.filter(notice__in=old).order_by("pk").values_list(*columns)[:MOST_ROWS])
    counted = Counter((clock.day_of(at).replace(day=1), kind, channel, state) for at, kind, channel, state, _pk in rows)
    for (month, kind, channel, state), number in sorted(counted.items()):
        cell = {"month": month, "kind": kind, "channel": channel, "state": state}
        DeliveryCount.objects.get_or_create(**cell, defaults={"number": 0})
        DeliveryCount.objects.filter(**cell).update(number=F("number") + number)
    Delivery.objects.filter(pk__in=[row[-1] for row in rows]).delete()
    Notice.objects.filter(pk__in=old, deliveries__isnull=True).delete()
    return len(rows) or len(old)
