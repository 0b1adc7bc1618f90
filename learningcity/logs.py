"""How the portal logs: one JSON object a line with the id of its request, and nothing about persons."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import logging
import traceback
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from base import door

FIGURES = ("method", "route", "status", "milliseconds", "task", "channel", "count")


class JsonLine(logging.Formatter):
    """Writes a record as one line. An error is told by kind and place, never by its text, which may quote a person."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; line ends inside are escaped by it."""
        entrance = door.current()
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            "door": entrance.name,
            "request": entrance.request_id,
        }
        line |= {name: record.__dict__[name] for name in FIGURES if name in record.__dict__}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            places = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{one.filename}:{one.lineno} {one.name}" for one in places]
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """Django's own lines about requests name the address, which may hold a secret: their pattern is told without it."""
    if record.name.startswith(("django.request", "django.security", "django.server")):
        return str(record.msg)
    return record.getMessage()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLine}},
    "handlers": {"line": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["line"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}


def report_to_sentry(dsn: str) -> None:
    """Sends errors to an error collector, without persons, bodies, cookies, addresses or local variables.

    Raises:
        ImproperlyConfigured: when its library is not installed.
    """
    try:
        sentry = importlib.import_module("sentry_sdk")
    except ModuleNotFoundError as error:
        raise ImproperlyConfigured("SENTRY_DSN: install sentry-sdk, or leave it empty") from error
    sentry.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=scrubbed,
    )


def scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """An event for the collector with its place and kind alone."""
    for name in ("request", "user", "breadcrumbs", "extra"):
        event.pop(name, None)
    for one in event.get("exception", {}).get("values", []):
        one.pop("value", None)
    return event
