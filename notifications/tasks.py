"""When deliveries and sign-in codes are looked at: each second, and when somebody nudges."""

from __future__ import annotations

from celery import shared_task

from base import door
from notifications import services


@shared_task(name="deliver_due")
def deliver_due() -> None:
    """Hands over a batch of what is due; harmless to repeat and to run many times at once."""
    with door.through("worker"):
        services.deliver_due()


@shared_task(name="hand_over_codes")
def hand_over_codes() -> None:
    """Hands over sign-in codes, which wait for nothing."""
    with door.through("worker"):
        services.hand_over_codes()
