"""Taking partners' catalogues over: what is new, changed, missing, moved; real files where they are at hand."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from base.calendar import WEEKDAYS, weekday_of
from members.models import Audit
from notifications.models import Notice
from programs import services
from programs.imports import reading
from programs.imports.profiles import PROFILES
from programs.models import Course, Feed, Program, Slot
from programs.services.importing import import_courses
from tests.programs import world
from tests.programs.feed import REAL, everything, many, needs_real, refused, run, table
from workgroups.models import LiteracyArea, Workgroup

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
DAYS = {name: REAL / f"mft_2026-02-{name}.csv" for name in ("23", "24", "25a")}


@pytest.fixture
def workgroup() -> Workgroup:
    return world.workgroup()


@pytest.fixture(autouse=True)
def _that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 2, 23, 8, tzinfo=dt.UTC))


# One row


def test_a_row_becomes_a_published_course_and_its_program(workgroup: Workgroup, tmp_path: Path) -> None:
    assert run(table({}), workgroup, tmp_path=tmp_path) == "created=1 updated=0 unchanged=0 missing=0 rejected=0"
    course = Course.objects.get()
    assert (course.state, course.program.state, course.program.feed_key) == ("published", "published", "5348")
    assert (course.starts_on, course.ends_on) == (dt.date(2026, 2, 20), dt.date(2026, 5, 22))
    assert (course.fee_min, course.fee_max, course.fee_currency) == (99_000_000, 101_000_000, None)
    assert (course.source_capacity, course.capacity, course.mode) == (5, None, "partner")
    assert list(course.slots.values_list("weekday", "starts", "ends")) == [
        (0, dt.time(9), dt.time(11, 30)),
        (5, dt.time(17), dt.time(19)),
    ]
    assert [text.language_code for text in course.translations.all()] == ["fa"]
    assert (course.program.title, course.program.keywords) == ("مبانی عکاسی", "هنر")
    assert re.fullmatch(r"mft-[a-z2-7]{12}", course.slug)


def test_it_is_found_by_title_and_place(workgroup: Workgroup, tmp_path: Path) -> None:
    run(table({}), workgroup, tmp_path=tmp_path)
    course = Course.objects.get()
    assert "مبانی عکاسی" in course.search_text
    assert "نارمک" in course.search_text
    assert (course.weekdays, course.dayparts) == (0b0100001, 0b101)


def test_the_area_that_is_given_holds_for_all_of_the_feed(workgroup: Workgroup, tmp_path: Path) -> None:
    area = LiteracyArea.objects.create(slug="arts", name="هنر")
    run(table({}), workgroup, tmp_path=tmp_path)
    assert Course.objects.get().area is None
    run(table({}), workgroup, "--area", "arts", tmp_path=tmp_path)
    assert Course.objects.get().area == area


@pytest.mark.parametrize(
    ("capacity", "seats", "is_open"),
    [("۵", 5, True), ("0", 0, True), ("", 0, False)],
    ids=["known", "none left", "unknown"],
)
def test_enrolment_here_takes_the_seats_once(
    workgroup: Workgroup, tmp_path: Path, capacity: str, seats: int, *, is_open: bool
) -> None:
    later = {"start_date": "2026-03-20", "end_date": "2026-03-27"}
    run(table(later | {"capacity": capacity}), workgroup, "--enrol", "portal", tmp_path=tmp_path)
    course = Course.objects.get()
    assert (course.mode, course.capacity, course.is_window_open(clock.now())) == ("portal", seats, is_open)
    assert course.closes_at == (clock.at(dt.date(2026, 3, 20), dt.time()) if is_open else None)
    run(table(later | {"capacity": "9"}), workgroup, tmp_path=tmp_path)
    course.refresh_from_db()
    assert (course.mode, course.capacity, course.source_capacity) == ("portal", seats, 9)


def test_a_feed_can_turn_to_enrolment_here(workgroup: Workgroup, tmp_path: Path) -> None:
    later = {"start_date": "2026-03-20", "end_date": "2026-03-27"}
    run(table(later), workgroup, tmp_path=tmp_path)
    assert "updated=1" in run(table(later), workgroup, "--enrol", "portal", tmp_path=tmp_path)
    course = Course.objects.get()
    assert (course.mode, course.capacity, course.is_window_open(clock.now())) == ("portal", 5, True)


# Again, and again


def test_the_same_file_again_writes_nothing(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(3), workgroup, tmp_path=tmp_path)
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        line = run(many(3), workgroup, tmp_path=tmp_path)
    assert line == "created=0 updated=0 unchanged=3 missing=0 rejected=0"
    assert everything() == before
    assert [one["sql"] for one in queries if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_queries_do_not_grow_with_rows(workgroup: Workgroup, tmp_path: Path) -> None:
    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            run(many(rows, title=f"نام {rows}", capacity="3"), world.workgroup(), tmp_path=tmp_path)
        return len(queries)

    assert count(2) == count(15)


def test_dry_run_says_what_would_be_done_and_writes_nothing(workgroup: Workgroup, tmp_path: Path) -> None:
    empty = everything()
    assert run(many(3), workgroup, "--dry-run", tmp_path=tmp_path).startswith("created=3 ")
    assert everything() == empty
    run(many(4), workgroup, tmp_path=tmp_path)
    before = everything()
    changed = table(*({"id": f"k{number}", "capacity": "9", "title": "نامی دیگر"} for number in range(3)))
    assert (
        run(changed, workgroup, "--dry-run", tmp_path=tmp_path)
        == "created=0 updated=3 unchanged=0 missing=1 rejected=0"
    )
    assert everything() == before


def test_what_changed_is_written_and_named_in_the_report(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(4), workgroup, tmp_path=tmp_path)
    changed = [
        {"id": "k0", "title": "عکاسی پیشرفته", "days": "جمعه ساعت ۰۹:۰۰ تا ۱۱:۰۰"},
        {"id": "k1", "max_price": "200000000"},
        {"id": "k2", "start_date": "", "end_date": ""},
        {"id": "k9", "capacity": "=1+1"},
    ]
    report = tmp_path / "report.csv"
    line = run(table(*changed), workgroup, "--report", str(report), tmp_path=tmp_path)
    assert line == "created=0 updated=3 unchanged=0 missing=1 rejected=1"
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["key"]: row for row in csv.DictReader(file)}
    assert {key: (row["line"], row["what"], row["fields"]) for key, row in rows.items()} == {
        "k0": ("2", "updated", "hours"),
        "k1": ("3", "updated", "fee_max"),
        "k2": ("4", "updated", "starts_on, ends_on"),
        "k9": ("5", "rejected", ""),
        "k3": ("", "missing", ""),
    }
    assert "=1+1" in rows["k9"]["reason"]
    course = Course.objects.get(feed_key="k0")
    assert (course.version, course.program.title) == (2, "عکاسی پیشرفته")
    assert list(Slot.objects.filter(course=course).values_list("weekday", flat=True)) == [6]


def test_a_row_that_is_not_understood_does_not_make_its_course_missing(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(4), workgroup, tmp_path=tmp_path)
    rows = [{"id": f"k{number}"} for number in range(3)] + [{"id": "k3", "capacity": "many"}]
    assert run(table(*rows), workgroup, tmp_path=tmp_path) == "created=0 updated=0 unchanged=3 missing=0 rejected=1"


def test_a_missing_course_is_marked_once_and_may_return(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(4), workgroup, tmp_path=tmp_path)
    assert run(many(3), workgroup, tmp_path=tmp_path).endswith("unchanged=3 missing=1 rejected=0")
    assert Course.objects.get(feed_key="k3").missing_since == clock.today()
    assert run(many(3), workgroup, tmp_path=tmp_path).endswith("unchanged=3 missing=0 rejected=0")
    assert run(many(4), workgroup, tmp_path=tmp_path) == "created=0 updated=1 unchanged=3 missing=0 rejected=0"
    assert Course.objects.get(feed_key="k3").missing_since is None


def test_more_than_a_third_missing_is_taken_for_cut_off(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(9), workgroup, tmp_path=tmp_path)
    before = everything()
    refused(many(5), workgroup, tmp_path)
    assert everything() == before
    assert "missing=3" in run(many(6), workgroup, tmp_path=tmp_path)
    assert "missing=5" in run(many(1), workgroup, "--accept-missing", tmp_path=tmp_path)


def test_two_workgroups_read_the_same_file_apart(workgroup: Workgroup, tmp_path: Path) -> None:
    other = world.workgroup()
    run(many(3), workgroup, tmp_path=tmp_path)
    assert run(many(3), other, tmp_path=tmp_path).startswith("created=3 ")
    assert (Course.objects.count(), Program.objects.count(), Feed.objects.count()) == (6, 2, 2)


def test_fields_edited_here_are_left_and_reported(workgroup: Workgroup, tmp_path: Path) -> None:
    run(table({}), workgroup, tmp_path=tmp_path)
    Course.objects.update(starts_on=dt.date(2026, 3, 1), pinned=["starts_on", "hours"])
    report = tmp_path / "report.csv"
    changes = {"start_date": "2026-02-27", "capacity": "7", "days": "جمعه ساعت ۰۹:۰۰ تا ۱۱:۰۰"}
    run(table(changes), workgroup, "--report", str(report), tmp_path=tmp_path)
    course = Course.objects.get()
    assert (course.starts_on, course.source_capacity, course.slots.count()) == (dt.date(2026, 3, 1), 7, 2)
    assert "starts_on, hours" in report.read_text(encoding="utf-8")


def test_an_import_leaves_one_line_in_the_trail(workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(2), workgroup, tmp_path=tmp_path)
    assert Audit.objects.get(verb="import_courses").changes == {
        "outcome": "created=2 updated=0 unchanged=0 missing=0 rejected=0"
    }


# Moved days


def enrolled_here(workgroup: Workgroup, tmp_path: Path, **days: str) -> Course:
    """An imported course with one learner in it."""
    run(table(days), workgroup, "--enrol", "portal", tmp_path=tmp_path)
    course = Course.objects.get()
    member, learner = world.person()
    services.enrol(actor=member, course=course, learner=learner)
    return course


def test_whoever_has_a_place_hears_of_moved_days(workgroup: Workgroup, tmp_path: Path) -> None:
    course = enrolled_here(workgroup, tmp_path, start_date="2026-03-20", end_date="2026-05-01")
    run(table({"start_date": "2026-03-27", "end_date": "2026-05-01"}), workgroup, tmp_path=tmp_path)
    notice = Notice.objects.get(kind="programs/moved")
    told = {name: notice.values[name] for name in ("old_starts_on", "new_starts_on", "old_ends_on", "new_ends_on")}
    assert told == {
        "old_starts_on": "2026-03-20",
        "new_starts_on": "2026-03-27",
        "old_ends_on": "2026-05-01",
        "new_ends_on": "2026-05-01",
    }
    course.refresh_from_db()
    assert course.closes_at == clock.at(dt.date(2026, 3, 27), dt.time())
    run(table({"start_date": "2026-03-27", "end_date": "2026-05-01"}), workgroup, tmp_path=tmp_path)
    assert Notice.objects.filter(kind="programs/moved").count() == 1


def test_there_and_back_is_told_twice(workgroup: Workgroup, tmp_path: Path) -> None:
    there = {"start_date": "2026-03-20", "end_date": "2026-05-01"}
    enrolled_here(workgroup, tmp_path, **there)
    for days in ({"start_date": "2026-03-27"}, {"start_date": "2026-03-20"}, {"start_date": "2026-03-27"}):
        run(table(there | days), workgroup, tmp_path=tmp_path)
    assert Notice.objects.filter(kind="programs/moved").count() == 3


def test_whoever_has_a_place_hears_that_the_course_is_missing(workgroup: Workgroup, tmp_path: Path) -> None:
    days = {"start_date": "2026-03-20", "end_date": "2026-05-01"}
    enrolled_here(workgroup, tmp_path, **days)
    others = [days | {"id": f"k{number}"} for number in range(4)]
    run(table(days, *others), workgroup, tmp_path=tmp_path)
    for _ in range(2):
        assert "rejected=0" in run(table(*others), workgroup, tmp_path=tmp_path)
    assert Notice.objects.filter(kind="programs/missing").count() == 1


def test_nobody_hears_of_moved_days_that_are_past(workgroup: Workgroup, tmp_path: Path) -> None:
    enrolled_here(workgroup, tmp_path, start_date="2026-03-20", end_date="2026-05-01")
    run(table({"start_date": "2026-01-02", "end_date": "2026-01-30"}), workgroup, tmp_path=tmp_path)
    assert not Notice.objects.filter(kind="programs/moved").exists()


# Real files


@needs_real
def test_three_days_of_a_real_catalogue(workgroup: Workgroup) -> None:
    assert run(DAYS["23"], workgroup) == "created=3373 updated=0 unchanged=0 missing=0 rejected=1"
    assert run(DAYS["23"], workgroup) == "created=0 updated=0 unchanged=3373 missing=0 rejected=1"
    assert run(DAYS["24"], workgroup) == "created=117 updated=240 unchanged=2902 missing=231 rejected=1"
    assert run(DAYS["25a"], workgroup) == "created=47 updated=91 unchanged=3175 missing=0 rejected=1"
    assert Course.objects.filter(missing_since=None).count() == 3313


@needs_real
def test_each_row_of_a_real_file_is_read_as_it_stands() -> None:
    catalogue = reading.read(DAYS["24"].read_bytes(), PROFILES["mft"])
    names = {"یکشنبه": 1, "یک": 1, "دوشنبه": 2, "دو": 2, "سه": 3, "چهارشنبه": 4, "چهار": 4, "پنجشنبه": 5, "پنج": 5}
    names |= {"شنبه": 0, "جمعه": 6, "سه‌شنبه": 3}
    with DAYS["24"].open(encoding="utf-8-sig", newline="") as file:
        for raw in csv.DictReader(file):
            row = catalogue.rows.get(raw["id"])
            if row is None:
                continue
            days = [part.split()[0] for part in raw["days"].split("|")]
            assert (row.key, str(row.starts_on), str(row.ends_on)) == (raw["id"], raw["start_date"], raw["end_date"])
            assert (row.program_key, row.capacity) == (raw["lesson_id"], int(raw["capacity"]))
            assert (row.fee_min, row.fee_max) == (int(raw["min_price"]), int(raw["max_price"]))
            assert [hour.weekday for hour in row.hours] == [names[name] for name in days]


@needs_real
def test_days_in_words_and_days_in_numbers_are_read_alike() -> None:
    words, numbers = (reading.read(DAYS[name].read_bytes(), PROFILES["mft"]).rows for name in ("23", "24"))
    both = words.keys() & numbers.keys()
    assert len(both) > 3000
    assert sum(words[key].starts_on != numbers[key].starts_on for key in both) == 96  # put off by the partner
    assert {key for key in both if words[key].fee_min != numbers[key].fee_min} == set()
    assert WEEKDAYS[weekday_of(words["68b6e4ee38ba894b6c03c363"].starts_on)] == "fri"


@needs_real
def test_rescheduled_courses_of_a_real_file_reach_those_enrolled(
    workgroup: Workgroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(DAYS["24"], workgroup, "--enrol", "portal")
    old = reading.read(DAYS["24"].read_bytes(), PROFILES["mft"]).rows
    new = reading.read(DAYS["25a"].read_bytes(), PROFILES["mft"]).rows
    moved = [key for key in old.keys() & new.keys() if old[key].starts_on != new[key].starts_on]
    assert len(moved) == 27
    seats = Course.objects.filter(feed_key__in=moved, capacity__gt=0, opens_at__isnull=False)
    for course in seats:
        member, learner = world.person()
        services.enrol(actor=member, course=course, learner=learner)
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 2, 25, 8, tzinfo=dt.UTC))
    run(DAYS["25a"], workgroup)
    assert seats.count() > 0
    assert Notice.objects.filter(kind="programs/moved").count() == seats.count()


@needs_real
@pytest.mark.parametrize("at", [1, 2, 3, 500, 1001, 100_003, 900_001, 1_500_000])
def test_a_real_file_cut_anywhere_is_read_or_refused(at: int, workgroup: Workgroup) -> None:
    """F4."""
    raw = DAYS["23"].read_bytes()[:at]
    try:
        catalogue = reading.read(raw, PROFILES["mft"])
    except reading.Unusable:
        return
    outcome = import_courses(workgroup=workgroup, catalogue=catalogue, dry_run=True)
    assert outcome.created == len(catalogue.rows)
