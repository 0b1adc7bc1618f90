"""Handing over by real servers: once, in time, patiently, with honest states (T3, T12, T20, I17, I18, D10, D11)."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Member
from notifications import services
from notifications.models import Channel, Delivery, Notice, Preference
from notifications.services import claim, deliver
from notifications.services.beside import Beside
from tests.notifications.conftest import NIGHT, NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import Gateway, MailHandler

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
VALUES: dict[str, Any] = {
    "course_title": {"fa": "سفالگری", "en": "Pottery"},
    "course_slug": "pottery",
    "venue": {"fa": "سرای محله", "en": "Neighbourhood house"},
    "starts_at": "2026-12-06T12:30:00+00:00",
    "learner": "پرنیا",
}
MINUTE = dt.timedelta(minutes=1)


def say(member: Member, key: str = "k", **more: Any) -> None:
    usual = {"kind": "programs/seated", "values": VALUES, "urgency": Notice.Urgency.ANSWER}
    services.post(key=key, members=[member.pk], **(usual | more))


def mailed(address: str = "a@example.org", key: str = "k", **more: Any) -> Delivery:
    """A member of that address is told something by e-mail."""
    member, _ = Member.objects.get_or_create(email=address, defaults={"language": "en"})
    say(member, key, **more)
    return Delivery.objects.get(notice__key=key, channel="email")


def texted(phone: str = "+989181234567", key: str = "k", **more: Any) -> Delivery:
    """A member of that number is told something by text message."""
    member, _ = Member.objects.get_or_create(phone=phone)
    say(member, key, **more)
    return Delivery.objects.get(notice__key=key, channel="sms")


def state(row: Delivery) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


def test_an_email_is_said_in_its_readers_language_with_time_and_place(at: At, mail: MailHandler) -> None:
    row = mailed()
    services.deliver_due()
    (message,) = mail.received
    assert state(row) == ("sent", 1)
    assert message["Subject"] == "پرنیا is enrolled in “Pottery”"
    body = message.get_body(("plain",)).get_content()
    assert "Sunday 6 December, 16:00" in body
    assert "Neighbourhood house" in body
    assert "http://127.0.0.1:8000/en/courses/pottery/" in body


def test_an_email_names_itself_and_its_maker(at: At, mail: MailHandler) -> None:
    """D14."""
    row = mailed()
    services.deliver_due()
    (message,) = mail.received
    assert message["Message-ID"] == f"<{row.reference}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "a@example.org"


def test_a_batch_uses_one_connection(at: At, mail: MailHandler) -> None:
    for number in range(20):
        mailed(f"a{number}@example.org", key=str(number))
    services.deliver_due()
    assert (len(mail.received), mail.connections) == (20, 1)


@pytest.mark.parametrize("trick", ["سلام\nBcc: spy@example.org", "x\r\n\r\nbody", "a\u2028Bcc: spy@example.org"])
def test_a_line_end_in_a_value_adds_no_header(at: At, mail: MailHandler, trick: str) -> None:
    """T12."""
    mailed(values=VALUES | {"learner": trick, "course_title": {"en": trick}})
    services.deliver_due()
    (message,) = mail.received
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


def test_a_line_end_in_an_address_is_no_address(at: At, mail: MailHandler) -> None:
    """T12."""
    row = mailed()
    Member.objects.update(email="a@example.org\nbcc: spy@example.org")
    services.deliver_due()
    assert state(row)[0] == "failed"
    assert mail.received == []


def test_links_come_from_the_site_alone(at: At, mail: MailHandler, settings: SettingsWrapper) -> None:
    """T12."""
    settings.SITE_URL = "https://learn.example.org"
    mailed()
    services.deliver_due()
    assert "https://learn.example.org/en/courses/pottery/" in mail.received[0].get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("RCPT 550 no such user", ("failed", 1)),
        ("550 refused", ("failed", 1)),
        ("RCPT 450 greylisted", ("queued", 1)),
        ("452 full", ("queued", 1)),
        ("421 come again", ("queued", 1)),
    ],
)
def test_a_server_that_says_no_is_believed(at: At, mail: MailHandler, answer: str, expected: tuple[str, int]) -> None:
    """D10."""
    mail.answers["a@example.org"] = answer
    row, other = mailed(), mailed("b@example.org", key="other")
    services.deliver_due()
    assert state(row) == expected
    assert state(other)[0] == "sent"


def test_a_message_that_was_dropped_after_its_data_comes_again_as_the_same(at: At, mail: MailHandler) -> None:
    """D10."""
    mail.answers["a@example.org"] = "DROP"
    row = mailed()
    services.deliver_due()
    assert state(row) == ("queued", 1)
    mail.answers.clear()
    at(NOON + 2 * MINUTE)
    services.deliver_due()
    assert state(row) == ("sent", 2)
    assert len({message["Message-ID"] for message in mail.received}) == 1


def test_a_server_that_is_away_costs_one_row_one_try(at: At, mail: MailHandler, settings: SettingsWrapper) -> None:
    """D10, T20."""
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    rows = [mailed(f"a{number}@example.org", key=str(number)) for number in range(5)]
    services.deliver_due()
    services.deliver_due()
    assert sorted(state(row) for row in rows) == [("queued", 0)] * 4 + [("queued", 1)]
    settings.EMAIL_PORT = port
    at(NOON + 2 * MINUTE)
    services.deliver_due()
    assert {state(row)[0] for row in rows} == {"sent"}


def test_a_message_is_tried_for_three_days_and_then_given_up(at: At, mail: MailHandler) -> None:
    """D10, I18."""
    mail.answers["a@example.org"] = "450 later"
    row = mailed()
    now, tries = NOON, []
    for _ in range(2000):
        at(now)
        services.deliver_due()
        before = len(tries)
        if state(row)[1] > before:
            tries.append(now)
        if row.state == "failed":
            break
        now = max(row.due_at, now + 30 * MINUTE if rules_hold(now) else row.due_at)
    assert state(row) == ("failed", 9)
    assert dt.timedelta(hours=72 * 0.8) <= tries[-1] - tries[0] <= dt.timedelta(hours=72 * 1.2 + 10)


def rules_hold(now: dt.datetime) -> bool:
    return deliver.rules.is_quiet(now)


def test_three_refusals_stop_the_address_and_tell_its_owner(at: At, mail: MailHandler) -> None:
    """D10."""
    mail.answers["a@example.org"] = "RCPT 550 no such user"
    for number in range(3):
        assert not Preference.objects.exists()
        mailed(key=str(number))
        services.deliver_due()
    member = Member.objects.get()
    assert Preference.objects.values_list("member", "kind", "channel", "wanted").get() == (
        member.pk,
        "*",
        "email",
        False,
    )
    assert (
        Delivery.objects.filter(notice__kind="notifications/unreachable").values_list("channel", flat=True).get()
        == "inbox"
    )
    say(member, "later")
    assert Delivery.objects.filter(notice__key="later").values_list("channel", flat=True).get() == "inbox"


def test_a_notice_whose_time_is_over_is_not_sent(at: At, mail: MailHandler) -> None:
    """D12."""
    row = mailed(expires_at=NOON + MINUTE)
    at(NOON + MINUTE)
    services.deliver_due()
    assert (state(row), row.error) == (("dropped", 0), "expired")


def test_nobody_is_reminded_of_a_class_that_has_begun(at: At, mail: MailHandler) -> None:
    """D12."""
    row = mailed(kind="programs/starts_tomorrow", urgency=Notice.Urgency.SERVICE)
    at(dt.datetime.fromisoformat(VALUES["starts_at"]))
    services.deliver_due()
    assert (state(row), row.error, mail.received) == (("dropped", 0), "expired", [])


def test_who_was_erased_meanwhile_is_told_nothing(at: At, mail: MailHandler) -> None:
    """I20."""
    row = mailed()
    Member.objects.update(erased_at=NOON)
    services.deliver_due()
    assert (state(row), row.error, mail.received) == (("dropped", 0), "erased", [])


def test_nothing_is_sent_at_night_that_can_wait(at: At, mail: MailHandler, sms: Gateway) -> None:
    """I17."""
    rows = [mailed(urgency=Notice.Urgency.SERVICE), texted(key="other")]
    at(NIGHT)
    services.deliver_due()
    assert [state(row)[0] for row in rows] == ["queued", "queued"]
    at(NIGHT + dt.timedelta(hours=8))
    services.deliver_due()
    assert [state(row)[0] for row in rows] == ["sent", "sent"]


def test_nothing_is_sent_before_it_is_due(at: At, mail: MailHandler) -> None:
    """I17."""
    row = mailed()
    Delivery.objects.filter(pk=row.pk).update(due_at=NOON + MINUTE)
    services.deliver_due()
    assert state(row)[0] == "queued"


def test_the_most_pressing_goes_first(at: At, mail: MailHandler) -> None:
    """D12."""
    mailed("a@example.org", key="a", urgency=Notice.Urgency.SERVICE)
    mailed("b@example.org", key="b", urgency=Notice.Urgency.ANSWER)
    mailed("c@example.org", key="c", urgency=Notice.Urgency.URGENT)
    services.deliver_due()
    assert [message["To"][0] for message in mail.received] == ["c", "b", "a"]


def test_a_text_message_is_short_and_leads_to_its_page(at: At, sms: Gateway) -> None:
    row = texted()
    services.deliver_due()
    (message,) = sms.posts
    assert state(row) == ("sent", 1)
    assert (message["reference"], message["to"]) == (str(row.reference), "+989181234567")
    assert message["text"].endswith("\nhttp://127.0.0.1:8000/fa/courses/pottery/")


def test_a_text_message_without_an_answer_is_asked_for_and_not_repeated(at: At, sms: Gateway) -> None:
    """D11."""
    sms.silent.set()
    row = texted()
    services.deliver_due()
    assert state(row) == ("sending", 1)
    at(NOON + 3 * MINUTE)
    services.deliver_due()
    assert (state(row), len(sms.posts)) == (("sent", 1), 1)


def test_a_text_message_that_did_not_arrive_goes_again(at: At, sms: Gateway) -> None:
    """D11."""
    sms.status, sms.keeps = 503, False
    row = texted()
    services.deliver_due()
    sms.status, sms.keeps = 201, True
    at(NOON + 3 * MINUTE)
    services.deliver_due()
    assert state(row) == ("queued", 1)
    at(NOON + 6 * MINUTE)
    services.deliver_due()
    assert (state(row), len({post["reference"] for post in sms.posts})) == (("sent", 2), 1)


def test_a_text_message_that_nobody_can_tell_of_is_unknown_and_not_repeated(at: At, sms: Gateway) -> None:
    """D11."""
    sms.silent.set()
    sms.asked_status = 500
    row = texted()
    services.deliver_due()
    sms.silent.clear()
    for minutes in (3, 6, 600):
        at(NOON + minutes * MINUTE)
        services.deliver_due()
    assert (state(row), len(sms.posts)) == (("unknown", 1), 1)


@pytest.mark.parametrize(("status", "expected"), [(422, "failed"), (401, "queued"), (302, "queued")])
def test_a_gateway_that_says_no_is_believed(at: At, sms: Gateway, status: int, expected: str) -> None:
    """D11."""
    sms.status = status
    row = texted()
    services.deliver_due()
    assert state(row)[0] == expected


def test_a_dead_gateway_is_called_rarely(at: At, sms: Gateway) -> None:
    """T20."""
    sms.silent.set()
    for number in range(20):
        texted(f"+98918{number:07}", key=str(number))
    for _ in range(10):
        services.deliver_due()
    assert len(sms.posts) == 1


def test_without_a_gateway_nothing_waits_for_ever(at: At, settings: SettingsWrapper) -> None:
    settings.SMS_URL = None
    row = texted()
    services.deliver_due()
    assert (state(row), row.error) == (("dropped", 0), "no way out")


def test_a_notice_without_words_fails_alone(at: At, mail: MailHandler) -> None:
    row, other = mailed(kind="programs/no_such_text"), mailed("b@example.org", key="other")
    services.deliver_due()
    assert (state(row)[0], row.error, state(other)[0]) == ("failed", "no words", "sent")


def test_a_leased_row_is_nobody_elses(at: At, mail: MailHandler) -> None:
    """T3."""
    row = mailed()
    batch = claim.claim(deliver.Channel.EMAIL, 10)
    assert [one.pk for one in batch.rows] == [row.pk]
    services.deliver_due()
    assert mail.received == []
    at(NOON + 3 * MINUTE)
    services.deliver_due()
    assert len(mail.received) == 1
    assert not deliver.mark(batch.rows[0], batch, state="failed")


def test_the_same_task_five_times_sends_once(at: At, mail: MailHandler) -> None:
    """T3."""
    mailed()
    for _ in range(5):
        services.deliver_due()
    assert len(mail.received) == 1


BESIDE = pytest.param(
    "beside",
    marks=pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one connection that writes"),
)


@pytest.mark.parametrize("way", ["in its place", BESIDE])
def test_what_the_database_forgot_when_it_fell_is_written_again_and_not_sent_again(
    way: str, at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: the last marks are lost with PostgreSQL's memory; without `mark_again` they go out twice."""
    rows = [mailed(f"a{number}@example.org", key=str(number)) for number in range(4)]
    kept = iter([True, False])

    def fallen(*_args: object, **_columns: object) -> None:
        if not next(kept):
            raise OperationalError  # the one before it was only as if it were kept

    with monkeypatch.context() as patch:
        if way == "beside":
            patch.setattr(claim, "MANY", 2)
            patch.setattr(Beside, "mark", fallen)
        else:
            patch.setattr(claim, "mark", fallen)
        with pytest.raises(OperationalError):
            services.deliver_due()
    assert ([state(row)[0] for row in rows], len(mail.received)) == (["queued"] * 4, 2)
    services.deliver_due()
    assert [state(row) for row in rows] == [("sent", 1)] * 2 + [("queued", 0)] * 2
    at(NOON + claim.LEASE)
    services.deliver_due()
    assert ([state(row)[0] for row in rows], len(mail.received)) == (["sent"] * 4, 4)


