"""Reads what mail servers sent back."""

from __future__ import annotations

import mailbox
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from base import door
from notifications import services
from notifications.channels.returned import LONGEST

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Reads a returned e-mail from standard input, or with --maildir all of a mailbox, which is empty afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where they are."""
        parser.add_argument("--maildir", help="the folder of a mailbox that holds nothing but returned e-mails")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends well whatever was read: a mail server would send it back to nobody."""
        with door.through("worker"):
            read, noted = self._mailbox(options["maildir"]) if options["maildir"] else (1, self._one())
        self.stdout.write(f"read={read} noted={noted}")

    @staticmethod
    def _one() -> int:
        return services.note_return(content=sys.stdin.buffer.read(LONGEST + 1))

    @staticmethod
    def _mailbox(path: str) -> tuple[int, int]:
        """Each message is removed after what it says is kept, so that one that dies in the middle is read again."""
        if not (Path(path) / "new").is_dir():
            raise CommandError(f"{path} is no Maildir")
        box, noted = mailbox.Maildir(path, create=False), 0
        keys = list(box.keys())
        for key in keys:
            noted += services.note_return(content=box.get_bytes(key))
            box.remove(key)
        return len(keys), noted
