"""What staff say of the city: names, help line, night, logo."""

from __future__ import annotations

import datetime as dt
from email.header import decode_header, make_header
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from base import clock
from base.refusal import Refused
from members import city
from members.models import Audit, City
from notifications import rules as night
from notifications.channels import email
from tests.base.test_uploads import drawn
from workgroups import services

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from members.models import Member

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {
    "version": 0,
    "names": {"fa": "بندر نمونه", "en": "Sample Port"},
    "phone": "۱۳۷",
    "quiet_from": dt.time(23),
    "quiet_until": dt.time(7, 30),
}
TYPED = {
    "name_fa": "بندر نمونه",
    "name_en": "Sample Port",
    "phone": "083-37230000",
    "quiet_from": "۲۳:۰۰",
    "quiet_until": "7:30",
    "version": "0",
}


def test_before_staff_say_anything_the_environment_speaks() -> None:
    assert city.present().names == {"fa": "کرمانشاه", "en": "Kermanshah"}
    assert city.present().phone == "137"


def test_what_staff_say_stands_on_pages_and_in_messages(staff: Member, client: Client) -> None:
    services.set_city(actor=staff, **FACTS)
    assert "بندر نمونه" in client.get("/fa/").content.decode()
    assert "Sample Port" in client.get("/en/").content.decode()
    assert "Sample Port" in str(make_header(decode_header(email.sender())))
    line = Audit.objects.get(verb="set_city")
    assert line.changes["quiet_from"] == ["22:00:00", "23:00:00"]


def test_the_same_again_changes_nothing(staff: Member) -> None:
    services.set_city(actor=staff, **FACTS)
    services.set_city(actor=staff, **FACTS)
    assert Audit.objects.filter(verb="set_city").count() == 1
    assert City.objects.get().version == 1


def test_two_who_save_at_once_do_not_overwrite_each_other(staff: Member) -> None:
    services.set_city(actor=staff, **FACTS)
    with pytest.raises(Refused) as refused:
        services.set_city(actor=staff, **FACTS | {"phone": "138"})
    assert refused.value.refusal.code == "changed"
    assert City.objects.get().phone == "137"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"names": {"fa": "بندر", "en": " "}}, "language_missing"),
        ({"names": {"fa": "ب" * 41, "en": "x"}}, "name_long"),
        ({"names": {"fa": "بندر\u202e", "en": "x"}}, "hidden_signs"),
        ({"phone": "call us"}, "phone_wrong"),
        ({"phone": "137\nx"}, "phone_wrong"),
        ({"quiet_from": dt.time(12), "quiet_until": dt.time(8)}, "night_long"),
    ],
)
def test_nonsense_is_refused(staff: Member, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.set_city(actor=staff, **FACTS | change)
    assert refused.value.refusal.code == code
    assert not City.objects.exists()


def test_nobody_else_says_what_the_city_is_called(coordinator: Member) -> None:
    with pytest.raises(Refused):
        services.set_city(actor=coordinator, **FACTS)
    with pytest.raises(Refused):
        services.set_logo(actor=coordinator, picture=None)


@pytest.mark.parametrize(
    ("quiet", "hour", "is_quiet"),
    [
        ((23, 7), (22, 59), False),
        ((23, 7), (23, 0), True),
        ((23, 7), (6, 59), True),
        ((23, 7), (7, 0), False),
        ((1, 6), (0, 59), False),
        ((1, 6), (1, 0), True),
        ((1, 6), (6, 0), False),
        ((9, 9), (9, 0), False),
    ],
)
def test_the_night_is_as_staff_set_it(
    staff: Member, quiet: tuple[int, int], hour: tuple[int, int], *, is_quiet: bool
) -> None:
    services.set_city(actor=staff, **FACTS | {"quiet_from": dt.time(quiet[0]), "quiet_until": dt.time(quiet[1])})
    now = clock.at(dt.date(2026, 11, 24), dt.time(*hour))
    assert night.is_quiet(now) is is_quiet
    wakes = night.due_from("sms", night.USUAL, now)
    assert wakes == now or (is_quiet and now < wakes < now + dt.timedelta(hours=10) and not night.is_quiet(wakes))


def test_a_process_asks_once_in_a_few_seconds_and_without_a_database_keeps_what_it_knew(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    city.forget()
    with django_assert_num_queries(1):
        for _ in range(5):
            city.present()
    City.objects.create(pk=City.ONLY, names={"fa": "نو"}, phone="1")
    assert city.present().phone == "137"
    monkeypatch.setattr(city.time, "monotonic", lambda: 10**9)
    assert city.present().names == {"fa": "نو", "en": "Kermanshah"}


def test_staff_change_the_city_on_its_page(staff: Member, client: Client) -> None:
    client.force_login(staff)
    assert client.post("/fa/city/settings/save/", TYPED).status_code == 302
    assert city.present().quiet_until == dt.time(7, 30)
    page = client.get("/fa/city/settings/").content.decode()
    assert 'value="بندر نمونه"' in page
    refused = client.post("/fa/city/settings/save/", TYPED | {"version": "1", "phone": "x", "name_en": "Kept"})
    assert refused.status_code == 422
    assert "Kept" in refused.content.decode()


def test_a_form_that_is_behind_shows_what_was_saved_meanwhile(staff: Member, client: Client) -> None:
    client.force_login(staff)
    client.post("/en/city/settings/save/", TYPED)
    answer = client.post("/en/city/settings/save/", TYPED | {"phone": "138"})
    assert answer.status_code == 422
    assert "083-37230000" in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()


def test_a_logo_stands_in_the_header_and_can_be_taken_out(staff: Member, client: Client) -> None:
    """T22: what is no picture is refused with words and the page."""
    client.force_login(staff)
    assert (
        client.post("/fa/city/settings/logo/", {"picture": SimpleUploadedFile("x.svg", b"<svg/>")}).status_code == 422
    )
    assert city.present().logo == ""
    client.post("/fa/city/settings/logo/", {"picture": SimpleUploadedFile("x", drawn(size=(900, 300)))})
    name = city.present().logo
    assert f'src="/files/{name}"' in client.get("/fa/help/").content.decode()
    client.post("/fa/city/settings/logo/", {"remove": "1"})
    assert "/files/" not in client.get("/fa/help/").content.decode()
    assert list(Audit.objects.filter(verb="set_logo").values_list("changes__logo", flat=True)) == [
        ["", name],
        [name, ""],
    ]


def test_a_logo_survives_a_change_of_words(staff: Member) -> None:
    services.set_logo(actor=staff, picture=ContentFile(drawn()))
    services.set_city(actor=staff, **FACTS | {"version": 1})
    assert city.present().logo != ""
