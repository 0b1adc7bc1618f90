"""Getting a seat, a place in the queue, and giving them back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Delivery, Notice
from programs import services
from programs.models import Course, Enrolment, Offer
from tests.programs import world

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def enrolled(course: Course, count: int) -> list[Enrolment]:
    found = []
    for _ in range(count):
        member, learner = world.person()
        course.refresh_from_db()
        found.append(services.enrol(actor=member, course=course, learner=learner)[0])
    return found


def test_a_free_seat_is_taken_and_everything_is_written_down() -> None:
    course = world.course(capacity=2)
    member, learner = world.person()
    place, is_new = services.enrol(actor=member, course=course, learner=learner)
    course.refresh_from_db()
    assert (place.state, is_new, course.seats_taken, course.waiting) == ("seated", True, 1, 0)
    assert list(Audit.objects.values_list("verb", "actor_id", "for_id", "changes")) == [
        ("enrol", member.pk, learner.pk, {"state": [None, "seated"]})
    ]
    assert list(Delivery.objects.filter(channel="inbox").values_list("notice__kind", "member", "state")) == [
        ("programs/seated", member.pk, "sent")
    ]


def test_asking_twice_changes_nothing() -> None:
    course = world.course(capacity=2)
    member, learner = world.person()
    first, _ = services.enrol(actor=member, course=course, learner=learner)
    again, is_new = services.enrol(actor=member, course=course, learner=learner)
    course.refresh_from_db()
    assert (again.pk, is_new, course.seats_taken) == (first.pk, False, 1)
    assert (Audit.objects.count(), Notice.objects.count()) == (1, 1)


def test_a_full_course_queues_in_strict_order() -> None:
    course = world.course(capacity=1, waiting_size=2)
    places = enrolled(course, 3)
    assert [one.state for one in places] == ["seated", "waiting", "waiting"]
    assert [services.enrolling.position(one) for one in places[1:]] == [1, 2]
    with pytest.raises(Refused) as refused:
        enrolled(course, 1)
    assert code_of(refused) == "queue_full"
    assert Notice.objects.filter(kind="programs/waiting").count() == 2


def test_who_does_not_want_to_wait_is_told_that_it_is_full() -> None:
    course = world.course(capacity=1)
    enrolled(course, 1)
    member, learner = world.person()
    course.refresh_from_db()
    with pytest.raises(Refused) as refused:
        services.enrol(actor=member, course=course, learner=learner, wait=False)
    assert code_of(refused) == "full"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"state": "cancelled"}, "cancelled"),
        ({"state": "draft"}, "closed"),
        ({"mode": "partner"}, "partner"),
        ({"missing_since": dt.date(2026, 1, 1)}, "paused"),
        ({"selection": "lottery", "drawn_at": clock.now()}, "drawn"),
        ({"opens_at": clock.now() + DAY}, "not_open"),
        ({"opens_at": None}, "closed"),
        ({"closes_at": clock.now() - DAY / 2}, "closed"),
        ({"age_max": 17}, "age"),
        ({"age_min": 60}, "age"),
        ({"audience": {"rule": "women_only"}}, "needs_profile"),
        ({"capacity": 0, "waiting_size": 0}, "queue_full"),
    ],
)
def test_each_rule_says_no_with_its_code_and_leaves_no_trace(columns: dict[str, object], code: str) -> None:
    course = world.course(**columns)
    member, learner = world.person()
    with pytest.raises(Refused) as refused:
        services.enrol(actor=member, course=course, learner=learner)
    assert code_of(refused) == code
    assert (Enrolment.objects.count(), Audit.objects.count(), Notice.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(("gender", "code"), [("male", "audience"), ("female", None)])
def test_a_course_for_women_takes_women(gender: str, code: str | None) -> None:
    course = world.course(audience={"rule": "women_only"})
    member, learner = world.person(gender=gender)
    if code is None:
        assert services.enrol(actor=member, course=course, learner=learner)[0].state == "seated"
        return
    with pytest.raises(Refused) as refused:
        services.enrol(actor=member, course=course, learner=learner)
    assert code_of(refused) == code


def test_a_course_at_the_same_time_clashes_and_an_offer_does_not() -> None:
    one, other = world.course(), world.course()
    member, learner = world.person()
    services.enrol(actor=member, course=one, learner=learner)
    with pytest.raises(Refused) as refused:
        services.enrol(actor=member, course=other, learner=learner)
    assert (code_of(refused), refused.value.refusal.values) == ("clash", {"course": one.pk})
    meeting = one.meetings.get()
    meeting.state = meeting.State.CANCELLED
    meeting.save()
    assert services.enrol(actor=member, course=other, learner=learner)[0].state == "seated"


def test_courses_without_class_meetings_clash_by_their_weekly_hours() -> None:
    one, other = world.course(), world.course()
    for course in (one, other):
        course.meetings.all().delete()
        course.slots.create(weekday=2, starts=dt.time(17), ends=dt.time(19))
    member, learner = world.person()
    services.enrol(actor=member, course=one, learner=learner)
    with pytest.raises(Refused) as refused:
        services.enrol(actor=member, course=other, learner=learner)
    assert code_of(refused) == "clash"


def test_withdrawing_frees_the_seat_and_offers_it_to_the_first_in_line() -> None:
    course = world.course(capacity=1)
    seated, first, second = enrolled(course, 3)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    course.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state, course.seats_taken, course.waiting) == ("offered", "waiting", 1, 1)
    assert services.enrolling.position(second) == 1
    assert Notice.objects.filter(kind="programs/offered").count() == 1


def test_withdrawing_twice_changes_nothing() -> None:
    course = world.course(capacity=1)
    (seated,) = enrolled(course, 1)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    lines = Audit.objects.count()
    assert services.withdraw(actor=seated.asked_by, enrolment=seated).state == "withdrawn"
    assert Audit.objects.count() == lines


def offered(course: Course) -> Enrolment:
    seated, first = enrolled(course, 2)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    first.refresh_from_db()
    return first


def test_accepting_an_offer_seats_and_twice_changes_nothing() -> None:
    course = world.course(capacity=1)
    place = offered(course)
    assert services.accept(actor=place.asked_by, enrolment=place).state == "seated"
    assert services.accept(actor=place.asked_by, enrolment=place).state == "seated"
    course.refresh_from_db()
    assert (course.seats_taken, Offer.objects.get().answer) == (1, "accepted")


def test_declining_passes_the_seat_on() -> None:
    course = world.course(capacity=1)
    place = offered(course)
    (next_one,) = enrolled(course, 1)
    assert services.decline(actor=place.asked_by, enrolment=place).state == "declined"
    next_one.refresh_from_db()
    assert next_one.state == "offered"


def test_an_offer_past_its_deadline_is_refused_before_the_sweep_and_lapses_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course = world.course(capacity=1)
    place = offered(course)
    late = Offer.objects.get().expires_at
    monkeypatch.setattr(clock, "now", lambda: late)
    with pytest.raises(Refused) as refused:
        services.accept(actor=place.asked_by, enrolment=place)
    assert code_of(refused) == "offer_expired"
    assert services.sweep() == 1
    assert services.sweep() == 0
    place.refresh_from_db()
    course.refresh_from_db()
    assert (place.state, course.seats_taken, Offer.objects.get().answer) == ("lapsed", 0, "lapsed")


def test_a_clash_refuses_the_offer_which_stays_and_leaving_the_other_course_takes_it() -> None:
    course = world.course(capacity=1)
    place = offered(course)
    other = world.course(meets=course.meetings.get().starts_at)
    held, _ = services.enrol(actor=place.asked_by, course=other, learner=place.learner)
    with pytest.raises(Refused) as refused:
        services.accept(actor=place.asked_by, enrolment=place)
    assert (code_of(refused), Offer.objects.get().answer) == ("clash", None)
    services.accept_instead(actor=place.asked_by, enrolment=place, leaving=held)
    held.refresh_from_db()
    place.refresh_from_db()
    assert (held.state, place.state) == ("withdrawn", "seated")


def test_the_queue_ends_the_evening_before_the_first_class(monkeypatch: pytest.MonkeyPatch) -> None:
    course = world.course(capacity=1)
    services.reschedule(course=course)
    seated, waiting = enrolled(course, 2)
    assert course.moves_until is not None
    monkeypatch.setattr(clock, "now", lambda: course.moves_until)
    services.sweep()
    waiting.refresh_from_db()
    assert (waiting.state, Notice.objects.filter(kind="programs/unplaced").count()) == ("unplaced", 1)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    Course.objects.update(closes_at=course.moves_until + DAY)
    assert enrolled(course, 1)[0].state == "seated"


def test_more_seats_move_the_queue_at_once_and_fewer_than_taken_are_refused() -> None:
    course = world.course(capacity=1)
    actor = world.coordinator(course)
    places = enrolled(course, 4)
    services.resize(actor=actor, course=course, capacity=3, waiting_size=None)
    states = [Enrolment.objects.get(pk=one.pk).state for one in places]
    assert states == ["seated", "offered", "offered", "waiting"]
    with pytest.raises(Refused) as refused:
        services.resize(actor=actor, course=course, capacity=2, waiting_size=None)
    assert code_of(refused) == "seats_taken"
    with pytest.raises(Refused) as refused:
        services.resize(actor=places[0].asked_by, course=course, capacity=9, waiting_size=None)
    assert code_of(refused) == "not_yours"


def test_calling_a_course_off_frees_and_tells_everyone() -> None:
    course = world.course(capacity=2)
    actor = world.coordinator(course)
    enrolled(course, 4)
    services.cancel(actor=actor, course=course, reason={"fa": "برف", "en": "Snow"})
    course.refresh_from_db()
    assert (course.state, course.seats_taken, course.waiting) == ("cancelled", 0, 0)
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"cancelled"}
    assert Notice.objects.filter(kind="programs/cancelled").count() == 4
    lines = Audit.objects.count()
    services.cancel(actor=actor, course=course, reason={})
    assert Audit.objects.count() == lines


def test_an_outcome_can_be_corrected_and_keeps_its_seat() -> None:
    course = world.course(capacity=1)
    (place,) = enrolled(course, 1)
    actor = world.coordinator(course)
    for completed, state in ((True, "completed"), (False, "absent"), (False, "absent")):
        assert services.conclude(actor=actor, enrolment=place, completed=completed).state == state
    course.refresh_from_db()
    assert course.seats_taken == 1
    assert Audit.objects.filter(verb="conclude").count() == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"seats_taken": 3},
        {"seats_reserved": 3},
        {"state": "open"},
        {"starts_on": dt.date(2030, 1, 2), "ends_on": dt.date(2030, 1, 1)},
    ],
)
def test_the_database_itself_refuses_a_broken_course(columns: dict[str, object]) -> None:
    course = world.course(capacity=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Course.objects.filter(pk=course.pk).update(**columns)


def test_the_database_itself_refuses_a_second_live_place() -> None:
    course = world.course()
    (place,) = enrolled(course, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(
            course=course, learner=place.learner, asked_by=place.asked_by, state="waiting", place=99
        )
