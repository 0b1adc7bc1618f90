"""A log line is one JSON object, knows its request, and tells nothing about anybody (V6)."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

import pytest

from base import door
from learningcity.logs import JsonLine, scrubbed

if TYPE_CHECKING:
    from django.test import Client

SECRETS = ["09181234567", "parnia@example.org", "k3cr3t-in-the-path", "پرنیا"]


def line(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(JsonLine().format(record))
    return found


def record(message: str, *arguments: object, name: str = "programs", **facts: object) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(name, logging.INFO, "x.py", 1, message, arguments, None, extra=facts)


def test_a_line_names_its_request_and_its_door() -> None:
    with door.through("api", "request-1"):
        told = line(record("answered", status=200))
    assert (told["request"], told["door"], told["status"]) == ("request-1", "api", 200)


def test_a_message_with_line_ends_stays_one_line() -> None:
    """T19."""
    assert "\n" not in JsonLine().format(record("a\n%s", "b\r\nc"))


def test_an_error_is_told_without_its_text() -> None:
    """V6."""
    try:
        int(SECRETS[1])
    except ValueError:
        kept = record("failed")
        kept.exc_info = sys.exc_info()
    told = line(kept)
    assert told["error"] == "ValueError"
    assert SECRETS[1] not in json.dumps(told)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/fa/{}/", "/fa/verify/{}/", "/calendar/{}.ics", "/fa/help/?q={}"])
def test_no_line_of_a_request_quotes_it(client: Client, caplog: pytest.LogCaptureFixture, path: str) -> None:
    """V6."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonLine())
    for secret in SECRETS:
        client.get(path.format(secret), headers={"referer": f"http://testserver/{secret}", "user-agent": secret})
        client.post(path.format(secret), {"contact": secret})
    assert "answered" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []


def test_an_event_for_the_collector_holds_no_words() -> None:
    """V6."""
    event = {"request": {"url": SECRETS[2]}, "user": {}, "exception": {"values": [{"type": "E", "value": SECRETS[0]}]}}
    assert scrubbed(event, {}) == {"exception": {"values": [{"type": "E"}]}}
