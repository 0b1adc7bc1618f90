"""Keeps erasures through the restoring of an older backup."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from members.models import Member
from privacy.services import erase_again


class Command(BaseCommand):
    help = (
        "Prints the number of every erased account, one a line: keep it beside the backups. With --again, reads such a list "
        "from standard input and erases those of them who are here: after an older backup was restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true")

    def handle(self, *, again: bool, **_options: Any) -> None:
        if again:
            numbers = [int(line) for line in sys.stdin.read().split() if line.isdecimal()]
            self.stdout.write(f"erased={erase_again(numbers)} listed={len(numbers)}")
            return
        erased = Member.objects.filter(erased_at__isnull=False).order_by("pk").values_list("pk", flat=True)
        self.stdout.writelines(str(pk) for pk in erased)
