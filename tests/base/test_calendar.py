"""Days and times: Jalali in Persian, Gregorian in English, and read back from whatever a person types."""

from __future__ import annotations

import datetime as dt
import os

import jdatetime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import calendar

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
TODAY = dt.date(2026, 11, 22)
TUESDAY = dt.date(2026, 11, 24)
DAYS = st.dates(min_value=calendar.FIRST_DAY, max_value=calendar.LAST_DAY)
LANGUAGES = st.sampled_from(["fa", "en"])
ARABIC = str.maketrans("0123456789۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩" * 2)


@given(DAYS, LANGUAGES, st.booleans(), st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_a_day_in_words_is_read_back(day: dt.date, language: str, weekday: bool, arabic: bool) -> None:  # noqa: FBT001
    text = calendar.day_text(day, language=language, today=TODAY, weekday=weekday, year=True)
    assert calendar.parse_day(text.translate(ARABIC) if arabic else text) == day


@given(DAYS, LANGUAGES, st.sampled_from("/-."), st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_a_day_in_digits_is_read_back(day: dt.date, language: str, sign: str, arabic: bool) -> None:  # noqa: FBT001
    text = calendar.day_digits(day, language=language).replace("/", sign).replace("-", sign)
    assert calendar.parse_day(text.translate(ARABIC) if arabic else text) == day


@given(st.text(max_size=40) | st.from_regex(r"[۰-۹0-9]{1,4}[/. -][۰-۹0-9]{1,2}[/. -][۰-۹0-9]{1,4}", fullmatch=True))
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_whatever_is_typed_is_a_day_or_a_bad_day(typed: str) -> None:
    try:
        day = calendar.parse_day(typed)
    except calendar.BadDay:
        return
    assert {calendar.parse_day(calendar.day_digits(day, language=language)) for language in ("fa", "en")} == {day}


@given(st.sets(st.integers(0, 6)))
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_weekdays_come_back_from_their_mask(numbers: set[int]) -> None:
    assert calendar.weekdays_in(calendar.weekday_mask(numbers)) == sorted(numbers)


def test_d9_every_day_from_1300_to_1500_comes_back() -> None:
    day, last = dt.date(1921, 3, 21), jdatetime.date(1500, 12, 29).togregorian()
    before = (1299, 12, 30)
    while day <= last:
        shown = jdatetime.date.fromgregorian(date=day)
        here = (shown.year, shown.month, shown.day)
        assert here > before
        assert shown.togregorian() == day
        before, day = here, day + dt.timedelta(days=1)
    assert before == (1500, 12, 29)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("۱۴۰۳/۱۲/۲۹", dt.date(2025, 3, 19)),
        ("۱۴۰۳/۱۲/۳۰", dt.date(2025, 3, 20)),
        ("۱۴۰۴/۱/۱", dt.date(2025, 3, 21)),
        ("۱۴۰۴/۱۲/۲۹", dt.date(2026, 3, 20)),
        ("۱۴۰۵/۰۱/۰۱", dt.date(2026, 3, 21)),
        ("۱۴۰۵/۶/۳۱", dt.date(2026, 9, 22)),
        ("۱۴۰۵/۷/۱", dt.date(2026, 9, 23)),
        ("2027-12-31", dt.date(2027, 12, 31)),
        ("۱۴۰۶/۱۰/۱۰", dt.date(2027, 12, 31)),
    ],
)
def test_d9_edges_of_the_year_are_read(typed: str, day: dt.date) -> None:
    assert calendar.parse_day(typed) == day


@pytest.mark.parametrize("typed", ["۱۴۰۴/۱۲/۳۰", "1404-12-30", "۳۰ اسفند ۱۴۰۴", "1404/7/31", "2026-02-29", "1405/13/1"])
def test_d9_days_that_are_not_in_the_calendar_are_refused(typed: str) -> None:
    with pytest.raises(calendar.NoSuchDay) as caught:
        calendar.parse_day(typed)
    assert caught.value.code == "day_missing"


@pytest.mark.parametrize(
    "typed",
    [
        "جمعه ۱ اسفند ۱۴۰۴",
        "جمعه، ۱ اسفند ۱۴۰۴",
        "۱ اسفند ۱۴۰۴",
        "۱اسفند۱۴۰۴",
        "  ١٤٠٤/١٢/١ ",
        "1404.12.1",
        "1404-12-01",
        "۱۴۰۴ / ۱۲ / ۱",
        "جمعه 1404/12/01",
        "2026-02-20",
        "Friday 20 February 2026",
        "20 february 2026",
    ],
)
def test_a_day_is_read_however_it_is_written(typed: str) -> None:
    assert calendar.parse_day(typed) == dt.date(2026, 2, 20)


