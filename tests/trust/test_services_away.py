"""Without Redis everything goes on (D4), and machines are told how things stand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from celery import Celery
from django.core.cache import cache

from learningcity import waking
from learningcity.cache import PatientRedis
from tests import builders
from tests.notifications.test_post import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def away() -> Iterator[PatientRedis]:
    """A cache whose Redis does not answer."""
    PatientRedis.away_until = 0.0
    yield PatientRedis(NOWHERE, {"OPTIONS": {"socket_connect_timeout": 0.2}})
    PatientRedis.away_until = 0.0


def test_a_cache_that_is_away_finds_and_keeps_nothing(away: PatientRedis) -> None:
    """D4."""
    away.set("a", 1)
    assert away.get("a", "other") == "other"
    assert away.add("a", 1)
    assert away.incr("a") == 1
    assert away.get_many(["a"]) == {}
    assert away.set_many({"a": 1}) == ["a"]
    assert not away.has_key("a")
    assert not away.delete("a")
    away.clear()


def test_a_cache_that_is_away_is_left_alone_for_half_a_minute(away: PatientRedis) -> None:
    """D4."""
    away.get("a")
    assert 25 < PatientRedis.away_until - time.monotonic() <= 30
    begun = time.monotonic()
    for _ in range(100):
        away.get("a")
    assert time.monotonic() - begun < 0.1


def test_a_cache_that_answers_is_used() -> None:
    cache.set("a", 1)
    assert cache.incr("a") == 2


def test_the_portal_is_ready_but_degraded(client: Client, settings: SettingsWrapper, db: None) -> None:
    """D4."""
    settings.REDIS_URL = NOWHERE
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["redis"]) == (200, "degraded", "down")


def test_the_portal_is_ready(client: Client, settings: SettingsWrapper, db: None) -> None:
    settings.REDIS_URL = None
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok"}


def test_a_queue_that_is_away_costs_one_nudge(monkeypatch: pytest.MonkeyPatch) -> None:
    """D4."""
    monkeypatch.setattr(waking, "away_until", 0.0)
    monkeypatch.setattr(waking, "app", Celery("nowhere", broker=NOWHERE, set_as_current=False))
    waking.nudge_workers()
    assert waking.away_until > time.monotonic()
    begun = time.monotonic()
    waking.nudge_workers()
    assert time.monotonic() - begun < 0.1


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "secret-figures"])
def test_figures_are_for_who_holds_the_token(client: Client, settings: SettingsWrapper, given: str) -> None:
    settings.METRICS_TOKEN = "secret-figures"
    assert client.get("/metrics", headers={"authorization": given}).status_code == 404
    settings.METRICS_TOKEN = None
    assert client.get("/metrics", headers={"authorization": "Bearer None"}).status_code == 404


@pytest.mark.django_db
def test_figures_tell_what_waits(client: Client, settings: SettingsWrapper) -> None:
    settings.METRICS_TOKEN = "secret-figures"
    say(builders.make_member())
    client.get("/fa/help/")
    text = client.get("/metrics", headers={"authorization": "Bearer secret-figures"}).content.decode()
    assert 'city_deliveries{channel="sms",priority="5",state="queued"} 1.0' in text
    assert 'city_requests_total{method="GET",route="fa/help/",status="200"}' in text
