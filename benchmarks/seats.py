"""Getting a place: its cost in one request, its rate on one course beside the bare statement, refusals, the stampede."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection, connections

from benchmarks.measuring import Ask, Door, queries, timed
from benchmarks.reading import hello
from benchmarks.table import Result
from programs.models import Course, Enrolment
from programs.services import enrol
from programs.services.crowd import make_crowd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.cast import Cast

FOLDER = Path(__file__).parent
THREADS, EACH = 4, 60
LINKED_EVENTS_SIGNUP, PRETIX_ORDER = 1500, 485  # multiples of hello, measured elsewhere
PEOPLE, SEATS, WAITING = 2000, 20, 100


def prepare() -> None:
    """Makes the tables of the bare statement."""
    with connection.cursor() as cursor:
        cursor.execute((FOLDER / "limits.sql").read_text())


def bare_rate(clients: int, seconds: int = 3) -> float:
    """Enrolments a second of one statement in pure SQL on one course."""
    command = ["pgbench", "-n", "-f", str(FOLDER / "enrol.sql"), "-c", str(clients), "-j", "2", "-T", str(seconds)]
    done = subprocess.run([*command, os.environ["DATABASE_URL"]], capture_output=True, text=True, check=True)
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]


def asked(course: Course, tokens: Iterator[str], status: int) -> Ask:
    """The next person presses."""
    bearer = {"Authorization": f"Bearer {next(tokens)}"}
    return Ask(f"/api/v1/courses/{course.pk}/enrolments/", "POST", b"{}", bearer, status)


def one_request(cast: Cast, door: Door, rounds: int) -> list[Result]:
    """CPU and queries of an enrolment and of its refusals."""
    tokens = iter([*make_crowd(800)])
    floor, cost = [], []
    said_no: dict[str, list[float]] = {"closed": [], "full": [], "young": []}
    for _ in range(rounds):
        floor.append(hello(door).usual_cpu)
        cost.append(timed(lambda: door.checked(asked(cast.hot, tokens, 201)), least=40, most=100).usual_cpu)
        for name, found in said_no.items():
            course = getattr(cast, name)
            found.append(timed(lambda c=course: door.checked(asked(c, tokens, 409)), least=20, most=30).usual_cpu)
    sent = queries(lambda: door.checked(asked(cast.hot, tokens, 201)))
    results = [
        Result("enrol over HTTP, in-process", "cpu", cost, "ms CPU", [], 6),
        Result("enrol over HTTP: queries with BEGIN and COMMIT", "queries", [sent], "", [], 16),
    ]
    times = Result("enrol over HTTP", "cpu", cost, "ms CPU", floor)
    results.append(times)
    for name, peer, goal in (("Linked Events' sign-up", LINKED_EVENTS_SIGNUP, 40), ("pretix' order", PRETIX_ORDER, 12)):
        value = peer / (times.ratio or 1)
        results.append(Result(f"enrol: {name} over ours", "cpu", [value], "times", [], goal, is_least=True))
    return results + [
        Result(f"refusal ({name}) over enrolment", "cpu", found, "ms CPU", cost, 0.6) for name, found in said_no.items()
    ]


def hot_course(cast: Cast, rounds: int) -> list[Result]:
    """The service alone from four threads, beside the bare statement from as many connections."""
    ours, limit = [], []
    for _ in range(rounds):
        limit.append(bare_rate(THREADS))
        ours.append(_service_rate(cast))
    return [Result("enrol service alone, hot course, 4 threads", "rate", ours, "/s", limit, 0.4, is_least=True)]


def _service_rate(cast: Cast) -> float:
    pairs = cast.pairs(list(make_crowd(THREADS * EACH)))
    course = Course.objects.get(pk=cast.hot.pk)

    def some(at: int) -> None:
        for member, learner in pairs[at::THREADS]:
            enrol(actor=member, course=course, learner=learner)
        connections.close_all()

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(some, range(THREADS)))
    return len(pairs) / (time.perf_counter() - begun)


def through_http(cast: Cast, port: int, limit: float, folder: str) -> tuple[float, float]:
    """Enrolments a second through the web server from 16 connections, counted in the database, and the limit given."""
    tokens = Path(folder) / "tokens"
    tokens.write_text("\n".join(make_crowd(1500)))
    before = Enrolment.objects.filter(course=cast.hot).count()
    address = f"http://127.0.0.1:{port}/api/v1/courses/{cast.hot.pk}/enrolments/"
    command = ["wrk", "-t1", "-c16", "-d3s", "-s", str(FOLDER / "enrol.lua"), address, "--", str(tokens)]
    subprocess.run(command, capture_output=True, check=True)
    return (Enrolment.objects.filter(course=cast.hot).count() - before) / 3, limit


def stampede() -> list[Result]:
    """The whole drill in processes and a database of its own: the last answer beside the bare statement's time."""
    limit = PEOPLE / bare_rate(16)
    size = ["--people", str(PEOPLE), "--seats", str(SEATS), "--waiting", str(WAITING)]
    done = subprocess.run(
        [sys.executable, "-m", "drills.race_seats", *size],
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"last answer after ([\d.]+) s", done.stdout)
    if done.returncode or not found:
        print(json.dumps(done.stdout + done.stderr[-2000:], ensure_ascii=False))
    seconds = float(found[1]) if found else float("inf")
    name = f"stampede, {PEOPLE} for {SEATS}: {'exact' if done.returncode == 0 else 'WRONG'}, last answer"
    return [Result(name, "rate", [seconds], "s", [limit], 10)]
