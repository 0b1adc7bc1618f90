"""What a profile declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from programs.imports.catalogue import Row
    from programs.imports.cells import Cells


@dataclass(frozen=True, slots=True)
class Profile:
    """How one partner's table is read: the columns that it must have, which one is the key, and what a row means.

    `row` raises `BadCell` for what it does not understand and guesses nothing. `encodings` are tried where no byte
    order mark tells; only one that fails on foreign text may stand before another.
    """

    name: str
    columns: tuple[str, ...]
    key: str
    row: Callable[[Cells], Row]
    encodings: tuple[str, ...] = ("utf-8",)
    delimiter: str = ","
