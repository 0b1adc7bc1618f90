"""Announcements as pages, feeds and programs of others show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Q, When
from django.utils.translation import get_language

from announcements.audience import members_in
from announcements.models import Announcement
from base.persian import fold
from programs.names import names
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet

LONGEST_QUERY = 100
CITY = "city"
TURNS = (Announcement.State.REVIEW, Announcement.State.DRAFT, Announcement.State.SCHEDULED)
IN_TURN = Case(*(When(state=state, then=turn) for turn, state in enumerate(TURNS)), default=len(TURNS))


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader of the list wants: words, kinds, who says it, whether what is over too."""

    q: str = ""
    kind: str = ""
    by: str = ""
    past: bool = False

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Choice:
        """From an address; what is unknown counts as not chosen."""
        kind, by = data.get("kind", ""), data.get("by", "")
        return cls(
            q=data.get("q", "").replace("\x00", " ").strip()[:LONGEST_QUERY],
            kind=kind if kind in Announcement.Kind.values else "",
            by=by if by.replace("-", "").isalnum() and by.isascii() else "",
            past=data.get("past") == "1",
        )

    @property
    def is_any(self) -> bool:
        """Whether something was chosen."""
        return bool(self.q or self.kind or self.by or self.past)


def chosen(choice: Choice) -> QuerySet[Announcement]:
    """The public announcements that fit, those kept at the top first, then the newest."""
    state = Q(state=Announcement.State.PUBLISHED, is_public=True)
    rows = Announcement.objects.filter(state) if choice.past else Announcement.objects.shown()
    for word in fold(choice.q).split():
        rows = rows.filter(search_text__contains=word)
    if choice.kind:
        rows = rows.filter(kind=choice.kind)
    if choice.by:
        rows = rows.filter(workgroup=None) if choice.by == CITY else rows.filter(workgroup__slug=choice.by)
    first = "-is_pinned" if not choice.past else "-published_at"
    return with_texts(rows.order_by(first, "-published_at", "-pk"))


def in_turn(rows: QuerySet[Announcement]) -> QuerySet[Announcement]:
    """As a desk lists them: what waits for a reader, drafts, what has its hour, then what went out last."""
    return rows.order_by(IN_TURN, "-published_at", "publish_at", "-pk")


def with_texts(rows: QuerySet[Announcement]) -> QuerySet[Announcement]:
    """With their words and who says them: two queries more."""
    return rows.select_related("workgroup").prefetch_related("translations", "workgroup__translations")


def speakers() -> list[tuple[str, str]]:
    """The workgroups that have said something in public, by slug and name."""
    ids = Announcement.objects.shown().exclude(workgroup=None).values("workgroup")
    known = names("fa" if get_language() == "fa" else "en")["workgroup"]
    return [
        (known[pk].slug, known[pk].name) for pk in Workgroup.objects.filter(pk__in=ids).values_list("pk", flat=True)
    ]


def latest(count: int) -> list[Announcement]:
    """The first of the public list, for the home page."""
    return list(chosen(Choice())[:count])


def withheld(member: int, slugs: list[str]) -> set[str]:
    """Of announcements that were collected for a reader (an id), those that are not for them any more.

    They were withdrawn or are over, or were never public and the reader has left their audience since.
    """
    rows = list(Announcement.objects.filter(slug__in=slugs))
    return {row.slug for row in rows if not _is_for(row, member)}


def _is_for(row: Announcement, member: int) -> bool:
    if row.state != Announcement.State.PUBLISHED or row.is_over:
        return False
    return row.is_public or members_in(row.audience).filter(pk=member).exists()
