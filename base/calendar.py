"""Days and times at the edge: Jalali in Persian, Gregorian in English, plain dates and UTC instants inside."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

import jdatetime
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base.persian import joined, latin_digits, normalise, persian_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WEEKDAYS = ("sat", "sun", "mon", "tue", "wed", "thu", "fri")
WEEKDAY_NAMES = {
    "fa": ("شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه"),
    "en": ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
}
MONTH_NAMES = {
    "fa": (
        "فروردین",
        "اردیبهشت",
        "خرداد",
        "تیر",
        "مرداد",
        "شهریور",
        "مهر",
        "آبان",
        "آذر",
        "دی",
        "بهمن",
        "اسفند",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
LAST_JALALI_YEAR = 1699
FIRST_DAY, LAST_DAY = dt.date(1821, 3, 21), dt.date(2320, 12, 31)  # between them no year belongs to both calendars
LONGEST = 80  # letters of a typed day that are looked at

_SHAPE = re.compile(
    r"(?P<weekday>[^\d]*?)[\s,،]*"
    r"(?:(?P<year>\d{4})\s?(?P<sign>[/.\-٫⁄])\s?(?P<month>\d{1,2})\s?(?P=sign)\s?(?P<day>\d{1,2})"
    r"|(?P<day_of>\d{1,2})\s?(?P<name>[^\d]+?)\s?(?P<of_year>\d{4}))",
    re.ASCII,
)
_WEEKDAY_NUMBERS = {joined(name): number for names in WEEKDAY_NAMES.values() for number, name in enumerate(names)}
_MONTH_NUMBERS = {
    language: {joined(name): number for number, name in enumerate(names, start=1)}
    for language, names in MONTH_NAMES.items()
}


class BadDay(ValueError):  # noqa: N818 - it is an answer to what was typed
    """What was typed is no day; `code` names why and `message` says it to the person."""

    code = "day_unreadable"
    message = _("Write the day as year, month, day, such as 1405/9/24")


class NoSuchDay(BadDay):
    """The shape is a date's, but the calendar has no such day."""

    code = "day_missing"
    message = _("This day is not in the calendar; check the month and the day")


class WrongWeekday(BadDay):
    """The weekday that was written beside the date is another one."""

    code = "weekday_wrong"
    message = _("The weekday and the date do not belong together; check both")


class _Parts(NamedTuple):
    year: int
    month: int
    day: int


_SEASONS = {"fa": ("بهار", "تابستان", "پاییز", "زمستان"), "en": ("Spring", "Summer", "Autumn", "Winter")}


def weekday_of(day: dt.date) -> int:
    """The number of the weekday in the city's week: 0 is Saturday, 6 is Friday."""
    return (day.weekday() + 2) % 7


def weekday_mask(weekdays: Iterable[int]) -> int:
    """The weekdays as one integer: Saturday is bit 0, Friday bit 6."""
    return sum(1 << number for number in set(weekdays))


def weekdays_in(mask: int) -> list[int]:
    """The numbers of the weekdays in such an integer, from Saturday on."""
    return [number for number in range(7) if mask >> number & 1]


def weekday_text(number: int, *, language: str) -> str:
    """The weekday's name, «سه‌شنبه» or "Tuesday"."""
    return WEEKDAY_NAMES[language][number]


def weekdays_text(numbers: Iterable[int], *, language: str) -> str:
    """Weekdays on which something repeats, «یکشنبه‌ها و سه‌شنبه‌ها» or "Sundays and Tuesdays", in the week's order."""
    plural = "‌ها" if language == "fa" else "s"
    return list_text([WEEKDAY_NAMES[language][number] + plural for number in sorted(set(numbers))], language=language)


