"""Seats kept for a group until a day: who gets them, what becomes of them, and how they are planned."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from base import clock
from base.refusal import Refused
from programs import services
from programs.invariants import broken
from programs.models import Course, Enrolment, Reserve
from programs.rules import reserves_of
from tests.programs import world
from tests.programs.test_rosters import signed_in

pytestmark = pytest.mark.django_db
YOUNG = {"age_max": 17}
DAY = dt.timedelta(days=1)


def keeping(capacity: int = 2, seats: int = 1, days: int = 5, **columns: Any) -> tuple[Course, Reserve]:
    """A course that keeps seats for children."""
    course = world.course(**{"capacity": capacity, "waiting_size": 9} | columns)
    services.reschedule(course=course)
    desk = world.coordinator(course)
    until_on = clock.today() + days * DAY
    return course, services.reserve_seats(actor=desk, course=course, seats=seats, until_on=until_on, group=YOUNG)


def ask(course: Course, *, child: bool = False, wait: bool = True) -> Enrolment:
    """Somebody new asks for a seat, for themself or for their child."""
    member, own = world.person()
    learner = world.child_of(member) if child else own
    return services.enrol(actor=member, course=Course.objects.get(pk=course.pk), learner=learner, wait=wait)[0]


def states(*places: Enrolment) -> list[str]:
    assert list(broken()) == []
    found = dict(Enrolment.objects.values_list("pk", "state"))
    return [found[one.pk] for one in places]


def test_the_group_gets_kept_seats_first_and_others_never() -> None:
    course, reserve = keeping()
    first, second, third = ask(course), ask(course), ask(course, child=True)
    assert states(first, second, third) == ["seated", "waiting", "seated"]
    assert [one.from_reserve for one in (first, third)] == [False, True]
    reserve.refresh_from_db()
    course.refresh_from_db()
    assert (reserve.taken, course.seats_reserved, course.seats_taken, course.waiting) == (1, 0, 2, 1)
    assert states(ask(course, child=True)) == ["waiting"]


def test_who_does_not_wait_hears_that_the_rest_is_kept() -> None:
    course, _reserve = keeping(capacity=1)
    with pytest.raises(Refused) as refused:
        ask(course, wait=False)
    assert refused.value.refusal.code == "full"
    assert "kept for a group" in str(refused.value.refusal.message) or "سهمیه" in str(refused.value.refusal.message)
    assert states(ask(course, child=True, wait=False)) == ["seated"]


def test_a_kept_seat_that_is_given_back_goes_to_the_next_of_the_group() -> None:
    course, reserve = keeping(capacity=1)
    child, other, sibling = ask(course, child=True), ask(course), ask(course, child=True)
    assert states(child, other, sibling) == ["seated", "waiting", "waiting"]
    services.withdraw(actor=child.asked_by, enrolment=child)
    assert states(child, other, sibling) == ["withdrawn", "waiting", "offered"]
    services.decline(actor=sibling.asked_by, enrolment=sibling)
    assert states(other) == ["waiting"]
    reserve.refresh_from_db()
    assert reserve.taken == 0


def test_after_its_day_the_rest_goes_to_the_queue_and_what_is_given_back_to_everyone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course, reserve = keeping(capacity=2, seats=2)
    child, other, another = ask(course, child=True), ask(course), ask(course)
    assert states(child, other, another) == ["seated", "waiting", "waiting"]
    later = clock.now() + 6 * DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    services.withdraw(actor=child.asked_by, enrolment=child)
    assert states(other, another) == ["offered", "waiting"], "what was given back is everyone's before the sweep"
    services.sweep()
    assert states(other, another) == ["offered", "offered"]
    reserve.refresh_from_db()
    course.refresh_from_db()
    assert (reserve.ended_at is None, course.seats_reserved, course.reserves_until) == (False, 0, None)


def test_whoever_comes_after_its_day_is_judged_without_it_before_any_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    course, _reserve = keeping(capacity=1)
    later = clock.now() + 6 * DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert states(ask(course, wait=False)) == ["seated"]


def test_a_family_is_of_the_group_as_a_whole_or_not_at_all() -> None:
    course, _reserve = keeping(capacity=4, seats=2)
    course.refresh_from_db()
    member, own = world.person()
    child = world.child_of(member)
    pair = services.enrol_together(actor=member, course=course, learners=[own, child])[0]
    assert {(one.state, one.from_reserve) for one in pair} == {("seated", False)}
    parent, _own = world.person()
    children = [world.child_of(parent, name) for name in ("نیکان", "نیکی")]
    twins = services.enrol_together(actor=parent, course=course, learners=children)[0]
    assert {(one.state, one.from_reserve) for one in twins} == {("seated", True)}
    assert list(broken()) == []


def test_a_family_of_the_group_for_whom_too_few_are_kept_hears_how_many() -> None:
    course, _reserve = keeping()
    ask(course)
    course.refresh_from_db()
    parent, _own = world.person()
    children = [world.child_of(parent, name) for name in ("نیکان", "نیکی")]
    with pytest.raises(Refused) as refused:
        services.enrol_together(actor=parent, course=course, learners=children, wait=False)
    assert (refused.value.refusal.code, refused.value.refusal.values) == ("full", {"free": 1})
    assert not Enrolment.objects.filter(asked_by=parent).exists()


def test_who_waits_already_is_found_when_seats_are_kept_later() -> None:
    course = world.course(capacity=2, waiting_size=9)
    services.reschedule(course=course)
    ask(course)
    member, _own = world.person()
    pair = services.enrol_together(
        actor=member, course=course, learners=[world.child_of(member), world.child_of(member, "نیکی")]
    )[0]
    assert states(*pair) == ["waiting", "waiting"]
    desk, until_on = world.coordinator(course), clock.today() + 5 * DAY
    services.reserve_seats(actor=desk, course=course, seats=1, until_on=until_on, group=YOUNG)
    services.withdraw(actor=member, enrolment=pair[1])
    assert states(pair[0]) == ["offered"]
    assert Enrolment.objects.get(pk=pair[0].pk).from_reserve


def test_in_a_lottery_the_group_draws_with_all_and_gets_its_seats_first() -> None:
    course, _reserve = keeping(capacity=2, seats=1, days=22, selection=Course.Selection.LOTTERY)
    adults, child = [ask(course) for _ in range(3)], ask(course, child=True)
    Course.objects.filter(pk=course.pk).update(closes_at=clock.now())
    services.sweep()
    assert states(child) == ["offered"]
    assert sorted(states(*adults)) == ["offered", "waiting", "waiting"]


def test_the_coordinator_who_says_yes_gives_the_kept_seat() -> None:
    course, _reserve = keeping(capacity=1, days=22, selection=Course.Selection.APPROVAL)
    child, adult = ask(course, child=True), ask(course)
    desk = world.coordinator(course)
    assert services.approve(actor=desk, enrolment=adult).state == "waiting"
    assert services.approve(actor=desk, enrolment=child).state == "seated"
    assert states(adult, child) == ["waiting", "seated"]


def test_ending_and_cancelling_leave_nothing_kept() -> None:
    course, reserve = keeping(capacity=2, seats=2)
    desk, waits = world.coordinator(course), ask(course)
    services.end_reserve(actor=desk, reserve=reserve)
    services.end_reserve(actor=desk, reserve=reserve)
    assert states(waits) == ["offered"]
    course, _reserve = keeping()
    services.cancel(actor=world.coordinator(course), course=course, reason={"fa": "برف", "en": "Snow"})
    course.refresh_from_db()
    assert (course.seats_reserved, course.reserves_until) == (0, None)
    assert list(broken()) == []


@pytest.mark.parametrize(
    ("columns", "seats", "days", "group", "code"),
    [
        ({"capacity": None}, 1, 5, YOUNG, "no_limit"),
        ({"capacity": 2}, 3, 5, YOUNG, "reserve_many"),
        ({"capacity": 2}, 1, -1, YOUNG, "reserve_day"),
        ({"capacity": 2}, 1, 29, YOUNG, "reserve_day"),
        ({"capacity": 2, "selection": "lottery"}, 1, 5, YOUNG, "reserve_day"),
        ({"capacity": 2}, 1, 5, {"age_max": None, "audience": {}}, "reserve_for_all"),
        ({"capacity": 2, "state": "cancelled"}, 1, 5, YOUNG, "cancelled"),
    ],
)
def test_what_cannot_be_kept(columns: dict[str, Any], seats: int, days: int, group: dict[str, Any], code: str) -> None:
    course = world.course(**columns)
    services.reschedule(course=course)
    desk, until_on = world.coordinator(course), clock.today() + days * DAY
    with pytest.raises(Refused) as refused:
        services.reserve_seats(actor=desk, course=course, seats=seats, until_on=until_on, group=group)
    assert refused.value.refusal.code == code
    assert not Reserve.objects.exists()
    stranger, _own = world.person()
    with pytest.raises(Refused, match="not_yours"):
        services.reserve_seats(actor=stranger, course=course, seats=1, until_on=until_on, group=YOUNG)


def test_it_is_planned_by_page_and_by_api_alike() -> None:
    course, reserve = keeping(capacity=5, seats=2)
    desk = world.coordinator(course)
    client, page, api = (
        signed_in(desk),
        f"/en/work/courses/{course.slug}/reserves/",
        f"/api/v1/work/courses/{course.pk}/",
    )
    until = clock.today() + 3 * DAY
    typed = {"seats": "9", "until_on": until.isoformat(), "rule": "women_only"}
    refused = client.post(f"{page}keep/", typed)
    assert refused.status_code == 422
    assert "3 seats are free; no more can be kept" in refused.content.decode()
    assert 'value="9"' in refused.content.decode()
    assert client.post(f"{page}keep/", typed | {"seats": "۲"}).status_code == 302
    shown = client.get(page).content.decode()
    assert "For women" in shown
    assert "Up to age 17" in shown
    assert client.post(f"{page}{reserve.pk}/change/", {"seats": 1, "until_on": until.isoformat()}).status_code == 302
    listed = client.get(f"{api}reserves/").json()["results"]
    assert [(one["seats"], one["until_on"], one["rule"], one["age_max"]) for one in listed] == [
        (2, str(until), "women_only", None),
        (1, str(until), "", 17),
    ]
    sent = json.dumps({"seats": 9, "until_on": str(until), "age_min": 60})
    answer = client.post(f"{api}reserves/", sent, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "reserve_many")
    sent = json.dumps({"seats": 2, "until_on": str(until), "age_min": 60})
    made = client.post(f"{api}reserves/?lang=en", sent, "application/json").json()
    assert made["words"] == ["Age 60 and over"]
    address = f"{api}reserves/{made['id']}/"
    sent = json.dumps({"seats": 1, "until_on": str(until)})
    assert client.patch(address, sent, "application/json").json()["seats"] == 1
    assert client.post(f"{address}end/", "{}", "application/json").json()["ended_at"]
    assert client.post(f"{page}{reserve.pk}/end/").status_code == 302
    assert client.get(f"/api/v1/courses/{course.pk}/?lang=en").json()["kept"] == [
        {"seats": 2, "free": 2, "until_on": str(until), "words": ["For women"]}
    ]
    assert list(broken()) == []


def test_the_course_page_says_for_whom_and_offers_the_kept_seat() -> None:
    course, _reserve = keeping(capacity=1)
    address = f"/en/courses/{course.slug}/"
    member, _own = world.person()
    child = world.child_of(member)
    client = signed_in(member)
    family = client.get(address).content.decode()
    assert "1 more seat is kept until" in family
    assert "A seat is kept" in family, "the child of a full course has one"
    alone, _own = world.person()
    assert "You would be number 1 in line" in signed_in(alone).get(address).content.decode()
    parent, own = world.person()
    own.born_from, own.born_until = dt.date(2012, 1, 1), dt.date(2012, 12, 31)
    own.save()
    young = signed_in(parent).get(address).content.decode()
    assert "A seat is kept for you" in young
    assert "Join the waiting list" not in young
    assert client.post(f"{address}enrol/", {"learner": child.pk}).status_code == 302
    assert Enrolment.objects.get(learner=child).from_reserve
    waits = ask(course)
    why = signed_in(waits.asked_by).get(f"/en/me/enrolments/{waits.pk}/why/").content.decode()
    assert "1 of the seats was kept until" in why


def test_a_course_without_kept_seats_asks_no_row_of_them(django_assert_num_queries: Any) -> None:
    course = world.course(capacity=2)
    with django_assert_num_queries(0):
        assert reserves_of(course) == []
