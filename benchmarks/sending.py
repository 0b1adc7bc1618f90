"""`python -m benchmarks.sending`: a mass sending beside raw smtplib, and what pages take meanwhile; needs PostgreSQL and Redis.

Rounds are interleaved: processes that do nothing but hand ready bytes to smtplib, then workers. Each is counted by the
mail server for three seconds from its first message. There are two servers: aiosmtpd, which reads mail as mail servers do,
and the drills' own, which only counts and is four times as quick. Then fifty pages a second are asked for, first in peace, then
while an announcement is spread to everybody and two workers send it.
"""

from __future__ import annotations

import argparse
import http.client
import io
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlsplit

from aiosmtpd.controller import Controller

from benchmarks.stage import ground, prepare
from drills.ground import awake, free_port, open_news, people, portal, worker
from drills.sinks import listening

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WINDOW = 3.0
LISTS = ("/fa/", "/fa/courses/", "/fa/announcements/", f"/fa/courses/?q={quote_plus('سواد')}")
CLIENTS, PACE = 4, 0.08  # 50 requests a second
QUARTER_WEIGHT = 6  # of `nice`: each step is a quarter more or less of a core that others want too
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


class Server(NamedTuple):
    """A mail server, and how many messages it has taken."""

    name: str
    url: str
    taken: Callable[[], int]


class Counting:
    """Takes every message that aiosmtpd has read."""

    taken = 0

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """One message."""
        self.taken += 1
        return "250 OK"


@contextmanager
def reading_server() -> Iterator[Server]:
    """aiosmtpd, while the block runs."""
    handler, port = Counting(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield Server("aiosmtpd", f"smtp://127.0.0.1:{port}", lambda: handler.taken)
    finally:
        controller.stop()


def counted(server: Server, processes: list[subprocess.Popen[bytes]]) -> float:
    """Messages a second of senders, which are ended then."""
    before, end = server.taken(), time.monotonic() + 30
    while server.taken() == before and time.monotonic() < end:
        time.sleep(0.01)
    before, begun = server.taken(), time.monotonic()
    time.sleep(WINDOW)
    rate = (server.taken() - before) / (time.monotonic() - begun)
    for one in processes:
        one.kill()
        one.wait()
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


def latencies(port: int, pages: list[tuple[str, str]], seconds: float) -> list[float]:
    """What each answer took, in milliseconds; clients of their own processes ask at a steady pace, each one after another."""
    with ProcessPoolExecutor(CLIENTS, mp_context=get_context("spawn")) as clients:
        found = clients.map(asked, *zip(*[(port, pages[n::CLIENTS], seconds) for n in range(CLIENTS)], strict=True))
        return [one for client in found for one in client]


def asked(port: int, pages: list[tuple[str, str]], seconds: float) -> list[float]:
    """One client, which asks for pages with the cookies given."""
    found, end, number = [], time.monotonic() + seconds, 0
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while (begun := time.monotonic()) < end:
        path, cookie = pages[number % len(pages)]
        line.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = line.getresponse()
        answer.read()
        assert answer.status == http.client.OK, (answer.status, path)
        found.append((time.monotonic() - begun) * 1000)
        number += 1
        time.sleep(max(0.0, PACE - (time.monotonic() - begun)))
    return found


def browsed() -> list[tuple[str, str]]:
    """An evening's pages with their cookies: of 20 sixteen lists and searches, three courses, one of a member."""
    from programs.models import Course

    courses = Course.objects.filter(state=Course.State.PUBLISHED).order_by("pk").values_list("slug", flat=True)
    found = []
    for number, slug in zip(range(60), itertools.cycle(courses), strict=False):
        kind = number % 20
        path = f"/fa/courses/{slug}/" if kind in {6, 12, 18} else LISTS[number // CLIENTS % len(LISTS)]
        found.append(("/fa/me/", signed_in()) if kind == 19 else (path, ""))
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


def waiting() -> bool:
    """Whether e-mails are left that workers may send."""
    from notifications.models import Delivery

    return Delivery.objects.filter(channel="email", state="queued", leased_until=None).exists()


def commits() -> None:
    """How long one row takes until it is kept: no worker marks its messages quicker, one by one."""
    from notifications.models import Notice

    begun, times = time.monotonic(), 500
    for _ in range(times):
        Notice.objects.filter(key="whole").update(has_parked=False)
    print(f"one row changed and committed: {(time.monotonic() - begun) * 1000 / times:.1f} ms")


@contextmanager
def sending(environment: dict[str, str], *more: tuple[str, ...]) -> Iterator[None]:
    """Processes that run while the block does, with a quarter of a page's weight, as the compose file gives it to them."""
    processes = [worker(environment, *options) for options in ((), (), *more)]
    for one in processes:
        os.setpriority(os.PRIO_PROCESS, one.pid, QUARTER_WEIGHT)
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
    with tempfile.TemporaryDirectory() as folder, ground(folder), listening() as (mail, _texts, ways):
        os.environ.update(ways)
        prepare()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("demo_city", verbosity=0, stdout=io.StringIO())
        people(options.size, sms_share=2**31 - 1)
        awake()
        open_news("whole")
        commits()
        begun = time.monotonic()
        worker(dict(os.environ), "--publish", "whole").wait()
        print(f"{options.size} members: spread in {time.monotonic() - begun:.0f} s")
        settled()
        counting = Server("a server that only counts", ways["EMAIL_URL"], lambda: len(mail.received))
        with reading_server() as reading:
            for server in (reading, counting):
                for lines, workers in ((1, 1), (2, 2), (4, 2), (4, 4)):
                    rates(server, lines, workers, options.rounds)
        storm(counting, options.seconds)
    return 0


def rates(server: Server, lines: int, workers: int, rounds: int) -> None:
    """So many workers beside so many processes of raw smtplib."""
    environment, ratios = os.environ | {"EMAIL_URL": server.url}, []
    port, content = urlsplit(server.url).port or 0, letter()
    for _ in range(rounds):
        limit = counted(server, [raw(port, content) for _ in range(lines)])
        ours = counted(server, [worker(environment) for _ in range(workers)])
        ratios.append(ours / limit)
        print(
            f"{server.name}: {lines} of smtplib {limit:.0f} a second, {workers} of ours {ours:.0f}, ratio {ours / limit:.2f}"
        )
    assert waiting(), "all is sent: nothing was left to count; take a larger --size"
    print(f"{len(content)} bytes each; ratio {statistics.median(ratios):.2f} in the middle")


def storm(server: Server, seconds: float) -> None:
    """Pages in peace, then while a second announcement is spread and sent."""
    pages = browsed()
    with portal(2) as port:
        latencies(port, pages, 5)
        said("in peace", latencies(port, pages, seconds))
        open_news("again")
        before = server.taken()
        with sending(dict(os.environ), ("--publish", "again")):
            said("in the sending", latencies(port, pages, seconds))
        print(f"meanwhile {(server.taken() - before) / seconds:.0f} e-mails a second by two workers")


if __name__ == "__main__":
    sys.exit(main())
