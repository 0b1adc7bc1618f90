"""The city's desk by its pages and by the API: the same people, the same refusals, the same rows (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from members.models import Audit, City, Member
from programs.models import Follow
from tests import builders
from tests.programs.town import Town, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
SETTINGS = {
    "names": {"fa": "بندر", "en": "Port"},
    "phone": "137",
    "quiet_from": "23:00",
    "quiet_until": "07:00",
    "version": 0,
}
FORM = {"name_fa": "بندر", "name_en": "Port"} | {
    name: str(SETTINGS[name]) for name in ("phone", "quiet_from", "quiet_until", "version")
}


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def by_api(client: Client, method: str, path: str, data: Any = None) -> HttpResponse:
    return client.generic(method, f"/api/v1/{path}", json.dumps(data or {}), content_type="application/json")


def code_of(answer: HttpResponse) -> str:
    """The code of a refusal, or the status."""
    if answer.status_code == 409 and "json" in answer["Content-Type"]:
        return str(json.loads(answer.content)["code"])
    if answer.context is not None and answer.status_code in {409, 422}:
        errors = [form.errors.as_data() for name in ("form", "logo_form") if (form := answer.context.get(name))]
        codes = [one.code for some in errors for found in some.values() for one in found]
        refused = answer.context.get("refused")
        return str(refused.code if refused else codes[0])
    return str(answer.status_code)


@pytest.mark.parametrize(
    ("change", "form", "code"),
    [
        ({"phone": "x y"}, {"phone": "x y"}, "phone_wrong"),
        ({"quiet_from": "10:00"}, {"quiet_from": "10:00"}, "night_long"),
        ({"version": 7}, {"version": "7"}, "changed"),
    ],
)
def test_settings_are_refused_alike(staff: Member, change: dict[str, Any], form: dict[str, str], code: str) -> None:
    client = signed_in(staff)
    if code == "changed":
        by_api(client, "PUT", "city/settings/", SETTINGS)
        change, form = change | {"phone": "138"}, form | {"phone": "138"}
    assert code_of(by_api(client, "PUT", "city/settings/", SETTINGS | change)) == code
    assert code_of(client.post("/fa/city/settings/save/", FORM | form)) == code


@pytest.mark.parametrize("door", ["page", "api"])
def test_settings_are_saved_alike(staff: Member, door: str) -> None:
    client = signed_in(staff)
    if door == "page":
        assert client.post("/fa/city/settings/save/", FORM).status_code == 302
    else:
        answer = by_api(client, "PUT", "city/settings/", SETTINGS)
        assert (answer.status_code, json.loads(answer.content)["version"]) == (200, 1)
    row = City.objects.get()
    assert (row.names, row.phone, row.quiet_until.hour) == (SETTINGS["names"], "137", 7)
    assert Audit.objects.get(verb="set_city").door == door


def merged_by_page(client: Client, gone: Member, kept: Member) -> str:
    return code_of(client.post(f"/fa/city/people/{kept.pk}/merge/confirm/", {"gone": gone.pk}))


def merged_by_api(client: Client, gone: Member, kept: Member) -> str:
    return code_of(by_api(client, "POST", f"city/people/{kept.pk}/merge/", {"gone": gone.pk}))


@pytest.mark.parametrize(("door", "yes"), [(merged_by_page, "302"), (merged_by_api, "200")])
@pytest.mark.parametrize("case", ["same_person", "both_enrolled", "own_account", "staff_account", "superuser", "yes"])
def test_merges_are_refused_alike(
    staff: Member, door: Callable[[Client, Member, Member], str], yes: str, case: str
) -> None:
    gone, kept = person()[0], person()[0]
    if case == "both_enrolled":
        course = Town().course()
        enrol(course, gone)
        enrol(course, kept)
    if case == "staff_account":
        builders.appoint(gone, Appointment.Role.STAFF, builders.municipality())
    if case == "superuser":
        Member.objects.filter(pk=gone.pk).update(is_superuser=True)
    pair = {"same_person": (gone, gone), "own_account": (gone, staff)}.get(case, (gone, kept))
    assert door(signed_in(staff), *pair) == (yes if case == "yes" else case)


def test_people_are_found_and_looked_at_alike_and_on_the_record(staff: Member) -> None:
    """T23."""
    client, member = signed_in(staff), person("نیلوفر")[0]
    page = client.post("/fa/city/people/find/", {"asked": "نیلوفر"}).context["found"]
    found = json.loads(by_api(client, "POST", "city/people/find/", {"asked": "نیلوفر"}).content)
    assert [(one.pk, one.name, one.contact) for one in page] == [
        (one["id"], one["name"], one["contact"]) for one in found
    ]
    assert member.phone not in str(found)
    assert json.loads(by_api(client, "GET", f"city/people/{member.pk}/").content)["learners"] == 1
    assert by_api(client, "POST", f"city/people/{member.pk}/contact/").status_code == 400
    told = by_api(client, "POST", f"city/people/{member.pk}/contact/", {"reason": "asked"})
    assert json.loads(told.content)["phone"] == member.phone
    verbs = Audit.objects.filter(door="api").values_list("verb", flat=True)
    assert sorted(verbs) == ["find_person", "read_contact", "read_person"]


def test_sessions_end_alike(staff: Member) -> None:
    client, member = signed_in(staff), person()[0]
    for _ in range(2):
        signed_in(member)
    answer = by_api(client, "POST", f"city/people/{member.pk}/sign-out/")
    assert json.loads(answer.content) == {"devices": 2}


def test_the_trail_is_read_alike(staff: Member) -> None:
    client, town = signed_in(staff), Town()
    for _ in range(3):
        enrol(town.course(), person()[0])
    page = client.get("/fa/city/audit/?verb=enrol").context["lines"]
    found = json.loads(client.get("/api/v1/city/audit/?verb=enrol").content)["results"]
    assert [one["line"].pk for one in page] == [one["id"] for one in found]
    assert client.get("/api/v1/city/audit/?who=x").status_code == 400


def test_things_are_followed_alike() -> None:
    town, member = Town(), person()[0]
    client = signed_in(member)
    sent = {"kind": "areas", "slug": town.area.slug}
    for _ in range(2):
        answer = by_api(client, "POST", "me/follows/", sent)
        assert json.loads(answer.content) == sent | {"on": True}
    assert Follow.objects.filter(member=member).count() == 1
    listed = json.loads(client.get("/api/v1/me/follows/?lang=en").content)
    assert listed == [sent | {"name": "Media literacy"}]
    by_api(client, "POST", "me/follows/", sent | {"on": False})
    assert not Follow.objects.exists()
    course = town.course()
    refused = by_api(client, "POST", "me/follows/", {"kind": "courses", "slug": course.slug})
    assert code_of(refused) == "opened"
    assert by_api(client, "POST", "me/follows/", {"kind": "areas", "slug": "no-such"}).status_code == 404
