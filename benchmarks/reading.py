"""What a visitor and a member read: CPU beside that of a bare hello, queries, and how both grow with the city."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from benchmarks.measuring import Ask, Door, Times, in_turn, quantile, queries, timed
from benchmarks.table import Result

if TYPE_CHECKING:
    from benchmarks.cast import Cast

HELLO = Ask("/healthz")
LINKED_EVENTS_LIST, LINKED_EVENTS_DETAIL = 280, 150  # multiples of hello, measured elsewhere


def asks(cast: Cast, door: Door) -> dict[str, tuple[Ask, float | None, int | None]]:
    """Each operation with its goals: the most CPU as a multiple of hello, the most queries."""
    course, place = f"/fa/courses/{cast.course.slug}/", cast.place_slugs
    kept = Ask("/fa/courses/")
    etag = {"If-None-Match": door.checked(kept)[0]["ETag"]}
    return {
        "API list of 20": (Ask("/api/v1/courses/?v={n}"), 14, 2),
        "API detail": (Ask(f"/api/v1/courses/{cast.course.pk}/"), 8, 2),
        "catalogue page, computed": (Ask("/fa/courses/?v={n}"), 60, 6),
        "catalogue page, kept": (kept, 4, 1),
        "catalogue page, 304": (Ask("/fa/courses/", headers=etag, status=304), 3, 1),
        "course page, visitor": (Ask(course + "?v={n}"), 40, 6),
        "course page, member": (Ask(course, headers=cast.cookie), None, 9),
        "own page": (Ask("/fa/me/", headers=cast.cookie), None, None),
        "home": (Ask("/fa/?v={n}"), 60, 6),
        "area": (Ask(f"/fa/areas/{place['area']}/?v={{n}}"), 60, 6),
        "venue": (Ask(f"/fa/venues/{place['venue']}/?v={{n}}"), 60, 6),
    }


def hello(door: Door) -> Times:
    """The floor: all middleware around an answer that asks nobody."""
    return timed(lambda: door.checked(HELLO), least=100, seconds=0.3)


def read(cast: Cast, door: Door, rounds: int) -> list[Result]:
    """CPU and queries of every operation."""
    cpu: dict[str, list[float]] = {}
    floor: dict[str, list[float]] = {}
    hundred: list[float] = []
    for _ in range(rounds):
        for name, (ask, _most, _queries) in asks(cast, door).items():
            floor.setdefault(name, []).append(hello(door).usual_cpu)
            cpu.setdefault(name, []).append(timed(lambda ask=ask: door.checked(ask)).usual_cpu)
        hundred.append(timed(lambda: door.checked(Ask("/api/v1/courses/?page_size=100&v={n}"))).usual_cpu)
    results = [Result("hello", "floor", [one for all_ in floor.values() for one in all_], "ms CPU", [])]
    for name, (ask, most, most_queries) in asks(cast, door).items():
        results.append(Result(name, "cpu", cpu[name], "ms CPU", floor[name], most))
        door.checked(ask)
        n = queries(lambda ask=ask: door.checked(ask))
        results.append(Result(f"{name}: queries", "queries", [n], "", [], most_queries))
    rows = [(many - few) / 80 for many, few in zip(hundred, cpu["API list of 20"], strict=True)]
    results.append(Result("API list, each further row", "cpu", rows, "ms CPU", [], 0.02))
    return results + compared(results)


def compared(results: list[Result]) -> list[Result]:
    """How much cheaper than Linked Events the two addresses are that both have, as multiples of hello."""
    ratios = {one.name: one.ratio or 1 for one in results}
    return [
        Result(f"{name}: Linked Events over ours", "cpu", [peer / ratios[name]], "times", [], goal, is_least=True)
        for name, peer, goal in (("API list of 20", LINKED_EVENTS_LIST, 20), ("API detail", LINKED_EVENTS_DETAIL, 15))
    ]


def deep(cast: Cast, door: Door, rounds: int) -> list[Result]:
    """The page half way down over the first one, in the API and as far as the catalogue's page turns."""
    cursor = json.dumps([0, *cast.half_way], default=str, separators=(",", ":"))
    half = base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")
    pairs = {
        "API, half depth": (f"/api/v1/courses/?cursor={half}&v={{n}}", "/api/v1/courses/?v={n}"),
        "catalogue page, the last": ("/fa/courses/?page=50&v={n}", "/fa/courses/?v={n}"),
    }
    results = []
    for name, (far, near) in pairs.items():
        ours, limit = [], []
        asks = [Ask(near), Ask(far)]
        for _ in range(rounds):
            clocks = in_turn([lambda ask=ask: door.checked(ask) for ask in asks], times=25)
            limit.append(quantile(clocks[0], 0.25))
            ours.append(quantile(clocks[1], 0.25))
        results.append(Result(f"{name}, over page 1", "growth", ours, "ms", limit, 1.5))
    return results
