"""Everybody at once at a course that keeps seats for a group: none of them goes to anyone else, none stays free that one of the
group waits for.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection

from base import clock
from programs import services
from programs.invariants import broken
from programs.models import Course, Enrolment
from tests.programs import world
from tests.races.test_seats import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]
PEOPLE, SEATS, KEPT = 60, 20, 8


def test_kept_seats_are_given_to_the_group_alone_while_all_ask_and_leave_at_once() -> None:
    course = world.course(capacity=SEATS, waiting_size=None)
    services.reschedule(course=course)
    desk = world.coordinator(course)
    until_on = clock.today() + dt.timedelta(days=3)
    reserve = services.reserve_seats(actor=desk, course=course, seats=KEPT, until_on=until_on, group={"age_max": 17})
    people = [world.person() for _ in range(PEOPLE)]
    asking = [(member, world.child_of(member) if number % 2 else own) for number, (member, own) in enumerate(people)]

    def ask(one: tuple[world.Member, world.Learner]) -> str:
        return services.enrol(actor=one[0], course=Course.objects.get(pk=course.pk), learner=one[1])[0].state

    given = at_once(ask, asking)
    assert given.count("seated") == SEATS
    assert list(broken()) == []
    kept = Enrolment.objects.holding_seats().filter(from_reserve=True)
    assert kept.count() == KEPT
    assert set(kept.values_list("reserve", flat=True)) == {reserve.pk}

    def leave(place: Enrolment) -> None:
        services.withdraw(actor=place.asked_by, enrolment=place)

    at_once(leave, list(kept.select_related("asked_by")[:4]))
    assert kept.count() == KEPT
    at_once(lambda _: services.end_reserve(actor=desk, reserve=reserve), [1, 2])
    assert list(broken()) == []
    course.refresh_from_db()
    assert (course.seats_taken, course.seats_reserved) == (SEATS, 0)
