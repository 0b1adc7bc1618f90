"""D9: how long an offer lives, at every edge of the night and of the queue's end."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.deadlines import moves_until, offer_deadline

TEHRAN = ZoneInfo("Asia/Tehran")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=TEHRAN)


@pytest.mark.parametrize(
    ("made", "until", "deadline"),
    [
        ("2026-11-23 12:00", None, "2026-11-24 12:00"),
        ("2026-11-23 21:59", None, "2026-11-24 21:59"),
        ("2026-11-23 22:00", None, "2026-11-25 10:00"),  # counted from eight, and no deadline before ten
        ("2026-11-24 02:00", None, "2026-11-25 10:00"),
        ("2026-11-24 07:59", None, "2026-11-25 10:00"),
        ("2026-11-24 08:00", None, "2026-11-25 10:00"),
        ("2026-11-24 09:59", None, "2026-11-25 10:00"),
        ("2026-11-24 10:00", None, "2026-11-25 10:00"),
        ("2026-11-23 12:00", "2026-11-24 21:00", "2026-11-24 10:00"),  # half of 33 hours ends at 4:30 in the night
        ("2026-11-24 12:00", "2026-11-24 21:00", "2026-11-24 16:30"),
        ("2026-11-24 18:00", "2026-11-24 21:00", "2026-11-24 20:00"),  # never below two hours
        ("2026-11-24 20:30", "2026-11-24 21:00", "2026-11-24 21:00"),  # but for the end of the queue
        ("2027-12-31 12:00", None, "2028-01-01 12:00"),
        ("2025-03-20 12:00", None, "2025-03-21 12:00"),  # the last day of a leap year, 30 Esfand 1403
        ("2026-03-20 12:00", None, "2026-03-21 12:00"),  # 29 Esfand 1404
    ],
)
def test_d9_an_offer_is_answered_by(made: str, until: str | None, deadline: str) -> None:
    found = offer_deadline(made_at=at(made), offer_hours=24, moves_until=until and at(until))
    assert found.astimezone(TEHRAN) == at(deadline)


@given(
    st.datetimes(at("2026-01-01 00:00").replace(tzinfo=None), at("2030-01-01 00:00").replace(tzinfo=None)),
    st.integers(1, 96),
    st.one_of(st.none(), st.integers(1, 60 * 24 * 20)),
)
def test_d9_no_deadline_lies_in_the_night_or_behind_the_end(made: dt.datetime, hours: int, left: int | None) -> None:
    made_at = made.replace(tzinfo=TEHRAN)
    end = moves_until(made_at + dt.timedelta(minutes=left, days=1)) if left else None
    if end is not None and end <= made_at:
        return
    found = offer_deadline(made_at=made_at, offer_hours=hours, moves_until=end)
    local = found.astimezone(TEHRAN).time()
    assert made_at < found
    assert end is None or found <= end
    assert found == end or dt.time(10) <= local < dt.time(22)
    assert found == end or found - made_at >= dt.timedelta(hours=2)


def test_d9_summer_time_of_old_and_none_now() -> None:
    """Iran's clocks changed until 1401 (2022) and not since: nine in the evening stays nine in the evening."""
    for day, offset in ((dt.date(2022, 7, 1), 4.5), (dt.date(2023, 7, 1), 3.5)):
        first = dt.datetime.combine(day, dt.time(17), TEHRAN)
        end = moves_until(first)
        assert end is not None
        assert end.astimezone(TEHRAN) == dt.datetime.combine(day - dt.timedelta(days=1), dt.time(21), TEHRAN)
        assert end.utcoffset() == dt.timedelta(hours=offset)


def test_the_end_of_the_queue_never_comes_before_an_open_offer_ends() -> None:
    late = at("2026-12-05 10:00")
    assert moves_until(at("2026-12-05 17:00"), not_before=late) == late
    assert moves_until(None) is None
