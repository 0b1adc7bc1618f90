"""People who sign in, and a clock that can be set."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from base import clock
from members.models import Member
from tests.members.people import Hands

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def member(db: None) -> Member:
    return Member.objects.create(phone="+989181234542", language="fa")


@pytest.fixture
def stranger(db: None) -> Member:
    return Member.objects.create(email="stranger@example.org", language="en")


@pytest.fixture
def as_member(client: Client, member: Member) -> Client:
    client.force_login(member)
    return client


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """The hands of the portal's clock, at a quarter past nine in Tehran."""
    hands = Hands(dt.datetime(2026, 11, 24, 5, 45, tzinfo=dt.UTC))
    monkeypatch.setattr(clock, "now", lambda: hands.at)
    return hands
