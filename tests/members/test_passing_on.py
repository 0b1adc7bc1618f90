"""A number that is another person's by now: the new holder never sees the old family, whoever is still the same comes in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from base import clock
from members import services
from members.models import ApiToken, Audit, Care, Learner, Member, Session, SignInCode
from tests.members.people import PHONE, Hands, another, asked, refused
from tests.members.test_pages import drawn, type_code

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
YEAR, KNOWN, WRONG = 365, 1366, 1370


def family(member: Member) -> Learner:
    """The member, born in 1366, and a child."""
    services.save_profile(actor=member, name="پرنیا کریمی", birth_year=KNOWN)
    who = services.Person("سارا کریمی", 1393)
    return services.care_for(actor=member, person=who, relation="child", consents=True)


def idle(member: Member, days: int = YEAR) -> None:
    day = clock.today() - dt.timedelta(days=days)
    at = clock.at(day, dt.time(12))
    Member.objects.filter(pk=member.pk).update(seen_on=day, created_at=at)
    Care.objects.filter(guardian=member).update(from_on=day)


def redeemed(member: Member) -> tuple[SignInCode, str]:
    row, code = asked(member.contact)
    return row, refused(lambda: services.redeem(pk=row.pk, typed=code, client="a"))


@pytest.mark.parametrize(("days", "code"), [(0, ""), (YEAR - 1, ""), (YEAR, "birth_asked"), (3 * YEAR, "birth_asked")])
def test_after_twelve_idle_months_the_year_of_birth_is_asked(
    hands: Hands, member: Member, days: int, code: str
) -> None:
    family(member)
    idle(member, days)
    assert redeemed(member)[1] == code


def test_the_right_year_of_either_calendar_opens_the_account(hands: Hands, member: Member) -> None:
    family(member)
    for year in (KNOWN, 1987):
        idle(member)
        row, _code = redeemed(member)
        assert services.recognise(pk=row.pk, birth_year=year) == member
        hands.on(minutes=2)
    assert redeemed(member)[1] == ""


@pytest.mark.parametrize("typed", [(None,), (WRONG, WRONG), (WRONG, None)])
def test_whoever_is_somebody_else_begins_anew_and_sees_nothing(
    hands: Hands, member: Member, typed: tuple[int | None, ...]
) -> None:
    child = family(member)
    idle(member)
    Session.objects.create(session_key="x" * 40, session_data="", expire_date=clock.now(), member=member)
    services.make_token(actor=member, name="a", scope="me")
    row, _code = redeemed(member)
    for year in typed[:-1]:
        assert refused(lambda year=year: services.recognise(pk=row.pk, birth_year=year)) == "birth_wrong"
    new = services.recognise(pk=row.pk, birth_year=typed[-1])
    assert (new.pk != member.pk, new.phone) == (True, PHONE)
    assert not Learner.objects.visible_to(new).exists()
    member.refresh_from_db()
    assert (member.phone, member.parted_at, member.erased_at) == (None, hands.at, None)
    assert Learner.objects.visible_to(member).filter(pk=child.pk).exists()
    assert not Session.objects.filter(member=member).exists()
    assert not ApiToken.objects.filter(member=member, revoked_at=None).exists()
    line = Audit.objects.get(verb="part")
    assert (line.actor_id, line.object_id, line.changes) == (new.pk, member.pk, {"phone": "changed"})


def test_who_still_has_an_address_keeps_the_account_by_it(hands: Hands, member: Member) -> None:
    family(member)
    Member.objects.filter(pk=member.pk).update(email="parnia@example.org")
    idle(member)
    row, _code = redeemed(member)
    services.recognise(pk=row.pk, birth_year=None)
    member.refresh_from_db()
    assert (member.phone, member.email, member.parted_at) == (None, "parnia@example.org", None)


def with_child_alone(member: Member) -> None:
    services.care_for(actor=member, person=services.Person("سارا", 1393), relation="child", consents=True)


@pytest.mark.parametrize(
    ("facts", "code"), [(lambda _member: None, ""), (with_child_alone, "birth_asked"), (family, "birth_asked")]
)
def test_what_cannot_be_asked_for_begins_anew_at_once(
    hands: Hands, member: Member, facts: Callable[[Member], object], code: str
) -> None:
    facts(member)
    idle(member)
    assert redeemed(member)[1] == code
    assert Member.objects.filter(phone=PHONE).exclude(pk=member.pk).exists() == (not code)


def test_a_year_is_answered_once_and_within_ten_minutes(hands: Hands, member: Member) -> None:
    family(member)
    idle(member)
    row, _code = redeemed(member)
    hands.on(minutes=11)
    assert refused(lambda: services.recognise(pk=row.pk, birth_year=KNOWN)) == "code_old"
    row, _code = redeemed(member)
    services.recognise(pk=row.pk, birth_year=KNOWN)
    for year in (KNOWN, None):
        assert refused(lambda year=year: services.recognise(pk=row.pk, birth_year=year)) == "code_old"


def test_nothing_is_answered_without_the_right_code(hands: Hands, member: Member) -> None:
    """T7: the year alone opens nothing."""
    family(member)
    idle(member)
    row, code = asked(member.contact)
    assert refused(lambda: services.recognise(pk=row.pk, birth_year=KNOWN)) == "code_old"
    assert refused(lambda: services.redeem(pk=row.pk, typed=another(code), client="a")) == "code_wrong"
    assert refused(lambda: services.recognise(pk=row.pk, birth_year=KNOWN)) == "code_old"
    assert refused(lambda: services.recognise(pk=row.pk, birth_year=None)) == "code_old"


def test_a_browser_that_stayed_signed_in_and_a_token_in_use_are_no_idleness(
    hands: Hands, client: Client, member: Member
) -> None:
    family(member)
    client.force_login(member)
    idle(member, 500)
    hands.on(days=1)
    client.get("/fa/me/")
    member.refresh_from_db()
    assert member.seen_on == clock.today()
    idle(member, 500)
    made = services.make_token(actor=member, name="a", scope="me")
    path = "/api/v1/me/"
    secret = getattr(made, "secret", made)
    assert Client().get(path, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    member.refresh_from_db()
    assert member.seen_on == clock.today()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_pages_ask_once_and_lead_on(client: Client, member: Member, language: str) -> None:
    family(member)
    idle(member)
    code = drawn(client, language=language)
    answer = type_code(client, code, language, next="/fa/courses/x/")
    assert answer["Location"].startswith(f"/{language}/accounts/known/?next=")
    assert client.get(answer["Location"]).status_code == 200
    assert client.get(f"/{language}/me/").status_code == 302
    path = f"/{language}/accounts/known/answer/"
    assert client.post(path, {"birth": "x"}).status_code == 422
    assert client.post(path, {"birth": str(WRONG)}).status_code == 422
    answer = client.post(path, {"birth": "۱۳۶۶", "next": "/fa/courses/x/"})
    assert answer["Location"] == "/fa/courses/x/"
    assert client.get("/fa/me/").status_code == 200


def test_a_new_holder_taps_once_and_finds_an_empty_account(client: Client, member: Member) -> None:
    family(member)
    idle(member)
    type_code(client, drawn(client))
    assert client.post("/fa/accounts/known/answer/", {"other": "1"})["Location"] == "/fa/me/"
    page = client.get("/fa/me/family/").content.decode()
    assert "کریمی" not in page


def test_the_page_is_there_for_nobody_who_did_not_ask(client: Client) -> None:
    assert client.get("/fa/accounts/known/")["Location"] == "/fa/accounts/signin/"
    assert client.post("/fa/accounts/known/answer/", {"birth": "1366"})["Location"] == "/fa/accounts/signin/"
