"""How one announcement becomes everybody's message: thousands of rows a statement, again and again harmlessly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from announcements import rules
from announcements.audience import members_in
from announcements.models import Announcement
from announcements.services.publishing import message_values
from announcements.services.writing import locked
from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications import services as messages
from notifications.models import Notice
from programs.checklist import texts_of

if TYPE_CHECKING:
    from members.models import Member


def spread_due() -> int:
    """Writes one batch of messages of the oldest announcement that lacks some; returns how many batches were written: 0
    when there is nothing left to write, or others are at it.

    Each batch is one transaction with the mark how far it came: a worker that dies loses one batch and doubles none.
    """
    for pk in Announcement.objects.unspread().order_by("pk").values_list("pk", flat=True):
        if _spread(pk):
            return 1
    return 0


@transaction.atomic
def _spread(pk: int) -> bool:
    rows = Announcement.objects.unspread().filter(pk=pk).select_related("notice")
    can_skip = connection.features.has_select_for_update_skip_locked
    row = rows.select_for_update(no_key=True, of=("self",), skip_locked=can_skip).first()
    if row is None or row.notice is None:
        return False
    last = messages.spread(notice=row.notice, members=members_in(row.audience), after=row.spread_to)
    if last is None:
        row.spread_at = clock.now()
    else:
        row.spread_to = last
    row.save(update_fields=["spread_to", "spread_at"])
    return True


def pause(*, actor: Member, announcement: Announcement) -> None:
    """Stops its messages from leaving. Twice changes nothing.

    Raises:
        Refused: `staff_only`, `not_yours`, `not_told`.
    """
    with transaction.atomic():
        row, notice = _steered(actor, announcement)
        if notice.paused_at is None:
            messages.pause(notice)
            record(actor=actor, verb="pause", row=row)


def resume(*, actor: Member, announcement: Announcement) -> None:
    """Lets its messages leave again. Twice changes nothing.

    Raises:
        Refused: `staff_only`, `not_yours`, `not_told`.
    """
    with transaction.atomic():
        row, notice = _steered(actor, announcement)
        if notice.paused_at is not None:
            messages.resume(notice)
            record(actor=actor, verb="resume", row=row)


def resend(*, actor: Member, announcement: Announcement) -> int:
    """Tries those again that failed, and returns how many; what arrived, or may have, is not sent again.

    Raises:
        Refused: `staff_only`, `not_yours`, `not_told`.
    """
    with transaction.atomic():
        row, notice = _steered(actor, announcement)
        count = messages.resend_failed(notice)
        if count:
            record(actor=actor, verb="resend", row=row, changes={"messages": count})
    return count


def _steered(actor: Member, announcement: Announcement) -> tuple[Announcement, Notice]:
    row = locked(announcement)
    refuse_if(rules.why_not_write(row.workgroup, actor) or rules.why_not_steer(row))
    assert row.notice is not None  # noqa: S101 # nosec B101 - the rule has seen to it
    return row, row.notice


def send_test(*, actor: Member, announcement: Announcement) -> None:
    """Sends it to the one who asks, as they would get it, marked as a trial; at night too, for they wait for it.

    Raises:
        Refused: `staff_only`, `not_yours`.
    """
    refuse_if(rules.why_not_write(announcement.workgroup, actor))
    texts = texts_of(Announcement.objects.prefetch_related("translations").get(pk=announcement.pk))
    marked = {language: own | {"title": f"[{MARK[language]}] {own['title']}"} for language, own in texts.items()}
    with transaction.atomic():
        messages.post(
            key=f"announcement:{announcement.pk}:trial:{clock.now().timestamp()}",
            kind=f"announcements/{announcement.kind}",
            members=[actor.pk],
            values=message_values(announcement.slug, marked),
            urgency=Notice.Urgency.ANSWER,
        )
        record(actor=actor, verb="send_test", row=announcement)


MARK = {"fa": "آزمایشی", "en": "Trial"}
