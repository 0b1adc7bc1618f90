"""Sign-in codes are drawn when they are handed over, soon, and never after they expired (D11, T7)."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

from members.models import SignInCode
from members.services import redeem
from notifications.services import hand_over_codes
from tests.notifications.conftest import NIGHT, NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import Gateway, MailHandler

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = dt.timedelta(seconds=1)


def asked(contact: str = "+989181234567", at: dt.datetime = NOON, **more: Any) -> SignInCode:
    columns = {"client": "c", "minute": 1, "asked_at": at, "due_at": at, "expires_at": at + dt.timedelta(minutes=5)}
    return SignInCode.objects.create(contact=contact, **(columns | more))


def code_in(text: str) -> str:
    (found,) = re.findall(r"\b\d{6}\b", text)
    return str(found)


def test_a_code_goes_to_a_telephone_and_opens(at: At, sms: Gateway) -> None:
    row = asked()
    assert hand_over_codes() == 1
    (message,) = sms.posts
    assert message["to"] == row.contact
    assert redeem(pk=row.pk, typed=code_in(message["text"]), client="c").phone == row.contact


def test_a_code_goes_to_an_address_in_its_language(at: At, mail: MailHandler) -> None:
    row = asked("a@example.org", language="en")
    hand_over_codes()
    (message,) = mail.received
    assert message["Subject"] == f"Your sign-in code: {code_in(message['Subject'])}"
    assert redeem(pk=row.pk, typed=code_in(message["Subject"]), client="c").email == "a@example.org"


def test_a_code_is_nowhere_in_the_database(at: At, sms: Gateway) -> None:
    """T7."""
    row = asked()
    hand_over_codes()
    code = code_in(sms.posts[0]["text"])
    row.refresh_from_db()
    assert code not in str(vars(row))


def test_a_code_goes_at_night_too(at: At, sms: Gateway) -> None:
    at(NIGHT)
    asked(at=NIGHT)
    assert hand_over_codes() == 1


def test_a_code_is_tried_at_0_20_and_60_seconds_and_each_is_a_new_one(at: At, sms: Gateway) -> None:
    """D11."""
    sms.status = 503
    row = asked()
    tried = []
    for second in range(0, 200, 5):
        at(NOON + second * SECOND)
        before = len(sms.posts)
        hand_over_codes()
        tried += [second] * (len(sms.posts) - before)
    assert tried == [0, 20, 60]
    last = sms.posts[-1]["text"]
    assert redeem(pk=row.pk, typed=code_in(last), client="c")


@pytest.mark.parametrize("late", [300, 301, 4000])
def test_a_code_is_never_sent_after_it_expired(at: At, sms: Gateway, late: int) -> None:
    """D11."""
    asked()
    at(NOON + late * SECOND)
    assert (hand_over_codes(), sms.posts) == (0, [])


def test_a_code_is_sent_once(at: At, sms: Gateway) -> None:
    """T3."""
    asked()
    for second in range(5):
        at(NOON + 30 * second * SECOND)
        hand_over_codes()
    assert len(sms.posts) == 1


def test_on_ones_own_machine_a_code_lies_in_the_outbox(
    at: At, settings: SettingsWrapper, tmp_path: Any, client: Any
) -> None:
    settings.OUTBOX, settings.DEBUG, settings.SMS_URL = tmp_path, True, None
    row = asked()
    hand_over_codes()
    page = client.get("/dev/outbox/").content.decode()
    assert row.contact in page
    settings.DEBUG = False
    assert client.get("/dev/outbox/").status_code == 404
