"""Contacts, codes, names and years as people write them; the limits of asking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from members import rules, services
from members.forms import CodeForm, ProfileForm, parse_contact
from tests.members.people import PHONE, Hands, refused

if TYPE_CHECKING:
    from members.models import Member

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.mark.parametrize("digits", [{}, PERSIAN, ARABIC])
@pytest.mark.parametrize(
    "typed",
    [
        "09181234542",
        "9181234542",
        "00989181234542",
        "+989181234542",
        "989181234542",
        "0918-123-4542",
        "0918 123 45 42",
        "(0918) 1234542",
        "+98 (0)918 123 4542",
        "  0918\u200c1234542 ",
        "\u202d+98 918 123 4542\u202c",
        "0918.123.4542",
    ],
)
def test_every_notation_of_a_mobile_number_is_one_number(typed: str, digits: dict[int, int]) -> None:
    assert parse_contact(typed.translate(digits)) == PHONE


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("08337221234", "landline"),
        ("۰۲۱۱۲۳۴۵۶۷۸", "landline"),
        ("+98 21 1234 5678", "landline"),
        ("+447911123456", "phone_wrong"),
        ("0918123454", "phone_wrong"),
        ("091812345421", "phone_wrong"),
        ("0918123454a", "phone_wrong"),
        ("09181234542 ext 5", "phone_wrong"),
        ("110", "phone_wrong"),
        ("پرنیا", "phone_wrong"),
        ("0", "phone_wrong"),
        ("a@b", "email_wrong"),
        ("@example.org", "email_wrong"),
        ("a@example.org\nBcc: b@example.org", "email_wrong"),
        ("علی@example.org", "email_wrong"),
        ("a b@example.org", "email_wrong"),
    ],
)
def test_what_is_no_mobile_number_and_no_address_is_refused(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse_contact(typed)
    assert caught.value.code == code


def test_an_address_is_kept_in_lower_case_with_latin_digits() -> None:
    assert parse_contact(" Parnia.K۱۲@Example.ORG ") == "parnia.k12@example.org"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_contacts(typed: str) -> None:
    try:
        contact = parse_contact(typed)
    except ValidationError:
        return
    assert parse_contact(contact) == contact


@pytest.mark.parametrize(
    ("typed", "code"),
    [("۱۲۳۴۵۶", "123456"), ("١٢٣ ٤٥٦", "123456"), (" 123-456 ", "123456"), ("123\u200c456", "123456")],
)
def test_a_code_is_read_in_any_digits_and_gaps(typed: str, code: str) -> None:
    form = CodeForm({"code": typed})
    assert form.is_valid()
    assert form.cleaned_data["code"] == code


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "½23456", "๑๒๓๔๕๖"])
def test_what_is_not_six_digits_is_no_code(typed: str) -> None:
    assert not CodeForm({"code": typed}).is_valid()


@pytest.mark.parametrize(
    ("year", "first", "last"),
    [
        (1391, dt.date(2012, 3, 20), dt.date(2013, 3, 20)),
        (1403, dt.date(2024, 3, 20), dt.date(2025, 3, 20)),
        (1990, dt.date(1990, 1, 1), dt.date(1990, 12, 31)),
    ],
)
def test_a_year_is_the_interval_of_its_calendar(year: int, first: dt.date, last: dt.date) -> None:
    assert rules.year_interval(year) == (first, last)
    assert rules.typed_year(first) == year


@pytest.mark.parametrize(
    ("year", "fits"),
    [
        *[(1405, True), (1406, False), (2026, True), (2027, False), (1284, True), (1283, False)],
        *[(1905, True), (1904, False), (0, False), (9999, False), (1700, False)],
    ],
)
def test_people_are_born_in_the_last_120_years(year: int, *, fits: bool, hands: Hands) -> None:
    assert (rules.why_not_birth_year(year) is None) is fits


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("پرنیا كريمي", "پرنیا کریمی"),
        ("  Parnia   Karimi ", "Parnia Karimi"),
        ("گل‌نسا امیری", "گل‌نسا امیری"),
    ],
)
def test_a_name_has_one_spelling(typed: str, name: str) -> None:
    form = ProfileForm({"name": typed, "birth": "۱۳۹۱"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"name": name, "birth": 1391}


@pytest.mark.parametrize("sign", [chr(n) for n in [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x07, 0x1B, 0x85]])
def test_hidden_signs_in_a_name_are_refused(sign: str) -> None:
    """T11."""
    form = ProfileForm({"name": f"Parnia{sign}Karimi", "birth": "1391"})
    assert form.errors.as_data()["name"][0].code == "name_hidden"
    assert rules.why_not_name(f"Parnia{sign}Karimi") == rules.NAME_HIDDEN


@pytest.mark.parametrize("typed", ["", "پ", "12345", "—", "a" * 101, "پرنیا" * 30])
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    assert "name" in ProfileForm({"name": typed, "birth": "1391"}).errors


@pytest.mark.parametrize("typed", ["91", "۹۱", "13911", "abcd", "1391.5", "-391", "۱۳۹۱/۱/۱"])
def test_a_year_of_birth_has_four_digits(typed: str) -> None:
    assert ProfileForm({"name": "پرنیا", "birth": typed}).errors.as_data()["birth"][0].code == "year_shape"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (PHONE, "0918 ••• ••42"),
        ("parnia@example.org", "p•••@example.org"),
        ("nonsense", "•••"),
    ],
)
def test_a_masked_contact_tells_only_its_owner(contact: str, shown: str) -> None:
    assert rules.masked(contact) == shown


# Each limit of asking lets n pass, refuses n + 1, and opens again on time


def numbers(index: int) -> str:
    return f"+98918{index:07d}"


def ask(contact: str, client: str) -> str:
    return refused(lambda: services.ask_code(contact=contact, client=client, language="fa"))


@pytest.mark.django_db
def test_one_a_minute_for_a_number_and_client(hands: Hands) -> None:
    """R1."""
    assert ask(PHONE, "a") == ""
    assert ask(PHONE, "a") == "too_many"
    hands.on(seconds=59)
    assert ask(PHONE, "a") == "too_many"
    hands.on(seconds=1)
    assert ask(PHONE, "a") == ""


@pytest.mark.django_db
def test_five_an_hour_for_a_number_and_client(hands: Hands) -> None:
    """R1."""
    for _ in range(5):
        assert ask(PHONE, "a") == ""
        hands.on(minutes=2)
    assert ask(PHONE, "a") == "too_many"
    assert ask(PHONE, "b") == ""  # a stranger cannot lock one out from elsewhere
    hands.on(minutes=50)
    assert ask(PHONE, "a") == ""


@pytest.mark.django_db
def test_ten_an_hour_and_twenty_a_day_for_a_number(hands: Hands) -> None:
    """R1."""
    for index in range(10):
        assert ask(PHONE, f"a{index}") == ""
    assert ask(PHONE, "b") == "too_many"
    hands.on(hours=1)
    for index in range(10):
        assert ask(PHONE, f"a{index}") == ""
    hands.on(hours=1)
    assert ask(PHONE, "c") == "too_many"
    hands.on(hours=22)
    assert ask(PHONE, "c") == ""


@pytest.mark.django_db
def test_sixty_in_ten_minutes_for_a_client(hands: Hands) -> None:
    """R1."""
    for index in range(60):
        assert ask(numbers(index), "carrier") == ""
        hands.on(seconds=5)
    assert ask(numbers(99), "carrier") == "too_many"
    assert ask(numbers(99), "other") == ""
    hands.on(minutes=5)
    assert ask(numbers(98), "carrier") == ""


@pytest.mark.django_db
def test_sixty_a_minute_for_the_portal_by_channel(hands: Hands) -> None:
    """R1."""
    for index in range(60):
        assert ask(numbers(index), f"c{index}") == ""
    assert ask(numbers(99), "c") == "too_many"
    assert ask("parnia@example.org", "c") == ""  # the way by e-mail stays
    hands.on(seconds=60)
    assert ask(numbers(99), "c") == ""


@pytest.mark.django_db
def test_the_daily_budget_of_text_messages(hands: Hands, settings: Any) -> None:
    """R1."""
    settings.SMS_DAILY_BUDGET = 3
    for index in range(3):
        assert ask(numbers(index), f"c{index}") == ""
        hands.on(minutes=5)
    assert ask(numbers(99), "c") == "too_many"
    assert ask("parnia@example.org", "c") == ""
    hands.on(hours=24)
    assert ask(numbers(99), "c") == ""


@pytest.mark.django_db
def test_thirty_tries_an_hour_for_a_client(hands: Hands) -> None:
    """R1."""
    rows = [services.ask_code(contact=numbers(index), client=f"c{index}", language="fa") for index in range(7)]

    def attempt(row: Any) -> str:
        return refused(lambda: services.redeem(pk=row.pk, typed="000000", client="guesser"))

    hands.on(seconds=10)
    assert [attempt(rows[index // 5]) for index in range(30)] == ["code_wrong"] * 30
    assert attempt(rows[6]) == "too_many"
    hands.on(hours=1)
    assert attempt(rows[6]) == "code_old"


@pytest.mark.django_db
def test_tokens_are_revoked_by_their_owner_or_a_superuser(member: Member, stranger: Member) -> None:
    services.make_token(actor=member, name="x", scope="me")
    token = member.tokens.get()
    assert rules.why_not_revoke_token(member, token) is None
    assert rules.why_not_revoke_token(stranger, token) == rules.NOT_YOURS
    stranger.is_superuser = True
    assert rules.why_not_revoke_token(stranger, token) is None
