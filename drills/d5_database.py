"""D4 and D5: Redis is killed for a while, then PostgreSQL is stopped at once and started again, while people read and enrol.

Its own PostgreSQL and Redis, the portal under gunicorn, a Celery worker and the beat. No answer is 5xx but 503 with Retry-After
while the database is away; who was told 201 has the place; notices of the gap go out soon after; nobody starts a process again.
Prints the figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from drills.ground import Redis, Server, awake, beat, manage, portal, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    from drills.sinks import Mail

OK, CREATED, AWAY = 200, 201, 503
PACE = 0.05  # 20 requests a second
SOON, HEALTHY = 120, 10


class Answer(NamedTuple):
    """One answer: when, on what, and how."""

    at: float
    path: str
    status: int
    seconds: float
    retry: str


class Load:
    """Twenty requests a second: reading, the way to sign in, enrolling; and what came back."""

    def __init__(self, port: int, course: int, tokens: list[str]) -> None:
        self.port, self.course, self.tokens = port, course, iter(tokens)
        self.answers: list[Answer] = []
        self.enrolled: list[str] = []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(4)]
        for thread in self.threads:
            thread.start()

    def run(self, hand: int) -> None:
        """One hand."""
        number = hand
        while not self.stop.wait(PACE * 4):
            number += 1
            if number % 5 == 0:
                self.enrol()
            else:
                self.ask("GET", ("/fa/courses/", "/fa/accounts/signin/", "/en/", "/fa/help/")[number % 4])

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> int:
        """One request; 0 when the connection broke."""
        line, begun = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), time.monotonic()
        try:
            line.request(method, path, "{}" if method == "POST" else None, headers or {})
            answer = line.getresponse()
            answer.read()
            status, retry = answer.status, answer.headers.get("Retry-After", "")
        except (OSError, http.client.HTTPException):
            status, retry = 0, ""
        self.answers.append(Answer(begun, path, status, time.monotonic() - begun, retry))
        return status

    def enrol(self) -> None:
        """One more person presses."""
        token = next(self.tokens, None)
        if token is None:
            return
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if self.ask("POST", f"/api/v1/courses/{self.course}/enrolments/", headers) == CREATED:
            self.enrolled.append(token)

    def between(self, begin: float, end: float) -> list[Answer]:
        """The answers of that time."""
        return [one for one in self.answers if begin <= one.at <= end]

    def end(self) -> None:
        """No more requests."""
        self.stop.set()
        for thread in self.threads:
            thread.join(40)


def arguments() -> argparse.Namespace:
    """For how long, how often."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", type=float, default=60, help="seconds without Redis")
    parser.add_argument("--outages", type=int, default=10)
    return parser.parse_args()


def prepare(folder: str) -> tuple[int, list[str]]:
    """A course with room for all, and the tokens of those who press."""
    from django.core.management import call_command
    from django.db import connections

    from tests.programs import world

    call_command("migrate", verbosity=0)
    course, tokens = world.course(), Path(folder) / "tokens"
    manage(
        "crowd", "3000", "--course", course.slug, "--seats", "3000", "--tokens", str(tokens),
        "--yes-on-production-data-too",
    )  # fmt: skip
    awake()
    connections.close_all()
    return course.pk, tokens.read_text().split()


def p95(answers: list[Answer]) -> float:
    """What nineteen in twenty had to wait at most."""
    ordered = sorted(one.seconds for one in answers)
    return ordered[int(len(ordered) * 0.95)] if ordered else 0.0


def unsent() -> int:
    """How many are due and not handed over."""
    from notifications.models import Delivery

    return Delivery.objects.filter(state__in=[Delivery.State.QUEUED, Delivery.State.SENDING]).count()


