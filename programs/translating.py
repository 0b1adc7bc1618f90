"""What still lacks a language, or went stale because the original changed: programs, and the texts of single courses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, F, FilteredRelation, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import get_language

from base import clock
from programs.checklist import LANGUAGES, texts_of
from programs.models import Course, Program

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

OF_COURSE = ("title", "note")  # names of instructors are shown as they are
WRITTEN = (*OF_COURSE, "instructors")
ASKED = ("pk", "language", "stale", "since", "reach")


class Waiting(NamedTuple):
    """A program, or a course of it, that waits for a translation into `language`: since when (None: from the start), and for
    how many people; `field` is the first text that lacks, `title` what it is called here, in `title_language`.
    """

    program: Program
    course: Course | None
    language: str
    is_stale: bool
    since: dt.datetime | None
    reach: int
    field: str
    title: str
    title_language: str


def waiting(programs: QuerySet[Program], part: slice) -> list[Waiting]:
    """What wants a translation of programs and their courses, what most people meet first, then the longest waiting: a query
    per language and kind, and four for the rows shown.
    """
    found = [
        (one, kind)
        for kind, wanting in enumerate((_programs, _courses))
        for language in LANGUAGES
        for one in wanting(programs, language).order_by(*_ORDER).values(*ASKED)[: part.stop]
    ]
    found.sort(key=_place)
    shown = found[part]
    courses = _rows(Course, {one["pk"] for one, is_course in shown if is_course})
    own = {one["pk"] for one, is_course in shown if not is_course}
    rows = _rows(Program, own | {course.program_id for course in courses.values()})
    return [_waiting(rows, courses.get(one["pk"]) if is_course else None, one) for one, is_course in shown]


_ORDER = ("-reach", "stale", F("since").asc(nulls_first=True), "pk")


def _place(found: tuple[dict[str, Any], int]) -> tuple[Any, ...]:
    one, kind = found
    return (
        -one["reach"],
        one["stale"],
        one["since"] is not None,
        one["since"],
        kind,
        one["pk"],
        LANGUAGES.index(one["language"]),
    )


def _rows(model: Any, ids: set[int]) -> dict[int, Any]:
    found: dict[int, Any] = model.objects.prefetch_related("translations").in_bulk(ids)
    return found


def _waiting(rows: dict[int, Program], course: Course | None, one: dict[str, Any]) -> Waiting:
    program = rows[course.program_id if course else one["pk"]]
    field = _lacking(course, one["language"]) if course else "title"
    called = _called(program, course)
    return Waiting(program, course, one["language"], one["stale"] == 1, one["since"], one["reach"], field, *called)


def _called(program: Program, course: Course | None) -> tuple[str, str]:
    """The title and its language: the page's where there is one, else the original's."""
    titles = [texts_of(row) for row in (course, program) if row is not None]
    for language in (get_language() or "fa", program.source_language):
        for texts in titles:
            if title := texts.get(language, {}).get("title"):
                return title, language
    return program.slug, ""


def _lacking(course: Course, language: str) -> str:
    texts = texts_of(course)
    original, own = texts.get(course.source_language, {}), texts.get(language, {})
    lacking = [name for name in OF_COURSE if original.get(name) and not own.get(name)]
    return [*lacking, *(name for name in WRITTEN if original.get(name)), "title"][0]


def _programs(programs: QuerySet[Program], language: str) -> QuerySet[Any]:
    """Those that lack that language (`stale` 0) or have it older than the original (`stale` 1)."""
    held = Course.objects.filter(program=OuterRef("pk")).order_by().values("program")
    heads = held.annotate(heads=Sum(F("seats_taken") + F("waiting"))).values("heads")
    rows = _beside(programs.exclude(Q(state=Program.State.ARCHIVED) | Q(source_language=language)), language)
    lacks = Q(own__title__isnull=True) | Q(own__title="") | Q(own__summary="")
    return _marked(rows, lacks, Coalesce(Subquery(heads), 0), language)


def _beside(rows: QuerySet[Any], language: str) -> QuerySet[Any]:
    """The rows with their text in that language, `own`, and their `original`."""
    found: QuerySet[Any] = rows.annotate(
        own=FilteredRelation("translations", condition=Q(translations__language_code=language)),
        original=FilteredRelation("translations", condition=Q(translations__language_code=F("source_language"))),
    )
    return found


def _marked(rows: QuerySet[Any], lacks: Q, reach: Any, language: str, *, says: Q | None = None) -> QuerySet[Any]:
    """Those of them that lack it, or have it older than the original though it `says` something."""
    is_stale = Q(own__written_at__lt=F("original__written_at")) & (says or Q())
    found: QuerySet[Any] = rows.filter(lacks | is_stale).annotate(
        since=F("original__written_at"),
        reach=reach,
        language=Value(language),
        stale=Case(When(lacks, then=0), default=1, output_field=IntegerField()),
    )
    return found


def _courses(programs: QuerySet[Program], language: str) -> QuerySet[Any]:
    """Those to come whose own texts lack that language or have it older than the original, marked as the programs are."""
    ended = Q(state__in=[Course.State.CANCELLED, Course.State.ARCHIVED]) | Q(ends_on__lt=clock.today())
    courses = Course.objects.filter(program__in=programs.exclude(state=Program.State.ARCHIVED))
    rows = _beside(courses.exclude(ended | Q(source_language=language)), language)
    lacks, says = Q(), Q()
    for name in OF_COURSE:
        lacks |= Q(**{f"original__{name}__gt": ""}) & (Q(**{f"own__{name}__isnull": True}) | Q(**{f"own__{name}": ""}))
    for name in WRITTEN:
        says |= Q(**{f"original__{name}__gt": ""}) | Q(**{f"own__{name}__gt": ""})
    return _marked(rows, lacks, F("seats_taken") + F("waiting"), language, says=says)
