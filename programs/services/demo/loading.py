"""The order in which the demo city is written."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from base import clock, door
from programs.services.demo import (
    city,
    demand,
    families,
    follows,
    groups,
    joining,
    learning,
    moving,
    people,
    plans,
    rules,
    seats,
)
from programs.services.demo.rows import DOOR
from programs.services.indexing import index


class Loaded(NamedTuple):
    """How much there was to do: courses that were added, and those that were moved to later weeks."""

    added: int
    moved: int


@transaction.atomic
def load() -> Loaded:
    """Writes what is missing of the demo city and moves what is old; all or nothing.

    Again on the same day it changes nothing. Courses that someone has enrolled in or changed since keep their days.
    """
    with door.through(DOOR):
        today = clock.today()
        city.load()
        learning.load_programs()
        people.load(today)
        groups.load(today)
        groups.move_forward(today)
        rules.load(today)
        added = learning.load_courses(today)
        seats.fill(added)
        joining.ask(added)
        joining.keep(added, today)
        families.load(added)
        moved = moving.move_forward(today)
        demand.load(today)
        follows.load()
        plans.load(today)
        plans.move_forward(today)
        index([*(course.pk for course in added.values()), *moved])
    return Loaded(len(added), len(moved))
