"""Tables for spreadsheets: cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import unicodedata
from typing import Any

BOM = "\ufeff"  # without it spreadsheets read Persian as Latin letters
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> str:
    """A value as the text of a cell; what would be a formula gets an apostrophe, full-width signs included."""
    text = "" if value is None else str(value)
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]).startswith(_FORMULA) else text
