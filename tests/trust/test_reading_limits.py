"""R1 for enrolment and search: n pass, n + 1 does not, and it opens again on time; the same look for all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from base import clock
from members.services import make_token
from programs.api import public
from programs.views import catalogue
from programs.views import enrol as enrol_views
from tests.programs import world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> dt.datetime:
        return self.at

    def wait(self, seconds: int) -> None:
        self.at += dt.timedelta(seconds=seconds)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    cache.clear()
    found = Hand()
    monkeypatch.setattr(clock, "now", found)
    yield found
    cache.clear()


def test_r1_a_visitor_searches_so_often_a_minute(client: Client, hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    assert catalogue.MOST_A_MINUTE == 300
    monkeypatch.setattr(catalogue, "MOST_A_MINUTE", 5)
    asked = [client.get("/fa/courses/", {"q": f"زبان {number}"}).status_code for number in range(6)]
    assert asked == [200] * 5 + [429]
    refused = client.get("/en/courses/", {"q": "late"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    hand.wait(60)
    assert client.get("/fa/courses/", {"q": "again"}).status_code == 200


@pytest.mark.parametrize(("bearer", "limit"), [(False, "VISITOR_A_MINUTE"), (True, "TOKEN_A_MINUTE")])
def test_r1_the_api_is_read_so_often_a_minute(
    client: Client, hand: Hand, monkeypatch: pytest.MonkeyPatch, *, bearer: bool, limit: str
) -> None:
    assert (public.VISITOR_A_MINUTE, public.TOKEN_A_MINUTE) == (120, 300)
    monkeypatch.setattr(public, limit, 3)
    member, _ = world.person()
    headers = {"Authorization": f"Bearer {make_token(actor=member, name='x', scope='read')}"} if bearer else {}
    asked = [client.get("/api/v1/areas/", headers=headers).status_code for _ in range(4)]
    assert asked == [200, 200, 200, 429]
    refused = client.get("/api/v1/areas/", headers=headers)
    assert refused["Content-Type"] == "application/problem+json"
    hand.wait(60)
    assert client.get("/api/v1/areas/", headers=headers).status_code == 200


def test_r1_a_member_presses_so_often_a_minute(client: Client, hand: Hand) -> None:
    assert enrol_views.MOST_A_MINUTE == 20
    course = world.course(capacity=1)
    member, _ = world.person()
    client.force_login(member)
    address = f"/fa/courses/{course.slug}/enrol/"
    asked = [client.post(address, headers={"HX-Request": "true"}).status_code for _ in range(21)]
    assert asked == [200] * 20 + [409]
    hand.wait(60)
    assert client.post(address, headers={"HX-Request": "true"}).status_code == 200
