"""The public catalogue for others: JSON, a table, XCRI-CAP, and a list that other sites may embed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from base import clock
from programs.api import dumps
from programs.imports import PROFILES, read
from programs.models import Course
from programs.sheets import cell
from tests.programs.town import Town

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


def body(client: Client, path: str) -> str:
    answer = client.get(f"/api/v1/courses/{path}")
    assert (answer.status_code, answer["Access-Control-Allow-Origin"], answer.cookies) == (200, "*", {})
    return b"".join(answer.streaming_content).decode()


def test_json_holds_every_public_course_as_the_api_gives_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    town.courses(5)
    town.course(state=Course.State.DRAFT)
    town.course(first=clock.now() - 90 * DAY)
    monkeypatch.setattr(dumps, "BATCH", 2)
    found = json.loads(body(client, "dump.json?lang=en"))
    assert len(found) == 6
    one = client.get(f"/api/v1/courses/{found[0]['id']}/?lang=en").json()
    own = {"questions", "requires", "joining", "minimum", "kept"}  # told where one course is asked for
    assert found[0] == {name: value for name, value in one.items() if name not in own}


def test_nothing_is_still_a_document(client: Client) -> None:
    assert json.loads(body(client, "dump.json")) == []
    assert len(body(client, "dump.csv").splitlines()) == 1
    assert body(client, "xcri.xml").endswith("</catalog>\n")


def test_the_table_opens_in_a_spreadsheet_without_formulas(client: Client) -> None:
    """T16."""
    town = Town()
    titles = ["=1+1", "＝1+1", "@SUM(1)", "+1", "-1", "خوشنویسی"]
    for title in titles:
        town.course(title=title)
    text = body(client, "dump.csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert sorted(row["title"] for row in rows) == sorted([*(f"'{title}" for title in titles[:-1]), "خوشنویسی"])
    book = Workbook()
    for row in rows:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    cells = [one for line in load_workbook(out).active.iter_rows() for one in line]
    assert [one.value for one in cells if one.data_type == "f"] == []


@pytest.mark.parametrize(("value", "text"), [(None, ""), (5, "5"), ("a=1", "a=1"), ("\t=1", "'\t=1"), ("", "")])
def test_a_cell(value: object, text: str) -> None:
    """T16."""
    assert cell(value) == text


def test_our_xcri_is_read_back_by_our_own_profile(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    town.courses(3)
    program = town.new_program("سفال & <شیشه>", None)
    for number in (30, 40):
        town.course(program=program, first=clock.now() + number * DAY, age_min=16, fee_max=0, fee_min=0)
    monkeypatch.setattr(dumps, "BATCH", 2)
    found = read(body(client, "xcri.xml").encode(), PROFILES["xcri"])
    courses = {course.slug: course for course in Course.objects.all()}
    assert (len(found.rows), found.rejected) == (5, [])
    for key, row in found.rows.items():
        course = courses[key.rstrip("/").rsplit("/", 1)[1]]
        assert (row.starts_on, row.ends_on, row.capacity) == (course.starts_on, course.ends_on, course.capacity)
        assert (row.age_min, row.opens_on) == (course.age_min, clock.day_of(course.opens_at))
    assert "سفال & <شیشه>" in {row.program_title for row in found.rows.values()}
    assert len({row.program_key for row in found.rows.values()}) == 4


@pytest.mark.parametrize("path", ["dump.json", "dump.csv", "xcri.xml"])
def test_queries_grow_with_thousands_not_with_rows(client: Client, path: str) -> None:
    town = Town()

    def count(rows: int) -> int:
        town.courses(rows)
        with CaptureQueriesContext(connection) as queries:
            body(client, path)
        return len(queries)

    count(1)  # names are kept from then on
    assert count(1) == count(29)


def test_ten_dumps_an_hour(client: Client) -> None:
    """R1."""
    statuses = [client.get("/api/v1/courses/dump.csv").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_list_of_a_workgroup_may_be_framed_by_anybody(client: Client, language: str) -> None:
    """T21."""
    town = Town()
    course = town.course()
    other = Town().course()
    answer = client.get(f"/{language}/embed/{town.workgroup.slug}/")
    page = answer.content.decode()
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert ("X-Frame-Options" in answer, answer.cookies, "Cookie" in answer.get("Vary", "")) == (False, {}, False)
    assert (f"/courses/{course.slug}/" in page, f"/courses/{other.slug}/" in page) == (True, False)
    assert ("<form" in page, "<script" in page, f'lang="{language}"' in page) == (False, False, True)


def test_every_other_page_may_not_be_framed(client: Client) -> None:
    """T21."""
    town = Town()
    answer = client.get(f"/fa/workgroups/{town.workgroup.slug}/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_the_embedded_list_costs_the_same_for_one_and_for_many(client: Client) -> None:
    town = Town()

    def count(rows: int) -> int:
        town.courses(rows)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/fa/embed/{town.workgroup.slug}/")
        return len(queries)

    count(1)  # names are kept from then on
    assert count(1) == count(29)
