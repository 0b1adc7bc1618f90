"""E-mails that come back after they were taken: believed by their reference, and counted like a refusal (D10, D14)."""

from __future__ import annotations

import io
import mailbox
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from notifications import services
from notifications.channels import returned
from notifications.models import Delivery, Notice, Preference
from tests.notifications.test_deliver import mailed, state

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notifications.servers import MailHandler

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = """From: MAILER-DAEMON@mail.example.org
To: learningcity@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: {kind}; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

Your message could not be delivered.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--edge
Content-Type: {returned}

Message-ID: <{reference}@{host}>
Subject: x

--edge--
"""


def report(row: Delivery, **more: Any) -> bytes:
    usual = {
        "kind": "multipart/report",
        "to": row.member.email,
        "action": "failed",
        "status": "5.1.1",
        "returned": "text/rfc822-headers",
        "reference": row.reference,
        "host": "127.0.0.1",
    }
    return REPORT.format(**(usual | more)).encode()


@pytest.fixture
def sent(mail: MailHandler) -> Delivery:
    """An e-mail that the mail server took."""
    row = mailed()
    services.deliver_due()
    return row


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, "refused 5.1.1"),
        ({"returned": "message/rfc822"}, "refused 5.1.1"),
        ({"to": "A@Example.ORG"}, "refused 5.1.1"),
        ({"status": "5.2.2"}, "returned 5.2.2"),
        ({"status": "4.4.7 (expired)"}, "returned 4.4.7"),
    ],
)
def test_what_came_back_did_not_arrive(sent: Delivery, more: dict[str, str], error: str) -> None:
    """D10."""
    assert services.note_return(content=report(sent, **more)) == 1
    assert (state(sent)[0], sent.error) == ("failed", error)
    assert services.note_return(content=report(sent, **more)) == 0


@pytest.mark.parametrize(
    "more",
    [
        {"reference": "00000000-0000-4000-8000-000000000000"},
        {"reference": "no reference"},
        {"to": "somebody-else@example.org"},
        {"to": ""},
        {"host": "example.org"},
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.0.0"},
        {"status": "nonsense"},
        {"kind": "multipart/mixed"},
        {"returned": "text/plain"},
    ],
)
def test_what_is_forged_or_no_failure_changes_nothing(sent: Delivery, more: dict[str, str]) -> None:
    """D14."""
    assert services.note_return(content=report(sent, **more)) == 0
    assert state(sent)[0] == "sent"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"Content-Type: multipart/report\n\n", b"x" * 3_000_000])
def test_nonsense_is_no_report(content: bytes) -> None:
    assert returned.read(content) == []


@pytest.mark.parametrize(("status", "stops"), [("5.1.1", True), ("5.7.1", False), ("4.4.7", False)])
def test_three_that_came_back_stop_an_address_where_there_is_none(
    mail: MailHandler, status: str, *, stops: bool
) -> None:
    """D10: exactly as three refusals at the door do."""
    rows = [mailed(key=str(number)) for number in range(3)]
    services.deliver_due()
    for row in rows:
        services.note_return(content=report(row, status=status))
    assert Preference.objects.filter(kind="*", channel="email", wanted=False).exists() is stops
    assert Notice.objects.filter(kind="notifications/unreachable").exists() is stops


def test_a_mail_server_pipes_one_or_leaves_them_in_a_mailbox(
    mail: MailHandler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = mailed(key="1"), mailed("b@example.org", key="2")
    services.deliver_due()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(report(first))))
    call_command("read_bounces")
    box = mailbox.Maildir(tmp_path / "returned")
    box.add(report(second))
    box.add(b"Subject: I am on holiday\n\n")
    call_command("read_bounces", maildir=str(tmp_path / "returned"))
    assert capsys.readouterr().out.split("\n") == ["read=1 noted=1", "read=2 noted=1", ""]
    assert (state(first)[0], state(second)[0], len(box)) == ("failed", "failed", 0)
    with pytest.raises(CommandError):
        call_command("read_bounces", maildir=str(tmp_path))
