"""Hands over what is due, without Celery."""

from __future__ import annotations

import logging
import signal
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from base import door
from notifications import services
from notifications.services.deliver import stopping

if TYPE_CHECKING:
    from argparse import ArgumentParser

TICK = 1.0
logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends sign-in codes and notices as they fall due; --once sends what is due now and ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of three ways to end."""
        ends = parser.add_mutually_exclusive_group()
        ends.add_argument("--once", action="store_true", help="send what is due now and end")
        ends.add_argument(
            "--hold", action="store_true", help="hold everything unsent: this database is a restored copy"
        )
        ends.add_argument("--release", action="store_true", help="let go what was held")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Does what was asked."""
        if options["hold"]:
            self.stdout.write(f"held={services.hold()}")
        elif options["release"]:
            self.stdout.write(f"released={services.release()}")
        else:
            self._deliver(once=options["once"])

    @classmethod
    def _deliver(cls, *, once: bool) -> None:
        """Until it is asked to stop (SIGTERM), which it does between two messages."""
        before = signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        with door.through("worker"):
            while not stopping.is_set():
                looked_at = cls._look(once=once)
                if not looked_at and once:
                    break
                if not looked_at:
                    stopping.wait(TICK)
        signal.signal(signal.SIGTERM, before)

    @staticmethod
    def _look(*, once: bool) -> int:
        """One round; while the database is away there is nothing to do, and nobody has to start this process again."""
        try:
            services.hand_over_codes()
            return services.deliver_due()
        except DatabaseError:
            if once:
                raise
            logger.warning("the database is away")
            connections.close_all()
            return 0
