"""What a profile declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from programs.imports import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from programs.imports.catalogue import Row
    from programs.imports.cells import Cells
    from programs.imports.limits import Record


@dataclass(frozen=True, slots=True)
class Profile:
    """How one partner's file is read: its format, the columns that it must have, its key, and what a row means.

    `row` raises `BadCell` for what it does not understand and guesses nothing. `key` names the column of the key, or
    is None where the partner has none and `row` makes one. `encodings` are tried where no byte order mark tells; only
    one that fails on foreign text may stand before another. `records` splits a file that is no table of text.
    """

    name: str
    columns: tuple[str, ...]
    key: str | None
    row: Callable[[Cells], Row]
    encodings: tuple[str, ...] = ("utf-8",)
    delimiter: str = ","
    records: Callable[[bytes], Iterator[Record]] | None = None

    def split(self, raw: bytes) -> Iterator[Record]:
        """The records of a file."""
        if self.records is not None:
            return self.records(raw)
        return tables.records(raw, encodings=self.encodings, delimiter=self.delimiter)
