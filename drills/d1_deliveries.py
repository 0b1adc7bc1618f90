"""D1: workers are killed while they deliver; nobody is missed, and hardly anybody is told twice.

Makes a database of its own beside DATABASE_URL's, a mail server and a gateway for text messages, and workers that are
killed (or, with --gently, asked to stop) at random instants. Prints the figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from drills.ground import ROOT, database

if TYPE_CHECKING:
    from tests.notifications.servers import Gateway, MailHandler

PER_NOTICE = 50
HAND_OVER = 0.01  # seconds that the servers take, so that workers are ended with a message in hand
SHARE_OF_SMS = 4  # one member in four is told by text message
VALUES = {"course_title": {"fa": "سفالگری"}, "course_slug": "pottery", "learner": "پرنیا", "starts_at": None}


def arguments() -> argparse.Namespace:
    """How large, how often, how hard."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--lease", type=float, default=120)
    parser.add_argument("--gently", action="store_true", help="SIGTERM instead of SIGKILL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def work(lease: float) -> None:
    """What each worker process does: `manage.py deliver` under leases of that many seconds."""
    import django

    django.setup()
    from django.core.management import call_command

    from notifications.services import claim, lines

    claim.LEASE = dt.timedelta(seconds=lease)
    claim.LEAST_LEFT = dt.timedelta(seconds=lease / 4)
    lines.PAUSE = dt.timedelta(seconds=1)
    call_command("deliver")


def fill(size: int) -> None:
    """Members and what they are to be told."""
    from django.core.management import call_command

    from members.models import Member
    from notifications.models import Notice
    from notifications.services import post

    call_command("migrate", verbosity=0)
    people = [
        Member(phone=f"+98918{number:07}") if number % SHARE_OF_SMS == 0 else Member(email=f"p{number}@example.org")
        for number in range(size)
    ]
    ids = [member.pk for member in Member.objects.bulk_create(people, batch_size=1000)]
    for start in range(0, size, PER_NOTICE):
        told = ids[start : start + PER_NOTICE]
        post(key=f"d1:{start}", kind="programs/seated", members=told, values=VALUES, urgency=Notice.Urgency.URGENT)


def start(lease: float, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """One more worker."""
    command = [sys.executable, "-m", "drills.d1_deliveries", "--worker", "--lease", str(lease)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)


def is_done() -> bool:
    """Whether nothing waits any more."""
    from notifications.models import Delivery

    return not Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING]).exists()


def run(options: argparse.Namespace, environment: dict[str, str]) -> tuple[int, float]:
    """Lets the workers deliver and ends them at random; the number of those ended at work, and how long all took."""
    rng = random.Random(options.seed)  # noqa: S311 - the same instants each time
    begun = time.monotonic()
    workers = [start(options.lease, environment) for _ in range(options.workers)]
    ended, deadline = 0, begun + options.size / 20 + options.kills * 2 + options.lease + 60
    try:
        while not is_done() and time.monotonic() < deadline:
            time.sleep(rng.uniform(0.3, 1.5))
            if ended < options.kills:
                victim = rng.randrange(len(workers))
                workers[victim].send_signal(signal.SIGTERM if options.gently else signal.SIGKILL)
                workers[victim].wait()
                workers[victim] = start(options.lease, environment)
                ended += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return ended, time.monotonic() - begun


def judge(options: argparse.Namespace, mail: MailHandler, sms: Gateway, ended: int, seconds: float) -> dict[str, int]:
    """Prints what came out; what must be 0 and is not."""
    from django.db.models import Count

    from notifications.models import Delivery

    mails = Counter((message["To"], message["Message-ID"]) for message in mail.received)
    addresses = Counter(to for to, _ in mails)
    texts = Counter(post["to"] for post in sms.posts)
    states = Counter(dict(Delivery.objects.values_list("state").annotate(n=Count("pk"))))
    doubled = sum(mails.values()) - len(mails)
    reached = len(addresses) + len(texts)
    figures = {
        "told": reached,
        "ended": ended,
        "seconds": round(seconds),
        "e-mails doubled": doubled,
        "text messages doubled": sum(texts.values()) - len(texts),
        "unknown": states["unknown"],
    }
    print("D1", options.size, "deliveries,", options.workers, "workers:", figures, flush=True)
    allowed = 0 if options.gently else ended
    return {
        "not told and not known to be unknown": max(0, options.size - reached - states["unknown"]),
        "told twice with another Message-ID": sum(addresses.values()) - len(addresses),
        "more e-mails doubled than workers ended": max(0, doubled - allowed),
        "text messages doubled": figures["text messages doubled"],
        "more unknown than workers ended": max(0, states["unknown"] - allowed),
        "left in the queue": states["queued"] + states["sending"],
        "failed or dropped": states["failed"] + states["dropped"],
    }


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    if options.worker:
        work(options.lease)
        return 0
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("D1 needs PostgreSQL: set DATABASE_URL")
        return 2
    with database("d1"):
        import django

        django.setup()
        from tests.notifications.servers import gateway, mail_server

        fill(options.size)
        with mail_server() as (mail, port), gateway() as (sms, address):
            mail.delay = sms.delay = HAND_OVER
            environment = os.environ | {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "SMS_URL": address, "REDIS_URL": ""}
            ended, seconds = run(options, environment)
        wrong = {name: number for name, number in judge(options, mail, sms, ended, seconds).items() if number}
    for name, number in wrong.items():
        print(f"WRONG: {number} {name}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
