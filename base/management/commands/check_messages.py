"""Says whether every text of the pages has its Persian."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

IGNORED = [".venv", "var", "tests", "stubs", "benchmarks", "drills", "node_modules"]
LANGUAGE = "fa"


class Command(BaseCommand):
    help = "Compares the texts in code and templates with the Persian catalogue; needs gettext."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Lists what is missing, unfinished or left over; fails when there is any."""
        kept = {_key(entry): entry for entry in polib.pofile(str(_catalogue(settings.LOCALE_PATHS[0])))}
        live = {key: entry for key, entry in kept.items() if not entry.obsolete}
        used = _used()
        problems = [f"missing: {key[1]}" for key in used if key not in live]
        problems += [f"left over: {key[1]}" for key in live if key not in used]
        problems += [f"unfinished: {key[1]}" for key, entry in live.items() if entry.fuzzy or not entry.translated()]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{len(used)} texts, all of them in Persian")


def _used() -> set[tuple[str | None, str]]:
    """Every text that code and templates ask for, as makemessages finds it; the catalogue is left as it was."""
    catalogue = _catalogue(settings.LOCALE_PATHS[0])
    before = catalogue.read_bytes()
    try:
        call_command("makemessages", locale=[LANGUAGE], ignore_patterns=IGNORED, no_location=True, verbosity=0)
        return {_key(entry) for entry in polib.pofile(str(catalogue)) if not entry.obsolete}
    finally:
        catalogue.write_bytes(before)


def _catalogue(folder: str | Path) -> Path:
    return Path(folder) / LANGUAGE / "LC_MESSAGES" / "django.po"


def _key(entry: polib.POEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid
