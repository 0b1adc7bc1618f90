"""Lists for spreadsheet programs: nothing in them is ever calculated (T16), and they are right in a real one."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from base import clock
from base.refusal import Refused
from members.models import Audit, Learner
from programs import services
from programs.models import Enrolment
from programs.sheets import as_csv, as_xlsx, harmless
from tests.programs.test_rosters import coordinator_of
from tests.programs.town import DAY, Town, crowd, person

if TYPE_CHECKING:
    from pathlib import Path

    from members.models import Member
    from programs.models import Course

BAD = ["=1+1", "+98", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", "＋1", "－1", "＠x", " =1", '=HYPERLINK("http://e")']
GOOD = ["", "پرنیا", "0918 123 4567", "۲۰", "a=b", "'x", "نیم‌فاصله", "۱ آذر", "1,5"]


@pytest.mark.parametrize("text", BAD)
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    """T16."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", GOOD)
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_reopened_no_cell_is_a_formula() -> None:
    """T16."""
    book = load_workbook(io.BytesIO(as_xlsx([BAD, GOOD], title="[سیاهه]:?" * 9, is_rtl=True)))
    (sheet,) = book.worksheets
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert sheet.sheet_view.rightToLeft is True
    rows = list(csv.reader(io.StringIO(as_csv([BAD, GOOD]).decode("utf-8-sig"), newline="")))
    assert rows == [[f"'{text}" for text in BAD], GOOD]


def test_the_guard_of_formulas_can_fail() -> None:
    """T16: written without the guard, a cell is one."""
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"] = "=1+1"
    assert book.active["A1"].data_type == "f"


# The roster's export


@pytest.fixture
def course() -> Course:
    """A course with a name that begins like a formula, and people in the queue."""
    course = Town().course(capacity=3)
    crowd(course, 5)
    Learner.objects.filter(pk=course.enrolments.order_by("pk")[0].learner_id).update(name="=2+3 نیم‌فاصله")
    return course


@pytest.fixture
def desk(course: Course) -> Member:
    town = Town()
    town.workgroup = course.program.workgroup
    return coordinator_of(town)


def download(desk: Member, course: Course, kind: str, language: str = "fa") -> bytes:
    client = Client()
    client.force_login(desk)
    address = f"/{language}/work/courses/{course.slug}/roster/export/file/"
    answer = client.post(address, {"kind": kind, "reason": "برگهٔ حضور"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "no-store" in answer["Cache-Control"]
    return answer.content


def table(content: bytes, kind: str) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_list_says_who_is_there_and_no_year_of_birth(course: Course, desk: Member, kind: str) -> None:
    rows = table(download(desk, course, kind), kind)
    assert rows[0] == ["نام", "سن", "وضعیت", "جا در صف", "تماس", "زمان درخواست", "در این وضعیت از", "یادداشت"]
    assert len(rows) == 6
    assert sorted(row[0] for row in rows[1:]) == sorted(["سارا"] * 4 + ["'=2+3 نیم‌فاصله"])
    assert [row[3] for row in rows if row[2] == "در صف انتظار"] == ["۱", "۲"]
    assert all(row[4].startswith("0918 ") for row in rows[1:])
    assert "1990" not in str(rows)


@pytest.mark.django_db
def test_taking_the_list_leaves_a_line_with_its_reason(course: Course, desk: Member) -> None:
    """T23."""
    download(desk, course, "csv", "en")
    line = Audit.objects.get(verb="export")
    assert (line.actor_id, line.object_id) == (desk.pk, course.pk)
    assert line.changes == {"reason": "برگهٔ حضور", "kind": "csv", "lines": 5}


@pytest.mark.django_db
def test_a_list_needs_a_reason_and_ten_an_hour_are_enough(
    course: Course, desk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1."""

    def take(reason: str = "برگه") -> str:
        try:
            services.export(actor=desk, course=course, reason=reason, kind="csv")
        except Refused as refused:
            return refused.refusal.code
        return "taken"

    assert take(" ") == "reason_missing"
    assert [take() for _ in range(11)] == ["taken"] * 10 + ["too_many"]
    later = clock.now() + DAY / 24
    monkeypatch.setattr(clock, "now", lambda: later)
    assert take() == "taken"


@pytest.mark.django_db
def test_a_roster_of_two_thousand_is_read_and_taken_with_few_queries(desk: Member, course: Course) -> None:
    people = [person("زهرا") for _ in range(1)]
    learners = Learner.objects.bulk_create(Learner(name=f"نام {number}") for number in range(2000))
    Enrolment.objects.bulk_create(
        Enrolment(course=course, learner=one, state="withdrawn", asked_by=people[0][0]) for one in learners
    )
    client = Client()
    client.force_login(desk)
    client.get(f"/fa/work/courses/{course.slug}/roster/")
    begun = time.process_time()
    with CaptureQueriesContext(connection) as counted:
        answer = client.get(f"/fa/work/courses/{course.slug}/roster/?tab=left")
    assert answer.status_code == 200
    assert len(counted) <= 14
    assert time.process_time() - begun < 5
    other = Town()
    other.workgroup = course.program.workgroup
    small = other.course(program=course.program)
    crowd(small, 1)
    found = []
    for one in (small, small, course):
        with CaptureQueriesContext(connection) as counted:
            rows = table(download(desk, one, "xlsx"), "xlsx")
        found.append((len(rows), len(counted)))
    assert [length for length, _queries in found] == [2, 2, 2006]
    assert found[1][1] == found[2][1]


def _thousands(course: Course, member: Member) -> None:
    """So many people of a course that it has two thousand, with names that spreadsheets spoil."""
    strange = ["نیم‌فاصله و «گیومه»", "@SUM(1)", '"۱۲", ؛', "00123", "1405/9/3", "۱۲٫۵", "كاظم يزدي", "TRUE", "1e5"]
    names = [f"{strange[number % len(strange)]} {number}" for number in range(2000 - 5)]
    learners = Learner.objects.bulk_create(Learner(name=name) for name in names)
    Enrolment.objects.bulk_create(
        Enrolment(course=course, learner=one, state="withdrawn", asked_by=member, reason="به خواست خودش")
        for one in learners
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_real_spreadsheet_program_reads_the_same_values(
    course: Course, desk: Member, kind: str, tmp_path: Path
) -> None:
    """T16: LibreOffice opens a roster of two thousand and gives the values back; none was calculated, Persian is whole."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice: install libreoffice-calc")
    _thousands(course, desk)
    content = download(desk, course, kind)
    source = tmp_path / f"list.{kind}"
    source.write_bytes(content)
    reads = ["--infilter=CSV:44,34,76,1,,0,false,true,false"] if kind == "csv" else []
    subprocess.run(  # noqa: S603 - our own file
        [
            office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", *reads, "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false", "--outdir", str(tmp_path / "out"),
            str(source),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    back = (tmp_path / "out" / "list.csv").read_text(encoding="utf-8-sig")
    found = list(csv.reader(io.StringIO(back, newline="")))
    assert len(found) == 2001
    assert found == table(content, kind)
