"""D3: web processes are killed while people enrol; each place is there whole or not at all, and a retry gets the same one.

A database of its own beside DATABASE_URL's, the portal in four processes, one of them killed each time so many more people
have their answer. Everyone presses until they have one, with the same Idempotency-Key, and once more at the end. Prints the
figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from drills.ground import database, manage, portal
from drills.race_seats import check

PROCESSES, HANDS, COURSES = 4, 16, 8
PATIENCE = 120


class Press(NamedTuple):
    """One person's answer: the last one, whether it says that the place is new, and how often they had to press."""

    status: int
    body: dict[str, Any]
    tries: int


def arguments() -> argparse.Namespace:
    """How many people, how many kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(one) for one in (task / "children").read_text().split()]
        except OSError:  # the thread has ended meanwhile
            continue
    return found


def workers() -> list[int]:
    """The web processes of the portal that this process has started."""
    servers = [pid for pid in children(os.getpid()) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text()]
    return [worker for server in servers for worker in children(server)]


def prepare(options: argparse.Namespace, folder: str) -> tuple[list[int], list[str]]:
    """Courses in which half of all get a seat and the others wait, and the tokens of those who will press."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from programs.services.crowd import make_ready
    from tests.programs import world

    call_command("migrate", verbosity=0)
    tokens = Path(folder) / "tokens"
    seats = max(1, options.people // COURSES // 2)
    courses = [world.course() for _ in range(COURSES)]
    for course in courses:
        make_ready(course=course, seats=seats, waiting=None)
    manage(
        "crowd", str(options.people), "--course", courses[0].slug, "--seats", str(seats), "--tokens", str(tokens),
        "--yes-on-production-data-too",
    )  # fmt: skip
    connections.close_all()
    return [course.pk for course in courses], tokens.read_text().split()


def ask(port: int, course: int, token: str, key: str) -> tuple[int, bytes]:
    """One request; (0, b"") when the connection broke."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("POST", f"/api/v1/courses/{course}/enrolments/", "{}", headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        line.close()


def press(port: int, course: int, token: str, key: str) -> Press:
    """Presses until there is an answer that is not about trouble."""
    end, tries = time.monotonic() + PATIENCE, 0
    while True:
        status, content = ask(port, course, token, key)
        tries += 1
        if status in {200, 201, 409} and b'"busy"' not in content:
            return Press(status, json.loads(content), tries)
        if time.monotonic() > end or (400 <= status < 500 and status not in {409, 429}):
            return Press(status, {"content": content.decode(errors="replace")}, tries)
        time.sleep(0.2)


class Killer:
    """Kills a web process each time so many more people have their answer."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.chance = random.Random(options.seed)  # noqa: S311 - the same processes each time
        self.every, self.most = options.people / (options.kills + 1), options.kills
        self.answered = self.killed = 0
        self.lock = threading.Lock()

    def count(self) -> None:
        """One more person has an answer."""
        with self.lock:
            self.answered += 1
            if self.killed < self.most and self.answered >= (self.killed + 1) * self.every:
                self.kill()

    def kill(self) -> None:
        """Kills one of the processes, most likely in the middle of a request."""
        found = workers()
        if found:
            time.sleep(self.chance.uniform(0, 0.03))
            os.kill(self.chance.choice(found), signal.SIGKILL)
            self.killed += 1


def storm(port: int, courses: list[int], tokens: list[str], killer: Killer) -> list[Press]:
    """Everyone presses; the answers in the order of the tokens."""

    def one(at: int) -> Press:
        found = press(port, courses[at % len(courses)], tokens[at], f"d3-{at}")
        killer.count()
        return found

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(len(tokens))))


def again(port: int, courses: list[int], tokens: list[str]) -> list[Press]:
    """The same requests with the same keys once more, when nobody is killed any longer."""
    with ThreadPoolExecutor(HANDS) as pool:
        return list(
            pool.map(lambda at: press(port, courses[at % len(courses)], tokens[at], f"d3-{at}"), range(len(tokens)))
        )


def judge(tokens: list[str], first: list[Press], second: list[Press]) -> list[bool]:
    """What the database holds, beside what people were told."""
    from django.db import connections

    from members.models import Audit
    from notifications.models import Notice
    from programs.models import Enrolment

    held = dict(Enrolment.objects.values_list("pk", "state"))
    trail = Audit.objects.filter(object_type="programs.enrolment", verb="enrol").values_list("object_id", flat=True)
    news = [f"enrolment:{pk}:{state}" for pk, state in held.items()]
    told = Notice.objects.filter(kind__in=["programs/seated", "programs/waiting"])
    results = [
        check("places", len(held), len(tokens)),
        check("audit lines", len(trail), len(held)),
        check("places without an audit line", sorted(held.keys() - set(trail)), []),
        check("notices", told.count(), len(held)),
        check("places without their notice", len(news) - told.filter(key__in=news).count(), 0),
        check("deliveries for every notice", told.filter(deliveries__isnull=True).count(), 0),
        check("everyone was told 201", {one.status for one in first}, {201}),
        check(
            "whoever was told so has it",
            [p.body for p in first if held.get(p.body.get("id")) != p.body.get("state")],
            [],
        ),
        check("again the same answer", sum(a[:2] != b[:2] for a, b in zip(first, second, strict=True)), 0),
        check("one place each", len({one.body.get("id") for one in first}), len(tokens)),
    ]
    connections.close_all()
    return results


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("D3 needs PostgreSQL: set DATABASE_URL")
        return 2
    with database("d3"), tempfile.TemporaryDirectory() as folder:
        courses, tokens = prepare(options, folder)
        killer, begun = Killer(options), time.monotonic()
        with portal(PROCESSES) as port:
            first = storm(port, courses, tokens, killer)
            seconds = time.monotonic() - begun
            second = again(port, courses, tokens)
        pressed_again = sum(one.tries > 1 for one in first)
        print(f"D3 {len(tokens)} people in {seconds:.0f} s, {killer.killed} kills, {pressed_again} had to press again")
        results = [check("kills", killer.killed, options.kills), *judge(tokens, first, second)]
        audit = manage("audit_seats").strip().splitlines()[-1]
        results.append(check("audit_seats", audit.split()[-1], "broken=0"))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
