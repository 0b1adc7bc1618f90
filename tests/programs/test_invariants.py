"""Each invariant of enrolment is broken once on purpose: by a constraint that refuses it, or by `audit_seats` that finds it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from base import clock
from programs import services
from programs.invariants import broken
from programs.models import Course, Enrolment, Offer, Program, Reserve
from tests.programs import world

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def places(course: Course, count: int) -> list[Enrolment]:
    found = []
    for _ in range(count):
        member, learner = world.person()
        course.refresh_from_db()
        found.append(services.enrol(actor=member, course=course, learner=learner)[0])
    return found


@pytest.fixture
def course() -> Course:
    """One seat, which is offered to the first of two who wait."""
    found = world.course(capacity=1)
    seated, *_ = places(found, 3)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    assert list(broken()) == []
    return found


def change_without_a_line() -> None:
    Enrolment.objects.filter(state="waiting").update(state="refused")
    Course.objects.update(waiting=0)


def clash() -> None:
    member, learner = world.person()
    for meets in (world.course(), world.course()):
        Enrolment.objects.create(course=meets, learner=learner, state="seated", asked_by=member, place=1)
        Course.objects.filter(pk=meets.pk).update(seats_taken=1, next_place=1)


def a_seat_nobody_has() -> None:
    course = world.course(capacity=2)
    until_on = clock.today() + dt.timedelta(days=1)
    desk = world.coordinator(course)
    services.reserve_seats(actor=desk, course=course, seats=2, until_on=until_on, group={"age_max": 17})
    Reserve.objects.update(taken=1)


def kept_but_waiting() -> None:
    course = world.course(capacity=1)
    member, learner = world.person(born=2012)
    desk, until_on = world.coordinator(course), clock.today() + dt.timedelta(days=1)
    reserve = services.reserve_seats(actor=desk, course=course, seats=1, until_on=until_on, group={"age_max": 17})
    Enrolment.objects.create(course=course, learner=learner, state="waiting", asked_by=member, place=1, reserve=reserve)


BREAKS: dict[str, Callable[[], object]] = {
    "I2 counters": lambda: Course.objects.update(seats_taken=0),
    "I2 reserves": a_seat_nobody_has,
    "I5 stuck queue, a kept seat": kept_but_waiting,
    "I4 places": lambda: Course.objects.update(next_place=2),
    "I5 stuck queue": lambda: Course.objects.update(capacity=9),
    "I7 audit line": change_without_a_line,
    "I9 offer": lambda: Offer.objects.update(seats=2),
    "I9 offered without offer": lambda: Offer.objects.update(answer="declined", answered_at=clock.now()),
    "I9 deadline at night": lambda: Offer.objects.update(
        expires_at=clock.at(clock.today() + dt.timedelta(days=2), dt.time(3))
    ),
    "I10 waiting after the end": lambda: Course.objects.update(state="cancelled"),
    "I12 clash": clash,
}


@pytest.mark.parametrize(("invariant", "harm"), BREAKS.items(), ids=BREAKS.keys())
def test_i6_a_broken_row_is_found(course: Course, invariant: str, harm: Callable[[], object]) -> None:
    """I2, I4, I5, I6, I7, I9, I10, I11, I12: what no constraint can hold, the audit finds."""
    assert course.pk
    harm()
    assert invariant.partition(",")[0] in {row.invariant for row in broken()}


CONSTRAINED: dict[str, Callable[[Enrolment], object]] = {
    "I1": lambda one: Course.objects.filter(pk=one.course_id).update(seats_taken=2),
    "I3": lambda one: Enrolment.objects.create(
        course=one.course, learner=one.learner, asked_by=one.asked_by, state="seated", place=77
    ),
    "I4": lambda one: Enrolment.objects.create(
        course=one.course, learner=world.person()[1], asked_by=one.asked_by, state="refused", place=one.place
    ),
}


@pytest.mark.parametrize("harm", CONSTRAINED.values(), ids=CONSTRAINED.keys())
def test_i1_the_database_refuses_what_a_constraint_can_hold(
    course: Course, harm: Callable[[Enrolment], object]
) -> None:
    """I1, I3, I4."""
    offered = Enrolment.objects.get(course=course, state="offered")
    with pytest.raises(IntegrityError), transaction.atomic():
        harm(offered)


def test_i11_who_left_holds_no_seat(course: Course) -> None:
    """I11."""
    left = Enrolment.objects.filter(course=course, state="withdrawn").count()
    held = Enrolment.objects.filter(course=course).holding_seats().count()
    course.refresh_from_db()
    assert (left, held, course.seats_taken) == (1, 1, 1)


def test_i6_no_unit_waits_longer_than_one_sweep(course: Course) -> None:
    """I6."""
    Course.objects.filter(pk=course.pk).update(capacity=9)
    assert services.sweep() == 1
    assert list(broken()) == []


def test_i19_what_is_published_speaks_every_language_of_the_site() -> None:
    """I19: but for partners' courses, which may wait for their translation."""
    call_command("demo_city")
    wanted = {code for code, _ in settings.LANGUAGES}
    published = Program.objects.filter(state=Program.State.PUBLISHED, feed=None).prefetch_related("translations")
    assert len(published) == 44
    for program in published:
        given = {
            text.language_code for text in program.translations.all() if text.title and text.summary and text.outcomes
        }
        assert given == wanted, program.slug
