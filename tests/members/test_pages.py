"""Signing in, the profile, devices and tokens as a browser meets them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from members import services
from members.models import ApiToken, Audit, Care, Learner, Member, Session, SignInCode
from tests.members.people import PHONE, Hands, another

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
TYPED = "۰۹۱۸ ۱۲۳ ۴۵۴۲"


def text(response: HttpResponse) -> str:
    return response.content.decode()


def title(response: HttpResponse) -> str:
    return " ".join(re.search(r"<title>(.*?)</title>", text(response), re.DOTALL)[1].split())


def ask(client: Client, contact: str = TYPED, language: str = "fa", **more: str) -> HttpResponse:
    return client.post(f"/{language}/accounts/signin/ask/", {"contact": contact, **more})


def drawn(client: Client, **more: Any) -> str:
    """A code that this browser asked for and that was handed over."""
    assert ask(client, **more).status_code == 302
    return services.draw_code(SignInCode.objects.latest("asked_at"))


def type_code(client: Client, code: str, language: str = "fa", **more: str) -> HttpResponse:
    return client.post(f"/{language}/accounts/code/redeem/", {"code": code, **more})


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_resident_comes_in_with_a_number_and_a_code(client: Client, language: str) -> None:
    page = client.get(f"/{language}/accounts/signin/")
    assert page.status_code == 200
    assert text(page).count("<h1") == 1
    code = drawn(client, language=language)
    page = client.get(f"/{language}/accounts/code/")
    assert 'autocomplete="one-time-code"' in text(page)
    assert 'inputmode="numeric"' in text(page)
    assert ("۰۹۱۸ ••• ••۴۲" if language == "fa" else "0918 ••• ••42") in text(page)
    assert PHONE not in text(page)
    response = type_code(client, code, language)
    assert (response.status_code, response["Location"]) == (302, f"/{language}/me/")
    assert client.session[SESSION_KEY] == str(Member.objects.get(phone=PHONE).pk)
    assert response.cookies["language"].value == language
    assert response.cookies["signin"]["max-age"] == 0


def test_a_code_in_persian_digits_with_a_gap_opens(client: Client) -> None:
    code = drawn(client).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert type_code(client, f"{code[:3]} {code[3:]}").status_code == 302


def test_who_was_on_the_way_goes_on(client: Client) -> None:
    response = ask(client, next="/en/courses/x/")
    assert response["Location"] == "/fa/accounts/code/?next=%2Fen%2Fcourses%2Fx%2F"
    assert 'name="next" value="/en/courses/x/"' in text(client.get(response["Location"]))
    code = services.draw_code(SignInCode.objects.get())
    assert type_code(client, code, next="/en/courses/x/")["Location"] == "/en/courses/x/"


def test_the_page_of_a_known_member_has_their_language(client: Client, stranger: Member) -> None:
    code = drawn(client, contact=stranger.email)
    response = type_code(client, code)
    assert (response["Location"], response.cookies["language"].value) == ("/en/me/", "en")


def test_a_wrong_contact_stays_on_the_page_and_says_why(client: Client) -> None:
    response = ask(client, contact="0833 722 1234", next="/fa/courses/x/")
    assert response.status_code == 422
    assert title(response).startswith(("Error:", "خطا:"))
    assert 'value="0833 722 1234"' in text(response)
    assert 'value="/fa/courses/x/"' in text(response)
    assert 'aria-invalid="true"' in text(response)
    assert 'href="#id_contact"' in text(response)
    assert 'href="/en/accounts/signin/?next=%2Ffa%2Fcourses%2Fx%2F"' in text(response)
    assert not SignInCode.objects.exists()


def test_markup_in_a_contact_is_only_text(client: Client) -> None:
    assert "<script>alert" not in text(ask(client, contact="<script>alert(1)</script>"))


@pytest.mark.parametrize("again", ["/fa/accounts/signin/ask/", "/fa/accounts/code/resend/"])
def test_over_the_limit_every_page_says_the_same(client: Client, again: str) -> None:
    ask(client)
    response = client.post(again, {"contact": TYPED})
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert title(response).startswith(("Error:", "خطا:"))
    assert SignInCode.objects.count() == 1


def test_a_new_code_goes_to_the_same_place(client: Client, hands: Hands) -> None:
    first = drawn(client, contact="parnia@example.org")
    hands.on(seconds=61)
    response = client.post("/fa/accounts/code/resend/", {"next": "/fa/courses/x/"})
    assert response["Location"] == "/fa/accounts/code/?next=%2Ffa%2Fcourses%2Fx%2F"
    assert list(SignInCode.objects.values_list("contact", flat=True)) == ["parnia@example.org"] * 2
    second = services.draw_code(SignInCode.objects.latest("asked_at"))
    if first != second:
        assert type_code(client, first).status_code == 422
    assert type_code(client, second).status_code == 302


def test_the_code_page_tells_another_way_on(client: Client) -> None:
    ask(client)
    page = text(client.get("/en/accounts/code/"))
    assert 'href="/en/help/#code"' in page
    assert 'href="/en/accounts/signin/"' in page
    assert 'action="/en/accounts/code/resend/"' in page


def test_a_wrong_code_stays_on_the_page(client: Client) -> None:
    code = drawn(client)
    response = type_code(client, another(code))
    assert response.status_code == 422
    assert f'value="{another(code)}"' in text(response)
    assert SESSION_KEY not in client.session
    assert type_code(client, code).status_code == 302


def test_a_typing_error_costs_no_try(client: Client) -> None:
    drawn(client)
    assert type_code(client, "12345").status_code == 422
    assert SignInCode.objects.get().tries_left == 5


def test_a_code_opens_only_the_browser_that_asked(client: Client) -> None:
    """T7: the code alone, typed elsewhere, is worth nothing."""
    code = drawn(client)
    other = Client()
    assert type_code(other, code)["Location"] == "/fa/accounts/signin/"
    other.cookies["signin"] = str(SignInCode.objects.get().pk)
    assert type_code(other, code)["Location"] == "/fa/accounts/signin/"
    assert not Member.objects.exists()


def test_without_an_asking_the_code_page_leads_back(client: Client) -> None:
    for response in [client.get("/fa/accounts/code/?next=/fa/"), client.post("/fa/accounts/code/resend/?next=/fa/")]:
        assert response["Location"] == "/fa/accounts/signin/?next=%2Ffa%2F"


POSTS = {
    "accounts/signin/ask": "accounts/signin",
    "accounts/code/redeem": "accounts/code",
    "accounts/code/resend": "accounts/code",
    "accounts/signout": "",
    "accounts/profile/save": "accounts/profile",
    "me/devices/end": "me/devices",
    "me/devices/end-others": "me/devices",
    "me/tokens/make": "me/tokens",
    "me/tokens/revoke": "me/tokens",
}


@pytest.mark.parametrize(("posted", "page"), POSTS.items())
def test_opening_the_address_of_a_form_leads_to_its_page(as_member: Client, posted: str, page: str) -> None:
    response = as_member.get(f"/en/{posted}/")
    assert (response.status_code, response["Location"]) == (302, f"/en/{page}/".replace("//", "/"))
    assert as_member.put(f"/en/{posted}/").status_code == 405
    assert Session.objects.count() == 1


@pytest.mark.parametrize("page", ["accounts/profile", "me/devices", "me/tokens"])
def test_a_visitor_is_led_to_sign_in_and_back(client: Client, page: str) -> None:
    assert client.get(f"/fa/{page}/")["Location"] == f"/fa/accounts/signin/?next=/fa/{page}/"


def test_who_is_signed_in_needs_no_code(as_member: Client) -> None:
    assert as_member.get("/fa/accounts/signin/?next=/fa/courses/")["Location"] == "/fa/courses/"
    assert as_member.get("/fa/accounts/signin/")["Location"] == "/fa/me/"


def test_signing_out_ends_the_session(as_member: Client, member: Member) -> None:
    response = as_member.post("/fa/accounts/signout/")
    assert response["Location"] == "/fa/"
    assert not Session.objects.exists()
    assert list(Audit.objects.values_list("actor_id", "verb")) == [(member.pk, "sign_out")]
    assert as_member.post("/fa/accounts/signout/").status_code == 302


@pytest.mark.parametrize(("powers", "seconds"), [({}, 14 * 86400), ({"is_superuser": True}, 7200)])
def test_a_session_lives_as_long_as_the_powers_allow(client: Client, powers: dict[str, bool], seconds: int) -> None:
    Member.objects.create(phone=PHONE, **powers)
    response = type_code(client, drawn(client))
    assert response.cookies["session"]["max-age"] == seconds
    row = Session.objects.get()
    assert abs((row.expire_date - row.created_at).total_seconds() - seconds) < 60


# Profile


def test_the_profile_is_kept_and_leads_on(as_member: Client, member: Member) -> None:
    facts = {"name": "پرنیا كريمي", "birth": "۱۳۹۱", "next": "/fa/courses/x/"}
    assert as_member.post("/fa/accounts/profile/save/", facts)["Location"] == "/fa/courses/x/"
    learner = Learner.objects.get()
    assert (learner.name, learner.born_from) == ("پرنیا کریمی", dt.date(2012, 3, 20))
    assert Care.objects.get().guardian == member
    page = text(as_member.get("/fa/accounts/profile/"))
    assert 'value="پرنیا کریمی"' in page
    assert 'value="۱۳۹۱"' in page


def test_a_gregorian_year_is_shown_as_it_was_given(as_member: Client) -> None:
    response = as_member.post("/fa/accounts/profile/save/", {"name": "Parnia", "birth": "1990"}, follow=True)
    assert Learner.objects.get().born_until == dt.date(1990, 12, 31)
    assert 'value="۱۹۹۰"' in text(response)


def test_a_rejected_profile_keeps_what_was_typed(as_member: Client) -> None:
    response = as_member.post("/en/accounts/profile/save/", {"name": "Parnia Karimi", "birth": "91"})
    assert response.status_code == 422
    assert title(response).startswith("Error:")
    assert 'value="Parnia Karimi"' in text(response)
    assert 'value="91"' in text(response)
    assert 'id="id_birth_error"' in text(response)
    assert not Learner.objects.exists()


def test_a_name_that_turns_its_reading_round_is_refused(as_member: Client) -> None:
    """T11."""
    response = as_member.post("/en/accounts/profile/save/", {"name": "Parnia\u202eimiraK", "birth": "1391"})
    assert response.status_code == 422
    assert not Learner.objects.exists()


# Devices


def test_devices_are_listed_and_ended(client: Client, member: Member) -> None:
    other = Client(headers={"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"})
    type_code(other, drawn(other))
    client.force_login(member)
    page = text(client.get("/en/me/devices/"))
    assert "Firefox, Android" in page
    assert page.count('name="device"') == 2
    theirs = Session.objects.get(agent="Firefox, Android")
    assert client.post("/en/me/devices/end/", {"device": theirs.pk})["Location"] == "/en/me/devices/"
    assert other.get("/en/me/devices/").status_code == 302
    assert client.get("/en/me/devices/").status_code == 200


def test_ending_this_device_signs_out(as_member: Client) -> None:
    this = Session.objects.get().pk
    assert as_member.post("/en/me/devices/end/", {"device": this})["Location"] == "/en/"
    assert not Session.objects.exists()


def test_a_device_of_another_member_stays(as_member: Client, stranger: Member) -> None:
    Client().force_login(stranger)
    theirs = Session.objects.get(member=stranger)
    assert theirs.pk not in text(as_member.get("/en/me/devices/"))
    as_member.post("/en/me/devices/end/", {"device": theirs.pk})
    assert Session.objects.filter(pk=theirs.pk).exists()


def test_signing_out_everywhere_else(as_member: Client, member: Member) -> None:
    for _ in range(3):
        Client().force_login(member)
    as_member.post("/en/me/devices/end-others/")
    assert Session.objects.count() == 1
    assert as_member.get("/en/me/devices/").status_code == 200


# Tokens


def test_a_token_is_shown_once(as_member: Client, member: Member) -> None:
    response = as_member.post("/en/me/tokens/make/", {"name": "my script", "scope": "me"})
    secret = re.search(r"lc_[\w-]+", text(response))[0]
    assert ApiToken.objects.get(digest=services.token_digests(secret)[0]).member == member
    assert response["Cache-Control"] == "private, no-store"
    page = text(as_member.get("/en/me/tokens/"))
    assert "my script" in page
    assert secret not in page


def test_a_token_needs_a_name_and_a_scope(as_member: Client) -> None:
    response = as_member.post("/en/me/tokens/make/", {"name": "my script", "scope": "admin"})
    assert response.status_code == 422
    assert 'value="my script"' in text(response)
    assert not ApiToken.objects.exists()


def test_the_twenty_first_token_is_refused_on_the_page(as_member: Client, member: Member) -> None:
    for _ in range(20):
        services.make_token(actor=member, name="x", scope="me")
    assert as_member.post("/en/me/tokens/make/", {"name": "x", "scope": "me"}).status_code == 422


def test_a_token_is_revoked_by_its_owner_alone(as_member: Client, member: Member, stranger: Member) -> None:
    for owner in (member, stranger):
        services.make_token(actor=owner, name="x", scope="me")
    mine, theirs = ApiToken.objects.get(member=member), ApiToken.objects.get(member=stranger)
    assert as_member.post("/en/me/tokens/revoke/", {"token": mine.pk}).status_code == 302
    answers = [as_member.post("/en/me/tokens/revoke/", {"token": token}) for token in (theirs.pk, 10**30, "x", "", "۱")]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert [bool(token.revoked_at) for token in ApiToken.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize("number", [1, 30])
def test_lists_ask_the_same_questions_for_one_and_for_thirty(
    as_member: Client, member: Member, number: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(number - 1):
        Client().force_login(member)
    for index in range(number):
        ApiToken.objects.create(member=member, scope="me", digest=str(index))
    with django_assert_max_num_queries(3):
        assert text(as_member.get("/en/me/devices/")).count('name="device"') == number
    with django_assert_max_num_queries(3):
        assert text(as_member.get("/en/me/tokens/")).count('name="token"') == number


# The administrators' site


ADMIN = ["member", "apitoken", "learner", "care", "audit", "session", "signincode", "codetry", "idempotencykey"]


@pytest.fixture
def as_admin(client: Client, member: Member) -> Client:
    member.is_superuser = True
    member.save()
    client.force_login(member)
    return client


@pytest.mark.parametrize("model", ADMIN)
def test_the_machinery_is_only_shown(as_admin: Client, member: Member, model: str) -> None:
    services.make_token(actor=member, name="x", scope="me")
    services.save_profile(actor=member, name="پرنیا", birth_year=1391)
    assert as_admin.get(f"/admin/members/{model}/").status_code == 200
    assert as_admin.get(f"/admin/members/{model}/add/").status_code == 403


def test_an_administrator_cannot_change_the_trail(as_admin: Client, member: Member) -> None:
    services.record(actor=member, verb="sign_in", row=member)
    line = Audit.objects.get()
    assert as_admin.get(f"/admin/members/audit/{line.pk}/change/").status_code == 200
    for act in ("change", "delete"):
        assert as_admin.post(f"/admin/members/audit/{line.pk}/{act}/", {"verb": "x", "post": "yes"}).status_code == 403


def test_an_administrator_signs_someone_out_and_revokes(as_admin: Client, stranger: Member) -> None:
    Client().force_login(stranger)
    services.make_token(actor=stranger, name="x", scope="me")
    chosen = {"_selected_action": [stranger.pk], "action": "sign_out_everywhere"}
    assert as_admin.post("/admin/members/member/", chosen).status_code == 302
    assert not Session.objects.filter(member=stranger).exists()
    chosen = {"_selected_action": [ApiToken.objects.get().pk], "action": "revoke"}
    as_admin.post("/admin/members/apitoken/", chosen)
    assert ApiToken.objects.get().revoked_at
    assert list(Audit.objects.order_by("pk").values_list("verb", flat=True)) == [
        "make_token",
        "sign_out_everywhere",
        "revoke_token",
    ]


def test_a_district_is_repaired_through_its_service(as_admin: Client) -> None:
    answer = as_admin.post(
        "/admin/members/district/add/?language=fa", {"slug": "one", "order": "1", "name": "منطقهٔ یک"}
    )
    assert answer.status_code == 302
    assert Audit.objects.get().verb == "save_district"
