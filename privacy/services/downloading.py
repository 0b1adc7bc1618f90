"""Having everything about oneself put into one file; workers make it, the clock takes it away."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from base import clock
from base.refusal import Refused
from members.models import Member
from members.rules import TOO_MANY
from members.services import record
from notifications.models import Notice
from notifications.services import post
from privacy.archive import build
from privacy.models import Download
from privacy.rules import LIVES

if TYPE_CHECKING:
    from collections.abc import Callable

LEASE = dt.timedelta(minutes=3)
MOST_TRIES = 5
MOST = 100
PAUSE = dt.timedelta(minutes=1)  # between two wishes


@transaction.atomic
def ask_for_download(*, actor: Member, session: str) -> Download:
    """Puts a member's wish down for the workers; `session` is the key of the row of the device that alone may fetch the file.
    Asked again it begins anew, at most once a minute. Locks the member.

    Raises:
        Refused: `too_many`.
    """
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    before = Download.objects.filter(member=actor).only("pk", "asked_at", "session_id").first()
    if before is not None and before.session_id == session and before.asked_at > clock.now() - PAUSE:
        raise Refused(TOO_MANY)
    Download.objects.filter(member=actor).delete()
    row = Download.objects.create(member=actor, session_id=session, asked_at=clock.now())
    record(actor=actor, verb="ask_for_download", row=actor)
    return row


def make_downloads(make: Callable[[Member], bytes] = build) -> int:
    """Makes every file that is waited for, each under a lease, outside of any transaction; a worker that was killed is followed
    by another one. Answers how many were made.
    """
    made = 0
    while (row := _claimed()) is not None:
        made += _deliver(row, make(row.member))
    return made


def _claimed() -> Download | None:
    now = clock.now()
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    waiting = Download.objects.filter(free, ready_at__isnull=True, attempts__lt=MOST_TRIES)
    for pk in waiting.order_by("asked_at").values_list("pk", flat=True)[:1]:
        if waiting.filter(pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1):
            return Download.objects.select_related("member").get(pk=pk)
    return None


@transaction.atomic
def _deliver(row: Download, content: bytes) -> bool:
    """Keeps the file and tells its owner, unless the wish went meanwhile, with its device or its member."""
    now = clock.now()
    if not Download.objects.filter(pk=row.pk, ready_at__isnull=True).update(content=content, ready_at=now):
        return False
    values = {"until_at": (now + LIVES).isoformat()}
    answer = Notice.Urgency.ANSWER
    key = f"download:{row.pk}"
    post(key=key, kind="privacy/download_ready", members=[row.member_id], values=values, urgency=answer)
    return True


def is_over(row: Download) -> bool:
    """Whether the file's hour is over, or nobody could make it."""
    has_failed = row.ready_at is None and row.attempts >= MOST_TRIES
    return has_failed or (row.ready_at is not None and row.ready_at <= clock.now() - LIVES)


def forget_downloads(older_than: dt.timedelta) -> int:
    """Drops files that were ready so long ago, and wishes that nobody could fulfil."""
    late = clock.now() - older_than
    old = Download.objects.filter(Q(ready_at__lt=late) | Q(ready_at__isnull=True, asked_at__lt=late))
    gone, _rows = Download.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:MOST])).delete()
    return gone
