"""What the tests of the demo city share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from programs.demo.files import courses
from programs.models import Course

if TYPE_CHECKING:
    import datetime as dt

    import pytest

SHOWN = {
    "finished": "ended",
    "running": "running",
    "opens_soon": "soon",
    "opens_tomorrow": "soon",
    "open": "open",
    "few_left": "open",
    "approval_open": "open",
    "lottery_open": "open",
    "lottery_pending": "closed",
    "full_waiting": "full",
    "full_queue_full": "full",
    "cancelled": "cancelled",
}


def set_clock(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


def misshown() -> dict[str, tuple[str, str]]:
    """The loaded courses that do not show what they are meant to: what they show, and what they should."""
    now, today = clock.now(), clock.today()
    found = {course.slug: str(course.status(now, today)) for course in Course.objects.filter(slug__in=courses())}
    meant = {slug: SHOWN[courses()[slug]["state_hint"]] for slug in found}
    return {slug: (status, meant[slug]) for slug, status in found.items() if status != meant[slug]}
