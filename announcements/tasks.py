"""When the workers publish what was scheduled and write everybody's messages."""

from celery import shared_task

from announcements.services import publish_due, spread_due
from base import door

MOST = 100  # batches a turn, half a million messages: a turn ends long before its time is up


@shared_task(name="spread_announcements")
def spread_announcements() -> None:
    """Each second; harmless to repeat and to run many times at once."""
    with door.through("worker"):
        publish_due()
        for _turn in range(MOST):
            if not spread_due():
                return