def without_redis(load: Load, redis: Redis, seconds: float) -> list[bool]:
    """D4."""
    begun = time.monotonic()
    time.sleep(15)
    calm = load.between(begun, time.monotonic())
    redis.stop()
    gap = time.monotonic()
    time.sleep(seconds)
    meanwhile = load.between(gap, time.monotonic())
    waiting = unsent()
    redis.start()
    back = time.monotonic()
    while unsent() > 40 and time.monotonic() < back + 2 * SOON:
        time.sleep(1)
    out = time.monotonic() - back
    statuses = Counter(one.status // 100 for one in meanwhile)
    print(
        f"D4 Redis away for {seconds:.0f} s: {len(meanwhile)} answers {dict(statuses)}, p95 {p95(calm):.3f} s calm and "
        f"{p95(meanwhile):.3f} s meanwhile; {waiting} notices of the gap out after {out:.0f} s"
    )
    return [
        check("5xx or broken without Redis", statuses[5] + statuses[0], 0),
        check("enrolments meanwhile", any(one.status == CREATED for one in meanwhile), wanted=True),
        check("p95 at most doubled", p95(meanwhile) <= max(2 * p95(calm), 0.25), wanted=True),
        check("notices out in time", out <= SOON, wanted=True),
    ]


def without_database(load: Load, place: Server, outages: int) -> list[bool]:
    """D5."""
    from django.db import connections

    begun, healthy = time.monotonic(), []
    for _ in range(outages):
        connections.close_all()
        place.stop("immediate")
        time.sleep(2)
        probes = [load.ask("GET", "/readyz"), load.ask("GET", "/healthz")]
        place.start()
        up = time.monotonic()
        while load.ask("GET", "/readyz") != OK and time.monotonic() < up + 60:
            time.sleep(0.2)
        healthy.append(time.monotonic() - up)
        time.sleep(3)
    meanwhile = load.between(begun, time.monotonic())
    statuses = Counter(one.status for one in meanwhile)
    hasty = [one for one in meanwhile if one.status == AWAY and one.path != "/readyz" and one.retry != "5"]
    print(f"D5 {outages} outages: {dict(statuses)}, healthy after {max(healthy):.1f} s at most")
    return [
        check("500 or broken", sum(n for status, n in statuses.items() if status in {0, 500, 502}), 0),
        check("503 without Retry-After: 5", len(hasty), 0),
        check("/readyz and /healthz while it is away", probes, [AWAY, OK]),
        check("healthy in time", max(healthy) <= HEALTHY, wanted=True),
    ]


def judge(load: Load, mail: Mail, sent: int) -> list[bool]:
    """Whoever was told 201 has the place, and their notice went out."""
    from notifications.models import Delivery
    from programs.models import Enrolment

    end = time.monotonic() + SOON
    while unsent() and time.monotonic() < end:
        time.sleep(1)
    states = Counter(Delivery.objects.exclude(channel="inbox").values_list("state", flat=True))
    held = Enrolment.objects.filter(state="seated").count()
    print(f"     {len(load.enrolled)} were told 201, {held} have a place; deliveries {dict(states)}")
    print(f"     {sent} texts, {len(mail.received)} e-mails")
    return [
        check("acknowledged and lost", max(0, len(load.enrolled) - held), 0),
        check("left in the queue", states["queued"] + states["sending"], 0),
        check("failed", states["failed"], 0),
    ]


def main() -> int:
    """Runs both."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server() as place, listening() as (mail, texts, ways), tempfile.TemporaryDirectory() as folder:
        import django

        django.setup()
        course, tokens = prepare(folder)
        redis = Redis()
        redis.start()
        ways |= {"REDIS_URL": redis.url}
        os.environ |= ways
        environment: dict[str, Any] = dict(os.environ)
        many = [worker(environment, "--celery", "--lease", "20", "--pause", "5"), beat(environment, Path(folder))]
        try:
            with portal(2, 4) as port:
                load = Load(port, course, tokens)
                results = without_redis(load, redis, options.redis)
                results += without_database(load, place, options.outages)
                load.end()
                results += judge(load, mail, len(set(texts.posts)))
                results.append(check("text messages doubled", len(texts.posts) - len(set(texts.posts)), 0))
                results.append(check("processes that ended by themselves", [one.poll() for one in many], [None, None]))
        finally:
            for one in many:
                one.kill()
                one.wait()
            redis.stop()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
