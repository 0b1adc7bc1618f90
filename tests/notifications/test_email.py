"""What a mail server answers means the same whether it takes an e-mail in one write or step by step (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from drills.sinks import EVERY, Mail, listening
from notifications.channels import Away, Lost, Message, NotNow, Refused
from notifications.channels.email import Email

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
WAYS = {"at once": ("PIPELINING", "CHUNKING"), "step by step": ()}


@pytest.fixture(params=WAYS)
def mail(request: pytest.FixtureRequest, settings: SettingsWrapper) -> Iterator[Mail]:
    with listening() as (found, _texts, ways):
        found.offers = WAYS[request.param]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", urlsplit(ways["EMAIL_URL"]).port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield found


def letter(number: int = 1) -> Message:
    return Message(f"reference-{number}", f"p{number}@example.org", "جشنواره", "سلام\n.\nپایان\n", html="<p>سلام</p>")


def test_one_connection_takes_many(mail: Mail) -> None:
    with Email() as out:
        for number in range(3):
            out.send(letter(number))
    assert [to for to, _ in mail.received] == [f"p{number}@example.org" for number in range(3)]
    assert [name.split("@")[0] for _, name in mail.received] == [f"<reference-{number}" for number in range(3)]
    assert mail.connections == 1


@pytest.mark.parametrize(
    ("mode", "error", "said"),
    [("gone", Refused, "550"), ("busy", NotNow, "450"), ("full", NotNow, "452"), ("closing", Away, "421")],
)
def test_an_answer_means_the_same(mail: Mail, mode: str, error: type[Exception], said: str) -> None:
    with Email() as out:
        mail.mode = mode
        with pytest.raises(error, match=said) as found:
            out.send(letter())
        assert type(found.value) is error
        mail.mode = "ok"
        out.send(letter(2))
    assert [to for to, _ in mail.received] == ["p2@example.org"]
    assert mail.connections == (2 if mode == "closing" else 1)


@pytest.mark.parametrize("before", [EVERY // 2, EVERY - 1])
def test_a_connection_that_ends_around_data_leaves_it_open(mail: Mail, before: int) -> None:
    """In the middle of it, and after it before the answer."""
    mail.received += [("", "cut")] * before
    mail.mode = "dropping"
    with Email() as out:
        with pytest.raises(Lost):
            out.send(letter())
        mail.mode = "ok"
        out.send(letter())
    assert mail.connections == 2
