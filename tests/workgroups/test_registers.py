"""The city's short lists: districts, areas, venues, organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.refusal import Refused
from members.models import Audit, District
from tests import builders
from workgroups import services
from workgroups.models import LiteracyArea, Organisation, Venue
from workgroups.services.registers import facts_of

if TYPE_CHECKING:
    from django.test import Client

    from members.models import Member

pytestmark = pytest.mark.django_db
NAMES = {"name": {"fa": "منطقهٔ نه", "en": "District 9"}}
KINDS = {"districts": District, "areas": LiteracyArea, "venues": Venue, "organisations": Organisation}
TYPED: dict[str, dict[str, str]] = {
    "districts": {},
    "areas": {"icon": "leaf", "isced": "0611", "sdg": "۱۱، 4, 4"},
    "venues": {
        "address_fa": "خیابان بهار",
        "address_en": "Bahar street",
        "lat": "۳۴٫۳۲",
        "lon": "47.06",
        "lift": "on",
        "bus_fa": "خط ۵",
    },
    "organisations": {"kind": "ngo", "phone": "083"},
}


def query_count(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def typed(kind: str, **more: str) -> dict[str, str]:
    return {"slug": "ninth", "name_fa": "منطقهٔ نه", "name_en": "District 9"} | TYPED[kind] | more


def district(staff: Member, slug: str) -> Any:
    return services.add_entry(actor=staff, row=District(slug=slug), texts_of=NAMES)


@pytest.mark.parametrize("kind", KINDS)
def test_staff_add_an_entry_and_change_it(staff: Member, client: Client, kind: str) -> None:
    client.force_login(staff)
    assert client.post(f"/fa/city/{kind}/add/", typed(kind)).status_code == 302
    row = KINDS[kind].objects.get(slug="ninth")
    assert facts_of(row)["name"] == NAMES["name"]
    page = client.get(f"/en/city/{kind}/ninth/")
    version = page.context["form"].initial["version"]
    changed = typed(kind, name_en="The ninth", version=version)
    assert client.post(f"/fa/city/{kind}/ninth/save/", changed).status_code == 302
    assert facts_of(row)["name"]["en"] == "The ninth"
    assert [line.verb for line in Audit.objects.filter(object_id=row.pk).order_by("pk")] == ["add_entry", "edit_entry"]
    assert "The ninth" in client.get(f"/fa/city/{kind}/").content.decode()


def test_what_was_typed_is_kept_as_what_it_means(staff: Member, client: Client) -> None:
    client.force_login(staff)
    for kind in ("areas", "venues"):
        client.post(f"/fa/city/{kind}/add/", typed(kind))
    assert LiteracyArea.objects.get(slug="ninth").sdg == [4, 11]
    venue = Venue.objects.get(slug="ninth")
    assert (venue.lat, venue.lon, venue.access["lift"], venue.access["bus"]["fa"]) == (34.32, 47.06, "yes", "خط ۵")
    page = client.get("/fa/city/venues/ninth/").content.decode()
    assert 'value="34.32"' in page
    assert "خط ۵" in page


def test_what_else_is_known_of_a_venue_stays(staff: Member, client: Client) -> None:
    client.force_login(staff)
    client.post("/fa/city/venues/add/", typed("venues"))
    venue = Venue.objects.get(slug="ninth")
    Venue.objects.filter(pk=venue.pk).update(access=venue.access | {"signer": "on request"})
    client.post("/fa/city/venues/ninth/save/", typed("venues", bus_fa="خط ۶"))
    venue.refresh_from_db()
    assert (venue.access["signer"], venue.access["bus"]["fa"]) == ("on request", "خط ۶")


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("districts", {"name_en": ""}, "name_en"),
        ("districts", {"slug": "نهم"}, "slug"),
        ("districts", {"slug": "new"}, "slug"),
        ("areas", {"sdg": "18"}, "sdg"),
        ("areas", {"isced": "x"}, "isced"),
        ("venues", {"lon": ""}, "lat"),
        ("venues", {"lat": "north"}, "lat"),
        ("venues", {"lat": "91"}, "lat"),
        ("organisations", {"kind": "municipality"}, "kind"),
    ],
)
def test_nonsense_is_refused_beside_its_field(
    staff: Member, client: Client, kind: str, change: dict[str, str], field: str
) -> None:
    client.force_login(staff)
    answer = client.post(f"/fa/city/{kind}/add/", typed(kind) | change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not KINDS[kind].objects.filter(slug="ninth").exists()


def test_an_address_is_given_once(staff: Member) -> None:
    district(staff, "ninth")
    with pytest.raises(Refused) as refused:
        district(staff, "ninth")
    assert refused.value.refusal.code == "slug_taken"


def test_the_municipality_stays_the_municipality(staff: Member) -> None:
    with pytest.raises(Refused) as refused:
        services.edit_entry(
            actor=staff, row=builders.municipality(), columns={"kind": "ngo"}, texts_of=NAMES | {"description": {}}
        )
    assert refused.value.refusal.code == "one_municipality"
    assert builders.municipality().kind == "municipality"


def test_the_same_again_leaves_no_line(staff: Member) -> None:
    row = district(staff, "ninth")
    services.edit_entry(actor=staff, row=row, columns={}, texts_of=NAMES)
    assert not Audit.objects.filter(verb="edit_entry").exists()


def test_who_is_behind_sees_what_was_saved_meanwhile(staff: Member, client: Client) -> None:
    row = district(staff, "ninth")
    client.force_login(staff)
    version = client.get("/fa/city/districts/ninth/").context["form"].initial["version"]
    services.edit_entry(actor=staff, row=row, columns={}, texts_of={"name": {"fa": "نو", "en": "Their name"}})
    answer = client.post("/fa/city/districts/ninth/save/", typed("districts", name_en="My name", version=version))
    assert answer.status_code == 422
    assert "Their name" in answer.content.decode()
    assert "My name" in answer.content.decode()
    assert facts_of(row)["name"]["en"] == "Their name"


def test_districts_are_put_in_order(staff: Member, client: Client) -> None:
    for slug in ("a", "b", "c"):
        district(staff, slug)
    client.force_login(staff)
    client.post("/fa/city/districts/c/move/", {"to": "up"})
    client.post("/fa/city/districts/a/move/", {"to": "up"})
    assert list(District.objects.values_list("slug", flat=True)) == ["a", "c", "b"]
    client.post("/fa/city/districts/a/move/", {"to": "down"})
    assert list(District.objects.values_list("slug", flat=True)) == ["c", "a", "b"]
    assert Audit.objects.filter(verb="move_entry").count() == 2


def test_a_list_by_name_has_no_other_order(staff: Member) -> None:
    with pytest.raises(Refused) as refused:
        services.move_entry(actor=staff, row=builders.municipality(), by=1)
    assert refused.value.refusal.code == "not_ordered"


def test_coordinators_change_no_list(coordinator: Member) -> None:
    with pytest.raises(Refused):
        district(coordinator, "ninth")
    with pytest.raises(Refused):
        services.edit_entry(actor=coordinator, row=builders.municipality(), columns={}, texts_of=NAMES)


def test_a_list_that_is_none_is_not_there(staff: Member, client: Client) -> None:
    client.force_login(staff)
    assert client.get("/fa/city/castles/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_asks_as_much_for_thirty_entries_as_for_one(staff: Member, client: Client, kind: str) -> None:
    client.force_login(staff)
    client.post(f"/fa/city/{kind}/add/", typed(kind, slug="first"))
    one = query_count(client, f"/fa/city/{kind}/")
    for number in range(30):
        client.post(f"/fa/city/{kind}/add/", typed(kind, slug=f"more-{number}"))
    assert query_count(client, f"/fa/city/{kind}/") == one
