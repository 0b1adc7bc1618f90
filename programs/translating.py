"""What still lacks a language, or went stale because the original changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from programs.checklist import LANGUAGES
from programs.models import Program

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

Text = Program.translations.field.model


class Waiting(NamedTuple):
    """A program that waits for a translation into `language`: since when (None: from the start), and for how many people."""

    program: Program
    language: str
    is_stale: bool
    since: dt.datetime | None
    reach: int


def waiting(programs: QuerySet[Program], part: slice) -> list[Waiting]:
    """The programs that want a translation, those that most people meet first, then the longest waiting: three queries."""
    found = [one for language in LANGUAGES for one in _wanting(programs, language)[: part.stop]]
    found.sort(key=lambda one: (-one["reach"], one["stale"], one["since"] is not None, one["since"], one["pk"]))
    shown = found[part]
    rows = Program.objects.prefetch_related("translations").in_bulk({one["pk"] for one in shown})
    return [Waiting(rows[one["pk"]], one["language"], one["stale"] == 1, one["since"], one["reach"]) for one in shown]


def _wanting(programs: QuerySet[Program], language: str) -> Any:
    """Rows of what lacks that language (`stale` 0) or has it older than the original (`stale` 1)."""
    own = Text.objects.filter(master=OuterRef("pk"), language_code=language).exclude(title="").exclude(summary="")
    original = Text.objects.filter(master=OuterRef("pk"), language_code=OuterRef("source_language"))
    rows = programs.exclude(Q(state=Program.State.ARCHIVED) | Q(source_language=language)).annotate(
        has_own=Exists(own),
        own_at=Subquery(own.values("written_at")[:1]),
        since=Subquery(original.values("written_at")[:1]),
        reach=Coalesce(Sum(F("courses__seats_taken") + F("courses__waiting")), 0),
        language=Value(language),
        stale=Case(When(has_own=True, then=1), default=0, output_field=IntegerField()),
    )
    wanting = rows.filter(Q(has_own=False) | Q(own_at__lt=F("since")))
    return wanting.order_by("-reach", "stale", F("since").asc(nulls_first=True), "pk").values(
        "pk", "language", "stale", "since", "reach"
    )
