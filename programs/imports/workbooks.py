"""Spreadsheets (XLSX): every sheet with a header, read row by row; an archive that promises too much is not opened."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from programs.imports.catalogue import Unusable
from programs.imports.limits import MOST_COLUMNS, MOST_RATIO, MOST_ROWS, MOST_UNPACKED, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PARTS = 300
LARGEST_PART = 20 * 1024 * 1024  # of a part that is held in memory: styles, shared texts
SMALL = 1024 * 1024  # a part so small that its ratio does not matter
SHEETS = "xl/worksheets/"
FEWEST = 2  # cells by which a header is known


def records(raw: bytes) -> Iterator[Record]:
    """The rows of every sheet; each sheet's header is given first, as a record whose cells are its own names.

    A header is the first row with two texts or more, so that a title may stand above it.

    Raises:
        Unusable: `archive_broken`, `archive_large`, `archive_path`, `columns_many`.
    """
    from openpyxl import load_workbook  # it is large, and few processes ever read one

    _check(raw)
    book: Any = None
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            yield from _rows(sheet)
    except Unusable:
        raise
    except Exception as error:  # the library raises of many families
        raise _broken() from error
    finally:
        if book is not None:
            book.close()


def _rows(sheet: Any) -> Iterator[Record]:
    names: list[str] | None = None
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
    for line, values in enumerate(islice(rows, 10 * MOST_ROWS), start=1):
        if not any(value is not None for value in values):
            continue
        cells = [_text(value) for value in values]
        if names is None:
            names = _header(cells, line)
            if names is not None:
                yield Record(line, names, names)
        elif any(cells):
            yield Record(line, names, (cells + [""] * len(names))[: len(names)])


def _header(cells: list[str], line: int) -> list[str] | None:
    if sum(map(bool, cells)) < FEWEST:
        return None
    if len(cells) > MOST_COLUMNS and cells[MOST_COLUMNS]:
        raise Unusable("columns_many", _("The file has more than {most} columns").format(most=MOST_COLUMNS), line=line)
    return [cell.strip() for cell in cells[: max(at for at, cell in enumerate(cells) if cell) + 1]]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(int(value)) if isinstance(value, bool) else str(value)


def _check(raw: bytes) -> None:
    """Looks at what the archive says of itself before anything is unpacked; no more than that is unpacked later."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _broken() from error
    if any(part.filename.startswith(("/", "\\")) or ".." in part.filename or ":" in part.filename for part in parts):
        raise Unusable("archive_path", _("A part of the file has a name that leads out of it"))
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or any(map(_is_bomb, parts)):
        raise Unusable("archive_large", _("The file unpacks to far more than a spreadsheet holds"))


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    is_dense = part.file_size > SMALL and part.file_size > MOST_RATIO * part.compress_size
    return is_dense or (part.file_size > LARGEST_PART and not part.filename.startswith(SHEETS))


def _broken() -> Unusable:
    return Unusable("archive_broken", _("The file is no spreadsheet, or it was cut off"))
