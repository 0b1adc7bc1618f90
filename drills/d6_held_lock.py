"""D6: somebody holds the lock of one course; those who want a place there are told so in time, everybody else notices nothing.

A database of its own beside DATABASE_URL's, the portal in four processes of four threads. Prints the figures; the exit code
is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from drills.ground import database, manage, portal
from drills.race_seats import Answer, Caller, check, outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

PROCESSES, THREADS = 4, 4
WAITING_HANDS, OTHER_HANDS = 4, 2
UNTOUCHED = 1.5  # seconds: below the time that one waits for a lock
PAUSE = 0.2
SPARE = 2 * PROCESSES  # connections with which the processes ask after the database's health


def arguments() -> argparse.Namespace:
    """For how long the lock is held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--most", type=float, default=4, help="seconds within which one is told")
    return parser.parse_args()


def prepare(options: argparse.Namespace, folder: str) -> tuple[int, int, list[str]]:
    """The course that is held, another one, and the tokens of those who press."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from programs.services.crowd import make_ready
    from tests.programs import world

    call_command("migrate", verbosity=0)
    held, other = world.course(), world.course()
    people = 60 + int(options.seconds * (WAITING_HANDS + OTHER_HANDS / PAUSE))
    make_ready(course=other, seats=people, waiting=None)
    tokens = Path(folder) / "tokens"
    manage(
        "crowd", str(people), "--course", held.slug, "--seats", str(people), "--tokens", str(tokens),
        "--yes-on-production-data-too",
    )  # fmt: skip
    connections.close_all()
    return held.pk, other.pk, tokens.read_text().split()


@contextmanager
def lock(course: int) -> Iterator[None]:
    """Somebody who holds the course's row and does not go on."""
    holder = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT 1 FROM programs_course WHERE id = %s FOR UPDATE", [course])
            yield
    finally:
        holder.close()


class Crowd:
    """People who press one after the other until it is time to stop."""

    def __init__(self, port: int, tokens: list[str], until: float) -> None:
        self.call, self.until = Caller(port), until
        self.tokens = iter(tokens)

    def press(self, course: int, pause: float = 0) -> list[Answer]:
        """One hand: the answers that it got."""
        found = []
        while time.monotonic() < self.until:
            found.append(self.call("POST", f"courses/{course}/enrolments/", next(self.tokens), {}))
            time.sleep(pause)
        return found


def ready(port: int, until: float) -> list[int]:
    """What the portal says of itself each second."""
    found = []
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                found.append(answer.status)
        except urllib.error.HTTPError as error:
            found.append(error.code)
        time.sleep(1)
    return found


def connected() -> int:
    """How many connections the database has now."""
    with psycopg2.connect(os.environ["DATABASE_URL"]) as line, line.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def worst(answers: list[Answer], share: float = 1.0) -> float:
    """The longest that so many of them had to wait."""
    ordered = sorted(one.seconds for one in answers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def drill(port: int, held: int, other: int, tokens: list[str], options: argparse.Namespace) -> list[bool]:
    """Calm, held, and free again."""
    spare, tokens, seconds = tokens[:20], tokens[20:], options.seconds
    calm = [Caller(port)("POST", f"courses/{other}/enrolments/", token, {}) for token in spare[:15]]
    with lock(held):
        until = time.monotonic() + seconds
        crowd = Crowd(port, tokens, until)
        with ThreadPoolExecutor(WAITING_HANDS + OTHER_HANDS + 1) as pool:
            waiting = [pool.submit(crowd.press, held) for _ in range(WAITING_HANDS)]
            others = [pool.submit(crowd.press, other, PAUSE) for _ in range(OTHER_HANDS)]
            health = pool.submit(ready, port, until)
            time.sleep(seconds / 2)
            connections = connected()
            told = [answer for hand in waiting for answer in hand.result()]
            served = [answer for hand in others for answer in hand.result()]
    after = Caller(port)("POST", f"courses/{held}/enrolments/", spare[15], {})
    print(
        f"D6 held for {seconds:.0f} s: {len(told)} told within {worst(told):.2f} s; another course p95 {worst(calm, 0.95):.2f} s "
        f"calm, {worst(served, 0.95):.2f} s meanwhile ({len(served)} answers); {connections} connections"
    )
    return [
        check("told those who wait", Counter((one.status, outcome(one)) for one in told), {(409, "busy"): len(told)}),
        check(f"each within {options.most:g} s", worst(told) <= options.most, wanted=True),
        check(
            "the other course", Counter((one.status, outcome(one)) for one in served), {(201, "seated"): len(served)}
        ),
        check("its answers do not wait for the lock", worst(served, 0.95) <= UNTOUCHED, wanted=True),
        check("ready meanwhile", set(health.result()), {200}),
        check("connections not exhausted", connections <= PROCESSES * THREADS + SPARE + 2, wanted=True),
        check("free again", (after.status, outcome(after)), (201, "seated")),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("D6 needs PostgreSQL: set DATABASE_URL")
        return 2
    with database("d6"), tempfile.TemporaryDirectory() as folder:
        held, other, tokens = prepare(options, folder)
        with portal(PROCESSES, THREADS) as port:
            results = drill(port, held, other, tokens, options)
        results.append(check("audit_seats", manage("audit_seats").strip().splitlines()[-1].split()[-1], "broken=0"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
