"""Keys of courses whose partner gives them none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from base.persian import fold
from programs.imports.limits import LONGEST_KEY

if TYPE_CHECKING:
    import datetime as dt

_DIGEST = 16


def course_key(title: str, starts_on: dt.date | None, place: str) -> str:
    """The folded title, the first day and the institution: what stays the same for one course from file to file."""
    return _short(f"{fold(title)}|{starts_on or ''}|{fold(place)}")


def program_key(title: str) -> str:
    """The folded title: courses of one title are runs of one program."""
    return _short(fold(title))


def _short(key: str) -> str:
    if len(key) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST]
    return f"{key[: LONGEST_KEY - _DIGEST - 1]}~{digest}"
