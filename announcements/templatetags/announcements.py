"""What pages of the apps below show of announcements without knowing them: the one place where a page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from announcements.listing import with_texts
from announcements.models import Announcement

if TYPE_CHECKING:
    from workgroups.models import Decision

register = template.Library()


@register.simple_tag
def announcements_after(decision: Decision) -> list[Announcement]:
    """What was published because of a decision: two queries."""
    rows = Announcement.objects.filter(decisions=decision, state=Announcement.State.PUBLISHED)
    return list(with_texts(rows.order_by("-published_at")))