def list_text(words: Sequence[str], *, language: str) -> str:
    """Several words as one phrase, the last one joined by «و» or "and"."""
    comma, last = ("، ", " و ") if language == "fa" else (", ", " and ")
    return last.join([comma.join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def day_text(day: dt.date, *, language: str, today: dt.date, weekday: bool = True, year: bool | None = None) -> str:
    """The day in words, «سه‌شنبه ۳ آذر» or "Tuesday 24 November".

    With `year=None` the year is named only when it is not the year of `today` in the calendar of that language.
    """
    here, now = _parts(day, language), _parts(today, language)
    words = [weekday_text(weekday_of(day), language=language)] if weekday else []
    words += [str(here.day), MONTH_NAMES[language][here.month - 1]]
    if year or (year is None and here.year != now.year):
        words.append(str(here.year))
    return _in_digits(" ".join(words), language)


def day_digits(day: dt.date, *, language: str) -> str:
    """The day as one types it into a field, «۱۴۰۵/۹/۳» or "2026-11-24"."""
    if language != "fa":
        return day.isoformat()
    return persian_digits("/".join(str(part) for part in _parts(day, language)))


def year_of(day: dt.date, *, language: str) -> int:
    """The year in the calendar of that language."""
    return _parts(day, language).year


def time_text(time: dt.time, *, language: str) -> str:
    """The time of day in 24 hours, «۹:۰۰» or "9:00"."""
    return _in_digits(f"{time.hour}:{time.minute:02}", language)


def time_range_text(starts: dt.time, ends: dt.time, *, language: str) -> str:
    """From when until when, «۱۶:۰۰ تا ۱۸:۰۰» or "16:00–18:00"."""
    between = " تا " if language == "fa" else "–"
    return time_text(starts, language=language) + between + time_text(ends, language=language)


def instant_text(instant: dt.datetime, *, language: str, today: dt.date, year: bool | None = None) -> str:
    """The instant on the city's clock, «سه‌شنبه ۳ آذر، ساعت ۱۸:۰۰» or "Tuesday 24 November, 18:00"."""
    local = timezone.localtime(instant, timezone.get_default_timezone())
    between = "، ساعت " if language == "fa" else ", "
    return (
        day_text(local.date(), language=language, today=today, year=year)
        + between
        + time_text(local.time(), language=language)
    )


def parse_day(typed: str) -> dt.date:
    """The day that a person wrote, in any digits: ۱۴۰۴/۱۲/۱, 1404-12-01, 2026-02-20, «جمعه ۱ اسفند ۱۴۰۴».

    Four-digit years from 1200 to 1699 are Jalali, from 1821 to 2320 Gregorian. A weekday may stand before the date and
    must be right.

    Raises:
        BadDay: not the shape of a date (`day_unreadable`).
        NoSuchDay: no such day in the calendar, as 30 Esfand of a common year (`day_missing`).
        WrongWeekday: the weekday belongs to another day (`weekday_wrong`).
    """
    found = _SHAPE.fullmatch(latin_digits(normalise(typed[:LONGEST])))
    if not found:
        raise BadDay(typed)
    day = _existing(_numeric(found) if found["year"] else _worded(found))
    if found["weekday"] and _weekday_number(found["weekday"]) != weekday_of(day):
        raise WrongWeekday(typed)
    return day


def _numeric(found: re.Match[str]) -> _Parts:
    return _Parts(int(found["year"]), int(found["month"]), int(found["day"]))


def _worded(found: re.Match[str]) -> _Parts:
    year = int(found["of_year"])
    names = _MONTH_NUMBERS["fa" if year <= LAST_JALALI_YEAR else "en"]
    month = names.get(joined(found["name"]))
    if month is None:
        raise BadDay(found["name"])
    return _Parts(year, month, int(found["day_of"]))


def _weekday_number(name: str) -> int:
    number = _WEEKDAY_NUMBERS.get(joined(name))
    if number is None:
        raise BadDay(name)
    return number


def _existing(parts: _Parts) -> dt.date:
    try:
        found = dt.date(*parts) if parts.year > LAST_JALALI_YEAR else jdatetime.date(*parts).togregorian()
    except ValueError as error:
        raise NoSuchDay(str(parts)) from error
    if not FIRST_DAY <= found <= LAST_DAY:
        raise NoSuchDay(str(parts))
    day: dt.date = found
    return day


def _parts(day: dt.date, language: str) -> _Parts:
    shown = jdatetime.date.fromgregorian(date=day) if language == "fa" else day
    return _Parts(shown.year, shown.month, shown.day)


def _in_digits(text: str, language: str) -> str:
    return persian_digits(text) if language == "fa" else text


def quarter_of(day: dt.date) -> tuple[int, int]:
    """The Jalali year and its quarter, 1 to 4, in which the day lies; the quarters are the seasons."""
    year, month, _day = _parts(day, "fa")
    return year, (month - 1) // 3 + 1


def quarter_bounds(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """The first day of a quarter and the first one after it."""
    following = (year, quarter + 1) if quarter < len(_SEASONS["fa"]) else (year + 1, 1)
    first, after = (parse_day(f"{one}/{3 * part - 2}/1") for one, part in ((year, quarter), following))
    return first, after


def quarter_text(year: int, quarter: int, *, language: str) -> str:
    """The season with its year, «پاییز ۱۴۰۵» or "Autumn 2026"; a winter that spans two years by both."""
    name = _SEASONS[language][quarter - 1]
    if language == "fa":
        return _in_digits(f"{name} {year}", language)
    first, after = quarter_bounds(year, quarter)
    return f"{name} {first.year}" if first.year == after.year else f"{name} {first.year}–{after.year}"
