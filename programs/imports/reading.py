"""Reads a partner's table: its letters, its limits, its header; each row is understood or rejected with its line."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.persian import normalise
from programs.imports.catalogue import Catalogue, Rejection, Unusable
from programs.imports.cells import BadCell, BadRow, Cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from programs.imports.catalogue import Row
    from programs.imports.profiles import Profile

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
LONGEST_KEY = 200
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def contents(path: Path) -> bytes:
    """The bytes of a file that is not too large to be looked at.

    Raises:
        Unusable: `file_missing`, `file_large`.
    """
    try:
        if path.stat().st_size <= MOST_BYTES:
            return path.read_bytes()
    except OSError as error:
        reason = _("The file cannot be read: {reason}").format(reason=error.strerror or str(error))
        raise Unusable("file_missing", reason) from error
    raise Unusable("file_large", _("The file is larger than {most} MB").format(most=MOST_BYTES >> 20))


def read(raw: bytes, profile: Profile) -> Catalogue:
    """Reads a whole file. A row that cannot be understood is rejected and changes nothing else; nothing is guessed.

    Raises:
        Unusable: when it is no such table, holds too much, breaks off inside a cell, or no row can be understood.
    """
    lines = _lines(raw, profile)
    names = _names(next(lines, (1, []))[1], profile)
    found = Catalogue(profile.name)
    for line, cells in lines:
        if len(found.rows) + len(found.rejected) >= MOST_ROWS:
            raise Unusable("rows_many", _("The file has more than {most} rows").format(most=MOST_ROWS), line=line)
        _take(found, profile, line, names, cells)
    if not found.rows:
        raise _without_rows(found)
    return found


def _without_rows(found: Catalogue) -> Unusable:
    if not found.rejected:
        return Unusable("rows_none", _("The file has a header and no rows"))
    first = found.rejected[0]
    reason = _("No row could be understood; the first one: {reason}").format(reason=first.reason)
    return Unusable("rows_rejected", reason, line=first.line)


def _lines(raw: bytes, profile: Profile) -> Iterator[tuple[int, list[str]]]:
    """The records that are not blank, each with the number of the line on which it begins."""
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=_encoding(raw, profile), newline="")
    reader = csv.reader(text, delimiter=profile.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        reason = _("From here on the file is no table: a quotation mark is missing, or the file was cut off")
        raise Unusable("table_broken", reason, line=line) from error


def _encoding(raw: bytes, profile: Profile) -> str:
    if not raw.strip():
        raise Unusable("file_empty", _("The file is empty"))
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    tried = (marked,) if marked else profile.encodings
    for name in tried:
        try:
            raw.decode(name)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
        else:
            return name
    reason = _("The letters are not written as {encoding}; save the file as UTF-8").format(encoding=tried[-1].upper())
    raise Unusable("letters_unreadable", reason, line=line)


def _names(header: list[str], profile: Profile) -> list[str]:
    names = [name.strip() for name in header]
    if len(names) > MOST_COLUMNS:
        reason = _("The file has more than {most} columns").format(most=MOST_COLUMNS)
        raise Unusable("columns_many", reason, line=1)
    wrong = [name for name in profile.columns if names.count(name) != 1]
    if wrong:
        reason = _("These columns must stand in the header once each: {names}").format(names=", ".join(wrong))
        raise Unusable("columns_missing", reason, line=1)
    return names


def _take(found: Catalogue, profile: Profile, line: int, names: list[str], cells: list[str]) -> None:
    key = ""
    try:
        _check_shape(names, cells)
        values = dict(zip(names, cells, strict=True))
        key = normalise(values[profile.key])[:LONGEST_KEY]
        row = profile.row(Cells(values))
        _check_sense(row)
        _check_new(found, row)
    except BadRow as bad:
        found.rejected.append(Rejection(line, key, bad.code, bad.reason))
    else:
        found.rows[row.key], found.lines[row.key] = row, line


def _check_shape(names: list[str], cells: list[str]) -> None:
    if len(cells) != len(names):
        reason = _("the row has {cells} cells, the header {names}").format(cells=len(cells), names=len(names))
        raise BadRow("cells_number", reason)
    if max(map(len, cells)) > LONGEST_CELL:
        column = next(name for name, cell in zip(names, cells, strict=True) if len(cell) > LONGEST_CELL)
        raise BadCell(column, "cell_long", _("it has more than {most} letters").format(most=LONGEST_CELL))


def _check_sense(row: Row) -> None:
    """What no single cell shows."""
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise BadRow("days_backward", _("the last day lies before the first"))
    if row.fee_min is not None and row.fee_max is not None and row.fee_max < row.fee_min:
        raise BadRow("fees_backward", _("the highest fee is below the lowest"))
    if any(hour.starts and hour.ends and hour.ends <= hour.starts for hour in row.hours):
        raise BadRow("hours_backward", _("a class ends before it has begun"))


def _check_new(found: Catalogue, row: Row) -> None:
    if row.key in found.rows:
        raise BadRow("key_twice", _("its key stands in line {line} already").format(line=found.lines[row.key]))
