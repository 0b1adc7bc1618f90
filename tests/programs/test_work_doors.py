"""What coordinators do through the API beside planning: rosters as files, wishes, coverage, versions of courses."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from members.models import Audit
from programs import services
from programs.api import demand as shapes
from programs.api import drafts
from programs.api.shapes import page_of
from programs.models import Course, Wish
from tests.programs.test_api import misfits
from tests.programs.test_planning import coordinator_of
from tests.programs.test_rosters import signed_in
from tests.programs.town import Town, crowd, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
API = "/api/v1/work/"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def sent(member: Member, path: str, data: dict[str, Any]) -> Any:
    return signed_in(member).post(f"{API}{path}", data, content_type="application/json")


# Rosters


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_roster_is_the_same_file_by_page_and_by_api(town: Town, desk: Member, kind: str) -> None:
    course, asked = town.course(), {"reason": "بیمه", "kind": kind}
    crowd(course, 3)
    page = signed_in(desk).post(f"/fa/work/courses/{course.slug}/roster/export/file/", asked)
    api = sent(desk, f"courses/{course.pk}/export/?lang=fa", asked)
    assert api["Content-Type"] == page["Content-Type"]
    assert api["Content-Disposition"] == page["Content-Disposition"]
    assert cells(api.content, kind) == cells(page.content, kind)
    assert Audit.objects.filter(verb="export", object_id=course.pk).count() == 2


def cells(content: bytes, kind: str) -> list[Any]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))


def test_a_roster_needs_a_reason(town: Town, desk: Member) -> None:
    answer = sent(desk, f"courses/{town.course().pk}/export/", {"kind": "csv"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])


# Wishes


def wish_of(people: int, text: str = "شنا برای بانوان") -> Wish:
    found, _ = services.wish(actor=person()[0], text=text, language="fa")
    for _ in range(people - 1):
        services.support(actor=person()[0], wish=found)
    return found


def test_wishes_are_listed_without_small_groups_and_answered(town: Town, desk: Member) -> None:
    few, many = wish_of(2), wish_of(5, "خط نستعلیق")
    found = signed_in(desk).get(f"{API}wishes/").json()
    assert misfits(found, page_of(shapes.WishOut)) == []
    assert [(one["id"], one["supporters"]) for one in found["results"]] == [(many.pk, 5), (few.pk, None)]
    assert sent(desk, f"wishes/{many.pk}/answer/", {}).status_code == 400
    course = town.course()
    assert sent(desk, f"wishes/{many.pk}/answer/", {"course": course.pk}).json() == {"members": 5}
    assert signed_in(desk).get(f"{API}wishes/{many.pk}/").json()["state"] == "answered"
    assert sent(desk, f"wishes/{few.pk}/set-aside/", {}).json()["state"] == "hidden"


def test_a_wish_is_answered_with_ones_own_alone(town: Town, desk: Member) -> None:
    """P3."""
    wish, foreign = wish_of(1), Town().course()
    assert sent(desk, f"wishes/{wish.pk}/answer/", {"course": foreign.pk}).status_code == 404
    assert Wish.objects.get().state == "open"


def test_wishes_cost_the_same_number_of_queries(desk: Member) -> None:
    def count(rows: int) -> int:
        for number in range(rows):
            wish_of(1, f"آرزوی تازه {rows} {number}")
        signed_in(desk).get(f"{API}wishes/")
        client = signed_in(desk)
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{API}wishes/?page_size=100")
        return len(asked)

    assert count(1) == count(20)


def test_searches_in_vain_are_told_from_five_on(desk: Member) -> None:
    for _ in range(5):
        services.note_vain_search(query="سفالگری")
    services.note_vain_search(query="یک بار")
    assert signed_in(desk).get(f"{API}searches/").json() == [{"text": "سفالگری", "times": 5}]


# Coverage


def test_coverage_counts_what_a_season_offers(town: Town, desk: Member) -> None:
    course = town.course(capacity=20)
    crowd(course, 2)
    seasons = signed_in(desk).get(f"{API}coverage/").json()["seasons"]
    found = [signed_in(desk).get(f"{API}coverage/?season={one}").json() for one in seasons]
    assert [misfit for one in found for misfit in misfits(one, shapes.CoverageOut())] == []
    counted = [cell for one in found for area in one["areas"] for cell in area["cells"]]
    assert [(one["courses"], one["offered"], one["filled"]) for one in counted] == [(1, 20, 2)]


# Versions of courses


def test_a_version_of_a_course_is_brought_back(town: Town, desk: Member) -> None:
    course = services.create_course(actor=desk, program=town.program)
    for version, note in ((1, "آب بیاورید"), (2, "نان بیاورید")):
        services.edit_course(actor=desk, course=course, version=version, facts={}, texts={"fa": {"note": note}})
    versions = signed_in(desk).get(f"{API}courses/{course.pk}/versions/?lang=en").json()
    assert misfits(versions, drafts.VersionOut(many=True)) == []
    assert [one["version"] for one in versions] == [3, 2, 1]
    answer = sent(desk, f"courses/{course.pk}/versions/2/restore/", {"version": 3})
    assert answer.json()["texts"]["fa"]["note"] == "آب بیاورید"
    assert Course.objects.get(pk=course.pk).version == 4
