"""The demo city's files, and that they make a living city on whatever day it is loaded."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from base import clock
from programs.demo.days import days_of
from programs.demo.files import LANGUAGES, content, courses, rows
from programs.invariants import broken
from programs.models import Enrolment
from programs.services.demo import load
from tests.programs.demo import misshown, set_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("areas", "districts", "organisations", "venues", "workgroups", "programs", "courses", "people", "searches")
FIRST_DAY = dt.date(2026, 11, 23)


def texts_of(value: Any, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every text in several languages below a value."""
    if isinstance(value, dict):
        if set(LANGUAGES) & set(value):
            yield where, value
        for name, inner in value.items():
            yield from texts_of(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts_of(inner, f"{where}/{number}")


@pytest.mark.parametrize("name", FILES)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    found = list(texts_of(content(name), name))
    assert found
    assert [
        where for where, text in found if not all(str(text.get(language, "")).strip() for language in LANGUAGES)
    ] == []


@pytest.mark.parametrize(
    ("name", "field", "target"),
    [
        ("organisations", "district", "districts"),
        ("venues", "district", "districts"),
        ("venues", "organisation", "organisations"),
        ("programs", "workgroup", "workgroups"),
        ("programs", "area", "areas"),
        ("courses", "program", "programs"),
        ("courses", "venue", "venues"),
        ("people", "district", "districts"),
        ("people", "workgroup", "workgroups"),
    ],
)
def test_every_reference_leads_somewhere(name: str, field: str, target: str) -> None:
    known = {row["slug"] for row in rows(target)}
    assert {row[field] for row in rows(name) if row[field]} - known == set()


def test_courses_are_what_they_are_meant_to_be_on_every_day_of_two_years() -> None:
    wrong = []
    for offset in range(730):
        today = FIRST_DAY + dt.timedelta(days=offset)
        for slug, entry in courses().items():
            days = days_of(entry, today)
            first, last = (clock.day_of(days.meetings[at][0]) for at in (0, -1))
            stage = "finished" if last < today else "running" if first <= today else "ahead"
            meant = entry["state_hint"] if entry["state_hint"] in {"finished", "running"} else "ahead"
            if stage != meant or not days.opens_at < days.closes_at < days.meetings[0][0]:
                wrong.append((today, slug))
    assert wrong == []


def test_public_holidays_are_days_without_classes() -> None:
    entry = courses()["online-fraud-4"] | {"weekdays": ["thu"], "start_offset_days": 3}
    nature_day = dt.date(2026, 4, 2)
    days = days_of(entry, nature_day - dt.timedelta(days=3))
    assert clock.day_of(days.meetings[0][0]) == nature_day + dt.timedelta(days=7)


@pytest.mark.skipif(
    connection.vendor == "postgresql",
    reason="other days are alike on every database; test_demo_city.py loads the city on PostgreSQL",
)
@pytest.mark.django_db
@pytest.mark.parametrize(
    "now",
    [
        dt.datetime(2027, 3, 19, 6, 0, tzinfo=dt.UTC),  # two days before Nowruz
        dt.datetime(2027, 6, 30, 20, 45, tzinfo=dt.UTC),  # after midnight in the city
        dt.datetime(2026, 12, 25, 4, 0, tzinfo=dt.UTC),  # a Friday morning, before eight
    ],
    ids=str,
)
def test_it_is_alive_on_other_days(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, now)
    assert load().added == len(courses())
    assert misshown() == {}
    assert list(broken()) == []
    assert Enrolment.objects.filter(state=Enrolment.State.OFFERED).count() == 1
