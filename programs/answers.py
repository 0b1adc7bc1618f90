"""The answers of a course's people as its roster shows them, in the page's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext

from base.persian import normalise
from base.uploads import TYPES
from programs.models import AnswerSheet, Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from programs.models import AnswerFile


class Told(NamedTuple):
    """A question and what somebody answered; `file` is the id of a file, whose name is then the text."""

    number: int
    question: str
    text: str
    is_sensitive: bool
    file: int | None


def told_in(course: Any, places: Iterable[int]) -> dict[int, list[Told]]:
    """What was answered for those places, by place: no query where the course never asked, else three."""
    if not course.asks_version:
        return {}
    rows = AnswerSheet.objects.filter(enrolment__in=list(places)).prefetch_related("questionnaire__items")
    sheets = list(rows)
    files: dict[int, dict[int, tuple[int, str]]] = {}
    for sheet, number, pk, name in _files(sheets):
        files.setdefault(sheet, {})[number] = (pk, name)
    return {one.enrolment_id: list(_told(one, files.get(one.pk, {}))) for one in sheets}


def _files(sheets: list[AnswerSheet]) -> Iterable[tuple[int, int, int, str]]:
    rows = AnswerSheet.objects.filter(pk__in=[one.pk for one in sheets], files__isnull=False)
    return rows.values_list("pk", "files__number", "files__pk", "files__name")


def _told(sheet: AnswerSheet, files: Mapping[int, tuple[int, str]]) -> Iterable[Told]:
    for item in sheet.questionnaire.items.all():
        pk, name = files.get(item.number, (None, ""))
        text = name or words_of(item, sheet.given.get(str(item.number)))
        if text:
            yield Told(item.number, item.text, text, item.is_sensitive or pk is not None, pk)


def words_of(item: Item, value: Any) -> str:
    """An answer as one reads it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if item.kind == Item.Kind.CHOICE:
        return str(item.choices[value - 1])
    return str(value)


def questions_in(told: Iterable[Sequence[Told]]) -> list[str]:
    """Every question that somebody answered, once, in the order of their numbers: the columns of a table."""
    rows = sorted({(one.number, one.question) for some in told for one in some})
    return list(dict.fromkeys(question for _number, question in rows))


def cell_of(told: Sequence[Told], question: str) -> str:
    """The answer to a question in one line, "" for none."""
    return next((normalise(one.text.replace("\n", " ")) for one in told if one.question == question), "")


def as_document(file: AnswerFile, content: bytes) -> HttpResponse:
    """The answer that carries it."""
    answer = HttpResponse(content, content_type=TYPES[file.kind])
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
