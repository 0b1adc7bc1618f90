"""The columns by which courses are found and filtered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.persian import fold
from members.models import District
from programs import services
from programs.models import Course, Slot
from programs.services.indexing import COLUMNS, batches, index
from tests.programs import world
from workgroups.models import LiteracyArea, Organisation, Venue

pytestmark = pytest.mark.django_db


def indexed(course: Course) -> Course:
    index([course.pk])
    return Course.objects.get(pk=course.pk)


def course_somewhere() -> Course:
    """A course of two weekly hours in a house of a district, its texts in both languages."""
    organisation = Organisation.objects.create(slug="library", kind="other", name="کتابخانه‌های عمومی")
    district = District.objects.create(slug="d7", name="منطقهٔ ۷")
    venue = Venue.objects.create(slug="house", district=district, organisation=organisation, name="خانهٔ طاق‌بستان")
    program = world.program(title="نرم‌افزار برای بزرگسالان", keywords="رایانه", summary="از صفر", audience="همه")
    program.create_translation("en", title="Software for adults", keywords="computers", summary="From zero")
    course = world.course(program=program, venue=venue, instructors="مهتاب آذر")
    Slot.objects.create(course=course, weekday=0, starts=dt.time(11, 59), ends=dt.time(13))
    Slot.objects.create(course=course, weekday=6, starts=dt.time(17), ends=dt.time(19))
    return course


@pytest.mark.parametrize(
    "word",
    ["نرم افزار", "بزرگسالان", "رايانه", "از صفر", "همه", "مهتاب آذر", "خانه طاق بستان", "كتابخانه های عمومی", "سواد رسانه ای",
     "کارگروه", "SOFTWARE", "computers", "from zero"],
)  # fmt: skip
def test_every_text_around_a_course_finds_it_in_both_languages(word: str) -> None:
    course = indexed(course_somewhere())
    assert all(part in course.search_text for part in fold(word).split())


def test_the_text_begins_with_the_title_and_folding_it_again_changes_nothing() -> None:
    course = indexed(course_somewhere())
    assert course.search_text.startswith(f" {fold('نرم‌افزار برای بزرگسالان')} ")
    assert course.search_text == f" {fold(course.search_text)} "


def test_titles_and_keywords_are_found_without_gaps_and_nothing_else() -> None:
    course = indexed(course_somewhere())
    assert course.search_joined == "نرمافزاربرایبزرگسالانsoftwareforadultsرایانهcomputers"


def test_place_and_hours_are_copied() -> None:
    course = indexed(course_somewhere())
    assert course.area == course.program.area
    assert course.district == course.venue.district
    assert (course.weekdays, course.dayparts) == (0b1000001, 0b101)


@pytest.mark.parametrize(("starts", "part"), [(dt.time(0), 1), (dt.time(12), 2), (dt.time(16, 59), 2), (None, 0)])
def test_each_time_of_day_has_its_bit(starts: dt.time | None, part: int) -> None:
    course = world.course()
    Slot.objects.create(course=course, weekday=3, starts=starts)
    found = indexed(course)
    assert (found.weekdays, found.dayparts) == (0b1000, part)


def test_a_course_is_sorted_by_its_first_day_or_where_it_was() -> None:
    kept = dt.date(2026, 1, 2)
    known = world.course(sort_on=kept)
    unknown = world.course(sort_on=kept)
    Course.objects.filter(pk=unknown.pk).update(starts_on=None, ends_on=None)
    assert indexed(known).sort_on == known.starts_on
    assert indexed(unknown).sort_on == kept


def test_a_renamed_thing_is_found_by_its_new_name_only() -> None:
    course = indexed(course_somewhere())
    area = LiteracyArea.objects.get(pk=course.area_id)
    area.name = "سواد سلامت"
    area.save()
    found = indexed(course)
    assert "سلامت" in found.search_text
    assert "رسانه" not in found.search_text


def test_it_leaves_the_engine_and_the_time_of_change_alone() -> None:
    course = course_somewhere()
    member, learner = world.person()
    services.enrol(actor=member, course=course, learner=learner)
    before = Course.objects.filter(pk=course.pk).values().get()
    index([course.pk])
    after = Course.objects.filter(pk=course.pk).values().get()
    written = {f"{name}_id" if name in {"area", "district"} else name for name in COLUMNS}
    assert {name for name, value in after.items() if value != before[name]} <= written
    assert after["seats_taken"] == 1


def test_what_is_up_to_date_is_not_written() -> None:
    course = indexed(course_somewhere())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        index([course.pk])
    assert [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE"))] == []


def test_queries_do_not_grow_with_courses() -> None:
    def count(courses: list[Any]) -> int:
        Course.objects.update(search_text="")
        with CaptureQueriesContext(connection) as queries:
            index([course.pk for course in courses])
        return len(queries)

    first = course_somewhere()
    few = count([first])
    many = [world.course(program=first.program, venue=first.venue) for _ in range(15)]
    assert count([first, *many]) == few


def test_nothing_to_do_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        index([])
    assert len(queries) == 0
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
