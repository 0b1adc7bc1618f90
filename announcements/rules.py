"""What may not be said, by whom and when not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext_lazy as _

from announcements.audience import NOBODY, why_not_meant, why_not_meant_by
from announcements.checklist import steps_of
from announcements.models import Announcement
from base import clock
from base.persian import has_hidden_controls
from base.refusal import Refusal
from programs.rules import why_not_publish as why_not_ready
from workgroups.models import Appointment, Workgroup
from workgroups.rules import CHANGED_TEXT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sized

    from announcements.audience import Rule
    from members.models import Member

Kind, State = Announcement.Kind, Announcement.State
MOST_PICTURES, MOST_ATTACHMENTS, MOST_LINKS = 6, 5, 20
NOT_YOURS = Refusal("not_yours", _("This belongs to the municipality's staff or the workgroup's coordinators"))
STAFF_ONLY = Refusal(
    "staff_only", _("The municipality's staff alone write to the whole city and publish urgent notices")
)
WRONG_STATE = Refusal("wrong_state", _("This is not possible in its present state"))
SECOND_PERSON = Refusal("second_person", _("A second member of staff must read it and approve it; send it for review"))
APPROVED = Refusal("approved", _("It is approved as it is and waits for its hour; take it back first"))
PAST = Refusal(
    "past",
    _("That hour has passed; write a later one, or leave it empty: then it goes out as soon as it is approved"),
    {"field": "publish_at"},
)
OVER = Refusal("over", _("Its last moment has passed; change it first"))
NOT_TOLD = Refusal("not_told", _("No messages go out for this announcement"))
REASON_MISSING = Refusal("reason_missing", _("Write the reason in both languages"))
HIDDEN_SIGNS = Refusal("text_hidden", _("The text holds hidden signs; type it again instead of pasting it"))
PICTURES_FULL = Refusal("pictures_full", _("An announcement has at most six pictures; take one away first"))
ATTACHMENTS_FULL = Refusal("attachments_full", _("An announcement has at most five files; take one away first"))
LINKS_FULL = Refusal("links_full", _("Choose at most twenty of each kind"))


def is_staff(member: Member) -> bool:
    """Whether the member works for the municipality today."""
    return member.is_superuser or Appointment.objects.staff(member).exists()


def why_not_write(workgroup: Workgroup | None, member: Member) -> Refusal | None:
    """Whether the member may not write in that name: staff for the city and every workgroup, coordinators for their own."""
    if is_staff(member):
        return None
    if workgroup is None:
        return STAFF_ONLY
    return None if Workgroup.objects.coordinated_by(member).filter(pk=workgroup.pk).exists() else NOT_YOURS


def why_not_kind(workgroup: Workgroup | None, kind: str) -> Refusal | None:
    """Whether a workgroup would publish what the city alone may."""
    return STAFF_ONLY if workgroup is not None and kind == Kind.URGENT else None


def why_not_edit(row: Announcement) -> Refusal | None:
    """Whether it is out already, or approved as it is."""
    if row.state == State.SCHEDULED:
        return APPROVED
    return WRONG_STATE if row.is_out else None


def why_not_wait_until(row: Announcement, hour: dt.datetime | None) -> Refusal | None:
    """Whether it would be put off to an hour that has passed; one that passes while it waits for its reader stays."""
    return PAST if hour is not None and hour != row.publish_at and hour <= clock.now() else None


def why_not_touch(row: Announcement) -> Refusal | None:
    """Whether its pictures, files and links stay as they are: approved and waiting for its hour, or withdrawn."""
    if row.state == State.SCHEDULED:
        return APPROVED
    return WRONG_STATE if row.state == State.WITHDRAWN else None


def why_not_lead_to(rows: Sized) -> Refusal | None:
    """Whether it would lead to more than a reader follows."""
    return LINKS_FULL if len(rows) > MOST_LINKS else None


def why_not_illustrate(row: Announcement) -> Refusal | None:
    """Whether it has as many pictures as it may."""
    return PICTURES_FULL if row.pictures.count() >= MOST_PICTURES else None


def why_not_attach(row: Announcement) -> Refusal | None:
    """Whether it has as many documents as it may."""
    return ATTACHMENTS_FULL if row.attachments.count() >= MOST_ATTACHMENTS else None


def why_not_address(audience: object, workgroup: Workgroup | None) -> Refusal | None:
    """Whether that audience is none, or reaches beyond the workgroup's own people."""
    refusal = why_not_meant(audience)
    if refusal is NOBODY:
        return None  # a draft may lack one; publication asks for it
    if refusal is None and workgroup is not None:
        refusal = why_not_meant_by(cast("Rule", audience), workgroup)
    return refusal


def why_not_version(row: Announcement, version: int) -> Refusal | None:
    """Whether someone else has saved it since it was read in that version."""
    return None if row.version == version else Refusal("changed_meanwhile", CHANGED_TEXT, {"version": row.version})


def why_not_publish(row: Announcement) -> Refusal | None:
    """The first step that is not done."""
    if row.state not in {State.DRAFT, State.REVIEW}:
        return WRONG_STATE
    return why_not_ready(steps_of(row)) or (OVER if row.is_over else None)


def why_not_complete(row: Announcement) -> Refusal | None:
    """Whether what is out would lack something that it needs."""
    return why_not_ready(step for step in steps_of(row) if step.code != "ends" or not row.is_over)


def why_not_tell_again(row: Announcement) -> Refusal | None:
    """Whether it cannot be said again as a correction: an urgent one needs two people each time."""
    if row.kind == Kind.URGENT:
        return Refusal(
            "second_person", _("An urgent notice is not told again; write a new one, which two people approve")
        )
    return None if row.channels else NOT_TOLD


def why_not_submit(row: Announcement) -> Refusal | None:
    """Whether nobody can read it over yet."""
    return why_not_publish(row)


def why_not_approve(row: Announcement, member: Member) -> Refusal | None:
    """Whether the member may not let it out: what needs a second person is approved by staff who did not write it."""
    refusal = why_not_publish(row)
    if refusal is not None or not row.needs_second:
        return refusal
    if not is_staff(member):
        return STAFF_ONLY
    return SECOND_PERSON if row.author_id == member.pk or row.state != State.REVIEW else None


def why_not_send_back(row: Announcement) -> Refusal | None:
    """Whether it is not waiting for anybody."""
    return None if row.state in {State.REVIEW, State.SCHEDULED} else WRONG_STATE


def why_not_correct(row: Announcement) -> Refusal | None:
    """Whether there is nothing out that could be corrected."""
    return None if row.state == State.PUBLISHED else WRONG_STATE


def why_not_withdraw(row: Announcement, reason: Iterable[str]) -> Refusal | None:
    """Whether it is not out, or the reason lacks a language."""
    if row.state != State.PUBLISHED:
        return WRONG_STATE
    texts = list(reason)
    if not all(text.strip() for text in texts):
        return REASON_MISSING
    return HIDDEN_SIGNS if any(has_hidden_controls(text) for text in texts) else None


def why_not_steer(row: Announcement) -> Refusal | None:
    """Whether no messages go out that one could pause."""
    return None if row.was_told else NOT_TOLD


def why_not_run(row: Announcement) -> Refusal | None:
    """Whether its moment of publication has not come."""
    is_due = row.publish_at is not None and row.publish_at <= clock.now()
    return None if row.state == State.SCHEDULED and is_due else WRONG_STATE
