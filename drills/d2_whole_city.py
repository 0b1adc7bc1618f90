"""D2 and the whole city: an announcement to 200,000 while everything fails that can fail.

Its own PostgreSQL and Redis. First the publisher is killed 20 times: exactly one row for each member and channel. Then two
Celery workers send to a mail server and a gateway, and meanwhile a worker is killed five times, PostgreSQL is stopped at once
and started again, Redis is stopped for a while, the mail server answers 450 and drops connections in the middle of DATA and
after it. An urgent notice overtakes the rest. Prints the figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from drills.ground import Redis, Server, awake, beat, open_news, people, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    import subprocess

    from drills.sinks import Mail, Texts

GROWTH = 20  # MB
BATCHES = 40  # at full size as large as the portal's own
LEASE = 20.0
OVERTAKES = 30.0


def arguments() -> argparse.Namespace:
    """How large, how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--publisher-kills", type=int, default=20)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--trouble", type=float, default=60, help="seconds of each fault of the mail server")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def publish(options: argparse.Namespace, environment: dict[str, str]) -> list[bool]:
    """Spreads it while the publisher is killed again and again; each begins anew from the first member.

    Each is killed when there is a little more than after the one before, and in as many batches whatever the size.
    """
    from django.db import connection

    from notifications.models import Delivery, Notice

    notice, chance = open_news("whole"), random.Random(options.seed)  # noqa: S311 - the same instants each time
    begun, rows = time.monotonic(), Delivery.objects.filter(notice=notice)
    whole, killed, halved = 2 * options.size, 0, 0
    command = ("--publish", "whole", "--batch", str(options.size // BATCHES))
    for number in range(options.publisher_kills):
        publisher, aim = worker(environment, *command), whole * number // (options.publisher_kills + 2)
        while publisher.poll() is None and (there := rows.count()) <= aim:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.05))
        if publisher.poll() is None:
            publisher.kill()
            killed, halved = killed + 1, halved + (0 < there < whole)
        publisher.wait()
    out, _ = worker(environment, *command).communicate()
    growth = int(out or 10**6)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_delivery")
    counted = Counter(rows.values_list("channel", flat=True))
    print(
        f"D2 {options.size} members, publisher killed {killed} times, {halved} in the middle, "
        f"{time.monotonic() - begun:.0f} s; grew {growth} MB"
    )
    return [
        check("each publisher was killed in the middle", halved, options.publisher_kills),
        check("inbox rows", counted["inbox"], options.size),
        check("others", counted["email"] + counted["sms"], options.size),
        check("members with a row too many", rows.count() - rows.values("member", "channel").distinct().count(), 0),
        check(f"the publisher grows by less than {GROWTH} MB", growth < GROWTH, wanted=True),
        check("one notice", Notice.objects.filter(key="whole").count(), 1),
    ]


class Storm:
    """Everything that happens to the senders."""

    def __init__(self, options: argparse.Namespace, place: Server, mail: Mail, environment: dict[str, str]) -> None:
        self.options, self.place, self.mail, self.redis = options, place, mail, Redis()
        self.redis.start()
        self.environment = environment | {"REDIS_URL": self.redis.url}
        self.chance = random.Random(options.seed)  # noqa: S311 - the same instants each time
        self.workers = [self.start(), self.start()]
        self.beat = beat(self.environment, place.data.parent)
        self.kills = self.outages = 0

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        return worker(self.environment, "--celery", "--lease", str(LEASE), "--pause", "5")

    def kill(self) -> None:
        """Ends one of the two at once, and starts another."""
        number = self.chance.randrange(2)
        self.workers[number].kill()
        self.workers[number].wait()
        self.workers[number] = self.start()
        self.kills += 1

    def outage(self) -> None:
        """The database server fails and comes back."""
        from django.db import connections

        connections.close_all()
        self.place.stop("immediate")
        time.sleep(3)
        self.place.start()
        self.outages += 1

    def rage(self) -> None:
        """All of it, one after the other."""
        part = self.options.trouble / 4
        time.sleep(part)
        for number in range(self.options.kills):
            if number == self.options.kills // 2:
                self.outage()
            self.kill()
            time.sleep(part / 2 + self.chance.uniform(0, 2))
        self.redis.stop()
        time.sleep(self.options.trouble / 2)
        self.redis.start()
        for mode, seconds in (("busy", self.options.trouble), ("dropping", self.options.trouble / 2)):
            self.mail.mode = mode
            time.sleep(seconds)
        self.mail.mode = "ok"

    def end(self) -> None:
        """No worker is left."""
        for one in (*self.workers, self.beat):
            one.kill()
            one.wait()
        self.redis.stop()


