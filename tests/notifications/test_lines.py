"""Providers: left alone when dead, a second one, a rate, templates for codes, and what they say afterwards (T20, D10, D11)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from base import clock
from members.models import Member, SignInCode
from notifications import services
from notifications.channels.reports import sign
from notifications.models import Delivery, Line, Notice
from notifications.services import lines
from tests.notifications import servers
from tests.notifications.conftest import NOON
from tests.notifications.test_broadcast import news, spread
from tests.notifications.test_deliver import mailed, state, texted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import Gateway, MailHandler

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = dt.timedelta(seconds=1)


def crowd(size: int) -> None:
    """So many with a mobile number, and something to tell them."""
    Member.objects.bulk_create([Member(phone=f"+98918{number:07}") for number in range(size)])
    spread(news())


def test_a_dead_provider_is_called_rarely_for_an_hour_and_back_within_two_minutes(at: At, sms: Gateway) -> None:
    """T20: whoever asks, and however much is due."""
    crowd(300)
    sms.silent.set()
    sms.keeps = False
    for second in range(0, 3600, 10):
        at(NOON + second * SECOND)
        services.deliver_due()
        services.deliver_due()
    assert len(sms.posts) <= 3600 / 60 * 10
    assert Delivery.objects.filter(channel="sms", state="unknown").count() == 0
    sms.silent.clear()
    sms.keeps = True
    for second in range(3600, 3720, 5):
        at(NOON + second * SECOND)
        services.deliver_due()
    sent = Delivery.objects.filter(channel="sms", state="sent").count()
    assert sent >= 300 - 130


def test_five_failures_in_a_row_break_a_line_that_still_answers(at: At, mail: MailHandler) -> None:
    """T20."""
    for number in range(20):
        mail.answers[f"p{number}@example.org"] = "450 later"
        mailed(f"p{number}@example.org", key=str(number))
    services.deliver_due()
    assert Delivery.objects.filter(attempts=1).count() == lines.PATIENCE
    assert Line.objects.get().away_until is not None


def test_one_worker_tries_a_broken_line_and_the_others_do_not(at: At) -> None:
    """T20."""
    lines.Ear("email").bad(is_away=True)
    assert lines.pick("email") is None
    at(NOON + 60 * SECOND)
    assert lines.pick("email") == lines.Open("email", is_trial=True)
    assert lines.pick("email") is None
    lines.Ear("email").good()
    assert lines.pick("email") == lines.Open("email", is_trial=False)


@pytest.fixture
def second(settings: SettingsWrapper) -> Iterator[Gateway]:
    """Another gateway behind the first."""
    with servers.gateway() as (state_of_it, address):
        settings.SMS_URL_2 = address
        yield state_of_it


def test_the_second_provider_takes_over_after_twenty_failures_in_twentyfive(
    at: At, sms: Gateway, second: Gateway
) -> None:
    """D11."""
    crowd(60)
    sms.status, sms.keeps = 503, False
    for tick in range(5):
        at(NOON + tick * SECOND)
        services.deliver_due()
    assert len(sms.posts) == lines.BAD
    assert len(second.posts) == 60 - lines.BAD
    assert set(Delivery.objects.filter(state="sent", channel="sms").values_list("provider", flat=True)) == {"sms2"}
    sms.status, sms.keeps = 201, True
    at(NOON + 15 * 60 * SECOND)
    services.deliver_due()
    texted("+989189999999", key="later")
    at(NOON + 16 * 60 * SECOND)
    services.deliver_due()
    assert any(post["to"] == "+989189999999" for post in sms.posts)


def test_a_rate_is_kept_and_does_not_hold_the_pressing_back(
    at: At, mail: MailHandler, settings: SettingsWrapper
) -> None:
    settings.EMAIL_RATE = 5
    Member.objects.bulk_create([Member(email=f"p{number}@example.org") for number in range(50)])
    spread(news())
    services.deliver_due(rest=lambda: at(clock.now() + SECOND))
    assert len(mail.received) == 10
    row = mailed("urgent@example.org", key="u", urgency=Notice.Urgency.URGENT)
    at(clock.now() + 10 * SECOND)
    services.deliver_due(rest=lambda: at(clock.now() + SECOND))
    assert (state(row)[0], len(mail.received)) == ("sent", 20)


def test_the_figures_say_what_waits_and_how_providers_do(at: At, mail: MailHandler, settings: SettingsWrapper) -> None:
    settings.METRICS_TOKEN = "t" * 40
    mailed()
    services.deliver_due()
    texted(key="t")
    lines.Ear("sms").bad(is_away=True)
    text = Client().get("/metrics", headers={"Authorization": "Bearer " + "t" * 40}).content.decode()
    for figure in (
        'city_deliveries{channel="sms",priority="2",state="queued"} 1.0',
        'city_line_sent_total{line="email"} 1.0',
        'city_line_away{line="sms"} 1.0',
        'city_line_away{line="email"} 0.0',
    ):
        assert figure in text


def test_two_workers_share_a_rate(at: At, settings: SettingsWrapper) -> None:
    settings.SMS_RATE = 10
    assert lines.reserve("sms", 20) == NOON
    assert lines.reserve("sms", 20) == NOON + 2 * SECOND
    assert lines.pick("sms") is None
    at(NOON + 3 * SECOND)
    assert lines.pick("sms") is not None


def test_a_code_goes_as_a_template_where_the_gateway_wants_that(
    at: At, sms: Gateway, settings: SettingsWrapper
) -> None:
    settings.SMS_CODE_TEMPLATE = "signin-fa"
    SignInCode.objects.create(
        contact="+989181234567", client="c", minute=1, asked_at=NOON, due_at=NOON, expires_at=NOON + 300 * SECOND
    )
    services.hand_over_codes()
    (post,) = sms.posts
    fields: Any = post
    assert (fields["template"], "text" in fields, len(fields["parameters"]["code"])) == ("signin-fa", False, 6)


def report(row: Delivery, said: str, secret: str = "s" * 40) -> int:
    body = json.dumps({"reference": str(row.reference), "state": said}).encode()
    return (
        Client()
        .post("/sms/reports/", body, content_type="application/json", headers={"X-Signature": sign(body, secret)})
        .status_code
    )


@pytest.fixture
def sent(at: At, sms: Gateway, settings: SettingsWrapper) -> Delivery:
    """A text message that the provider took."""
    settings.SMS_REPORT_SECRET = "s" * 40
    row = texted()
    services.deliver_due()
    return row


def test_a_receipt_is_believed_with_its_signature_alone(sent: Delivery) -> None:
    """D11."""
    assert report(sent, "failed", secret="forged") == 404
    assert state(sent)[0] == "sent"
    assert report(sent, "failed") == 204
    assert (state(sent)[0], sent.receipt) == ("failed", "failed")


def test_what_was_delivered_never_fails_afterwards(sent: Delivery) -> None:
    """D11: late, twice, in the wrong order."""
    for said in ("failed", "delivered", "delivered", "failed"):
        assert report(sent, said) == 204
    assert (state(sent)[0], sent.receipt, sent.error) == ("sent", "delivered", "")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"reference": 1, "state": "delivered"}', b"\xff", b'"x"', b"x" * 20_000]
)
def test_nonsense_is_no_receipt(sent: Delivery, body: bytes) -> None:
    """D11."""
    answer = Client().post(
        "/sms/reports/", body, content_type="application/json", headers={"X-Signature": sign(body, "s" * 40)}
    )
    assert answer.status_code == 404


def test_without_a_secret_nobody_reports(sent: Delivery, settings: SettingsWrapper) -> None:
    settings.SMS_REPORT_SECRET = None
    assert report(sent, "failed", secret="") == 404


def test_a_provider_that_reports_nothing_is_asked_once(at: At, sent: Delivery, sms: Gateway) -> None:
    """D11."""
    assert services.ask_receipts() == 0
    at(NOON + dt.timedelta(minutes=11))
    sms.says = "delivered"
    assert services.ask_receipts() == 1
    assert services.ask_receipts() == 0
    sent.refresh_from_db()
    assert sent.receipt == "delivered"


def test_a_pause_of_a_line_isjittered() -> None:
    """T20: workers do not come back all at the same instant."""
    waits = {lines.jittered(lines.PAUSE) for _ in range(20)}
    assert len(waits) > 10
    assert all(lines.PAUSE <= wait <= lines.PAUSE * 1.2 for wait in waits)


def test_the_test_can_fail_when_every_worker_tries(at: At, sms: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """T20: without the breaker a dead provider is called for every message."""
    monkeypatch.setattr(lines, "_wait_after", lambda *_, **__: None)
    crowd(50)
    sms.status, sms.keeps = 503, False
    services.deliver_due()
    assert len(sms.posts) == 50
