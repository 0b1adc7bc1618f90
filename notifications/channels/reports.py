"""Reports of the provider of text messages, believed only with the signature that the city and the provider share."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from typing import NamedTuple

from django.conf import settings

STATES = ("delivered", "failed")
LONGEST = 10_000


class Report(NamedTuple):
    """What became of one message."""

    reference: str
    state: str


def read(body: bytes, signature: str) -> Report | None:
    """The report, when its signature is right (`sha256=<hex HMAC of the body>`) and it says something known."""
    if not settings.SMS_REPORT_SECRET or len(body) > LONGEST or not is_signed(body, signature):
        return None
    try:
        found = json.loads(body)
        reference, state = str(uuid.UUID(found["reference"])), found["state"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Report(reference, state) if state in STATES else None


def is_signed(body: bytes, signature: str) -> bool:
    """Whether whoever sent it knows our secret."""
    return hmac.compare_digest(signature.encode(), sign(body, settings.SMS_REPORT_SECRET or "").encode())


def sign(body: bytes, secret: str) -> str:
    """The signature of a report."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
