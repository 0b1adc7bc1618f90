"""What pages of the apps below show of announcements without knowing them: the one place where a page asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from announcements.listing import with_texts
from announcements.models import Announcement
from programs.workspace import EACH, LEVELS, Todo

if TYPE_CHECKING:
    from members.models import Member
    from workgroups.models import Decision

register = template.Library()


@register.simple_tag
def announcements_after(decision: Decision) -> list[Announcement]:
    """What was published because of a decision: two queries."""
    rows = Announcement.objects.filter(decisions=decision, state=Announcement.State.PUBLISHED)
    return list(with_texts(rows.order_by("-published_at")))


@register.simple_tag
def with_reviews(todos: list[Todo], member: Member) -> list[Todo]:
    """What needs a member of staff, with the announcements that wait for a second reader who is not their author, urgent
    ones first: two queries.
    """
    rows = Announcement.objects.filter(state=Announcement.State.REVIEW).exclude(author=member).order_by("pk")
    found = [_review(row) for row in with_texts(rows)]
    return sorted([*sorted(found, key=_level)[:EACH], *todos], key=_level)


def _level(todo: Todo) -> int:
    return LEVELS.index(todo.level)


def _review(row: Announcement) -> Todo:
    is_urgent = row.kind == Announcement.Kind.URGENT
    return Todo(
        "danger" if is_urgent else "warn",
        str(row.get_kind_display()) if is_urgent else gettext("In review"),
        row.title,
        "",
        gettext("It goes out when a second member of staff has read it."),
        reverse("announcements:desk_row", args=["city", row.slug]),
        gettext("Look it over"),
    )
