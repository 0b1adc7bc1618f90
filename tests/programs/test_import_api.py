"""Partners' files through the API: the same limits, rows and refusals as on the pages (P1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from programs.api.imports import ImportOut, ImportWholeOut
from programs.api.shapes import page_of
from programs.imports.limits import MOST_BYTES
from programs.models import Course, Import
from tests.programs import world
from tests.programs.feed import many, table
from tests.programs.test_api import misfits
from tests.programs.test_handing_in import hand_in, saved, worked
from workgroups.models import Appointment, Workgroup

if TYPE_CHECKING:
    from django.http import HttpResponse

    from members.models import Member

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/work/imports/"


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


def upload(client: Client, workgroup: Workgroup, raw: bytes, headers: Any = None, **typed: Any) -> HttpResponse:
    data = {"workgroup": workgroup.slug, "profile": "mft", "mode": "partner"} | typed
    return client.post(IMPORTS, data | {"file": SimpleUploadedFile("a.csv", raw)}, headers=headers)


def test_a_file_goes_the_whole_way(client: Client, workgroup: Workgroup) -> None:
    answer = upload(client, workgroup, many(2).encode())
    made = Import.objects.get()
    assert (answer.status_code, answer.json()["state"], answer.json()["counts"]) == (201, "queued", None)
    assert made.options == {"mode": "partner", "accept_missing": False, "area": None}
    worked(made)
    found = client.get(f"{IMPORTS}{made.pk}/").json()
    assert misfits(found, ImportWholeOut()) == []
    assert (found["counts"]["created"], len(found["rows"]["results"])) == (2, 2)
    assert client.post(f"{IMPORTS}{made.pk}/confirm/", content_type="application/json").json()["state"] == "confirmed"
    worked(made)
    assert Course.objects.count() == 2
    assert client.post(f"{IMPORTS}{made.pk}/undo/", content_type="application/json").json()["state"] == "undoing"
    worked(made)
    assert Course.objects.count() == 0


@pytest.mark.parametrize("raw", [b"", b"x" * (MOST_BYTES + 1)], ids=["empty", "large"])
def test_what_is_empty_or_too_large_is_refused_at_once(client: Client, workgroup: Workgroup, raw: bytes) -> None:
    answer = upload(client, workgroup, raw)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["file"])
    assert not Import.objects.exists()


def test_ten_files_an_hour_through_both_doors(client: Client, workgroup: Workgroup) -> None:
    """R1."""
    data = {"workgroup": workgroup.pk, "profile": "mft", "mode": "partner", "area": ""}
    client.post("/fa/work/imports/add/", data | {"file": SimpleUploadedFile("a.csv", b"x")})
    assert [upload(client, workgroup, b"x").status_code for _ in range(10)] == [201] * 9 + [429]


def test_a_workgroup_of_others_is_not_there(client: Client) -> None:
    """P3."""
    assert upload(client, world.workgroup(), b"x").status_code == 404


def test_a_key_stands_for_the_content_of_the_file(client: Client, workgroup: Workgroup) -> None:
    """T2."""
    key = {"Idempotency-Key": "k1"}
    first, again, other = (upload(client, workgroup, raw, key) for raw in (b"x", b"x", b"y"))
    assert (first.json(), first.status_code) == (again.json(), again.status_code)
    assert (other.status_code, other.json()["code"], Import.objects.count()) == (409, "key_reused", 1)


def test_a_table_is_mapped_once_through_the_api(client: Client, workgroup: Workgroup) -> None:
    upload(client, workgroup, "نام,جا\nخط,مرکزی\n".encode(), profile="generic", partner="کتابخانه")
    made = worked(Import.objects.get())
    page = f"{IMPORTS}{made.pk}/"
    found = client.get(page).json()
    assert (found["state"], found["partner"]) == ("mapping", "کتابخانه")
    assert found["columns"] == [{"name": "نام", "examples": ["خط"]}, {"name": "جا", "examples": ["مرکزی"]}]
    columns = {"columns": {"title": "نام", "place": "جا"}}
    sent = {"content_type": "application/json"}
    assert client.post(f"{page}columns/", {"columns": {"place": "جا"}}, **sent).status_code == 400
    assert client.post(f"{page}columns/", columns, **sent).json()["state"] == "queued"
    worked(made)
    assert client.get(page).json()["places"] == ["مرکزی"]
    venue = world.venue()
    places = {"places": [{"place": "مرکزی", "venue": venue.slug}]}
    assert client.post(f"{page}places/", places, **sent).json()["state"] == "queued"
    made = worked(made)
    assert (made.places, made.feed.mapping["places"]) == ([], {"مرکزی": venue.pk})


def test_the_organisers_seats_are_taken_over_through_the_api(
    client: Client, coordinator: Member, workgroup: Workgroup
) -> None:
    row = {"start_date": "2027-01-10", "end_date": "2027-03-01", "capacity": "9"}
    saved(coordinator, workgroup, table(row), mode="portal")
    made = saved(coordinator, workgroup, table(row | {"capacity": "12"}))
    course = Course.objects.get()
    found = client.get(f"{IMPORTS}{made.pk}/").json()
    assert found["seats"] == [{"course": course.pk, "capacity": 9, "source_capacity": 12}]
    answer = client.post(f"{IMPORTS}{made.pk}/seats/", {}, content_type="application/json")
    assert (answer.json(), Course.objects.get().capacity) == ({"changed": 1, "full": []}, 12)


@pytest.mark.parametrize("verb", ["columns", "places"])
def test_the_doors_of_mapping_refuse_alike(
    client: Client, coordinator: Member, workgroup: Workgroup, verb: str
) -> None:
    """P1."""
    made = saved(coordinator, workgroup, many(1))
    typed = {"columns": {"title": "a"}} if verb == "columns" else {}
    page = client.post(f"/fa/work/imports/{made.pk}/{verb}/", {"title": "a", "language": "fa"})
    api = client.post(f"{IMPORTS}{made.pk}/{verb}/?lang=fa", typed, content_type="application/json").json()
    said = [str(one) for one in get_messages(page.wsgi_request)]
    assert ([api["message"]], api["code"]) == (said, "not_waiting")


@pytest.mark.parametrize(("verb", "is_saved", "code"), [("undo", False, "not_saved"), ("confirm", True, "not_waiting")])
def test_the_doors_refuse_alike(
    client: Client, coordinator: Member, workgroup: Workgroup, verb: str, code: str, *, is_saved: bool
) -> None:
    """P1."""
    made = (saved if is_saved else hand_in)(coordinator, workgroup, many(1))
    if is_saved:
        Import.objects.filter(pk=made.pk).update(state="undone")
    page = client.post(f"/fa/work/imports/{made.pk}/{verb}/")
    api = client.post(f"{IMPORTS}{made.pk}/{verb}/?lang=fa", content_type="application/json").json()
    said = [str(one) for one in get_messages(page.wsgi_request)]
    assert ([api["message"]], api["code"]) == (said, code)


def test_lists_ask_the_same_number_of_queries_for_one_and_for_many(
    client: Client, coordinator: Member, workgroup: Workgroup
) -> None:
    found = []
    for number in (1, 30):
        made = hand_in(coordinator, workgroup, many(number))
        for _ in range(number - 1):
            hand_in(coordinator, workgroup, "x")
        counts = []
        for path in (f"{IMPORTS}?page_size=100", f"{IMPORTS}{made.pk}/?page_size=100"):
            client.get(path)
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(path).json()
            counts.append(len(asked))
        assert len(answer["rows"]["results"]) == number
        found.append(counts)
    assert found[0] == found[1]
    assert misfits(client.get(IMPORTS).json(), page_of(ImportOut)) == []
