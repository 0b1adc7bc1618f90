"""Tables of text with a header (CSV): their letters, their quotation marks, the line of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from programs.imports.catalogue import Unusable
from programs.imports.limits import MOST_COLUMNS, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_SIGNS = 100_000
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def records(raw: bytes, *, encodings: Sequence[str] = ("utf-8",), delimiter: str = ",") -> Iterator[Record]:
    """The rows that are not blank. The header is given first, as a record whose cells are its own names.

    Raises:
        Unusable: `letters_unreadable`, `columns_many`, `table_broken`.
    """
    text = io.TextIOWrapper(io.BytesIO(raw), encoding=encoding_of(raw, encodings), newline="")
    names: list[str] | None = None
    for line, cells in _lines(text, delimiter):
        if names is None:
            names = [name.strip() for name in cells]
            if len(names) > MOST_COLUMNS:
                reason = _("The file has more than {most} columns").format(most=MOST_COLUMNS)
                raise Unusable("columns_many", reason, line=line)
            yield Record(line, names, names)
        else:
            yield Record(line, names, cells)


def _lines(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_narrow(text, delimiter), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        reason = _("From here on the file is no table: a quotation mark is missing, or the file was cut off")
        raise Unusable("table_broken", reason, line=line) from error


def _narrow(text: io.TextIOWrapper, delimiter: str) -> Iterator[str]:
    """The lines, unless one of them would become millions of cells."""
    for line, content in enumerate(text, start=1):
        if content.count(delimiter) > MOST_SIGNS:
            reason = _("The file has more than {most} columns").format(most=MOST_COLUMNS)
            raise Unusable("columns_many", reason, line=line)
        yield content


def encoding_of(raw: bytes, encodings: Sequence[str]) -> str:
    """The first of the encodings that reads the whole file; a byte order mark decides alone.

    Raises:
        Unusable: `letters_unreadable`, with the line.
    """
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    tried = (marked,) if marked else tuple(encodings)
    for name in tried:
        try:
            raw.decode(name)
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
        else:
            return name
    reason = _("The letters are not written as {encoding}; save the file as UTF-8").format(encoding=tried[-1].upper())
    raise Unusable("letters_unreadable", reason, line=line)


def delimiter_of(raw: bytes, encodings: Sequence[str]) -> str:
    """Which of comma, semicolon and tab stands most often in the first line."""
    first = raw[:65536].decode(encoding_of(raw, encodings), errors="ignore").lstrip("\ufeff\r\n ").split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)
