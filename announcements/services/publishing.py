"""From a draft to what everybody reads, and back: review, approval, publication, correction, withdrawal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from announcements import rules
from announcements.models import Announcement
from announcements.services.writing import SILENT, locked, rewrite
from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications import services as messages
from notifications.models import Notice
from programs.checklist import texts_of
from workgroups.models import Appointment
from workgroups.services import texts as stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Member

State = Announcement.State


def submit(*, actor: Member, announcement: Announcement) -> Announcement:
    """Asks a second person to read a draft; of an urgent one all other staff hear at once. Twice changes nothing.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`, or the first step that is not done.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor))
        if row.state != State.REVIEW:
            refuse_if(rules.why_not_submit(row))
            _turn(actor, row, State.REVIEW, "submit")
            if row.kind == Announcement.Kind.URGENT:
                _call_readers(row)
    return row


def _call_readers(row: Announcement) -> None:
    """Tells everybody of the staff who may approve an urgent notice that it waits for them, at night too."""
    staff = Appointment.objects.open_on(clock.today()).filter(role=Appointment.Role.STAFF).exclude(member=row.author)
    messages.post(
        key=f"review:announcement:{row.pk}:v{row.version}",
        kind="announcements/review",
        members=staff.values_list("member", flat=True),
        values=_values(row),
        urgency=Notice.Urgency.URGENT,
    )


def send_back(*, actor: Member, announcement: Announcement) -> Announcement:
    """Makes an announcement that waits, for a reader or for its hour, a draft again; its approval is gone. Twice changes
    nothing.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor))
        if row.state != State.DRAFT:
            refuse_if(rules.why_not_send_back(row))
            _turn(actor, row, State.DRAFT, "send_back", approver=None, approved_at=None)
    return row


def approve(*, actor: Member, announcement: Announcement, version: int) -> Announcement:
    """Lets an announcement out as it was read in that version: now, or at its hour if that is to come. Twice changes nothing.

    What the city says needs a second member of staff; a workgroup's coordinator publishes alone. A constraint keeps it.

    Raises:
        Refused: `staff_only`, `not_yours`, `changed_meanwhile`, `second_person`, `wrong_state`, or the first step that is
            not done.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor))
        if row.state in Announcement.APPROVED:
            return row
        refuse_if(rules.why_not_version(row, version) or rules.why_not_approve(row, actor))
        now = clock.now()
        approval: dict[str, Any] = {"approver": actor, "approved_at": now}
        if row.publish_at is not None and row.publish_at > now:
            _turn(actor, row, State.SCHEDULED, "schedule", **approval)
        else:
            _publish(actor, row, **approval)
    return row


def publish_due() -> int:
    """Publishes what was scheduled and whose time has come; returns how many. Workers share them."""
    done = 0
    for pk in Announcement.objects.due().order_by("publish_at").values_list("pk", flat=True):
        with transaction.atomic():
            rows = Announcement.objects.filter(pk=pk).select_related("workgroup")
            row = rows.select_for_update(no_key=True, of=("self",), skip_locked=_can_skip()).first()
            if row is not None and rules.why_not_run(row) is None:
                _publish(None, row)
                done += 1
    return done


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _publish(actor: Member | None, row: Announcement, **columns: Any) -> None:
    now = clock.now()
    notice = notice_of(row, row.kind, "published") if row.channels else None
    _turn(actor, row, State.PUBLISHED, "publish", published_at=now, notice=notice, **columns)


def notice_of(row: Announcement, kind: str, key: str) -> Notice:
    """What people are told; the messages themselves are written later, by the thousand."""
    return messages.open_notice(
        key=f"announcement:{row.pk}:{key}",
        kind=f"announcements/{kind}",
        values=_values(row),
        urgency=Notice.Urgency.URGENT if row.kind == Announcement.Kind.URGENT else Notice.Urgency.NEWS,
        channels=row.channels,
        expires_at=row.ends_at,
    )


def _values(row: Announcement) -> dict[str, Any]:
    return message_values(row.slug, texts_of(Announcement.objects.prefetch_related("translations").get(pk=row.pk)))


def message_values(slug: str, texts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What the words of its messages are made of, for preview as for sending."""
    by_language = {name: {code: own.get(name, "") for code, own in texts.items()} for name in ("title", "summary")}
    return {"slug": slug, **by_language}


def correct(
    *,
    actor: Member,
    announcement: Announcement,
    version: int,
    facts: dict[str, Any],
    texts: dict[str, dict[str, str]],
    tells: bool = False,
) -> Announcement:
    """Changes what is out; readers see when. `tells` says it again to the same audience, as a correction.

    Without a difference nothing changes and nobody is told.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`, `changed_meanwhile`, `second_person` for an urgent one that shall
            be told again, or the first step that would be missing then.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor) or rules.why_not_correct(row))
        refuse_if(rules.why_not_version(row, version) or (rules.why_not_tell_again(row) if tells else None))
        kept = {name: value for name, value in facts.items() if name in SILENT}
        differing = rewrite(actor, row, kept, texts, "correct")
        refuse_if(rules.why_not_complete(row))
        if row.notice is not None and differing:
            _retell(row, row.notice, anew=tells and not SILENT.issuperset(differing))
    return row


def _retell(row: Announcement, before: Notice, *, anew: bool) -> None:
    """Messages that have not left say what is so now; `anew`, everybody gets the correction in their place."""
    if not anew:
        messages.reword(before, values=_values(row), expires_at=row.ends_at)
        return
    messages.withdraw(before)
    row.notice, row.spread_to, row.spread_at = notice_of(row, "correction", f"v{row.version}"), 0, None
    row.save(update_fields=["notice", "spread_to", "spread_at"])


def withdraw(*, actor: Member, announcement: Announcement, reason: Mapping[str, str]) -> Announcement:
    """Takes an announcement back: lists lose it, its page says why, messages that have not left stay here. Twice changes
    nothing.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`, `reason_missing`, `text_hidden`.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor))
        if row.state != State.WITHDRAWN:
            refuse_if(rules.why_not_withdraw(row, reason.values()))
            stored.write(row, "reason", reason)
            if row.notice is not None:
                messages.withdraw(row.notice)
            _turn(actor, row, State.WITHDRAWN, "withdraw", withdrawn_at=clock.now())
    return row


def _turn(actor: Member | None, row: Announcement, to: State, verb: str, **columns: Any) -> None:
    was, row.state = row.state, to
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *columns])
    record(actor=actor, verb=verb, row=row, changes={"state": [was, to]})
