"""Loads the demo city."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from announcements.services.demo import load_demo
from base.calendar import list_text
from privacy.services.demo import load_demo as load_leaving
from programs.demo.files import rows
from programs.services.demo import load
from records.services.demo import load_demo as load_records


class Command(BaseCommand):
    help = (
        "Loads the bilingual demo city and prints its logins. Again on the same day it adds nothing; on a later day it "
        "moves courses that nobody touched forward by whole weeks."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        loaded = load()
        added = loaded.added + load_records() + load_demo() + load_leaving()
        self.stdout.write(f"added={added} moved={loaded.moved}")
        self.stdout.write(_("Sign in with one of these e-mail addresses:"))
        language = "en" if get_language() == "en" else "fa"
        for one in rows("people"):
            roles = list_text([_ROLES[role]() for role in one["roles"]], language=language)
            self.stdout.write(f"{one['email']:<36} {roles}: {one['name'][language]}")


_ROLES = {
    "staff": lambda: _("Municipal staff"),
    "coordinator": lambda: _("Coordinator"),
    "instructor": lambda: _("Instructor"),
    "resident": lambda: _("Resident"),
}
