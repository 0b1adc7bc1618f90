"""When deliveries and sign-in codes are looked at: each second, and when somebody nudges."""

from __future__ import annotations

import time

from celery import shared_task

from base import door
from notifications import services

AT_A_STRETCH = 10.0  # seconds, after which the worker looks at what else waits


@shared_task(name="deliver_due")
def deliver_due() -> None:
    """Hands over what is due, for some seconds; harmless to repeat and to run many times at once."""
    until = time.monotonic() + AT_A_STRETCH
    with door.through("worker"):
        while services.deliver_due() and time.monotonic() < until:
            services.hand_over_codes()


@shared_task(name="hand_over_codes")
def hand_over_codes() -> None:
    """Hands over sign-in codes, which wait for nothing."""
    with door.through("worker"):
        services.hand_over_codes()


@shared_task(name="ask_receipts")
def ask_receipts() -> None:
    """Asks what became of text messages."""
    with door.through("worker"):
        services.ask_receipts()
