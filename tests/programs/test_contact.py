"""Another number or address: proven by a code, told everywhere, and never somebody else's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from members import services as members
from members.models import Audit, Member, Session, SignInCode
from notifications import rules
from notifications.models import Delivery, Preference
from tests.programs.test_family import refused
from tests.programs.town import person

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = pytest.mark.django_db
NEW, ADDRESS = "+989187776655", "parnia@example.org"


@pytest.fixture
def member() -> Member:
    return person("پرنیا کریمی")[0]


@pytest.fixture
def browser(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def change(browser: Client, contact: str) -> HttpResponse:
    """What is answered to the right code for that contact."""
    assert browser.post("/fa/me/contact/ask/", {"contact": contact})["Location"] == "/fa/me/contact/code/"
    assert browser.get("/fa/me/contact/code/").status_code == 200
    code = members.draw_code(SignInCode.objects.latest("asked_at"))
    return browser.post("/fa/me/contact/change/", {"code": code})


@pytest.mark.parametrize(("contact", "column"), [(NEW, "phone"), (ADDRESS, "email")])
def test_a_new_contact_is_proven_and_then_opens_the_account(
    member: Member, browser: Client, contact: str, column: str
) -> None:
    other = Client()
    other.force_login(member)
    assert change(browser, contact)["Location"] == "/fa/me/contact/"
    member.refresh_from_db()
    assert getattr(member, column) == contact
    assert browser.get("/fa/me/").status_code == 200
    assert other.get("/fa/me/").status_code == 302
    assert Session.objects.filter(member=member).count() == 1
    told = Delivery.objects.filter(member=member, notice__kind="notifications/contact")
    assert {"inbox"} < set(told.values_list("channel", flat=True))
    line = Audit.objects.get(verb="change_contact")
    assert (line.object_id, line.changes) == (member.pk, {column: "changed"})


def test_a_rejected_form_still_asks_for_the_new_one(browser: Client) -> None:
    answer = browser.post("/fa/me/contact/ask/", {"contact": "09"})
    assert answer.status_code == 422
    assert "شمارهٔ همراه یا نشانی ایمیل تازه</label>" in answer.content.decode()


def test_a_wrong_code_changes_nothing(member: Member, browser: Client) -> None:
    browser.post("/fa/me/contact/ask/", {"contact": NEW})
    code = members.draw_code(SignInCode.objects.latest("asked_at"))
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert browser.post("/fa/me/contact/change/", {"code": wrong}).status_code == 422
    assert browser.post("/fa/me/contact/change/", {"code": "x"}).status_code == 422
    assert Member.objects.get(pk=member.pk).phone == member.phone


def test_the_contact_of_another_account_is_named_only_to_who_has_it(member: Member, browser: Client) -> None:
    """T6: the asking is the same for known and unknown; the code shows whose it is."""
    other = person()[0]
    answers = [browser.post("/fa/me/contact/ask/", {"contact": one}) for one in (other.phone, NEW)]
    assert answers[0]["Location"] == answers[1]["Location"]
    SignInCode.objects.all().delete()
    answer = change(browser, other.phone)
    assert (answer.status_code, "کارکنان" in answer.content.decode()) == (422, True)
    assert (Member.objects.get(pk=member.pk).phone, Member.objects.get(pk=other.pk).phone) == (
        member.phone,
        other.phone,
    )


def test_the_asking_of_one_browser_is_worth_nothing_in_another(member: Member, browser: Client) -> None:
    browser.post("/fa/me/contact/ask/", {"contact": NEW})
    code = members.draw_code(SignInCode.objects.latest("asked_at"))
    other = Client()
    other.force_login(person()[0])
    assert other.post("/fa/me/contact/change/", {"code": code})["Location"] == "/fa/me/contact/"
    assert not Member.objects.filter(phone=NEW).exists()


def test_the_asking_for_signing_in_changes_no_contact(browser: Client) -> None:
    """T7: a code that was sent for one thing is worth nothing for another."""
    row = members.ask_code(contact=NEW, client="a", language="fa")
    code = members.draw_code(row)
    browser.cookies["contact"] = f"{row.pk}:x:y"
    assert browser.post("/fa/me/contact/change/", {"code": code})["Location"] == "/fa/me/contact/"
    assert not Member.objects.filter(phone=NEW).exists()


def test_a_new_address_is_written_to_again(member: Member, browser: Client) -> None:
    Preference.objects.create(member=member, kind=rules.EVERY_KIND, channel="email", wanted=False)
    change(browser, ADDRESS)
    assert not Preference.objects.filter(member=member).exists()


def test_the_last_contact_stays_and_one_of_two_can_go(member: Member, browser: Client) -> None:
    assert refused(lambda: members.end_contact(actor=member, column="phone")) == "last_contact"
    assert refused(lambda: members.end_contact(actor=member, column="name")) == "unknown_choice"
    change(browser, ADDRESS)
    for _ in range(2):
        assert browser.post("/fa/me/contact/end/", {"which": "phone"})["Location"] == "/fa/me/contact/"
    member.refresh_from_db()
    assert (member.phone, member.email) == (None, ADDRESS)
    assert browser.get("/fa/me/contact/").status_code == 200
    assert Audit.objects.filter(verb="end_contact").count() == 1


def test_what_is_no_contact_is_said_beside_it(browser: Client) -> None:
    answer = browser.post("/fa/me/contact/ask/", {"contact": "081"})
    assert (answer.status_code, 'value="081"' in answer.content.decode()) == (422, True)
