"""E-mails that come back: what a mail server reports of one that it had taken (RFC 3464)."""

from __future__ import annotations

import re
import uuid
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

LONGEST = 2_000_000
STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
MESSAGE_ID = re.compile(r"<([0-9a-f-]{36})@([^<>\s]+)>")


class Return(NamedTuple):
    """One e-mail that did not arrive: which of ours, to whom, and the enhanced status code (RFC 3463)."""

    reference: str
    to: str
    status: str

    @property
    def is_refused(self) -> bool:
        """Whether there is no such address."""
        return self.status.startswith("5.1.")


def read(content: bytes) -> list[Return]:
    """What a report says of e-mails of ours that were given up; nothing for any other message, or for mere delays."""
    if len(content) > LONGEST:
        return []
    try:
        parts = list(message_from_bytes(content, policy=policy.compat32).walk())
    except (ValueError, LookupError, RecursionError):
        return []
    if not parts or parts[0].get_content_type() != "multipart/report":
        return []
    reference = next(iter(_references(parts)), "")
    return [Return(reference, to, status) for to, status in _given_up(parts)] if reference else []


def _references(parts: Iterable[Message[Any, Any]]) -> Iterable[str]:
    """The delivery that each returned e-mail of ours names in its Message-ID."""
    for part in parts:
        kind, inner = part.get_content_type(), _inner(part)
        if kind == "text/rfc822-headers":
            text = bytes(part.get_payload(decode=True) or b"").decode("ascii", "replace")
        elif kind == "message/rfc822" and inner:
            text = f"Message-ID: {inner[0]['Message-ID']}"
        else:
            continue
        found = re.search(r"^Message-ID:\s*(\S+)", text, re.IGNORECASE | re.MULTILINE)
        match = MESSAGE_ID.fullmatch(found[1].lower()) if found else None
        if match and match[2] == urlsplit(settings.SITE_URL).hostname and _is_reference(match[1]):
            yield match[1]


def _inner(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    """The messages that a part is made of."""
    found: Any = part.get_payload()
    return found if isinstance(found, list) else []


def _is_reference(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _given_up(parts: Iterable[Message[Any, Any]]) -> Iterable[tuple[str, str]]:
    """Address and status of each receiver to whom delivery failed."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for facts in _inner(part):
            status = STATUS.match(str(facts["Status"] or "").strip())
            to = str(facts["Original-Recipient"] or facts["Final-Recipient"] or "").partition(";")[2].strip()
            if str(facts["Action"] or "").strip().lower() == "failed" and status and to:
                yield to, status[0]
