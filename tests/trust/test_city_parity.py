"""The city's desk by its pages and by the API: the same people, the same refusals, the same rows (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.test import Client

from base import clock
from members.models import Audit, City, Member
from programs.models import Enrolment, Follow
from programs.trail import OF_WORKGROUPS
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


NAMES = {"fa": "کتابخانهٔ شمال", "en": "North library"}
# By register: what the API takes, what the form takes, whether both refuse and how.
ENTRIES: list[tuple[str, dict[str, Any], dict[str, str], str]] = [
    ("districts", {}, {}, ""),
    ("areas", {"sdg": [4]}, {"sdg": "4"}, ""),
    ("areas", {"sdg": [18]}, {"sdg": "18"}, "sdg_wrong"),
    ("venues", {"lat": 34.3, "lon": 47.0}, {"lat": "34.3", "lon": "47"}, ""),
    ("venues", {"lat": 95.0, "lon": 47.0}, {"lat": "95", "lon": "47"}, "place_wrong"),
    ("organisations", {"kind": "ngo"}, {"kind": "ngo"}, ""),
    ("organisations", {"kind": "municipality"}, {"kind": "municipality"}, "one_municipality"),
]


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize(("kind", "sent", "form", "code"), ENTRIES)
def test_entries_are_added_alike(
    staff: Member, kind: str, sent: dict[str, Any], form: dict[str, str], code: str, door: str
) -> None:
    client, slug = signed_in(staff), {"slug": "north"}
    typed = {"name_fa": NAMES["fa"], "name_en": NAMES["en"]} | slug | form
    answer = (
        by_api(client, "POST", f"city/{kind}/", {"name": NAMES} | slug | sent)
        if door == "api"
        else client.post(f"/fa/city/{kind}/add/", typed)
    )
    assert code_of(answer) == (code or {"api": "201", "page": "302"}[door])
    assert Audit.objects.filter(verb="add_entry").count() == (0 if code else 1)
    if not code:
        facts = json.loads(by_api(client, "GET", f"city/{kind}/north/").content)["facts"]
        assert facts["name"] == NAMES


def test_an_entry_is_changed_by_whoever_read_it_last(staff: Member) -> None:
    client = signed_in(staff)
    made = json.loads(by_api(client, "POST", "city/districts/", {"name": NAMES, "slug": "north"}).content)
    change = {"name": NAMES | {"en": "North park"}, "version": made["version"]}
    for _ in range(2):  # the same again changes nothing
        assert by_api(client, "PUT", "city/districts/north/", change).status_code == 200
    assert Audit.objects.filter(verb="edit_entry").count() == 1
    other = change | {"name": NAMES | {"en": "South park"}}
    assert code_of(by_api(client, "PUT", "city/districts/north/", other)) == "changed"
    typed = {"name_fa": NAMES["fa"], "name_en": "South park", "version": made["version"]}
    assert code_of(client.post("/fa/city/districts/north/save/", typed)) == "changed"
    before = [one["slug"] for one in json.loads(by_api(client, "GET", "city/districts/").content)]
    assert by_api(client, "POST", "city/districts/north/move/", {"to": "up"}).status_code == 200
    after = [one["slug"] for one in json.loads(by_api(client, "GET", "city/districts/").content)]
    assert before.index("north") - after.index("north") == min(1, before.index("north"))
    Town()
    moved = by_api(client, "POST", "city/organisations/municipality/move/", {"to": "up"})
    assert code_of(moved) == "not_ordered"


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, ""), ({"until_on": "2000-01-01"}, "ends_before"), ({"from_on": "2000-01-01"}, "starts_past")],
)
@pytest.mark.parametrize("who", ["staff", "superuser"])
def test_staff_are_appointed_alike(staff: Member, who: str, change: dict[str, str], code: str) -> None:
    Member.objects.filter(pk=staff.pk).update(is_superuser=who == "superuser")
    staff.refresh_from_db()
    client, people = signed_in(staff), [person()[0] for _ in range(2)]
    facts = [{"person": one.phone, "from_on": clock.today().isoformat()} | change for one in people]
    expected = code or ("" if who == "superuser" else "not_yours")
    api = code_of(by_api(client, "POST", "city/appointments/", facts[0] | {"role": "staff"}))
    page = code_of(client.post("/fa/city/staff/appoint/", facts[1]))
    if who == "staff":
        assert api == page == "not_yours"
    else:
        assert (api, page) == ((expected, expected) if expected else ("201", "302"))
    roles = Appointment.objects.filter(member__in=people, role="staff").count()
    assert roles == (2 if who == "superuser" and not code else 0)


def test_a_coordinator_reads_what_concerns_their_own_workgroups_alone(coordinator: Member) -> None:
    """P1, P3."""
    own, foreign = Town(), Town()
    builders.appoint(coordinator, Appointment.Role.COORDINATOR, own.workgroup)
    for town in (own, foreign):
        enrol(town.course(), person()[0])
    mine = Enrolment.objects.get(course__program__workgroup=own.workgroup)
    client = signed_in(coordinator)
    lines = client.get("/fa/work/trail/?verb=enrol").context["lines"]
    assert [(one["line"].object_type, one["line"].object_id) for one in lines] == [("programs.enrolment", mine.pk)]
    found = {one["line"].object_type for one in client.get("/fa/work/trail/").context["lines"]}
    assert found <= set(OF_WORKGROUPS)
    assert client.get("/fa/work/trail/?object_type=members.member").status_code == 422
    assert client.get("/fa/work/trail/?who=x").status_code == 422
    assert signed_in(person()[0]).get("/fa/work/trail/").status_code == 404


@pytest.mark.parametrize("kind", OF_WORKGROUPS)
def test_each_kind_of_the_trail_leads_to_its_workgroup(kind: str) -> None:
    rows: Any = apps.get_model(kind)
    assert rows.objects.filter(**{f"{OF_WORKGROUPS[kind]}__in": [1]}).count() == 0
