"""Prints a new key for signing badges."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management.base import BaseCommand

from records.badges import keys
from records.signing import public_text


class Command(BaseCommand):
    help = "Prints a new BADGE_SIGNING_KEY, and the public halves that BADGE_FORMER_KEYS must list from then on."

    def handle(self, *_args: Any, **_options: Any) -> None:
        raw = secrets.token_bytes(32)
        self.stdout.write(f"BADGE_SIGNING_KEY={base64.urlsafe_b64encode(raw).decode()}")
        self.stdout.write(f"# its public half: {public_text(Ed25519PrivateKey.from_private_bytes(raw))}")
        self.stdout.write(f"BADGE_FORMER_KEYS={','.join(keys())}")
