"""On which days the demo city's courses are held, counted from the day to which they belong."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from base import clock
from base.calendar import WEEKDAYS
from programs.timetable import DAYS_OFF, repeat

if TYPE_CHECKING:
    from collections.abc import Container

    from programs.demo.files import Entry

OVER = "finished"
UNDER_WAY = "running"


class Days(NamedTuple):
    """When a course is held and when one can enrol in it, as instants; each meeting from when until when."""

    meetings: list[tuple[dt.datetime, dt.datetime]]
    opens_at: dt.datetime
    closes_at: dt.datetime


def days_of(course: Entry, today: dt.date) -> Days:
    """The days of a course for the city of that day.

    Public holidays are skipped where that leaves the course what it is meant to show: finished, under way or ahead.
    """
    found = _held(course, today, DAYS_OFF)
    if _stage(found, today) != _meant(course):
        found = _held(course, today, ())
    starts, ends = dt.time.fromisoformat(course["start_time"]), dt.time.fromisoformat(course["end_time"])
    window = course["enrolment"]
    return Days(
        [(clock.at(day, starts), clock.at(day, ends)) for day in found],
        _instant(today, window["opens_offset_days"], window["opens_at"]),
        _instant(today, window["closes_offset_days"], window["closes_at"]),
    )


def _held(course: Entry, today: dt.date, days_off: Container[dt.date]) -> list[dt.date]:
    return repeat(
        weekdays={WEEKDAYS.index(name) for name in course["weekdays"]},
        first=today + dt.timedelta(days=course["start_offset_days"]),
        count=course["meetings"],
        days_off=days_off,
    ).days


def _stage(held: list[dt.date], today: dt.date) -> str:
    if held[-1] < today:
        return OVER
    return UNDER_WAY if held[0] <= today else ""


def _meant(course: Entry) -> str:
    return course["state_hint"] if course["state_hint"] in {OVER, UNDER_WAY} else ""


def _instant(today: dt.date, offset: int, time: str) -> dt.datetime:
    return clock.at(today + dt.timedelta(days=offset), dt.time.fromisoformat(time))
