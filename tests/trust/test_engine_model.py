"""F1: the engine against a model in plain lists, step by step, without one difference.

`FUZZ_STEPS` is the number of steps (default 2,000); `make fuzz` runs 50,000.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from base import clock
from base.refusal import Refused
from programs import services
from programs.deadlines import offer_deadline
from programs.invariants import broken
from programs.models import Course, Enrolment
from programs.services import offers, queue, seats
from tests.programs import world

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS_A_RUN = 50
STEPS = int(os.environ.get("FUZZ_STEPS", "2000"))
START = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
PLANTED_STEPS = 4_000  # the bound; most are found within a few hundred
LEARNERS, COURSES = range(4), range(3)  # courses 0 and 1 meet at the same time


class PlainCourse:
    """One course as lists: who sits, who is offered until when, who waits in which order."""

    def __init__(self, capacity: int | None, waiting_size: int | None, moves_until: dt.datetime) -> None:
        self.capacity, self.waiting_size, self.moves_until = capacity, waiting_size, moves_until
        self.seated: set[int] = set()
        self.offered: dict[int, dt.datetime] = {}
        self.waiting: list[int] = []
        self.lapsed: set[int] = set()
        self.is_cancelled = False

    def free(self) -> bool:
        return self.capacity is None or len(self.seated) + len(self.offered) < self.capacity

    def has(self, who: int) -> bool:
        return who in self.seated or who in self.offered or who in self.waiting

    def move(self, now: dt.datetime) -> None:
        while self.waiting and self.free() and now < self.moves_until and not self.is_cancelled:
            self.offered[self.waiting.pop(0)] = offer_deadline(
                made_at=now, offer_hours=24, moves_until=self.moves_until
            )

    def enrol(self, who: int, now: dt.datetime, *, clash: bool) -> str:
        if now >= self.moves_until and self.waiting:
            self.sweep(now)
        if who in self.seated or who in self.offered or who in self.waiting:
            return "standing"
        if self.is_cancelled:
            return "cancelled"
        is_full = bool(self.waiting) or not self.free()
        if is_full and now >= self.moves_until:
            return "full"
        if is_full and self.waiting_size is not None and len(self.waiting) >= self.waiting_size:
            return "queue_full"
        if clash:
            return "clash"
        (self.waiting.append if is_full else self.seated.add)(who)
        return "waiting" if is_full else "seated"

    def withdraw(self, who: int, now: dt.datetime) -> None:
        self.seated.discard(who)
        self.offered.pop(who, None)
        if who in self.waiting:
            self.waiting.remove(who)
        self.move(now)

    def accept(self, who: int, now: dt.datetime, *, clash: bool) -> str:
        if who in self.seated:
            return "seated"
        if who not in self.offered:
            return "no_offer"
        if now >= self.offered[who]:
            return "offer_expired"
        if clash:
            return "clash"
        del self.offered[who]
        self.seated.add(who)
        return "seated"

    def promote(self, who: int, now: dt.datetime, *, extra_seat: bool) -> str:
        if who in self.seated or who in self.offered:
            return "done"
        if who not in self.waiting:
            return "not_waiting"
        if now >= self.moves_until or self.is_cancelled:
            return "queue_over"
        if not self.free():
            if not extra_seat or self.capacity is None:
                return "full"
            self.capacity += 1
        self.waiting.remove(who)
        self.offered[who] = offer_deadline(made_at=now, offer_hours=24, moves_until=self.moves_until)
        return "done"

    def sweep(self, now: dt.datetime) -> None:
        self.offered = {who: until for who, until in self.offered.items() if until > now}
        if now >= self.moves_until:
            self.waiting = []
        self.move(now)

    def cancel(self) -> None:
        self.seated, self.offered, self.waiting, self.is_cancelled = set(), {}, [], True


class Engine(RuleBasedStateMachine):
    """Does each step in the database and in the lists and compares what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        clock.now = lambda: self.now
        self.people = [world.person() for _ in LEARNERS]
        meets = [
            START + dt.timedelta(days=3, hours=8),
            START + dt.timedelta(days=3, hours=9),
            START + dt.timedelta(days=3),
        ]
        sizes: list[tuple[int | None, int | None]] = [(1, 2), (1, None), (1, 1)]
        self.courses, self.plain = [], []
        for at, (capacity, waiting_size) in zip(meets, sizes, strict=True):
            course = world.course(
                meets=at, capacity=capacity, waiting_size=waiting_size, closes_at=START + dt.timedelta(days=9)
            )
            services.reschedule(course=course)
            self.courses.append(course)
            self.plain.append(PlainCourse(capacity, waiting_size, course.moves_until or START))
        self.actor = world.coordinator(self.courses[0])
        self.actor.is_superuser = True

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def place(self, course: int, who: int) -> Enrolment | None:
        rows = Enrolment.objects.filter(course=self.courses[course], learner=self.people[who][1])
        return rows.order_by("-pk").first()

    def clashes(self, course: int, who: int) -> bool:
        return course < 2 and who in self.plain[1 - course].seated

    def answer(self, work: Callable[[], Any]) -> str:
        try:
            return str(work())
        except Refused as refused:
            return refused.refusal.code

    @rule(course=st.sampled_from(COURSES), who=st.sampled_from(LEARNERS))
    def enrol(self, course: int, who: int) -> None:
        expected = self.plain[course].enrol(who, self.now, clash=self.clashes(course, who))
        actor, learner = self.people[who]
        row = Course.objects.get(pk=self.courses[course].pk)
        before = self.place(course, who)

        def work() -> str:
            place, is_new = services.enrol(actor=actor, course=row, learner=learner)
            return place.state if is_new else "standing"

        assert self.answer(work) == expected, before
        self.compare(course)

    @rule(course=st.sampled_from(COURSES), who=st.sampled_from(LEARNERS))
    def withdraw(self, course: int, who: int) -> None:
        place = self.place(course, who)
        if place is None or self.now.date() > START.date() + dt.timedelta(days=3):
            return
        self.plain[course].withdraw(who, self.now)
        services.withdraw(actor=self.people[who][0], enrolment=place)
        self.compare(course)

    @rule(course=st.sampled_from(COURSES), who=st.sampled_from(LEARNERS), yes=st.booleans())
    def answer_offer(self, course: int, who: int, *, yes: bool) -> None:
        place = self.place(course, who)
        plain = self.plain[course]
        if place is None or place.state not in {"offered", "seated"}:
            return
        if yes:
            expected = plain.accept(who, self.now, clash=self.clashes(course, who))
        elif who in plain.seated:
            expected = "no_offer"
        elif self.now >= plain.offered[who]:
            expected = "offer_expired"
        else:
            expected = "declined"
            plain.withdraw(who, self.now)
        verb = services.accept if yes else services.decline
        assert self.answer(lambda: verb(actor=self.people[who][0], enrolment=place).state) == expected
        self.compare(course)

    @rule(course=st.sampled_from(COURSES), capacity=st.sampled_from([0, 1, 2, 3, None]))
    def resize(self, course: int, capacity: int | None) -> None:
        plain = self.plain[course]
        held = len(plain.seated) + len(plain.offered)
        expected = "seats_taken" if capacity is not None and capacity < held else "done"
        if expected == "done":
            plain.capacity = capacity
            plain.move(self.now)

        def work() -> str:
            services.resize(
                actor=self.actor, course=self.courses[course], capacity=capacity, waiting_size=plain.waiting_size
            )
            return "done"

        assert self.answer(work) == expected
        self.compare(course)

    @rule(course=st.sampled_from(COURSES), who=st.sampled_from(LEARNERS), extra_seat=st.booleans())
    def promote(self, course: int, who: int, *, extra_seat: bool) -> None:
        place = self.place(course, who)
        if place is None:
            return
        expected = self.plain[course].promote(who, self.now, extra_seat=extra_seat)

        def work() -> str:
            services.promote(actor=self.actor, enrolment=place, reason="an exception", extra_seat=extra_seat)
            return "done"

        assert self.answer(work) == expected
        self.compare(course)

    @rule(hours=st.sampled_from([1, 9, 14, 25]))
    def time_passes(self, hours: int) -> None:
        self.now = min(self.now + dt.timedelta(hours=hours), START + dt.timedelta(days=3, hours=10))

    @rule()
    def sweep(self) -> None:
        for plain in self.plain:
            plain.sweep(self.now)
        services.sweep()
        for course in COURSES:
            self.compare(course)

    @precondition(lambda self: self.now > START + dt.timedelta(days=1))
    @rule(course=st.sampled_from(COURSES))
    def cancel(self, course: int) -> None:
        if clock.today() > START.date() + dt.timedelta(days=3):
            return
        self.plain[course].cancel()
        services.cancel(actor=self.actor, course=self.courses[course], reason={"fa": "برف"})
        self.compare(course)

    def compare(self, course: int) -> None:
        plain, row = self.plain[course], Course.objects.get(pk=self.courses[course].pk)
        by_state = {state: [] for state in ("seated", "offered", "waiting")}
        whose = {learner.pk: number for number, (_, learner) in enumerate(self.people)}
        live = Enrolment.objects.live().filter(course=row).order_by("place")
        for state, learner in live.values_list("state", "learner"):
            by_state[state].append(whose[learner])
        assert set(by_state["seated"]) == plain.seated
        assert set(by_state["offered"]) == set(plain.offered)
        assert by_state["waiting"] == plain.waiting
        assert row.seats_taken == len(plain.seated) + len(plain.offered)
        found = [one for one in broken() if one.invariant != "I5 stuck queue"]
        assert found == []


