"""The urgent notice that stands on every page while it lasts: each process looks for it every other second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from django.db import DatabaseError

from announcements.models import Announcement
from base import clock
from programs.checklist import texts_of

if TYPE_CHECKING:
    import datetime as dt

LOOKED_EVERY = 2.0  # seconds; a visitor's page is kept by what stands on it, so that it changes at once


class Banner(NamedTuple):
    """What it says, by language; its address; since when and until when it stands."""

    slug: str
    version: int
    title: dict[str, str]
    summary: dict[str, str]
    since: dt.datetime | None
    until: dt.datetime | None


class _Memory:
    """What this process saw last, and until when it need not look again."""

    def __init__(self) -> None:
        self.seen: Banner | None = None
        self.until = 0.0
        self.lock = threading.Lock()


memory = _Memory()


def current() -> Banner | None:
    """The latest urgent notice with a banner; what was seen last where the database cannot say."""
    if time.monotonic() >= memory.until and memory.lock.acquire(blocking=False):
        try:
            memory.seen = _look()
        except DatabaseError:
            pass
        finally:
            memory.until = time.monotonic() + LOOKED_EVERY
            memory.lock.release()
    seen = memory.seen
    return None if seen is None or (seen.until is not None and seen.until <= clock.now()) else seen


def _look() -> Banner | None:
    row = Announcement.objects.banners().prefetch_related("translations").first()
    if row is None:
        return None
    texts = texts_of(row)
    title, summary = ({code: own[name] for code, own in texts.items()} for name in ("title", "summary"))
    return Banner(row.slug, row.version, title, summary, row.published_at, row.ends_at)


def forget() -> None:
    """Looks again at the next page."""
    memory.until = 0.0


def version() -> str:
    """What a kept page depends on: another banner makes another page."""
    banner = current()
    return f"{banner.slug}.{banner.version}" if banner else ""
