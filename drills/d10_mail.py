"""D10: a mail server that refuses, falls silent, says 421, 450, 452 or 550, or drops the connection around DATA.

Its own PostgreSQL, a real worker. After each fault the rows say what was learnt; then the server is well again and everybody
has their e-mail, doubled only where the connection fell after DATA, with the same Message-ID. Prints the figures; the exit code
is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg2

from drills.ground import awake, free_port, open_news, people, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from drills.sinks import Mail

FIRST_WAIT, SPREAD = 60, 0.2
SILENCE = 20
BEGUN = 60  # seconds in which a worker begins, on a busy machine


def arguments() -> argparse.Namespace:
    """How many are told during each fault, and for how long it lasts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--quick", action="store_true", help="without the silence of half a minute")
    return parser.parse_args()


@contextmanager
def working(environment: dict[str, str]) -> Iterator[None]:
    """A worker, while the block runs."""
    one = worker(environment, "--lease", "30", "--pause", "2")
    try:
        yield
    finally:
        one.terminate()
        one.wait(60)


def tell(key: str) -> None:
    """Everybody has one more e-mail to get."""
    from members.models import Member
    from notifications.services import spread

    spread(notice=open_news(key), members=Member.objects.all())


def put_away() -> None:
    """What an earlier fault left is due later, and the line is as new."""
    import datetime as dt

    from base import clock
    from notifications.models import Delivery, Line

    hour = clock.now() + dt.timedelta(hours=1)
    Delivery.objects.filter(state=Delivery.State.QUEUED).update(due_at=hour, leased_until=None)
    Line.objects.all().delete()


def states(key: str) -> Counter[str]:
    """How far its e-mails are."""
    from notifications.models import Delivery

    return Counter(Delivery.objects.filter(notice__key=key, channel="email").values_list("state", flat=True))


def waits(key: str) -> list[float]:
    """For how many seconds after a try the rows that were tried once are put off."""
    from base import clock
    from notifications.models import Delivery

    tried = Delivery.objects.filter(notice__key=key, channel="email", attempts=1, state=Delivery.State.QUEUED)
    return [(due_at - clock.now()).total_seconds() for due_at in tried.values_list("due_at", flat=True)]


def idle_in_transaction() -> int:
    """Connections that keep a transaction open while they do something else."""
    with psycopg2.connect(os.environ["DATABASE_URL"]) as line, line.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
            " AND now() - state_change > interval '1 second'"
        )
        return int(cursor.fetchone()[0])


def soft(mail: Mail, mode: str, options: argparse.Namespace, environment: dict[str, str]) -> list[bool]:
    """A fault that passes: what was tried is put off for a minute, the rest waits, nothing has failed."""
    seconds = SILENCE + 15 if mode == "silent" else options.seconds
    put_away()
    tell(mode)
    mail.mode, before = mode, mail.connections
    with working(environment):
        until(lambda: mail.connections > before)
        time.sleep(seconds)
        open_for_long = idle_in_transaction()
        put_off = waits(mode)
    mail.mode = "ok"
    found = states(mode)
    longest = FIRST_WAIT * (1 + SPREAD)
    print(f"D10 {mode}: {len(put_off)} of {options.size} tried in {seconds:.0f} s, {dict(found)}")
    return [
        check("failed for good", found["failed"] + found["dropped"], 0),
        check("some were tried", len(put_off) > 0, wanted=True),
        check("put off for about a minute", all(-seconds < wait <= longest for wait in put_off), wanted=True),
        check("no transaction waits for the other side", open_for_long, 0),
    ]


def until(is_so: Callable[[], bool]) -> bool:
    """Waits for it, a minute at most; a worker takes some seconds until it begins. Whether it came."""
    end = time.monotonic() + BEGUN
    while not is_so() and time.monotonic() < end:
        time.sleep(0.1)
    return is_so()


def hard(mail: Mail, options: argparse.Namespace, environment: dict[str, str]) -> list[bool]:
    """No such user: each fails at once, and is not tried again."""
    tell("gone")
    mail.mode, mail.asked = "gone", 0
    with working(environment):
        end = time.monotonic() + 60
        while states("gone")["queued"] and time.monotonic() < end:
            time.sleep(0.5)
    mail.mode = "ok"
    print(f"D10 550: {mail.asked} asked")
    return [
        check("failed at once", states("gone"), Counter(failed=options.size)),
        check("asked once", mail.asked, options.size),
    ]


def refused(environment: dict[str, str]) -> list[bool]:
    """Nobody listens."""
    from notifications.models import Line

    put_away()
    tell("refused")
    with working(environment | {"EMAIL_URL": f"smtp://127.0.0.1:{free_port()}"}):
        is_known = until(Line.objects.filter(name="email", away_until__isnull=False).exists)
        time.sleep(3)
    found = states("refused")
    print(f"D10 refused: {dict(found)}")
    return [
        check("refused: the line is left alone", is_known, wanted=True),
        check("refused: nothing has failed, nothing was sent", set(found), {"queued"}),
    ]


def well_again(mail: Mail, environment: dict[str, str]) -> list[bool]:
    """Everything that was put off is due: each has it, with one Message-ID."""
    from base import clock
    from notifications.models import Delivery, Line

    Delivery.objects.filter(state=Delivery.State.QUEUED).update(due_at=clock.now(), leased_until=None)
    Line.objects.all().delete()
    queued = Delivery.objects.filter(state=Delivery.State.QUEUED)
    end = time.monotonic() + 120
    with working(environment):
        while queued.exists() and time.monotonic() < end:
            time.sleep(0.5)
    mails = Counter(one for one in mail.received if one[1] != "cut")
    doubled, sent = sum(mails.values()) - len(mails), Delivery.objects.filter(channel="email", state="sent").count()
    print(f"D10 well again: {len(mails)} e-mails, {doubled} doubled, {mail.dropped_after} dropped after DATA")
    return [
        check("nothing waits", queued.count(), 0),
        check("each that is marked as sent is there", len(mails), sent),
        check("doubled beyond those dropped after DATA", max(0, doubled - mail.dropped_after), 0),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server(), listening() as (mail, _texts, ways):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        people(options.size, sms_share=10**9)
        awake()
        environment = os.environ | ways | {"REDIS_URL": ""}
        modes = ["busy", "full", "closing", "dropping", *([] if options.quick else ["silent"])]
        results = [one for mode in modes for one in soft(mail, mode, options, environment)]
        results += refused(environment) + well_again(mail, environment) + hard(mail, options, environment)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
