"""Makes the pair of keys with which the portal signs what it hands to push services."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notifications.channels.sealing import new_pair


class Command(BaseCommand):
    help = "Prints a new pair of keys for messages to devices; a new pair ends every address that was given for the old one."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """The private half is for the environment; the public one is told to browsers by the portal itself."""
        private, public = new_pair()
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}\n# public half: {public}")
