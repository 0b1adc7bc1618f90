"""Checks every invariant of attendance and certificates over the whole database."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from records.invariants import broken, checked


class Command(BaseCommand):
    help = "Checks every invariant of attendance and certificates; prints each broken row; exit 1 if there is one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = 0
        for row in broken():
            count += 1
            self.stdout.write(f"{row.invariant}: {row.row}: {row.what}")
        self.stdout.write(f"checked={checked()} broken={count}")
        if count:
            sys.exit(1)