def test_what_is_under_way_when_the_database_falls_is_not_sent_again(
    at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D5: its own mark was never tried; the server is still asked what it took."""
    rows = [mailed(f"a{number}@example.org", key=str(number)) for number in range(3)]
    looks = iter([True, False])

    def look(*_args: object) -> None:
        if not next(looks):
            raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(deliver.Watch, "look", look)
        with pytest.raises(OperationalError):
            services.deliver_due()
    assert ([state(row)[0] for row in rows], len(mail.received)) == (["queued"] * 3, 1)
    services.deliver_due()
    at(NOON + claim.LEASE)
    services.deliver_due()
    assert ([state(row) for row in rows], len(mail.received)) == ([("sent", 1)] * 3, 3)


def test_an_email_is_made_while_the_one_before_is_read_and_begun_when_that_one_is_marked(
    at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D1: one e-mail at a time is with the server and not marked."""
    for number in range(3):
        mailed(f"a{number}@example.org", key=str(number))
    steps: list[str] = []

    def told(place: Any, name: str, word: str) -> None:
        real = getattr(place, name)
        monkeypatch.setattr(place, name, lambda *args: (steps.append(word), real(*args))[1])

    told(deliver, "_words", "made")
    told(deliver.Email, "_write", "begun")
    told(deliver.Email, "send", "heard")
    told(deliver, "mark_sent", "marked")
    services.deliver_due()
    assert steps == ["made", "begun", *["made", "heard", "marked", "begun"] * 2, "heard", "marked"]


def test_at_a_rate_an_email_is_marked_before_the_next_one_is_waited_for(
    at: At, mail: MailHandler, settings: SettingsWrapper
) -> None:
    """P4."""
    settings.EMAIL_RATE = 1000
    rows = [mailed(f"a{number}@example.org", key=str(number)) for number in range(2)]
    seen: list[list[str]] = []

    def rest() -> None:
        seen.append([state(row)[0] for row in rows])
        at(NOON + MINUTE * len(seen) / 60_000)

    services.deliver_due(rest=rest)
    assert seen[0] == ["queued", "queued"]
    assert ["sent", "queued"] in seen


@pytest.mark.postgresql
def test_only_the_marks_of_many_emails_do_not_wait_for_the_disk(
    at: At, mail: MailHandler, sms: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D1: on their own connection, which is closed after the batch; a text message is marked as ever."""
    for number in range(3):
        mailed(f"a{number}@example.org", key=str(number))
        texted(f"+98918123456{number}", key=f"t{number}")
    shown: list[str] = []
    written, beside = Beside.write, []

    def seen(self: Beside, statement: str, values: tuple[Any, ...]) -> None:
        shown.append(statement.split(" (", maxsplit=1)[0])
        beside[:] = [self]
        written(self, statement, values)

    monkeypatch.setattr(claim, "MANY", 2)
    monkeypatch.setattr(Beside, "write", seen)
    with CaptureQueriesContext(connection) as queries:
        services.deliver_due()
    assert shown == ["SET synchronous_commit = off", "PREPARE beside", *["EXECUTE beside %s"] * 3]
    assert beside[0]._line.closed  # noqa: SLF001 - nobody else looks at it
    in_place = [one["sql"] for one in queries if "\"state\" = 'sent'" in one["sql"]]
    assert len(in_place) == 3
    assert {state(row) for row in Delivery.objects.exclude(channel="inbox")} == {("sent", 1)}
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)


@pytest.mark.postgresql
def test_a_mark_on_its_way_outlives_its_worker(at: At, mail: MailHandler) -> None:
    """D1: the process is killed right after it was sent."""
    row = mailed()
    batch = claim.claim(Channel.EMAIL, 1)
    if (child := os.fork()) == 0:
        try:
            Beside(claim.SENT).mark((clock.now(), row.pk, batch.until))
        finally:  # whatever came of it, no second run of the tests goes on
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    end = time.monotonic() + 5
    while state(row)[0] != "sent" and time.monotonic() < end:
        time.sleep(0.01)
    assert state(row) == ("sent", 1)


def test_a_worker_gives_back_what_its_lease_has_no_time_for(
    at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T20."""
    rows = [mailed(f"a{number}@example.org", key=str(number)) for number in range(3)]
    later = iter([NOON, NOON + dt.timedelta(seconds=91)])
    services.deliver_due(rest=lambda: at(next(later)))
    assert [state(row)[0] for row in rows] == ["sent", "queued", "queued"]
    assert set(Delivery.objects.filter(state="queued").values_list("leased_until", flat=True)) == {None}


def test_no_transaction_is_open_while_a_server_is_spoken_to(
    at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D10."""
    mailed()
    seen = []
    sent = deliver.Email.send
    monkeypatch.setattr(deliver.Email, "send", lambda *args: (seen.append(connection.in_atomic_block), sent(*args))[1])
    services.deliver_due()
    assert seen == [False]


def test_a_restored_copy_holds_what_was_not_sent(at: At, mail: MailHandler, capsys: pytest.CaptureFixture[str]) -> None:
    row = mailed()
    call_command("deliver", hold=True)
    services.deliver_due()
    assert mail.received == []
    call_command("deliver", release=True)
    call_command("deliver", once=True)
    assert (state(row)[0], len(mail.received)) == ("sent", 1)
    assert capsys.readouterr().out.split() == ["held=1", "released=1"]


def test_the_clock_of_the_tests_is_the_portals(at: At) -> None:
    assert clock.now() == NOON
