"""Many hands on one seat: real threads, on PostgreSQL with row locks, on a SQLite file with its single writer."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connections

from base.refusal import Refused
from members.models import Audit, Learner, Member
from notifications.models import Notice
from programs import services
from programs.invariants import broken
from programs.models import Course, Enrolment, Offer
from programs.services import enrolling, seats
from tests.programs import world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 16


def at_once(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Runs the work on every item from many threads that start together; a refusal answers with its code."""
    items = list(items)
    ready = threading.Barrier(min(THREADS, len(items)))
    began = threading.local()

    def one(item: Any) -> Any:
        if not hasattr(began, "yes"):
            began.yes = True
            ready.wait(timeout=20)
        try:
            return work(item)
        except Refused as refused:
            return refused.refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(min(THREADS, len(items))) as pool:
        return list(pool.map(one, items))


def enrol_in(course: Course) -> Callable[[tuple[Member, Learner]], str]:
    def work(who: tuple[Member, Learner]) -> str:
        actor, learner = who
        return services.enrol(actor=actor, course=Course.objects.get(pk=course.pk), learner=learner)[0].state

    return work


def sound() -> None:
    assert list(broken()) == []


@pytest.mark.parametrize("capacity", [1, 3, 20])
def test_t1_seats_never_exceed_capacity_and_the_queue_has_no_gap(capacity: int) -> None:
    course = world.course(capacity=capacity, waiting_size=20)
    people = [world.person() for _ in range(capacity + 40)]
    answers = at_once(enrol_in(course), people)
    assert (answers.count("seated"), answers.count("waiting"), answers.count("queue_full")) == (capacity, 20, 20)
    waiting = Enrolment.objects.filter(state="waiting").order_by("place")
    assert list(waiting.values_list("place", flat=True)) == list(range(capacity + 1, capacity + 21))
    assert [enrolling.position(one) for one in waiting] == list(range(1, 21))
    sound()


