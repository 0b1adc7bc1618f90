"""Figures for Prometheus: requests by route, and how much waits to be sent."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Min
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from base import clock
from members.rules import use_of_codes
from notifications.models import Channel, Delivery, Line

if TYPE_CHECKING:
    from django.http import HttpRequest

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
registry = CollectorRegistry()
REQUESTS = Counter("city_requests_total", "Requests answered", ["method", "route", "status"], registry=registry)
SECONDS = Histogram("city_request_seconds", "Time to answer", ["route"], registry=registry)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Adds one answered request to this process's figures."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for whoever holds METRICS_TOKEN; for everyone else there is no such page."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    text = generate_latest(_requests()) + generate_latest(_deliveries())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _requests() -> CollectorRegistry:
    """The requests of all web processes of this machine, where they share a folder."""
    if not SHARED:
        return registry
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _deliveries() -> CollectorRegistry:
    found = CollectorRegistry()
    waiting = Gauge("city_deliveries", "Deliveries not yet done", ["channel", "state", "priority"], registry=found)
    oldest = Gauge("city_delivery_late_seconds", "How long the oldest due delivery waits", ["channel"], registry=found)
    now, late = clock.now(), dict.fromkeys(Channel.values, 0.0)
    open_ones = Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING])
    for row in open_ones.values("channel", "state", "priority").annotate(count=Count("pk"), first=Min("due_at")):
        waiting.labels(row["channel"], row["state"], row["priority"]).set(row["count"])
        if row["state"] == Delivery.State.QUEUED:
            late[row["channel"]] = max(late[row["channel"]], (now - row["first"]).total_seconds())
    for channel, seconds in late.items():
        oldest.labels(channel).set(seconds)
    _lines(found)
    _codes(found)
    return found


def _lines(found: CollectorRegistry) -> None:
    """What the workers say of each provider."""
    sent = Gauge("city_line_sent_total", "Messages that a provider took", ["line"], registry=found)
    failed = Gauge("city_line_failed_total", "Messages that a provider did not take", ["line"], registry=found)
    away = Gauge(
        "city_line_away", "1 while a provider is left alone because it does not answer", ["line"], registry=found
    )
    for line in Line.objects.all():
        sent.labels(line.name).set(line.sent)
        failed.labels(line.name).set(line.failed)
        away.labels(line.name).set(line.away_until is not None)


def _codes(found: CollectorRegistry) -> None:
    """Whether codes by text message are used; the share is not a number while there was none."""
    share = Gauge("city_codes_used_ratio", "Share used of the last 200 sign-in codes by text message", registry=found)
    challenge = Gauge("city_codes_challenge", "1 while a sum stands before text messages", registry=found)
    use = use_of_codes()
    share.set(use.used / use.codes if use.codes else math.nan)
    challenge.set(use.is_low)
