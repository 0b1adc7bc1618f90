"""What waits for a second reader, as the city's desk shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, When
from django.urls import reverse
from django.utils.translation import gettext

from announcements.listing import with_texts
from announcements.models import Announcement
from base.templatetags.city import written_in
from programs.workspace import EACH, Todo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from members.models import Member

URGENT = Announcement.Kind.URGENT
PRESSING = Case(When(kind=URGENT, then=0), default=1)


def for_second_readers(member: Member) -> Iterable[Todo]:
    """Announcements in review that the member did not write, urgent ones first, at most five: two queries."""
    waiting = Announcement.objects.filter(state=Announcement.State.REVIEW).exclude(author=member)
    for row in with_texts(waiting.order_by(PRESSING, "pk"))[:EACH]:
        yield Todo(
            "danger" if row.kind == URGENT else "warn",
            str(row.get_kind_display()) if row.kind == URGENT else gettext("In review"),
            row.title,
            written_in(row.title),
            gettext("It goes out when a second member of staff has read it."),
            reverse("announcements:desk_row", args=["city", row.slug]),
            gettext("Look it over"),
        )
