"""The pages on which coordinators hand files in, look, map, save and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from programs import services
from programs.imports.limits import MOST_BYTES
from programs.models import Course, Import
from tests.programs import world
from tests.programs.feed import many, table
from tests.programs.test_handing_in import COLUMNS, hand_in, saved, spreadsheet, worked
from workgroups.models import Appointment, Workgroup

if TYPE_CHECKING:
    from django.http import HttpResponse

    from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workgroup() -> Workgroup:
    cache.clear()
    return world.workgroup()


@pytest.fixture
def coordinator(workgroup: Workgroup) -> Member:
    member = world.person()[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=workgroup, from_on=clock.today())
    return member


@pytest.fixture
def client(coordinator: Member) -> Client:
    made = Client()
    made.force_login(coordinator)
    return made


def upload(client: Client, workgroup: Workgroup, raw: bytes, profile: str = "mft", name: str = "a.csv") -> HttpResponse:
    data = {"workgroup": workgroup.pk, "profile": profile, "mode": "partner", "area": "", "partner": "کتابخانه"}
    return client.post("/fa/work/imports/add/", data | {"file": SimpleUploadedFile(name, raw)})


def test_a_file_goes_the_whole_way_without_scripts(client: Client, workgroup: Workgroup) -> None:
    answer = upload(client, workgroup, many(2).encode())
    made = Import.objects.get()
    page = f"/fa/work/imports/{made.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert f'hx-get="{page}"' in client.get(page).content.decode()
    worked(made)
    assert f'action="{page}confirm/"' in client.get(page).content.decode()
    assert Course.objects.count() == 0
    assert client.post(f"{page}confirm/")["Location"] == page
    worked(made)
    assert Course.objects.count() == 2
    assert f'action="{page}undo/"' in client.get(page).content.decode()
    client.post(f"{page}undo/")
    worked(made)
    assert Course.objects.count() == 0
    assert "undo/" not in client.get(page).content.decode()


def test_a_spreadsheet_is_mapped_on_the_page(client: Client, workgroup: Workgroup) -> None:
    upload(client, workgroup, spreadsheet(), "generic", "winter.xlsx")
    made = worked(Import.objects.get())
    page = f"/fa/work/imports/{made.pk}/"
    assert "۵۰۰,۰۰۰" in client.get(page).content.decode()
    wrong = client.post(f"{page}columns/", COLUMNS | {"title": "", "language": "fa"})
    assert (wrong.status_code, 'aria-invalid="true"' in wrong.content.decode()) == (422, True)
    assert 'value="مکان" selected' in wrong.content.decode()
    client.post(f"{page}columns/", COLUMNS | {"language": "fa"})
    made = worked(made)
    assert (made.state, made.counts["created"]) == ("read", 3)
    venue = world.venue()
    client.post(f"{page}places/", {"place-0": venue.pk, "place-1": ""})
    made = worked(made)
    assert (made.state, made.places, made.feed.mapping["places"]["کتابخانهٔ مرکزی"]) == ("read", [], venue.pk)


@pytest.mark.parametrize("raw", [b"", b"x" * (MOST_BYTES + 1)], ids=["empty", "large"])
def test_what_is_empty_or_too_large_is_refused_at_once(client: Client, workgroup: Workgroup, raw: bytes) -> None:
    answer = upload(client, workgroup, raw)
    assert answer.status_code == 422
    assert f'<option value="{workgroup.pk}" selected' in answer.content.decode()
    assert not Import.objects.exists()


def test_a_table_needs_the_name_of_its_partner(client: Client, workgroup: Workgroup) -> None:
    data = {"workgroup": workgroup.pk, "profile": "generic", "mode": "partner", "area": "", "partner": " "}
    answer = client.post("/fa/work/imports/add/", data | {"file": SimpleUploadedFile("a.csv", b"a,b")})
    assert (answer.status_code, 'aria-invalid="true"' in answer.content.decode()) == (422, True)
    assert not Import.objects.exists()


def test_the_organisers_seats_are_taken_over_on_the_page(
    client: Client, coordinator: Member, workgroup: Workgroup
) -> None:
    rows = [{"id": f"k{n}", "start_date": "2027-01-10", "end_date": "2027-03-01", "capacity": "9"} for n in range(3)]
    saved(coordinator, workgroup, table(*rows), mode="portal")
    made = saved(coordinator, workgroup, table(*(row | {"capacity": "12"} for row in rows)))
    page = f"/fa/work/imports/{made.pk}/"
    one = Course.objects.order_by("pk").first()
    assert one is not None
    assert f'name="course" value="{one.pk}"' in " ".join(client.get(page).content.decode().split())
    assert client.post(f"{page}seats/", {"course": one.pk})["Location"] == page
    assert sorted(Course.objects.values_list("capacity", flat=True)) == [9, 9, 12]
    client.post(f"{page}seats/")
    assert set(Course.objects.values_list("capacity", flat=True)) == {12}
    assert "seats/" not in client.get(page).content.decode()


def test_ten_files_an_hour(client: Client, workgroup: Workgroup) -> None:
    """R1."""
    answers = [upload(client, workgroup, b"x").status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]


def test_a_workgroup_of_others_is_no_choice(client: Client) -> None:
    assert upload(client, world.workgroup(), b"x").status_code == 422


def test_a_refused_file_says_why(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    made = hand_in(coordinator, workgroup, "a,b\n1,2\n")
    assert made.failure in client.get(f"/fa/work/imports/{made.pk}/").content.decode().replace("&quot;", '"')


def test_saving_what_is_saved_says_so(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    made = saved(coordinator, workgroup, many(1))
    client.post(f"/fa/work/imports/{made.pk}/places/", {})
    assert 'role="alert"' in client.get(f"/fa/work/imports/{made.pk}/").content.decode()


def test_the_progress_is_a_panel_and_then_the_page(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    upload(client, workgroup, many(1).encode())
    made = Import.objects.get()
    page, htmx = f"/fa/work/imports/{made.pk}/", {"HX-Request": "true"}
    cache.set(f"import:{made.pk}", (500, 1000))
    panel = client.get(page, headers=htmx).content.decode()
    assert ("<html" in panel, 'width="50"' in panel) == (False, True)
    worked(made)
    answer = client.get(page, headers=htmx)
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


@pytest.mark.parametrize("path", ["", "report.csv"])
def test_a_long_list_costs_no_more_queries(
    client: Client, coordinator: Member, workgroup: Workgroup, path: str
) -> None:
    def count(rows: int) -> int:
        made = hand_in(coordinator, workgroup, many(rows))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/fa/work/imports/{made.pk}/{path}")
        return len(queries)

    assert count(1) == count(30)


def test_the_list_of_files_costs_no_more_queries(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/fa/work/imports/")
        return len(queries)

    hand_in(coordinator, workgroup, many(1))
    one = count()
    for _ in range(15):
        hand_in(coordinator, world_of(coordinator), many(1))
    assert count() == one


def world_of(member: Member) -> Workgroup:
    made = world.workgroup()
    Appointment.objects.create(member=member, role="coordinator", workgroup=made, from_on=clock.today())
    return made


def test_the_report_holds_no_formula(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    """T16."""
    made = hand_in(coordinator, workgroup, table({}, {"id": "=1+1", "title": "@SUM(1)"}))
    answer = client.get(f"/fa/work/imports/{made.pk}/report.csv").content.decode()
    assert answer.startswith("\ufeff")
    assert [word for word in ("'=1+1", "'@SUM(1)", ",=", ",@") if word in answer] == ["'=1+1", "'@SUM(1)"]


def test_a_title_with_markup_is_text(client: Client, coordinator: Member, workgroup: Workgroup) -> None:
    """T10."""
    hand_in(
        coordinator, workgroup, table({"title": "<script>alert(1)</script>خط", "id": "k<img src=x onerror=alert(1)>"})
    )
    made = Import.objects.get()
    page = client.get(f"/fa/work/imports/{made.pk}/").content.decode()
    assert ("<script>alert" in page, "<img src=x" in page, "خط" in page) == (False, False, True)


def test_a_stranger_sees_nothing_of_it(coordinator: Member, workgroup: Workgroup) -> None:
    made = hand_in(coordinator, workgroup, many(1))
    other = Client()
    other.force_login(world.person()[0])
    for path in ("", "confirm/", "undo/", "columns/", "places/"):
        assert other.post(f"/fa/work/imports/{made.pk}/{path}").status_code in {404, 405}
    made.refresh_from_db()
    assert made.state == "read"
    assert services.work_imports() is False
