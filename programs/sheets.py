"""Lists as files for spreadsheet programs: a table of texts as XLSX or CSV in which nothing is ever taken for a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BOM = "\ufeff"  # without it spreadsheet programs read Persian as Latin letters
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
TYPES = {"xlsx": XLSX, "csv": CSV}
_BEGINS_FORMULA = frozenset("=+-@\t\r")
_LONGEST_TITLE = 31
_NOT_IN_TITLE = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def harmless(text: str) -> str:
    """The text with a leading apostrophe where a spreadsheet program would calculate it, full-width signs included."""
    begins = {text[:1], unicodedata.normalize("NFKC", text[:1])[:1], unicodedata.normalize("NFKC", text).lstrip()[:1]}
    return f"'{text}" if begins & _BEGINS_FORMULA else text


def cell(value: object) -> str:
    """A value as the harmless text of a cell; nothing for None."""
    return harmless("" if value is None else str(value))


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows with a byte order mark, so that Persian is read as such wherever it is opened."""
    out = io.StringIO()
    csv.writer(out).writerows([harmless(text) for text in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[str]], *, title: str, is_rtl: bool) -> bytes:
    """The rows as one sheet of text cells, read from the right where the language is; written row by row."""
    from openpyxl import Workbook  # it is large, and few processes ever write one
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title.translate(_NOT_IN_TITLE)[:_LONGEST_TITLE])
    sheet.sheet_view.rightToLeft = is_rtl
    sheet.freeze_panes = "A2"
    for row in rows:
        cells = []
        for text in row:
            one = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", harmless(text)))
            one.data_type = "s"
            cells.append(one)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_file(kind: str, rows: Iterable[Sequence[str]], *, title: str, is_rtl: bool) -> bytes:
    """The rows as a file of that kind, `xlsx` or `csv`."""
    return as_csv(rows) if kind == "csv" else as_xlsx(rows, title=title, is_rtl=is_rtl)
