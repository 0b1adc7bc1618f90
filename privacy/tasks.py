"""When the workers make downloads, erase accounts whose waiting time is over, and let go what was kept long enough."""

from celery import shared_task

from base import door
from privacy import services
from privacy.services.keeping import keep_to_retention

AT_A_STRETCH = 60.0  # seconds; the night has several turns


@shared_task(name="make_downloads")
def make_downloads() -> None:
    """Every few seconds; harmless to repeat and to run many times at once."""
    with door.through("worker"):
        services.make_downloads()


@shared_task(name="erase_accounts")
def erase_accounts() -> None:
    """Every minute; harmless to repeat, to kill and to run many times at once."""
    with door.through("worker"):
        services.erase_due()


@shared_task(name="keep_to_retention")
def let_go() -> None:
    """At night; harmless to repeat."""
    with door.through("worker"):
        keep_to_retention(AT_A_STRETCH)
