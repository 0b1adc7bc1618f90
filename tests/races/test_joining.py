"""One learner asks at once for two courses of a program that lets everybody into one a season (T2, I12)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from base import clock
from programs import services
from programs.models import Course, Enrolment, Program
from programs.services import enrolling
from tests.programs.town import DAY, Town, own, person
from tests.races.test_seats import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]
COURSES, ROUNDS = 4, 10


def asked_at_once(town: Town) -> tuple[list[str], int]:
    """What came of asking for four courses of the season at once, and how many places there are then."""
    member = person()[0]
    learner = own(member)
    first = clock.now() + 40 * DAY
    courses = [town.course(first=first, meetings=1) for _ in range(COURSES)]
    for number, course in enumerate(courses):  # never at the same hour: the timetable says nothing
        course.meetings.update(starts_at=first + number * DAY / 8, ends_at=first + number * DAY / 8 + DAY / 24)
        course.slots.all().delete()
        Course.objects.filter(pk=course.pk).update(sort_on=clock.day_of(first))

    def ask(course: Course) -> str:
        try:
            return services.enrol(actor=member, course=Course.objects.get(pk=course.pk), learner=learner)[0].state
        except IntegrityError:
            return "kept by the database"

    answers = at_once(ask, courses)
    return answers, Enrolment.objects.live().filter(learner=learner).count()


def test_two_courses_of_a_season_at_once_give_one_place() -> None:
    """T2."""
    town = Town()
    Program.objects.filter(pk=town.program.pk).update(joining={"once": True})
    for _round in range(ROUNDS):
        answers, places = asked_at_once(town)
        assert (sorted(answers), places) == (["once"] * (COURSES - 1) + ["seated"], 1)


def test_without_the_lock_the_database_alone_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """T2: the lock removed, the race happens, and the constraint still lets one through."""
    town = Town()
    Program.objects.filter(pk=town.program.pk).update(joining={"once": True})
    monkeypatch.setattr(enrolling, "lock_learners", lambda _ids: None)
    seen = set()
    for _round in range(ROUNDS):
        answers, places = asked_at_once(town)
        seen |= set(answers)
        assert places == 1
    assert "kept by the database" in seen


def test_without_both_the_same_race_gives_several_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test can fail: neither lock nor key, and somebody gets two."""
    town = Town()
    Program.objects.filter(pk=town.program.pk).update(joining={"once": True})
    monkeypatch.setattr(enrolling, "lock_learners", lambda _ids: None)
    monkeypatch.setattr(enrolling, "season_key", lambda _course: None)
    assert max(asked_at_once(town)[1] for _round in range(ROUNDS)) > 1
