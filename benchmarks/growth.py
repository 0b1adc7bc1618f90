"""How single parts grow with the city: a small one and a large one side by side, asked in turn, so that neighbours slow both."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, connections

from benchmarks.cast import Cast, forget
from benchmarks.city import City
from benchmarks.measuring import Ask, Door, in_turn, quantile
from benchmarks.searching import pairs
from benchmarks.table import Result
from drills.ground import database
from programs.catalogue import Filters, count
from programs.services import enrol, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GOALS = {
    "list page 1": 1.3, "catalogue page 1": 1.3, "detail": 1.3, "own page": 1.3, "enrol and withdraw": 1.3,
    "search of two words": 4, "facets with a filter": 4, "facets of the whole catalogue": None,
}  # fmt: skip
SHARE = 0.25  # of the clocks: the calm ones


def settle() -> None:
    """Gives the planner figures of the rows that are there now."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class Place:
    """A city in a database of its own, and what it has kept."""

    def __init__(self, name: str | None = None) -> None:
        self.line = connections.create_connection("default")
        if name:
            self.line.settings_dict = self.line.settings_dict | {"NAME": name}
        self.prefix = ""

    def fill(self, size: int) -> None:
        """Makes its tables, its courses and its cast."""
        with self.entered():
            call_command("migrate", verbosity=0)
            City().grow(size)
            self.cast, self.words = Cast(), quote_plus(" ".join(pairs()[0]))
            settle()
            forget()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """While this lasts the portal stands in this city."""
        before = connections["default"], caches["default"].key_prefix
        connections["default"], caches["default"].key_prefix = self.line, self.prefix or before[1]
        try:
            yield
        finally:
            self.prefix = caches["default"].key_prefix
            connections["default"], caches["default"].key_prefix = before


@contextmanager
def small_place(folder: str) -> Iterator[Place]:
    """The small city, gone afterwards."""
    if connection.vendor != "postgresql":
        yield Place(str(Path(folder) / "small.sqlite3"))
        return
    large = os.environ["DATABASE_URL"]
    with database("bench_small") as address:
        os.environ["DATABASE_URL"] = large
        place = Place(urlsplit(address).path.strip("/"))
        yield place
        place.line.close()


def parts(cast: Cast, words: str, door: Door) -> dict[str, Callable[[], object]]:
    """What is asked in both."""
    return {
        "list page 1": lambda: door.checked(Ask("/api/v1/courses/?v={n}")),
        "catalogue page 1": lambda: door.checked(Ask("/fa/courses/?v={n}")),
        "detail": lambda: door.checked(Ask(f"/api/v1/courses/{cast.course.pk}/")),
        "own page": lambda: door.checked(Ask("/fa/me/", headers=cast.cookie)),
        "enrol and withdraw": lambda: _there_and_back(cast),
        "search of two words": lambda: door.checked(Ask(f"/fa/courses/?q={words}&v={{n}}")),
        "facets with a filter": lambda: _facets(Filters(area=(cast.place_slugs["area"],), open=("1",))),
        "facets of the whole catalogue": lambda: _facets(Filters()),
    }


def _facets(filters: Filters) -> None:
    forget()
    count(filters)


def _there_and_back(cast: Cast) -> None:
    ((member, learner),) = cast.pair
    place, _ = enrol(actor=member, course=cast.hot, learner=learner)
    withdraw(actor=member, enrolment=place)


def grown(few: Place, many: Place, door: Door, sizes: tuple[int, int], rounds: int) -> list[Result]:
    """How much longer each part takes in the large city."""
    found: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in GOALS}
    for _ in range(rounds):
        for name, both in found.items():
            for column, clocks in zip(both, in_turn([asked_in(one, name, door) for one in (few, many)]), strict=True):
                column.append(quantile(clocks, SHARE))
    title = "growth {:,} to {:,}: ".format(*sizes)
    return [Result(title + name, "growth", large, "ms", small, GOALS[name]) for name, (small, large) in found.items()]


def asked_in(place: Place, name: str, door: Door) -> Callable[[], object]:
    """One part, asked in one of the cities."""

    def work() -> None:
        with place.entered():
            parts(place.cast, place.words, door)[name]()

    return work
