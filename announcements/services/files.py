"""Pictures and documents of an announcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from announcements import rules
from announcements.models import Attachment, Picture
from announcements.services.writing import changed, locked
from base import uploads
from base.refusal import refuse_if
from workgroups.services import texts as stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile

    from announcements.models import Announcement
    from members.models import Member


def add_picture(
    *, actor: Member, announcement: Announcement, file: UploadedFile[Any], alt: Mapping[str, str]
) -> Picture:
    """Draws a picture anew, keeps it and puts it behind the others.

    Raises:
        Refused: `staff_only`, `not_yours`, `approved`, `wrong_state`, `pictures_full`, or why the file is no picture.
    """
    refuse_if(rules.why_not_write(announcement.workgroup, actor))
    kept = uploads.picture(file)
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_touch(row) or rules.why_not_illustrate(row))
        picture = Picture.objects.create(
            announcement=row,
            file=uploads.keep(kept),
            width=kept.width,
            height=kept.height,
            order=row.pictures.count(),
        )
        stored.write(picture, "alt", alt)
        changed(actor, row, "add_picture")
    return picture


def attach(*, actor: Member, announcement: Announcement, file: UploadedFile[Any], name: str) -> Attachment:
    """Keeps a document under that name.

    Raises:
        Refused: `staff_only`, `not_yours`, `approved`, `wrong_state`, `attachments_full`, or why the file is no document.
    """
    refuse_if(rules.why_not_write(announcement.workgroup, actor))
    kept = uploads.document(file)
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_touch(row) or rules.why_not_attach(row))
        attachment = Attachment.objects.create(
            announcement=row, file=uploads.keep(kept), name=name, size=len(kept.content)
        )
        changed(actor, row, "attach")
    return attachment


def take_away(*, actor: Member, announcement: Announcement, carried: Picture | Attachment) -> None:
    """Takes a picture or a document away.

    Raises:
        Refused: `staff_only`, `not_yours`, `approved`, `wrong_state`.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor) or rules.why_not_touch(row))
        name = carried.file
        carried.delete()
        changed(actor, row, "take_away")
        transaction.on_commit(lambda: uploads.drop(name), robust=True)
