"""Any table (CSV, XLSX, JSON) whose columns a coordinator has said the meaning of, by hand and once."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from base.calendar import WEEKDAY_NAMES
from base.persian import joined
from programs.imports import documents, tables, workbooks
from programs.imports.catalogue import Row, Unusable, WeeklyHour
from programs.imports.cells import BadCell, Cells
from programs.imports.keys import course_key, program_key
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from programs.imports.limits import Record

NAME = "generic"
ENCODINGS = ("utf-8", "cp1256")
FIELDS = (
    "title", "key", "starts_on", "ends_on", "weekdays", "starts", "ends", "place", "fee", "capacity", "opens_on",
    "closes_on", "age_min", "age_max", "link", "instructors", "keywords", "description", "note",
)  # fmt: skip
EXAMPLES, LOOKED_AT, LONGEST_EXAMPLE = 3, 2000, 80
MOST_SEATS, MOST_AGE = 100_000, 120
_WEEKDAYS = {joined(name): number for names in WEEKDAY_NAMES.values() for number, name in enumerate(names)}
_BETWEEN = re.compile(r"\s*(?:[,،;؛|/+&]|\bو\b|\band\b)\s*")


def records(raw: bytes) -> Iterator[Record]:
    """The rows of a spreadsheet, of JSON, or of a table of text, whichever it is by its first signs."""
    start = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:2]
    if start == b"PK":
        return workbooks.records(raw)
    if start[:1] in {b"{", b"["}:
        return documents.records(raw)
    return tables.records(raw, encodings=ENCODINGS, delimiter=tables.delimiter_of(raw, ENCODINGS))


def columns_of(raw: bytes) -> dict[str, list[str]]:
    """The names of the columns of every sheet, each with up to three examples."""
    found: dict[str, dict[str, None]] = {}
    for record in islice(records(raw), LOOKED_AT):
        for name, cell in zip(record.names, record.cells, strict=False):
            examples = found.setdefault(name, {})
            if cell and record.cells is not record.names and len(examples) < EXAMPLES:
                examples[cell[:LONGEST_EXAMPLE]] = None
    named = {name: list(examples) for name, examples in found.items() if name}
    if not named:
        raise Unusable("rows_none", _("The file has a header and no rows"))
    return named


def fits(mapping: Mapping[str, str], columns: Mapping[str, object]) -> bool:
    """Whether every column that was mapped stands in the file."""
    return bool(mapping.get("title")) and all(column in columns for column in mapping.values())


def of(mapping: Mapping[str, Any]) -> Profile | None:
    """The profile that a feed remembers, or None while nobody has said what its columns mean."""
    columns = mapping.get("columns", {})
    return profile(columns, mapping.get("language", "fa")) if columns.get("title") else None


def profile(mapping: Mapping[str, str], language: str) -> Profile:
    """The profile of files whose columns mean what `mapping` says: field to column. Sheets without titles are left out."""
    return Profile(
        name=NAME,
        columns=(),
        key=None,
        row=partial(_row, mapping, language),
        records=partial(_titled, mapping["title"]),
    )


def _titled(column: str, raw: bytes) -> Iterator[Record]:
    return (record for record in records(raw) if column in record.names)


def _row(mapping: Mapping[str, str], language: str, cells: Cells) -> Row:
    cells, at = cells.or_empty(), defaultdict(str, mapping)
    title, place = cells.text(at["title"], needed=True), cells.text(at["place"])
    starts_on = cells.day(at["starts_on"])
    fee = cells.number(at["fee"])
    return Row(
        key=cells.text(at["key"]) or course_key(title, starts_on, place),
        program_key=program_key(title),
        program_title=title,
        language=language,
        starts_on=starts_on,
        ends_on=cells.day(at["ends_on"]),
        hours=_hours(cells, at),
        fee_min=fee,
        fee_max=fee,
        capacity=cells.number(at["capacity"], most=MOST_SEATS),
        partner_url=cells.address(at["link"]),
        keywords=cells.text(at["keywords"]),
        note=cells.paragraphs(at["note"]),
        instructors=cells.text(at["instructors"]),
        description=cells.paragraphs(at["description"]),
        place=place,
        opens_on=cells.day(at["opens_on"]),
        closes_on=cells.day(at["closes_on"]),
        age_min=cells.number(at["age_min"], most=MOST_AGE),
        age_max=cells.number(at["age_max"], most=MOST_AGE),
    )


def _hours(cells: Cells, at: Mapping[str, str]) -> tuple[WeeklyHour, ...]:
    starts, ends = cells.times(at["starts"])
    if at["ends"] not in {"", at["starts"]}:
        ends = cells.time(at["ends"]) or ends
    words = [word for word in _BETWEEN.split(cells.text(at["weekdays"])) if word]
    numbers = [
        _WEEKDAYS.get(joined(word.removesuffix("ها").strip("\u200c ")), _WEEKDAYS.get(joined(word))) for word in words
    ]
    for word, number in zip(words, numbers, strict=True):
        if number is None:
            reason = _("“{text}” is not a day of the week").format(text=word[:40])
            raise BadCell(at["weekdays"], "weekday_unreadable", reason)
    return tuple(WeeklyHour(number, starts, ends) for number in numbers if number is not None)
