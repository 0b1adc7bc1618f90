"""Channels that lead to real servers of this machine, and a clock that the tests set."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from base import clock
from notifications.channels.sealing import new_pair
from notifications.services import codes
from tests.notifications import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from tests.notifications.servers import Gateway, MailHandler, PushService

NOON = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)  # 12:00 in Tehran
NIGHT = dt.datetime(2026, 11, 24, 20, 30, tzinfo=dt.UTC)  # midnight


@pytest.fixture(autouse=True)
def _fresh() -> None:
    """No test inherits another one's silence of a channel."""
    codes.looked.__dict__.clear()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.datetime], None]:
    """Sets the portal's clock."""

    def set_to(instant: dt.datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)
        codes.looked.__dict__.clear()

    set_to(NOON)
    return set_to


@pytest.fixture
def mail(settings: SettingsWrapper) -> Iterator[MailHandler]:
    """The mail server."""
    with servers.mail_server() as (handler, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield handler


@pytest.fixture
def sms(settings: SettingsWrapper) -> Iterator[Gateway]:
    """The gateway of text messages."""
    with servers.gateway() as (state, address):
        settings.SMS_URL = address
        yield state


@pytest.fixture
def service(settings: SettingsWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    """A browser maker's push service that the city knows, whose certificate this machine trusts."""
    with servers.push_service(tmp_path) as state:
        monkeypatch.setenv("SSL_CERT_FILE", state.certificate)
        settings.PUSH_HOSTS, settings.VAPID_PRIVATE_KEY = [state.host], new_pair()[0]
        yield state
