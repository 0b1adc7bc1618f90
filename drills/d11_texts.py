"""D11: a gateway for text messages answers 500, falls silent, answers nonsense, or is dead; receipts late, twice and forged.

Its own PostgreSQL, two real workers, the portal in front for the receipts. No text message goes twice, a dead gateway is
called at most ten times a minute, the second one takes over, and what was delivered stays so. Prints the figures; the exit
code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from drills.ground import awake, open_news, people, portal, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drills.sinks import Texts

SECRET = "a-secret-of-the-drill-and-of-nobody-else"  # noqa: S105 - of this drill alone  # pragma: allowlist secret
CALLS_A_MINUTE = 10
WORKERS = 2
GONE, TAKEN = 404, 204


def arguments() -> argparse.Namespace:
    """How many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60, help="for how long the gateway is dead")
    return parser.parse_args()


@contextmanager
def working(environment: dict[str, str], pause: float, lease: float = 12) -> Iterator[None]:
    """Two workers, while the block runs."""
    many = [worker(environment, "--lease", str(lease), "--pause", str(pause)) for _ in range(WORKERS)]
    try:
        yield
    finally:
        for one in many:
            one.terminate()
        for one in many:
            _end(one)


def _end(one: subprocess.Popen[bytes]) -> None:
    try:
        one.wait(20)
    except subprocess.TimeoutExpired:
        one.kill()
        one.wait()


def tell(key: str) -> None:
    """Everybody has one more text message to get, and the lines are as new."""
    from members.models import Member
    from notifications.models import Line
    from notifications.services import spread

    Line.objects.all().delete()
    spread(notice=open_news(key), members=Member.objects.all())


def until_done(seconds: float = 90) -> None:
    """Waits until nothing is queued or in hand; what was put off is due at once."""
    from base import clock
    from notifications.models import Delivery

    end = time.monotonic() + seconds
    rows = Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING])
    while rows.exists() and time.monotonic() < end:
        rows.filter(state=Delivery.State.QUEUED, attempts__gt=0).update(due_at=clock.now())
        time.sleep(1)


def trouble(texts: Texts, mode: str, environment: dict[str, str], size: int) -> list[bool]:
    """Some seconds of a fault, then the gateway is well again."""
    tell(mode)
    texts.mode, before = mode, len(texts.posts)
    with working(environment, pause=2):
        time.sleep(8)
        texts.mode = "ok"
        until_done()
    posts = Counter(texts.posts[before:])
    states = told(mode)
    print(f"D11 {mode}: {len(posts)} posts, {sum(posts.values()) - len(posts)} doubled, {dict(states)}")
    return [
        check(f"{mode}: doubled", sum(posts.values()) - len(posts), 0),
        check(f"{mode}: sent, or known to be unknown", states["sent"] + states["unknown"], size),
        check(f"{mode}: everybody has it", len({to for to, _ in posts}), size),
    ]


def told(key: str) -> Counter[str]:
    """How far its text messages are."""
    from notifications.models import Delivery

    return Counter(Delivery.objects.filter(notice__key=key, channel="sms").values_list("state", flat=True))


def dead(texts: Texts, environment: dict[str, str], options: argparse.Namespace) -> list[bool]:
    """Calls a minute while it is dead, by the usual pause; and how soon all goes on afterwards."""
    tell("dead")
    texts.mode = "dead"
    with working(environment, pause=30, lease=60):
        time.sleep(5)
        texts.calls.clear()
        time.sleep(options.seconds)
        calls, texts.mode, well = len(texts.calls), "ok", time.monotonic()
        while told("dead")["sent"] < options.size / 2 and time.monotonic() < well + 130:
            time.sleep(0.5)
        back = time.monotonic() - well
        until_done(150)
    rate = calls / options.seconds * 60
    print(f"T20 dead for {options.seconds:.0f} s: {rate:.1f} calls a minute, back after {back:.0f} s")
    return [
        check("called at most ten times a minute", rate <= CALLS_A_MINUTE, wanted=True),
        check("back within two minutes", back <= 120, wanted=True),
    ]


def second(texts: Texts, environment: dict[str, str], size: int) -> list[bool]:
    """The first answers 500 all the time; the second takes what the first does not."""
    tell("second")
    texts.mode = "broken"
    with listening() as (_mail, other, ways), working(environment | {"SMS_URL_2": ways["SMS_URL"]}, pause=2):
        end = time.monotonic() + 40
        while told("second")["sent"] < size - 40 and time.monotonic() < end:
            time.sleep(0.5)
        took = len(other.posts)
        texts.mode = "ok"
        until_done()
    both = Counter(to for to, _ in other.posts)
    print(f"D11 second provider: {took} went through it")
    return [
        check("the second takes over", took >= size - 40, wanted=True),
        check("nobody twice", [to for to, n in both.items() if n > 1], []),
    ]


def post(port: int, reference: str, state: str, secret: str = SECRET) -> int:
    """What the gateway says of a message."""
    from notifications.channels.reports import sign

    body = json.dumps({"reference": reference, "state": state}).encode()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("POST", "/sms/reports/", body, {"X-Signature": sign(body, secret), "Content-Type": "application/json"})
    return line.getresponse().status


def receipts() -> list[bool]:
    """Forged, right, late, twice, in the wrong order."""
    from notifications.models import Delivery

    row = Delivery.objects.filter(channel="sms", state="sent").latest("pk")
    reference = str(row.reference)
    os.environ["SMS_REPORT_SECRET"] = SECRET
    with portal(1) as port:
        forged = post(port, reference, "failed", "another")
        row.refresh_from_db()
        untouched = row.state
        answers = [post(port, reference, said) for said in ("failed", "delivered", "delivered", "failed")]
    row.refresh_from_db()
    return [
        check("a forged receipt", (forged, untouched), (GONE, "sent")),
        check("right ones", answers, [TAKEN] * 4),
        check("delivered stays delivered", (row.state, row.receipt), ("sent", "delivered")),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server(), listening() as (_mail, texts, ways):
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        people(options.size, sms_share=1)
        awake()
        environment = os.environ | ways | {"REDIS_URL": ""}
        results = [
            one for mode in ("broken", "wrong", "silent") for one in trouble(texts, mode, environment, options.size)
        ]
        results += second(texts, environment, options.size) + dead(texts, environment, options) + receipts()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