@pytest.mark.parametrize("typed", ["سه شنبه ۳ آذر ۱۴۰۵", "سه‌شنبه ۳ آذر ۱۴۰۵", "سه‌شنبه ۳ اذر ۱۴۰۵", "سهشنبه ۳ آذر ۱۴۰۵"])
def test_spelling_of_weekday_and_month_does_not_matter(typed: str) -> None:
    assert calendar.parse_day(typed) == TUESDAY


def test_a_wrong_weekday_is_refused() -> None:
    with pytest.raises(calendar.WrongWeekday) as caught:
        calendar.parse_day("شنبه ۱ اسفند ۱۴۰۴")
    assert caught.value.code == "weekday_wrong"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "فردا",
        "۱/۱/۵",
        "۰۵/۱/۱",
        "1404/12-1",
        "۱ فوریه ۱۴۰۴",
        "1 March 1404",
        "۱ اسفند ۲۰۲۶",
        "دیروز ۱ اسفند ۱۴۰۴",
        "-" * 9999,
    ],
)
def test_what_is_no_date_is_unreadable(typed: str) -> None:
    with pytest.raises(calendar.BadDay) as caught:
        calendar.parse_day(typed)
    assert caught.value.code == "day_unreadable"


@pytest.mark.parametrize("typed", ["9999-12-31", "0000/1/1", "0641/7/31", "1199/12/29", "1820-01-01", "2321-01-01"])
def test_years_out_of_reach_are_no_days(typed: str) -> None:
    with pytest.raises(calendar.NoSuchDay):
        calendar.parse_day(typed)


def test_a_day_in_words() -> None:
    assert calendar.day_text(TUESDAY, language="fa", today=TODAY) == "سه‌شنبه ۳ آذر"
    assert calendar.day_text(TUESDAY, language="en", today=TODAY) == "Tuesday 24 November"
    assert calendar.day_text(TUESDAY, language="fa", today=TODAY, weekday=False) == "۳ آذر"


def test_the_year_is_named_when_it_is_another_one_in_that_calendar() -> None:
    assert calendar.day_text(dt.date(2027, 1, 2), language="fa", today=TODAY) == "شنبه ۱۲ دی"
    assert calendar.day_text(dt.date(2027, 1, 2), language="en", today=TODAY) == "Saturday 2 January 2027"
    assert calendar.day_text(dt.date(2026, 3, 20), language="fa", today=TODAY) == "جمعه ۲۹ اسفند ۱۴۰۴"
    assert calendar.day_text(dt.date(2026, 3, 20), language="en", today=TODAY) == "Friday 20 March"


def test_times_and_instants() -> None:
    four, six = dt.time(16), dt.time(18)
    assert calendar.time_text(dt.time(9, 5), language="fa") == "۹:۰۵"
    assert calendar.time_range_text(four, six, language="fa") == "۱۶:۰۰ تا ۱۸:۰۰"
    assert calendar.time_range_text(four, six, language="en") == "16:00–18:00"
    instant = dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC)
    assert calendar.instant_text(instant, language="fa", today=TODAY) == "سه‌شنبه ۳ آذر، ساعت ۱۸:۰۰"
    assert calendar.instant_text(instant, language="en", today=TODAY) == "Tuesday 24 November, 18:00"


def test_d9_the_city_had_summer_time_until_1401() -> None:
    summer = dt.datetime(2022, 7, 1, 12, tzinfo=dt.UTC)
    later = dt.datetime(2023, 7, 1, 12, tzinfo=dt.UTC)
    assert calendar.instant_text(summer, language="en", today=TODAY).endswith("16:30")
    assert calendar.instant_text(later, language="en", today=TODAY).endswith("15:30")


def test_an_instant_after_midnight_is_the_city_s_next_day() -> None:
    late = dt.datetime(2026, 11, 23, 20, 30, tzinfo=dt.UTC)
    assert calendar.instant_text(late, language="en", today=TODAY) == "Tuesday 24 November, 0:00"


def test_the_week_begins_on_saturday() -> None:
    days = [dt.date(2026, 11, 21) + dt.timedelta(days=number) for number in range(7)]
    assert [calendar.WEEKDAYS[calendar.weekday_of(day)] for day in days] == list(calendar.WEEKDAYS)
    assert calendar.weekday_mask([0, 6]) == 0b1000001


def test_lists_of_days_and_words() -> None:
    assert calendar.weekdays_text([3, 1], language="fa") == "یکشنبه‌ها و سه‌شنبه‌ها"
    assert calendar.weekdays_text([1, 3], language="en") == "Sundays and Tuesdays"
    assert calendar.list_text(["الف", "ب", "پ"], language="fa") == "الف، ب و پ"
    assert calendar.list_text(["a", "b", "c"], language="en") == "a, b and c"
    assert calendar.list_text([], language="en") == ""