def test_t1_without_the_guard_the_same_race_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: read, then write without looking again, as systems do that oversell."""
    course = world.course(capacity=1, waiting_size=0)
    people = [world.person() for _ in range(THREADS)]
    together = threading.Barrier(THREADS)

    def careless(course: Course, *, heads: int = 1, wait: bool) -> seats.Taken | None:
        free = Course.objects.get(pk=course.pk).seats_free
        return seats.Taken(place=random.randrange(10**6), is_seated=True) if free else None

    monkeypatch.setattr(enrolling, "take", careless)

    def work(who: tuple[Member, Learner]) -> str:
        together.wait(timeout=20)
        return enrol_in(course)(who)

    assert at_once(work, people).count("seated") > 1
    assert "I2 counters" in {row.invariant for row in broken()}


def test_t2_twenty_equal_requests_make_one_row() -> None:
    course = world.course(capacity=5)
    who = world.person()
    assert at_once(enrol_in(course), [who] * 20) == ["seated"] * 20
    assert (Enrolment.objects.count(), Audit.objects.filter(verb="enrol").count(), Notice.objects.count()) == (1, 1, 1)
    sound()


def test_two_clashing_courses_asked_for_at_once_give_one_seat() -> None:
    one, other = world.course(), world.course()
    for _ in range(5):
        who = world.person()
        answers = at_once(lambda course, who=who: enrol_in(course)(who), [one, other])
        assert sorted(answers) == ["clash", "seated"]
    sound()


def test_i5_people_who_withdraw_at_once_make_as_many_offers_to_the_first_in_line() -> None:
    course = world.course(capacity=10, waiting_size=20)
    at_once(enrol_in(course), [world.person() for _ in range(30)])
    leaving = list(Enrolment.objects.filter(state="seated").select_related("asked_by")[:5])
    first = list(Enrolment.objects.filter(state="waiting").order_by("place").values_list("pk", flat=True)[:5])
    at_once(lambda one: services.withdraw(actor=one.asked_by, enrolment=one).state, leaving)
    assert list(Enrolment.objects.filter(state="offered").order_by("place").values_list("pk", flat=True)) == first
    assert Offer.objects.count() == 5
    sound()


def test_accept_decline_withdraw_and_sweep_of_one_offer_at_once_end_in_one_answer() -> None:
    course = world.course(capacity=1)
    at_once(enrol_in(course), [world.person() for _ in range(12)])
    for _ in range(4):
        holder = Enrolment.objects.select_related("asked_by").get(state__in=["seated", "offered"])
        services.withdraw(actor=holder.asked_by, enrolment=holder)
        place = Enrolment.objects.select_related("asked_by").get(state="offered")
        moves = [services.accept, services.decline, services.withdraw, services.accept, services.decline]
        at_once(lambda move, place=place: move(actor=place.asked_by, enrolment=place).state, moves)
        at_once(lambda _: services.sweep(), range(3))
        sound()
    assert Enrolment.objects.holding_seats().count() == 1


def test_a_storm_of_everything_keeps_every_invariant() -> None:
    """Courses with crossing learners: enrol, withdraw, answer, resize and sweep in random order from all threads."""
    courses = [world.course(capacity=size, meets=None) for size in (1, 2, 5)]
    for course in courses:
        course.meetings.all().delete()
    actors = [world.coordinator(course) for course in courses]
    people = [world.person() for _ in range(12)]
    chance = random.Random(7)
    steps = [(chance.random(), chance.choice(people), chance.randrange(3), chance.randrange(1, 6)) for _ in range(400)]

    def step(item: tuple[float, tuple[Member, Learner], int, int]) -> str:
        dice, (actor, learner), at, size = item
        course = Course.objects.get(pk=courses[at].pk)
        if dice < 0.5:
            return services.enrol(actor=actor, course=course, learner=learner)[0].state
        if dice < 0.55:
            services.resize(actor=actors[at], course=course, capacity=size, waiting_size=None)
            return "resized"
        if dice < 0.6:
            return str(services.sweep())
        place = Enrolment.objects.filter(course=course, learner=learner).order_by("-pk").first()
        if place is None:
            return "nothing"
        verb = services.withdraw if dice < 0.8 else services.accept if dice < 0.9 else services.decline
        return verb(actor=actor, enrolment=place).state

    answers = at_once(step, steps)
    assert set(answers) <= {
        *Enrolment.State.values, "resized", "nothing", "seats_taken", "no_offer", "offer_expired", "over", "queue_full",
        *map(str, range(10)),
    }  # fmt: skip
    sound()


def test_audit_seats_finds_a_row_that_was_broken_on_purpose(capsys: pytest.CaptureFixture[str]) -> None:
    course = world.course(capacity=3)
    at_once(enrol_in(course), [world.person() for _ in range(5)])
    call_command("audit_seats")
    assert capsys.readouterr().out.endswith("broken=0\n")
    Course.objects.filter(pk=course.pk).update(seats_taken=2)
    with pytest.raises(SystemExit) as ended:
        call_command("audit_seats")
    assert ended.value.code == 1
    assert "I2 counters: programs.Course" in capsys.readouterr().out


def test_i5_moving_up_while_others_leave_and_enrol_keeps_every_promise() -> None:
    """Two desks move the same people up while seats are freed and taken: never more seats than there are, no line lost."""
    course = world.course(capacity=3, waiting_size=None)
    desks = [world.coordinator(course) for _ in range(2)]
    places = [
        services.enrol(actor=actor, course=Course.objects.get(pk=course.pk), learner=learner)[0]
        for actor, learner in (world.person() for _ in range(12))
    ]

    def act(number: int) -> str:
        place = places[number % 12]
        if number % 3 == 0:
            return services.withdraw(actor=place.asked_by, enrolment=place).state
        if number % 3 == 1:
            actor = desks[number % 2]
            return services.promote(actor=actor, enrolment=place, reason="ویلچر", extra_seat=True).state
        actor, learner = world.person()
        return services.enrol(actor=actor, course=Course.objects.get(pk=course.pk), learner=learner)[0].state

    answers = at_once(act, range(36))
    assert set(answers) <= {"withdrawn", "offered", "seated", "waiting", "not_waiting"}
    sound()


def test_one_number_at_two_desks_is_written_down_once() -> None:
    """T2: the same person at both desks at once is one member, one learner, one place."""
    course = world.course(capacity=5)
    desks = [world.coordinator(course) for _ in range(4)]
    person = {"contact": "+989181112233", "name": "مینا رستمی", "birth_year": 1380, "relation": "self"}

    def admit(actor: Member) -> str:
        fresh = Course.objects.get(pk=course.pk)
        return services.admit(actor=actor, course=fresh, person=person, asked="desk", consents=True)[0].state

    assert at_once(admit, desks) == ["seated"] * 4
    assert Member.objects.filter(phone="+989181112233").count() == 1
    assert Enrolment.objects.filter(course=course).count() == 1
    sound()
