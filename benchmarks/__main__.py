"""`python -m benchmarks`: loads a city, measures everything beside its limits, prints the table, writes result.json.

SCALE courses (3,000 unless the environment says otherwise) in a database of its own beside DATABASE_URL's; on SQLite, or
without one, in a file, and then without the parts that need PostgreSQL. Exit code 1 when a goal of CPU, queries or growth
is missed; rates depend on the neighbours and are only told.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stage import ground, prepare
from benchmarks.table import Result, printed, write

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = 1000
BEGUN = time.perf_counter()
MOST_SPREAD = 1.5
PARTS = ("reading", "growth", "search", "seats", "rates", "serving", "memory", "stampede", "import")


def arguments() -> argparse.Namespace:
    """What to measure, how often, and where to write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--result", type=Path, default=Path(__file__).with_name("result.json"))
    return parser.parse_args()


def say(text: str) -> None:
    """One line of progress."""
    print(f"{time.perf_counter() - BEGUN:4.0f} s  {text}", flush=True)


def measure(options: argparse.Namespace, scale: int, folder: str, *, is_postgresql: bool) -> list[Result]:
    """Everything, in an order in which nothing disturbs what comes after it."""
    from benchmarks import importing, reading, searching, seats, serving
    from benchmarks.growth import Place, grown, small_place
    from benchmarks.measuring import Door

    rounds, few, door, many = options.rounds, min(FEW, scale // 3), Door(), Place()
    with many.entered(), small_place(folder) as small:
        small.fill(few)
        many.fill(scale)
        cast = many.cast
        say(f"{few} and {scale} courses")
        if is_postgresql:
            seats.prepare()
        works: dict[str, Callable[[], list[Result]]] = {
            "reading": lambda: [*reading.read(cast, door, rounds), *reading.deep(cast, door, rounds)],
            "growth": lambda: grown(small, many, door, (few, scale), rounds),
            "search": lambda: searching.search(door, rounds),
            "seats": lambda: seats.one_request(cast, door, rounds),
            "rates": lambda: seats.hot_course(cast, rounds) if is_postgresql else [],
            "serving": lambda: (
                serving.rates(cast, door, rounds, folder, is_postgresql=is_postgresql) if serving.is_possible() else []
            ),
            "memory": lambda: serving.memory() if serving.is_possible() else [],
            "stampede": lambda: seats.stampede() if is_postgresql else [],
            "import": lambda: importing.run(rounds),
        }
        results = []
        for name in options.only:
            results += works[name]()
            say(name)
    return results


def load() -> str:
    """How busy the machine is."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def main() -> int:
    """Runs it all."""
    options, scale = arguments(), int(os.environ.get("SCALE") or 3000)
    before = load()
    with tempfile.TemporaryDirectory() as folder, ground(folder) as is_postgresql:
        prepare()
        results = measure(options, scale, folder, is_postgresql=is_postgresql)
    print(printed(results))
    print(f"load average before {before}, after {load()}; {scale:,} courses")
    floor = [one for one in results if one.name == "hello"]
    if floor and floor[0].spread > MOST_SPREAD:
        print(f"hello itself spread by {floor[0].spread:.2f}: the machine was busy with something else")
    write(results, scale, options.rounds, options.result)
    missed = [one for one in results if one.met is False]
    for one in missed:
        print(f"{'MISSED' if one.decides else 'missed'}: {one.name}: {statistics.median(one.ours):.4g} {one.unit}")
    return 1 if any(one.decides for one in missed) else 0


if __name__ == "__main__":
    sys.exit(main())
