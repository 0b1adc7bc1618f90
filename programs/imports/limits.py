"""How much of a partner's file is looked at, whatever its format (T17)."""

from __future__ import annotations

from typing import NamedTuple

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
LONGEST_KEY = 200
MOST_SECONDS = 60
MOST_UNPACKED, MOST_RATIO = 200 * 1024 * 1024, 100


class Record(NamedTuple):
    """One row of a file as it stands there: the line on which it begins, the names of its columns, and its cells."""

    line: int
    names: list[str]
    cells: list[str]
