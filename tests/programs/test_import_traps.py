"""What partners' files do wrong: each trap in a small file of one good row and what it changes (F4, limits of T17)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from programs.imports import reading
from programs.imports.profiles import PROFILES
from tests.programs import world
from tests.programs.feed import GOOD, everything, many, refused, run, table

if TYPE_CHECKING:
    from pathlib import Path

    from workgroups.models import Workgroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def workgroup() -> Workgroup:
    return world.workgroup()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start_date": "شنبه ۱ اسفند ۱۴۰۴"}, "weekday_wrong"),
        ({"end_date": "۳۰ اسفند ۱۴۰۴"}, "day_missing"),
        ({"start_date": "soon"}, "day_unreadable"),
        ({"end_date": "2026-02-01"}, "days_backward"),
        ({"capacity": "-1"}, "number_unreadable"),
        ({"capacity": "12.5"}, "number_unreadable"),
        ({"min_price": "TBC"}, "number_unreadable"),
        ({"min_price": "1,2"}, "number_unreadable"),
        ({"min_price": "9" * 40}, "number_large"),
        ({"capacity": "100001"}, "number_large"),
        ({"min_price": "5", "max_price": "4"}, "fees_backward"),
        ({"days": "شنبه ساعت ۱۶:۰۰ تا ۱۶:۰۰"}, "hours_backward"),
        ({"days": "شنبه ساعت ۲۵:۰۰ تا ۲۶:۰۰"}, "hour_unreadable"),
        ({"days": "هر روز"}, "hour_unreadable"),
        ({"title": " "}, "text_missing"),
        ({"title": "ب" * 201}, "text_long"),
        ({"id": ""}, "text_missing"),
        ({"course_url": "https://partner.example/5348"}, "lesson_missing"),
        ({"course_url": "javascript:alert(1)/lesson/1/"}, "address_unreadable"),
        ({"course_url": "https://partner.example/lesson/1/" + "a" * 500}, "address_long"),
        ({"center": "ب" * 10_001}, "cell_long"),
    ],
)
def test_a_row_that_makes_no_sense_is_rejected_with_its_line(changes: dict[str, str], code: str) -> None:
    found = reading.read(table({"id": "good"}, changes, {"id": "last"}).encode(), PROFILES["mft"])
    assert [(one.line, one.code) for one in found.rejected] == [(3, code)]
    assert list(found.rows) == ["good", "last"]


def test_a_key_that_stands_twice_counts_once() -> None:
    found = reading.read(table({}, {"title": "دیگری"}, {}).encode(), PROFILES["mft"])
    assert [(one.line, one.code) for one in found.rejected] == [(3, "key_twice"), (4, "key_twice")]
    assert found.rows[GOOD["id"]].program_title == "مبانی عکاسی"


def test_a_row_with_too_few_or_many_cells_is_rejected() -> None:
    text = table({}) + "a,b,c\n" + table({"id": "k"}).splitlines()[1] + ",\n"
    found = reading.read(text.encode(), PROFILES["mft"])
    assert [(one.line, one.code) for one in found.rejected] == [(3, "cells_number"), (4, "cells_number")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_understood(encoding: str) -> None:
    found = reading.read(table({}).encode(encoding), PROFILES["mft"])
    assert found.rows[GOOD["id"]].program_title == "مبانی عکاسی"


def test_columns_may_stand_in_another_order_and_beside_others() -> None:
    names = ["new", *reversed(GOOD)]
    found = reading.read(table({"new": "x"}, header=names).encode(), PROFILES["mft"])
    assert list(found.rows) == [GOOD["id"]]


def test_blank_lines_are_no_rows_and_a_line_break_in_a_cell_counts_as_a_line() -> None:
    text = table({"center": "نار\nمک"}) + "\n\n" + table({"id": "k", "capacity": "x"}).splitlines()[1] + "\n"
    found = reading.read(text.encode(), PROFILES["mft"])
    assert [(one.line, one.code) for one in found.rejected] == [(6, "number_unreadable")]


UNUSABLE = {
    "file_empty": b"",
    "file_empty ": b" \n\n",
    "rows_none": table().encode(),
    "letters_unreadable": table({}).encode("cp1256", errors="replace"),
    "letters_unreadable ": table({}).encode()[:-40] + b"\xff\xfe\n",
    "columns_missing": table({}, header=[name for name in GOOD if name != "days"]).encode(),
    "columns_missing ": table({}, header=[*GOOD, "title"]).encode(),
    "columns_missing  ": table({}).replace("title,", "titel,", 1).encode(),
    "columns_missing   ": b"\x00\x01\x02",
    "columns_many": table({}, header=[*GOOD, *(f"more{number}" for number in range(190))]).encode(),
    "table_broken": (table({}) + 'k,"cut off in the middle').encode(),
    "table_broken ": (table({}) + 'k,"a"b"\n').encode(),
    "table_broken  ": (table({}) + "k," + "x" * 140_000).encode(),
    "rows_rejected": table({"capacity": "x"}, {"id": "k", "capacity": "y"}).encode(),
}


@pytest.mark.parametrize("code", UNUSABLE)
def test_an_unusable_file_changes_nothing(code: str, workgroup: Workgroup, tmp_path: Path) -> None:
    run(many(2), workgroup, tmp_path=tmp_path)
    before = everything()
    assert refused(UNUSABLE[code], workgroup, tmp_path)
    assert everything() == before
    with pytest.raises(reading.Unusable) as unusable:
        reading.read(UNUSABLE[code], PROFILES["mft"])
    assert unusable.value.code == code.strip()


@pytest.mark.parametrize(("code", "line"), [("letters_unreadable ", 2), ("table_broken", 3), ("columns_many", 1)])
def test_it_says_on_which_line(code: str, line: int) -> None:
    with pytest.raises(reading.Unusable) as unusable:
        reading.read(UNUSABLE[code], PROFILES["mft"])
    assert unusable.value.line == line
    assert str(line) in str(unusable.value)


def test_a_file_that_is_too_large_is_not_read(workgroup: Workgroup, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    with pytest.raises(CommandError) as error:
        run(path, workgroup)
    assert error.value.returncode == 2


def test_a_file_with_too_many_rows_is_refused() -> None:
    text = ",".join(GOOD) + "\n" + "a\n" * (reading.MOST_ROWS + 1)
    with pytest.raises(reading.Unusable) as unusable:
        reading.read(text.encode(), PROFILES["mft"])
    assert (unusable.value.code, unusable.value.line) == ("rows_many", reading.MOST_ROWS + 2)


@pytest.mark.parametrize("missing", [("--workgroup", "nowhere"), ("--area", "nowhere")])
def test_what_does_not_exist_is_named(missing: tuple[str, str], workgroup: Workgroup, tmp_path: Path) -> None:
    assert "nowhere" in refused(table({}), workgroup, tmp_path, *missing)


def test_no_file_is_no_fault_of_ours(workgroup: Workgroup, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        run(tmp_path / "nowhere.csv", workgroup)
    assert error.value.returncode == 2


def test_rejected_rows_are_told_at_once(workgroup: Workgroup, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(table({}, *({"id": f"k{number}", "capacity": "x"} for number in range(25))), encoding="utf-8")
    err = io.StringIO()
    call_command(
        "import_courses", str(path), "--profile", "mft", "--workgroup", workgroup.slug, stdout=io.StringIO(), stderr=err
    )
    assert len(err.getvalue().splitlines()) == 21
