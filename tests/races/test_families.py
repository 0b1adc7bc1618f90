"""A hundred families at forty seats through the page's door: nobody is split, and no seat stays free that somebody waits for."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client

from programs import services
from programs.invariants import broken
from programs.models import Enrolment
from tests.programs import world
from tests.races.test_seats import at_once

if TYPE_CHECKING:
    from members.models import Learner, Member

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]
FAMILIES, SEATS = 100, 40


def states_by_party() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for party, state in Enrolment.objects.values_list("party", "state"):
        found[party].append(state)
    return found


def test_no_family_is_split_and_no_seat_stays_free_that_one_would_fit() -> None:
    chance = random.Random(40)
    course = world.course(capacity=SEATS, waiting_size=None)
    families: list[tuple[Member, list[Learner]]] = []
    for _ in range(FAMILIES):
        member, own = world.person()
        families.append((member, [own, *(world.child_of(member) for _ in range(chance.randint(1, 3)))]))

    def ask(family: tuple[Member, list[Learner]]) -> int:
        member, learners = family
        client = Client()
        client.force_login(member)
        typed = {"together": "1", "if_full": "wait", "learner": [one.pk for one in learners]}
        return client.post(f"/fa/courses/{course.slug}/enrol/", typed).status_code

    assert at_once(ask, families) == [302] * FAMILIES
    units = states_by_party()
    assert len(units) == FAMILIES
    assert all(len(set(states)) == 1 for states in units.values())
    course.refresh_from_db()
    smallest = min(len(states) for states in units.values() if states[0] == "waiting")
    assert 0 <= SEATS - course.seats_taken < smallest
    assert list(broken()) == []

    leaving = [one for one in families if Enrolment.objects.filter(learner=one[1][0], state="seated").exists()][:5]

    def leave(family: tuple[Member, list[Learner]]) -> None:
        for place in Enrolment.objects.filter(learner__in=family[1]):
            services.withdraw(actor=family[0], enrolment=place)

    at_once(leave, leaving)
    assert all(len(set(states)) == 1 for states in states_by_party().values())
    assert list(broken()) == []
