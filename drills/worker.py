"""What a worker process of a drill does: `manage.py deliver` under shorter leases, and with a wrong clock where that is asked."""

from __future__ import annotations

import argparse
import datetime as dt
import os


def main() -> None:
    """Runs until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lease", type=float, default=120)
    parser.add_argument("--pause", type=float, default=30, help="seconds for which a broken line is left alone")
    parser.add_argument("--clock", type=float, default=0, help="seconds by which this machine's clock is wrong")
    parser.add_argument(
        "--celery", action="store_true", help="wait for the beat behind Redis instead of looking each second"
    )
    parser.add_argument("--publish", default="", help="spread the notice of that key instead, and end")
    parser.add_argument("--batch", type=int, default=5000, help="members at a time while it is spread")
    parser.add_argument("--sweep", action="store_true", help="sweep places once instead, and end")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    _shift(options.clock)
    import django

    django.setup()
    if options.publish:
        publish(options.publish, options.batch)
    elif options.sweep:
        sweep()
    else:
        deliver(options)


def _shift(seconds: float) -> None:
    """From here on everything that asks Django for the time is told a wrong one."""
    from django.utils import timezone

    right = timezone.now
    timezone.now = lambda: right() + dt.timedelta(seconds=seconds)


def deliver(options: argparse.Namespace) -> None:
    """Hands over what is due."""
    from django.core.management import call_command

    from learningcity.celery import app
    from notifications.services import claim, lines

    claim.LEASE = dt.timedelta(seconds=options.lease)
    claim.LEAST_LEFT = dt.timedelta(seconds=options.lease / 4)
    lines.PAUSE = dt.timedelta(seconds=options.pause)
    if options.celery:
        app.worker_main(["worker", "-P", "solo", "--without-gossip", "--without-mingle", "-l", "CRITICAL"])
    else:
        call_command("deliver")


def publish(key: str, batch: int) -> None:
    """Spreads a notice to everybody, from the beginning; prints by how much the process grew, in MB."""
    import resource

    from members.models import Member
    from notifications.models import Notice
    from notifications.services import spread

    notice, last = Notice.objects.get(key=key), 0
    before = 0
    while (after := spread(notice=notice, members=Member.objects.all(), after=last, limit=batch)) is not None:
        before = before or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        last = after
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)


def sweep() -> None:
    """Lets places whose deadline passed lapse."""
    from programs.services import sweep as sweep_places

    sweep_places()


if __name__ == "__main__":
    main()
