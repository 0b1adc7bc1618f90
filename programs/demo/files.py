"""The files of the demo city, as plain values."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
LANGUAGES = ("fa", "en")
SAMPLE_YEAR = 2026  # the year for which ages and birth years in the files belong together

Entry = dict[str, Any]


@cache
def content(name: str) -> Entry:
    """A whole file."""
    found: Entry = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def rows(name: str) -> list[Entry]:
    """The rows of a file, in its order."""
    found: list[Entry] = content(name)["rows"]
    return found


@cache
def courses() -> dict[str, Entry]:
    """The courses that are loaded, by slug. A lottery that was drawn long ago is left out: its draw could not be shown."""
    return {row["slug"]: row for row in rows("courses") if row["selection"] != "lottery" or not row["demo"]["seated"]}


def texts(**fields: Entry) -> dict[str, dict[str, str]]:
    """Several texts, each in all languages, turned round: for each language the texts by field."""
    return {language: {name: text[language] for name, text in fields.items()} for language in LANGUAGES}
