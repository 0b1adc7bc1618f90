"""The outbox of one's own machine: what would have been sent lies in a folder and is shown as a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings

from base import clock

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from notifications.channels import Message

LATEST = 50


class Outbox:
    """Takes every message and sends none."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def __enter__(self) -> Self:
        """Opens nothing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open."""

    def send(self, message: Message) -> None:
        """Writes the message into a file of its own, in the place of an earlier hand-over of the same."""
        facts = {"channel": self._channel, "to": message.to, "subject": message.subject, "body": message.body}
        text = json.dumps(facts | {"at": clock.now().isoformat()}, ensure_ascii=False)
        folder().mkdir(parents=True, exist_ok=True)
        (folder() / f"{message.reference}.json").write_text(text, encoding="utf-8")

    def has(self, reference: str) -> bool:
        """Whether the message lies there."""
        return (folder() / f"{reference}.json").exists()


def folder() -> Path:
    """Where the messages lie."""
    found: Path = settings.OUTBOX
    return found


def is_used(channel: str) -> bool:
    """Whether the messages of that channel go here: on one's own machine, where no real way out is named."""
    if not settings.DEBUG:
        return False
    if channel == "sms":
        return settings.SMS_URL is None
    return channel == "email" and settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def latest() -> list[dict[str, Any]]:
    """The messages that lie there, newest first."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder().glob("*.json")]
    return sorted(found, key=lambda message: message["at"], reverse=True)[:LATEST]
