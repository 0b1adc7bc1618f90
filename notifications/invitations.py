"""iCalendar files: an invitation that an e-mail carries, and the file of any events."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from django.conf import settings

from base import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar import Event

Method = Literal["REQUEST", "CANCEL"]


def event(facts: dict[str, Any], language: str, page: str) -> Event:
    """One event from plain facts; its `key` stays and its `sequence` grows, so that a calendar replaces what it has.

    `facts` as in the values of a notice: `key`, `sequence`, `starts_at`, `ends_at` (ISO), `is_off`, `title` and `venue` by
    language, `place` and `link`. `page` is the path of its page.
    """
    from icalendar import Event  # it is large, and few requests are about calendars

    found = Event()
    found.add("uid", f"{facts['key']}@{urlsplit(settings.SITE_URL).netloc}")
    found.add("dtstamp", clock.now())
    found.add("sequence", facts["sequence"])
    found.add("dtstart", clock.wall(dt.datetime.fromisoformat(facts["starts_at"])))
    found.add("dtend", clock.wall(dt.datetime.fromisoformat(facts["ends_at"])))
    found.add("summary", _in(facts["title"], language))
    found.add("status", "CANCELLED" if facts["is_off"] else "CONFIRMED")
    places = (_in(facts["venue"], language), facts["place"], facts["link"])
    found.add("location", ", ".join(part for part in places if part))
    found.add("url", settings.SITE_URL + page)
    return found


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def invitation(facts: dict[str, Any], language: str, page: str, *, host: str, guest: str) -> tuple[str, Method]:
    """The file that invites one guest, or takes an event off their calendar (RFC 5546); no answer is asked for."""
    from icalendar import vCalAddress

    method: Method = "CANCEL" if facts["is_off"] else "REQUEST"
    found = event(facts, language, page)
    name, address = parseaddr(host)
    organiser = vCalAddress(f"mailto:{address}")
    organiser.params["CN"] = name
    attendee = vCalAddress(f"mailto:{guest}")
    attendee.params["RSVP"] = "FALSE"
    found.add("organizer", organiser)
    found.add("attendee", attendee)
    return file([found], method).decode(), method


def file(events: Iterable[Event], method: Method | None = None) -> bytes:
    """All of them in one file, with the time zones that they name."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//learning-city//portal//")
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    for one in events:
        calendar.add_component(one)
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content
