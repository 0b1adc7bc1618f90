"""Classes of an institute of vocational courses: one line a class, Persian; its lessons are the programs.

Earlier files write days in words and Persian digits, later ones ISO days; the columns that count are the same in both.
The number behind "capacity" falls as people enrol, and the unit of the fees is not told.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.calendar import WEEKDAY_NAMES
from base.persian import joined, latin_digits, normalise, persian_digits
from programs.imports.catalogue import Row, WeeklyHour
from programs.imports.cells import BadCell
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    from programs.imports.cells import Cells

MOST_SEATS = 100_000
_LESSON = re.compile(r"/lesson/(\d{1,20})(?:[/?]|$)", re.ASCII)
_HOUR = re.compile(r"(\D+?) ساعت (\d\d?):(\d\d) تا (\d\d?):(\d\d)", re.ASCII)
_WEEKDAYS = {joined(name): number for number, name in enumerate(WEEKDAY_NAMES["fa"])}


def _row(cells: Cells) -> Row:
    url = cells.address("course_url")
    lesson = _LESSON.search(url)
    if lesson is None:
        raise BadCell("course_url", "lesson_missing", _("it does not hold the number of a lesson"))
    return Row(
        key=cells.text("id", needed=True),
        program_key=lesson[1],
        program_title=cells.text("title", needed=True),
        language="fa",
        starts_on=cells.day("start_date"),
        ends_on=cells.day("end_date"),
        hours=_hours(cells.raw("days")),
        fee_min=cells.number("min_price"),
        fee_max=cells.number("max_price"),
        capacity=cells.number("capacity", most=MOST_SEATS),
        partner_url=url,
        keywords=cells.text("department"),
        note=_note(cells.text("center"), cells.number("duration_hours")),
        place=cells.text("center"),
    )


@lru_cache(4096)
def _hours(cell: str) -> tuple[WeeklyHour, ...]:
    return tuple(_hour(part) for part in cell.split("|") if part.strip())


@lru_cache(4096)
def _hour(part: str) -> WeeklyHour:
    found = _HOUR.fullmatch(latin_digits(normalise(part)))
    weekday = _WEEKDAYS.get(joined(found[1])) if found else None
    try:
        times = [dt.time(int(found[at]), int(found[at + 1])) for at in (2, 4)] if found else []
    except ValueError:
        times = []
    if weekday is None or not times:
        reason = _("“{text}” is not a weekday with an hour").format(text=part.strip()[:60])
        raise BadCell("days", "hour_unreadable", reason)
    return WeeklyHour(weekday, *times)


def _note(centre: str, hours: int | None) -> str:
    lines = [f"شعبه: {centre}"] if centre else []
    if hours:
        lines.append(f"مدت: {persian_digits(str(hours))} ساعت")
    return "\n".join(lines)


PROFILE = Profile(
    name="mft",
    columns=(
        "id",
        "title",
        "department",
        "center",
        "start_date",
        "end_date",
        "capacity",
        "duration_hours",
        "days",
        "min_price",
        "max_price",
        "course_url",
    ),
    key="id",
    row=_row,
)
