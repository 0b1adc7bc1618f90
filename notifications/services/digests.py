"""Puts news together for those who want it once a day or once a week: one message a period and channel."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F

from base import clock
from notifications import rules
from notifications.models import Delivery, Notice
from notifications.services.letters import DIGEST
from notifications.services.post import insert

BATCH = 1000
UNTIL_ALL_ARE_MADE = dt.timedelta(minutes=1)  # so that none leaves while a part of it lies in the next batch
State = Delivery.State


def gather() -> int:
    """Makes a digest of what was collected until now, a batch of parts; returns how many parts were looked at."""
    due = Delivery.objects.filter(state=State.DIGEST, due_at__lte=clock.now())
    if not due.exists():
        return 0
    with transaction.atomic():
        due = due.select_for_update(of=("self",)).select_related("member__rhythm", "notice")
        rows = list(due.order_by("due_at", "member")[:BATCH])
        parts = [row for row in rows if not row.notice.paused_at]
        for made_at in {row.due_at for row in parts}:
            _write(made_at, [row for row in parts if row.due_at == made_at])
        Delivery.objects.filter(pk__in=[row.pk for row in parts]).update(state=State.DIGESTED, sent_at=F("due_at"))
        waiting = [row.pk for row in rows if row.notice.paused_at]
        Delivery.objects.filter(pk__in=waiting).update(due_at=rules.next_digest("daily", clock.now()))
    return len(rows)


def _write(made_at: dt.datetime, parts: list[Delivery]) -> None:
    """The digest of that instant is one notice; each reader has it once by each channel, however the parts come."""
    notice = _notice(made_at)
    priority = rules.priority_of(notice, made_at)
    readers = {(row.member_id, row.channel): row.member for row in parts}
    digests = [
        Delivery(
            notice=notice,
            member=member,
            channel=channel,
            priority=priority,
            due_at=rules.due_from(channel, priority, clock.now() + UNTIL_ALL_ARE_MADE, rules.quiet_of_member(member)),
            reference=uuid.uuid4(),
        )
        for (_, channel), member in readers.items()
    ]
    Delivery.objects.bulk_create(digests, ignore_conflicts=True)


def _notice(made_at: dt.datetime) -> Notice:
    key = f"digest:{made_at.isoformat()}"
    values = {"made_at": made_at.isoformat()}
    notice = Notice(key=key, kind=DIGEST, values=values, urgency=Notice.Urgency.NEWS, created_at=clock.now())
    return notice if insert(notice) else Notice.objects.get(key=key)
