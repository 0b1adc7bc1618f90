"""`python -m benchmarks.sending`: a mass sending beside raw smtplib, and what pages take meanwhile; needs PostgreSQL and Redis.

Rounds are interleaved: a process that does nothing but hand ready bytes to smtplib, then one worker. Each is counted by the mail
server for ten seconds from its first message. Then pages are asked for by somebody signed in, first in peace, then while an
announcement is spread to everybody and two workers send it.
"""

from __future__ import annotations

import argparse
import http.client
import io
import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from drills.ground import awake, database, open_news, people, portal, worker
from drills.sinks import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drills.sinks import Mail

WINDOW = 10.0
PAGES = ("/fa/", "/fa/courses/", "/fa/announcements/", "/fa/me/")
PACE = 0.05  # 20 requests a second
RAW = """
import smtplib, sys
port, content = int(sys.argv[1]), sys.stdin.buffer.read()
with smtplib.SMTP("127.0.0.1", port) as line:
    for number in range(10**9):
        line.sendmail("city@example.org", [f"p{number}@example.org"], content)
"""


def arguments() -> argparse.Namespace:
    """How large, how long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--seconds", type=float, default=30, help="for which pages are asked, in peace and in the sending"
    )
    return parser.parse_args()


def counted(mail: Mail, process: subprocess.Popen[bytes]) -> float:
    """Messages a second of a sender, which is ended then."""
    before, end = len(mail.received), time.monotonic() + 30
    while len(mail.received) == before and time.monotonic() < end:
        time.sleep(0.01)
    before, begun = len(mail.received), time.monotonic()
    time.sleep(WINDOW)
    rate = (len(mail.received) - before) / (time.monotonic() - begun)
    process.kill()
    process.wait()
    return rate


def raw(port: int, content: bytes) -> subprocess.Popen[bytes]:
    """A process that hands the same bytes over again and again."""
    process = subprocess.Popen([sys.executable, "-c", RAW, str(port)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(content)
    process.stdin.close()
    return process


def letter() -> bytes:
    """One of the e-mails as a worker makes it."""
    from notifications.channels.email import build
    from notifications.models import Delivery
    from notifications.services.letters import Letters

    rows = Delivery.objects.filter(channel="email", notice__key="whole").select_related("notice", "member")
    message = Letters().message(rows[0])
    assert message is not None
    return bytes(build(message).message().as_bytes())


def latencies(port: int, cookie: str, seconds: float) -> list[float]:
    """What each answer took, in milliseconds, asked for one after another at a steady pace."""
    found, end, number = [], time.monotonic() + seconds, 0
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while (begun := time.monotonic()) < end:
        line.request("GET", PAGES[number % len(PAGES)], headers={"Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        assert answer.status == http.client.OK, (answer.status, PAGES[number % len(PAGES)])
        found.append((time.monotonic() - begun) * 1000)
        number += 1
        time.sleep(max(0.0, PACE - (time.monotonic() - begun)))
    return found


def said(name: str, found: list[float]) -> None:
    """Prints the middle and the slow end."""
    cuts = statistics.quantiles(found, n=20)
    print(
        f"{name}: {len(found)} answers, p50 {statistics.median(found):.0f} ms, p95 {cuts[-1]:.0f} ms, most {max(found):.0f} ms"
    )


def settled() -> None:
    """The database knows what its tables hold, as autovacuum tells it within a minute."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def commits() -> None:
    """How long one row takes until it is kept: no worker marks its messages quicker, one by one."""
    from notifications.models import Notice

    begun, times = time.monotonic(), 500
    for _ in range(times):
        Notice.objects.filter(key="whole").update(has_parked=False)
    print(f"one row changed and committed: {(time.monotonic() - begun) * 1000 / times:.1f} ms")


@contextmanager
def sending(environment: dict[str, str], *more: tuple[str, ...]) -> Iterator[None]:
    """Processes that run while the block does."""
    processes = [worker(environment, *options) for options in ((), (), *more)]
    try:
        yield
    finally:
        for one in processes:
            one.kill()
            one.wait()


def signed_in() -> str:
    """The cookie of a member."""
    from django.conf import settings
    from django.test import Client

    from members.models import Member

    client = Client()
    client.force_login(Member.objects.filter(email="p1@example.org").get())
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def main() -> int:
    """Measures all of it."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with database("sending"), listening() as (mail, _texts, ways):
        os.environ.update(ways)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("demo_city", verbosity=0, stdout=io.StringIO())
        people(options.size, sms_share=2**31 - 1)
        awake()
        open_news("whole")
        commits()
        environment = dict(os.environ)
        begun = time.monotonic()
        worker(environment, "--publish", "whole").wait()
        print(f"{options.size} members: spread in {time.monotonic() - begun:.0f} s")
        settled()
        rates(options, mail, environment)
        with portal(2) as port:
            cookie = signed_in()
            latencies(port, cookie, 5)
            said("in peace", latencies(port, cookie, options.seconds))
            open_news("again")
            before = len(mail.received)
            with sending(environment, ("--publish", "again")):
                said("in the sending", latencies(port, cookie, options.seconds))
            print(f"meanwhile {(len(mail.received) - before) / options.seconds:.0f} e-mails a second by two workers")
    return 0


def rates(options: argparse.Namespace, mail: Mail, environment: dict[str, str]) -> None:
    """One worker beside raw smtplib."""
    port, content, ratios = urlsplit(environment["EMAIL_URL"]).port or 0, letter(), []
    for number in range(options.rounds):
        limit, ours = counted(mail, raw(port, content)), counted(mail, worker(environment))
        ratios.append(ours / limit)
        print(f"round {number + 1}: smtplib {limit:.0f} a second, one worker {ours:.0f}, ratio {ours / limit:.2f}")
    print(f"{len(content)} bytes each; ratio {statistics.median(ratios):.2f} in the middle")


if __name__ == "__main__":
    sys.exit(main())