def overtake(mail: Mail) -> float:
    """How long an urgent notice takes to one reader while all the others still wait."""
    from members.models import Member
    from notifications.models import Notice
    from notifications.services import post

    reader = Member.objects.create(email="urgent@example.org")
    values = {"title": {"fa": "سیل"}, "summary": {"fa": "به زیرگذرها نروید"}, "slug": "flood"}
    begun = time.monotonic()
    post(key="flood", kind="announcements/urgent", members=[reader.pk], values=values, urgency=Notice.Urgency.URGENT)
    while time.monotonic() < begun + 2 * OVERTAKES:
        if any(to == reader.email for to, _ in mail.received[-5000:]):
            return time.monotonic() - begun
        time.sleep(0.2)
    return float("inf")


def waiting() -> int:
    """How many are still to be handed over."""
    from notifications.models import Delivery

    return Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING]).count()


def send(
    options: argparse.Namespace, place: Server, mail: Mail, texts: Texts, environment: dict[str, str]
) -> list[bool]:
    """The storm, the overtaking, and until nothing waits any more."""
    begun, storm = time.monotonic(), Storm(options, place, mail, environment)
    try:
        time.sleep(10)
        early = (len(mail.received) + len(texts.posts)) / (time.monotonic() - begun)
        urgent = overtake(mail)
        storm.rage()
        end = time.monotonic() + 1200
        while waiting() and time.monotonic() < end:
            time.sleep(2)
    finally:
        storm.end()
    print(
        f"     {time.monotonic() - begun:.0f} s, {storm.kills} workers killed, {storm.outages} outages of the database, "
        f"{mail.dropped_after} dropped after DATA; {early:.0f} messages a second at first; urgent after {urgent:.1f} s"
    )
    return [check("urgent overtakes in time", urgent <= OVERTAKES, wanted=True), *judge(options, storm, mail, texts)]


def judge(options: argparse.Namespace, storm: Storm, mail: Mail, texts: Texts) -> list[bool]:
    """Everybody once, by the account of the two servers and of the database."""
    from notifications.models import Delivery

    rows = Delivery.objects.filter(notice__key="whole")
    states = Counter(rows.exclude(channel="inbox").values_list("state", flat=True))
    mails = Counter(one for one in mail.received if one[1] != "cut" and one[0] != "urgent@example.org")
    sms, doubled = Counter(texts.posts), sum(mails.values()) - len(mails)
    in_hand = storm.kills + 2 * storm.outages + mail.dropped_after
    print(f"     {doubled} e-mails doubled of {in_hand} that were in hand; states {dict(states)}")
    by_email = options.size - options.size // 4
    return [
        check("told by e-mail", len({to for to, _ in mails}), by_email),
        check("told by text message or known to be unknown", len({to for to, _ in sms}) + 0, options.size // 4),
        check("the same e-mail under another Message-ID", len(mails) - len({to for to, _ in mails}), 0),
        check("e-mails doubled beyond those in hand", max(0, doubled - in_hand), 0),
        check("text messages doubled", sum(sms.values()) - len(sms), 0),
        check("unknown beyond those in hand", max(0, states["unknown"] - storm.kills - 2 * storm.outages), 0),
        check(
            "left, failed or dropped", {name: states[name] for name in states if name not in {"sent", "unknown"}}, {}
        ),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server() as place, listening() as (mail, texts, ways):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        people(options.size)
        awake()
        environment: dict[str, Any] = os.environ | ways | {"REDIS_URL": ""}
        results = publish(options, environment)
        results += send(options, place, mail, texts, environment)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
