"""A partner's row beside the course that it is about: what differs, what is taken over, what stays because it is pinned."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from base import clock
from programs.models import Course, Feed
from programs.services.notices import hours_by_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from programs.imports import Row

COLUMNS = (
    "starts_on",
    "ends_on",
    "fee_min",
    "fee_max",
    "partner_url",
    "online",
    "source_capacity",
    "mode",
    "program_id",
    "age_min",
    "age_max",
    "selection",
    "venue_id",
)
TEXTS = ("title", "note", "instructors")
WRITTEN = [
    *(name.removesuffix("_id") for name in COLUMNS),
    *("opens_at", "closes_at", "capacity", "fingerprint", "missing_since", "version", "updated_at"),
]
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the file, or a course without one, and what became of it: `rejected`, `created`, `updated`, `missing`.

    `fields` are those that changed; `reason` says why it was rejected, or which fields were left because they were
    edited here. `details` are [field, old, new] in plain values; `told` says that days moved, so that people are told.
    """

    line: int | None
    key: str
    what: str
    fields: str
    reason: str
    title: str = ""
    course: int | None = None
    details: list[list[Any]] = field(default_factory=list)
    told: bool = False


def code_of(*parts: object) -> str:
    """A short code of lower-case letters and digits that stays the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:12]


def venue_of(feed: Feed, row: Row) -> int | None:
    """The id of the venue to which the coordinator has mapped the partner's place, or None."""
    found = feed.mapping.get("places", {}).get(row.place) if row.place else None
    return found if isinstance(found, int) else None


def fingerprint_of(feed: Feed, row: Row) -> str:
    """By which a later reading sees that nothing changed."""
    return row.fingerprint(feed.mode, venue_of(feed, row))


def values_of(row: Row, feed: Feed, programs: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the course as the row has them."""
    return {
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "fee_min": row.fee_min,
        "fee_max": row.fee_max,
        "partner_url": row.partner_url,
        "online": row.online,
        "source_capacity": row.capacity,
        "mode": feed.mode,
        "program_id": programs[row.program_key],
        "age_min": row.age_min,
        "age_max": row.age_max,
        "selection": row.selection or Course.Selection.FIRST_COME,
        "venue_id": venue_of(feed, row),
    }


def texts_of(row: Row) -> dict[str, str | None]:
    """The texts of the course as the row has them."""
    return {"title": row.title, "note": row.note, "instructors": row.instructors}


def window_of(row: Row) -> dict[str, dt.datetime | None]:
    """From when until when one can enrol, where the row says it."""
    closes_on = row.closes_on + ONE_DAY if row.closes_on else None
    days = {"opens_at": row.opens_on, "closes_at": closes_on}
    return {name: clock.at(day, dt.time()) if day else None for name, day in days.items()}


def closing(starts_on: dt.date | None) -> dt.datetime | None:
    """Enrolment here ends as the first day begins."""
    return clock.at(starts_on, dt.time()) if starts_on else None


def open_here(course: Course, row: Row) -> None:
    """Opens enrolment in a course that is enrolled in here for the first time: its seats are the partner's, once.

    Where the partner does not say how many or from when, nobody can enrol until a coordinator has said so.
    """
    course.capacity = course.source_capacity or 0
    window, now = window_of(row), clock.now()
    opens_at, closes_at = window["opens_at"] or now, window["closes_at"] or closing(course.starts_on)
    course.opens_at = course.closes_at = None
    if course.source_capacity is not None and closes_at is not None and closes_at > max(now, opens_at):
        course.opens_at, course.closes_at = opens_at, closes_at


def hours_of(hours: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Weekly hours in plain values, in the order of the week."""
    plain = [[weekday, *(time and time.isoformat("minutes") for time in times)] for weekday, *times in hours]
    return sorted(plain, key=lambda hour: [hour[0], *(time or "" for time in hour[1:])])


class Compared:
    """A course beside the row that a later file has for it."""

    def __init__(self, course: Course, row: Row, feed: Feed, programs: Mapping[str, int]) -> None:
        self.course, self.row, self.feed = course, row, feed
        self.values = values_of(row, feed, programs)
        self.before = {name: getattr(course, name) for name in ("starts_on", "ends_on", "mode")}
        self.text: Any = None
        self.hours: set[tuple[Any, ...]] = set()
        self.changed: list[str] = []
        self.left: list[str] = []
        self.details: list[list[Any]] = []

    def compare(self, text: Any, hours: set[tuple[Any, ...]]) -> None:
        """Takes over into the course what differs and was not edited here."""
        self.text, self.hours = text, hours
        if self.course.missing_since is not None:
            self.details.append(["missing_since", _plain(self.course.missing_since), None])
            self.course.missing_since = None
            self.changed.append("missing_since")
        for name in COLUMNS:
            self._take(self.course, name, self.values[name])
        for name, value in texts_of(self.row).items() if text is not None else ():
            self._take(text, name, value)
        if hours != set(self.row.hours) and self._note("hours"):
            self.details.append(["hours", hours_of(hours), hours_of(self.row.hours)])
        self.course.fingerprint = fingerprint_of(self.feed, self.row)
        self._follow()

    def _take(self, target: Any, name: str, value: object) -> None:
        old = getattr(target, name)
        if old != value and self._note(name.removesuffix("_id")):
            self.details.append([name.removesuffix("_id"), _plain(old), _plain(value)])
            setattr(target, name, value)

    def _note(self, name: str) -> bool:
        is_pinned = name in self.course.pinned
        (self.left if is_pinned else self.changed).append(name)
        return not is_pinned

    def _follow(self) -> None:
        """Brings the enrolment window along."""
        course, window = self.course, window_of(self.row)
        is_open_here = course.mode == Course.Mode.PORTAL and course.opens_at is None
        if "mode" in self.changed and course.mode == Course.Mode.PORTAL and course.capacity is None:
            open_here(course, self.row)
        elif any(window.values()) and not is_open_here:
            for name, value in window.items():
                self._take(course, name, value)
        elif course.closes_at is not None and course.closes_at == closing(self.before["starts_on"]):
            closes_at = closing(course.starts_on)
            course.closes_at = max(closes_at, course.opens_at or closes_at) if closes_at else None

    @property
    def has_moved(self) -> bool:
        """Whether it now begins or ends on another day, or meets at other hours."""
        return bool({"starts_on", "ends_on", "hours"} & set(self.changed))

    @property
    def days(self) -> dict[str, Any]:
        """First and last day, old and new, as ISO text; weekly hours in words where they are others."""
        days = {"old_starts_on": self.before["starts_on"], "new_starts_on": self.course.starts_on}
        days |= {"old_ends_on": self.before["ends_on"], "new_ends_on": self.course.ends_on}
        plain: dict[str, Any] = {name: _plain(day) for name, day in days.items()}
        if "hours" in self.changed:
            hours = self.hours, self.row.hours
            plain |= dict(zip(("old_hours", "new_hours"), map(hours_by_language, hours), strict=True))
        return plain

    def change(self, line: int, renamed: tuple[str, str] | None) -> Change:
        """What to report of it; `renamed` are the old and the new title of its program."""
        details = [["program_title", *renamed], *self.details] if renamed else self.details
        left = f"pinned: {', '.join(self.left)}" if self.left else ""
        title = self.row.title or self.row.program_title
        told = self.has_moved and not self.course.is_past(clock.today())
        return Change(
            line, self.row.key, "updated", ", ".join(self.changed), left, title, self.course.pk, details, told
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
