"""What the city says, to be read; it is written, approved and withdrawn through its own pages alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from parler.admin import TranslatableAdmin

from announcements.models import Announcement, Attachment, Picture
from members.admin import Shown


@admin.register(Announcement)
class AnnouncementAdmin(Shown, TranslatableAdmin[Any]):
    """Announcements."""

    list_display = ["slug", "kind", "state", "workgroup", "published_at"]
    list_filter = ["state", "kind"]
    search_fields = ["slug"]


@admin.register(Picture, Attachment)
class CarriedAdmin(Shown):
    """What they carry."""

    list_display = ["file", "announcement"]
