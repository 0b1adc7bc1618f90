"""Rows of courses for lists: one query for the rows and one for their weekly hours, whatever the length of the list."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, FilteredRelation, Q, TextField
from django.db.models.functions import Cast

from base import clock
from base.prepared import prepared
from programs.models import Course, Slot
from programs.models.standing import Standing
from programs.names import NOBODY, Named, Names, names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from members.models import Member

_TEXTS = {
    "own": ("translations", ("title", "fee_note")),
    "program": ("program__translations", ("title", "summary")),
}
_LONG_TEXTS = {"program": ("outcomes", "description", "audience"), "own": ("note", "instructors", "cancel_reason")}
_COLUMNS = (
    "id", "slug", "state", "mode", "selection", "source_language", "starts_on", "ends_on", "opens_at", "closes_at",
    "online", "partner_url", "age_min", "age_max", "audience_words", "languages", "fee_min", "fee_max", "fee_currency",
    "program_id", "minimum", "decide_on", "decided_at", "moves_until", "capacity", "waiting_size", "seats_taken",
    "seats_reserved", "reserves_until", "waiting", "missing_since", "drawn_at", "updated_at", "sort_on", "version",
    "asks_version", "area_id", "district_id", "venue_id",
)  # fmt: skip
_IDS: dict[str, F | Cast] = {
    "program_slug": F("program__slug"),
    "workgroup_id": F("program__workgroup_id"),
    "audience_json": Cast("audience", TextField()),  # lists ask for neither of the two
    "joining_json": Cast("joining", TextField()),
}
_NAMED = ("area", "district", "venue", "workgroup")


class Listed(Standing):
    """A row of a list: a course's columns and its texts in one language, and the language in which its title is given."""

    if TYPE_CHECKING:
        id: int
        source_language: str
        slots: list[dict[str, Any]]

        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, row: dict[str, Any], language: str, known: Names, now: dt.datetime, today: dt.date) -> None:
        self.__dict__.update(row)
        self.page_language = language
        for kind in _NAMED:
            self._name(kind, known[kind].get(row[f"{kind}_id"], NOBODY))
        self._name("organisation", known["organisation"].get(known["venue"].get(self.venue_id, NOBODY).parent, NOBODY))
        self.now_status = self.status(now, today)

    def _name(self, kind: str, named: Named) -> None:
        self.__dict__ |= {f"{kind}_slug": named.slug, f"{kind}_name": named.name, f"{kind}_extra": named.extra}

    @property
    def pk(self) -> int:  # type: ignore[override]
        """As a course's."""
        return self.id

    @property
    def audience(self) -> dict[str, Any]:  # type: ignore[override]
        """As a course's."""
        found: dict[str, Any] = json.loads(self.audience_json)
        return found

    @property
    def joining(self) -> dict[str, Any]:  # type: ignore[override]
        """As a course's."""
        found: dict[str, Any] = json.loads(self.joining_json)
        return found

    def text(self, kind: str, field: str) -> str:
        """A text of the course (`own`) or its program in the page's language, else in the original's; "" without either."""
        return getattr(self, f"{kind}_{field}") or getattr(self, f"{kind}_{field}_source") or ""

    @property
    def title(self) -> str:
        """The course's own title, else its program's."""
        return self.own_title or self.program_title or self.own_title_source or self.program_title_source or ""

    @property
    def lang(self) -> str:
        """The language of the title as it is given."""
        is_given = self.own_title or self.program_title
        return self.page_language if is_given else self.source_language

    @property
    def place(self) -> str:
        """The name of its venue; "" where none is known."""
        return str(self.venue_name)

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """Every text by kind and field, for templates."""
        return {kind: {field: self.text(kind, field) for field in self._fields(kind)} for kind in _TEXTS}

    @property
    def hours(self) -> tuple[tuple[tuple[int, ...], Any, Any], ...]:
        """Weekly hours as people say them: weekdays that share their hours are named together."""
        found: dict[tuple[Any, Any], list[int]] = defaultdict(list)
        for slot in self.slots:
            found[slot["starts"], slot["ends"]].append(slot["weekday"])
        return tuple((tuple(days), starts, ends) for (starts, ends), days in found.items())

    @property
    def speaks(self) -> list[str]:
        """Codes of the languages of teaching."""
        return str(self.languages).split()

    @property
    def for_whom(self) -> list[str]:
        """The words of its audience."""
        return str(self.audience_words).split()

    def _fields(self, kind: str) -> list[str]:
        fields = _TEXTS[kind][1] + _LONG_TEXTS.get(kind, ())
        return [field for field in fields if f"{kind}_{field}" in self.__dict__]


