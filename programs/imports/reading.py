"""Reads a partner's file: its limits, its columns; each row is understood or rejected with its line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from programs.imports.catalogue import Catalogue, Rejection, Unusable
from programs.imports.cells import BadCell, BadRow, Cells, line
from programs.imports.limits import LONGEST_CELL, LONGEST_KEY, MOST_BYTES, MOST_ROWS, MOST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from programs.imports.catalogue import Row
    from programs.imports.limits import Record
    from programs.imports.profiles import Profile

TOLD_EVERY = 500


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


def read(raw: bytes, profile: Profile, progress: Callable[[int], object] | None = None) -> Catalogue:
    """Reads a whole file. A row that cannot be understood is rejected and changes nothing else; nothing is guessed.

    `progress` is told the number of rows now and then.

    Raises:
        Unusable: when it is no such file, holds too much, breaks off inside a row, or no row can be understood.
    """
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        raise Unusable("file_empty", _("The file is empty"))
    found = Catalogue(profile.name)
    until = time.monotonic() + MOST_SECONDS
    names: list[str] = []
    for record in profile.split(raw):
        if record.names is not names:
            names = record.names
            _check_columns(record, profile)
        if record.cells is record.names:
            continue
        count = len(found.rows) + len(found.rejected)
        _check_limits(count, until, record.line)
        if progress and count % TOLD_EVERY == 0:
            progress(count)
        _take(found, profile, record)
    if not found.rows:
        raise _without_rows(found)
    return found


def _check_limits(count: int, until: float, line: int) -> None:
    if count >= MOST_ROWS:
        raise Unusable("rows_many", _("The file has more than {most} rows").format(most=MOST_ROWS), line=line)
    if time.monotonic() > until:
        raise Unusable("file_slow", _("Reading took longer than {most} seconds").format(most=MOST_SECONDS), line=line)


def _without_rows(found: Catalogue) -> Unusable:
    if not found.rejected:
        return Unusable("rows_none", _("The file has a header and no rows"))
    first = found.rejected[0]
    reason = _("No row could be understood; the first one: {reason}").format(reason=first.reason)
    return Unusable("rows_rejected", reason, line=first.line)


def _check_columns(record: Record, profile: Profile) -> None:
    """Of a table the header must be right; an object that lacks a name is a row like any other and rejected by itself."""
    if record.cells is not record.names:
        return
    wrong = [name for name in profile.columns if record.names.count(name) != 1]
    if wrong:
        reason = _("These columns must stand in the header once each: {names}").format(names=", ".join(wrong))
        raise Unusable("columns_missing", reason, line=record.line)


def _take(found: Catalogue, profile: Profile, record: Record) -> None:
    key = ""
    try:
        _check_shape(record)
        values = dict(zip(record.names, record.cells, strict=True))
        _check_present(profile, values)
        key = line(values[profile.key])[:LONGEST_KEY] if profile.key else ""
        row = profile.row(Cells(values))
        key = row.key
        _check_sense(row)
        _check_new(found, row)
    except BadRow as bad:
        found.rejected.append(Rejection(record.line, key, bad.code, bad.reason))
    else:
        found.rows[row.key], found.lines[row.key] = row, record.line


def _check_shape(record: Record) -> None:
    if len(record.cells) != len(record.names):
        reason = _("the row has {cells} cells, the header {names}")
        raise BadRow("cells_number", reason.format(cells=len(record.cells), names=len(record.names)))
    if record.cells and max(map(len, record.cells)) > LONGEST_CELL:
        column = next(name for name, cell in zip(record.names, record.cells, strict=True) if len(cell) > LONGEST_CELL)
        raise BadCell(column, "cell_long", _("it has more than {most} letters").format(most=LONGEST_CELL))


def _check_present(profile: Profile, values: dict[str, str]) -> None:
    missing = [name for name in profile.columns if name not in values]
    if missing:
        raise BadRow("columns_missing", _("these names are missing: {names}").format(names=", ".join(missing)))


def _check_sense(row: Row) -> None:
    """What no single cell shows."""
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise BadRow("days_backward", _("the last day lies before the first"))
    if row.opens_on and row.closes_on and row.closes_on < row.opens_on:
        raise BadRow("window_backward", _("enrolment closes before it opens"))
    if row.age_min is not None and row.age_max is not None and row.age_max < row.age_min:
        raise BadRow("ages_backward", _("the oldest age is below the youngest"))
    if row.fee_min is not None and row.fee_max is not None and row.fee_max < row.fee_min:
        raise BadRow("fees_backward", _("the highest fee is below the lowest"))
    if any(hour.starts and hour.ends and hour.ends <= hour.starts for hour in row.hours):
        raise BadRow("hours_backward", _("a class ends before it has begun"))


def _check_new(found: Catalogue, row: Row) -> None:
    if row.key in found.rows:
        raise BadRow("key_twice", _("its key stands in line {line} already").format(line=found.lines[row.key]))