def run(steps: int) -> None:
    real = clock.now
    try:
        run_state_machine_as_test(
            Engine,
            settings=settings(
                max_examples=max(1, steps // STEPS_A_RUN),
                stateful_step_count=STEPS_A_RUN,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        clock.now = real


@pytest.mark.django_db
def test_f1_the_engine_does_what_the_lists_do() -> None:
    run(STEPS)


def wander(steps: int, seed: int) -> None:
    """Walks the engine with a taste for rare moves: time passes often, the queue is short, offers are answered."""
    chance = random.Random(seed)
    real = clock.now
    try:
        for _ in range(steps // STEPS_A_RUN):
            engine = Engine()
            try:
                for _ in range(STEPS_A_RUN):
                    wander_once(engine, chance)
            finally:
                engine.teardown()
    finally:
        clock.now = real


def wander_once(engine: Engine, chance: random.Random) -> None:
    course, who = chance.choice(COURSES), chance.choice(LEARNERS)
    moves: list[tuple[float, Callable[[], None]]] = [
        (8, lambda: engine.enrol(course, who)),
        (3, lambda: engine.withdraw(course, who)),
        (4, lambda: engine.answer_offer(course, who, yes=chance.random() < 0.7)),
        (3, lambda: engine.time_passes(chance.choice([1, 9, 14, 25]))),
        (3, engine.sweep),
        (1, lambda: engine.resize(course, chance.choice([0, 1, 2, 3, None]))),
        (1, lambda: engine.promote(course, who, extra_seat=chance.random() < 0.5)),
        (0.4 if engine.now > START + dt.timedelta(days=1) else 0, lambda: engine.cancel(course)),
    ]
    weights, verbs = zip(*moves, strict=True)
    chance.choices(verbs, weights)[0]()


def planted_no_move(course: Course) -> None:
    """The queue is forgotten when a seat is freed."""


def planted_release(course: Course, enrolments: list[Enrolment]) -> None:
    """What a place held is not given back."""


def planted_yes(*_: object, **__: object) -> None:
    """An answer is let through whatever became of the offer."""


PLANTED = [
    ("programs.services.enrolling.move", planted_no_move),
    ("programs.services.courses.move", planted_no_move),
    ("programs.services.enrolling.release", planted_release),
    ("programs.services.queue.release", planted_release),
    ("programs.services.courses.release", planted_release),
    ("programs.services.assisting.why_not_promote", planted_yes),
    ("programs.services.assisting._add_seat", lambda *_: None),
    ("programs.services.queue.queue_moves", lambda _: True),
    ("programs.services.queue._lapse", planted_no_move),
    ("programs.services.queue._unplace", planted_no_move),
    ("programs.services.offers.why_not_answer", planted_yes),
    ("programs.rules.places.queue_moves", lambda _: True),
    ("programs.services.queue.offer_deadline", lambda made_at, **_: made_at + dt.timedelta(hours=24)),
]


@pytest.mark.django_db
def test_f1_the_walk_that_looks_for_planted_faults_finds_none_where_there_is_none() -> None:
    wander(STEPS, seed=7)


@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="planted faults are looked for on SQLite, where steps are quicker"
)
@pytest.mark.django_db
@pytest.mark.parametrize(("where", "fault"), PLANTED, ids=[where for where, _ in PLANTED])
def test_f1_finds_a_planted_fault(where: str, fault: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert offers, queue
    assert seats
    monkeypatch.setattr(where, fault)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a difference, a constraint or a fault: each is a find
        wander(PLANTED_STEPS, seed=7)