def _relations(language: str) -> dict[str, FilteredRelation]:
    found = {}
    for name, (path, _fields) in _TEXTS.items():
        found[f"t_{name}"] = FilteredRelation(path, condition=Q(**{f"{path}__language_code": language}))
        found[f"s_{name}"] = FilteredRelation(path, condition=Q(**{f"{path}__language_code": F("source_language")}))
    return found


def _columns(*, is_full: bool) -> dict[str, F | Cast]:
    found = dict(_IDS)
    for name, (_path, fields) in _TEXTS.items():
        for field in fields + (_LONG_TEXTS.get(name, ()) if is_full else ()):
            found[f"{name}_{field}"] = F(f"t_{name}__{field}")
            found[f"{name}_{field}_source"] = F(f"s_{name}__{field}")
    return found


def listed(
    courses: QuerySet[Course], language: str, part: slice = slice(None), *, is_full: bool = False
) -> list[Listed]:
    """The rows of that part of the queryset, in its order: two queries. `is_full` brings the long texts of a course's page."""
    return with_hours(shown(rows_of(courses, language, part, is_full=is_full), language))


def seen_by(member: Member | AnonymousUser, language: str, *, is_full: bool = False, **which: object) -> Listed | None:
    """The one course that is so, if this person may see it; without its hours. Whether it is for everybody is asked first: it
    nearly always is, and for whom a draft is takes long to ask.
    """
    ((by, value),) = which.items()
    rows = _for_everybody(by, is_full=is_full)(language, value)
    if not rows and member.is_authenticated:
        rows = every_row(language, is_full=is_full).visible_to(member).filter(**which)
    return next(iter(shown(rows, language)), None)


@cache
def _for_everybody(by: str, *, is_full: bool) -> Callable[[str, object], list[dict[str, Any]]]:
    @prepared
    def rows(language: str, value: object) -> QuerySet[Course, dict[str, Any]]:
        return _with_texts(Course.objects.visible_to_all().filter(**{by: value}), language, is_full=is_full)

    return rows


def listed_by_key(keys: Iterable[int], language: str) -> dict[int, Listed]:
    """The rows of those courses, by id: two queries."""
    return {row.id: row for row in with_hours(shown(_of_keys(language, sorted(keys)), language))}


@prepared
def _of_keys(language: str, keys: list[int]) -> QuerySet[Course, dict[str, Any]]:
    return _with_texts(Course.objects.filter(pk__in=keys), language, is_full=False)


def with_hours(found: list[Listed]) -> list[Listed]:
    """The rows with their weekly hours: one query."""
    by_course = slots_of(row.id for row in found)
    for row in found:
        row.slots = by_course[row.id]
    return found


def shown(rows: Iterable[dict[str, Any]], language: str) -> list[Listed]:
    """Rows of `rows_of` with the names of what they point to."""
    rows = list(rows)
    wanted = {(kind, row[f"{kind}_id"]) for row in rows for kind in _NAMED if row[f"{kind}_id"] is not None}
    known, now, today = names(language, wanted), clock.now(), clock.today()
    return [Listed(row, language, known, now, today) for row in rows]


def rows_of(
    courses: QuerySet[Course], language: str, part: slice = slice(None), *, is_full: bool = False
) -> QuerySet[Course, dict[str, Any]]:
    """The rows of that part as plain dicts, in its order, each with its texts in the language and in the original's: they are
    joined to the part alone, however far down it stands.
    """
    order = courses.query.order_by
    if courses.query.annotations.keys() & {str(name).lstrip("-") for name in order}:
        return _with_texts(courses, language, is_full=is_full)[part]
    rows: QuerySet[Course, dict[str, Any]] = every_row(language, is_full=is_full)
    return rows.filter(pk__in=courses.values("pk")[part]).order_by(*order)


@cache
def every_row(language: str, *, is_full: bool = False) -> Any:
    """The rows of all courses, made once a language because that costs more than to ask for them: to be filtered further.

    Has the courses' own questions (`public`, `visible_to`); the types of Django know no queryset of dicts that has.
    """
    return _with_texts(Course.objects.all(), language, is_full=is_full)


def _with_texts(courses: QuerySet[Course], language: str, *, is_full: bool) -> QuerySet[Course, dict[str, Any]]:
    extra = [name for name in courses.query.annotations if name == "rank"]
    found: QuerySet[Course, dict[str, Any]] = courses.annotate(**_relations(language)).values(
        *_COLUMNS, *extra, **_columns(is_full=is_full)
    )
    return found


def slots_of(course_ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    """Weekly hours by course, in the order of the week: `weekday`, `starts`, `ends`."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in _slots_of(list(course_ids)):
        found[row.pop("course")].append(row)
    return found


@prepared
def _slots_of(courses: list[int]) -> QuerySet[Slot, Any]:
    rows = Slot.objects.filter(course__pk__in=courses).order_by("course", "weekday", "starts")
    return rows.values("course", "weekday", "starts", "ends")
