"""JSON files: an array of objects, or an object that holds one; each object is a row, read by itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from programs.imports.catalogue import Unusable
from programs.imports.limits import MOST_COLUMNS, Record
from programs.imports.tables import encoding_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_RECORD = 1_000_000
DEEPEST = 20
ROOTS, OPENED = (["["], ["{", "["]), {"]": "[", "}": "{"}
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)  # an open string ends with the file


def records(raw: bytes) -> Iterator[Record]:
    """Every object that stands in an array at the root or in an object there, with the line on which it begins.

    Rows are split before they are read, so that memory stays flat whatever the file holds.

    Raises:
        Unusable: `letters_unreadable`, `document_broken`, `record_large`.
    """
    text = raw.decode(encoding_of(raw, ("utf-8",)))
    line, seen, done, size = 1, 0, 0, 0
    around: list[str] = []
    for start, end in _objects(text):
        line += text.count("\n", seen, start)
        seen = start
        yield _record(text[start:end], line)
        size += start - done
        _check_size(size, line)
        around += (text[done:start], "0", "\n" * text.count("\n", start, end))
        done = end
    _check_size(size + len(text) - done, line)
    around.append(text[done:])
    _loaded("".join(around).lstrip("\ufeff"), 1)


def _objects(text: str) -> Iterator[tuple[int, int]]:
    """Where each row begins and ends: objects whose parent is an array of the root or of an object there."""
    parents: list[str] = []
    start = 0
    for token in _TOKEN.finditer(text):
        sign, at = token[0], token.start()
        if sign in "[{":
            if sign == "{" and parents in ROOTS:
                start = at
            parents.append(sign)
        elif sign in "]}":
            _leave(parents, sign, text, at)
            if sign == "}" and parents in ROOTS:
                yield start, token.end()
        if len(parents) > DEEPEST:
            raise _broken(text.count("\n", 0, at) + 1)


def _leave(parents: list[str], sign: str, text: str, at: int) -> None:
    if not parents or parents.pop() != OPENED[sign]:
        raise _broken(text.count("\n", 0, at) + 1)


def _check_size(size: int, line: int) -> None:
    if size > LONGEST_RECORD:
        raise Unusable("record_large", _("There is too much beside the rows"), line=line)


def _record(chunk: str, line: int) -> Record:
    if len(chunk) > LONGEST_RECORD:
        raise Unusable(
            "record_large", _("The row is larger than {most} letters").format(most=LONGEST_RECORD), line=line
        )
    values = _loaded(chunk, line)
    if len(values) > MOST_COLUMNS:
        raise Unusable("columns_many", _("The file has more than {most} columns").format(most=MOST_COLUMNS), line=line)
    return Record(line, [name.strip() for name in values], [_text(value) for value in values.values()])


def _loaded(text: str, line: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise _broken(line + error.lineno - 1) from error
    except (ValueError, RecursionError) as error:  # a number of more digits than Python reads
        raise _broken(line) from error
    return found


def _broken(line: int) -> Unusable:
    reason = _("From here on the file is no JSON: a sign is missing, or the file was cut off")
    return Unusable("document_broken", reason, line=line)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return str(int(value)) if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
