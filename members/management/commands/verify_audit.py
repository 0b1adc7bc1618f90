"""Recomputes the seals of the audit trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.trail import verify


class Command(BaseCommand):
    help = "Recomputes every nightly seal of the audit trail; fails with the first day whose lines were changed."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        found = verify()
        if found.broken_on is not None:
            raise CommandError(
                f"The trail of {found.broken_on} is not what was sealed; {found.days} days before it are whole"
            )
        self.stdout.write(f"{found.days} days with {found.lines} lines are as they were sealed")
