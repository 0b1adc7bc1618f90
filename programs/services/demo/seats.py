"""Who sits and waits in the demo city's courses.

People with a name get their places through the portal's own services wherever the window is open. The crowd around them is
written by the course at once, with its lines in the trail and without a message to anybody.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F

from base import clock
from base.calendar import WEEKDAYS
from programs.demo.days import OVER
from programs.demo.files import courses, rows
from programs.models import Course, Enrolment
from programs.rules import GENDER_OF_AUDIENCE
from programs.rules.joining import districts_of, season_key
from programs.services.courses import cancel
from programs.services.demo.learning import coordinator_of
from programs.services.demo.people import crowd, learners_of
from programs.services.demo.rows import line, write
from programs.services.enrolling import enrol, withdraw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from members.models import Learner, Member
    from programs.demo.files import Entry

State = Enrolment.State


class Head(NamedTuple):
    """Someone who is to have a place in a course; `story` is their entry in the files, None for the crowd."""

    learner: Learner
    asked_by: Member
    story: Entry | None = None


def fill(added: Mapping[str, Course]) -> None:
    """Gives the courses that were just written their learners, their queues and one open offer."""
    if not added:
        return
    stories = _stories()
    crowd_ = _Crowd(crowd())
    for slug, course in sorted(added.items(), key=lambda item: item[1].is_chosen):
        entry = courses()[slug]
        _fill(course, entry, stories[slug], crowd_)
        if entry["cancellation"]:
            cancel(actor=coordinator_of(course), course=course, reason=entry["cancellation"]["reason"])
    for slug, course in added.items():  # once everybody sits: of the crowd, those apply who are left
        applied = [head for head in stories[slug] if head.story and head.story["state"] == "applied"]
        wanted = courses()[slug]["demo"].get("applied", 0) - len(applied)
        _apply(course, [*applied, *crowd_.draw(course, courses()[slug], wanted)])


def _stories() -> dict[str, list[Head]]:
    """The places of people with a name, by course."""
    found: dict[str, list[Head]] = defaultdict(list)
    for person in rows("people"):
        learners = learners_of(person["slug"]) if person["enrolments"] else {}
        for story in person["enrolments"]:
            found[story["course"]].append(Head(*learners[story["learner"]], story))
    return found


def _fill(course: Course, entry: Entry, named: list[Head], crowd_: _Crowd) -> None:
    demo = entry["demo"]
    seated = [head for head in named if head.story and head.story["state"] in {"seated", "completed"}]
    offered = [head for head in named if head.story and head.story["state"] == "offered"]
    seated += crowd_.draw(course, entry, demo["seated"] - len(seated))
    queue = [*offered, *_queue(named, crowd_.draw(course, entry, demo["waiting"]), demo["waiting"])]
    _place(course, [*seated, *queue])
    if entry["state_hint"] == OVER:
        _conclude(course, entry["attendance"]["completed"])
    elif offered:
        leaving = Enrolment.objects.get(course=course, learner=seated[-1].learner)
        withdraw(actor=seated[-1].asked_by, enrolment=leaving)


def _queue(named: list[Head], strangers: list[Head], size: int) -> list[Head]:
    """The queue: people with a name at their position, the crowd between them."""
    places = {head.story["position"]: head for head in named if head.story and head.story["state"] == "waiting"}
    rest = iter(strangers)
    return [places.get(position) or next(rest) for position in range(1, size + 1)]


def _place(course: Course, heads: list[Head]) -> None:
    """Gives the heads places in this order: the crowd in one go up to the next one with a name."""
    is_open = course.is_window_open(clock.now())
    for some in _runs(heads, is_open=is_open):
        course.refresh_from_db()
        if is_open and some[0].story and not course.is_chosen:
            enrol(actor=some[0].asked_by, course=course, learner=some[0].learner)
        else:
            _place_crowd(course, some)
    course.refresh_from_db()
    _spread(course)


def _runs(heads: list[Head], *, is_open: bool) -> Iterator[list[Head]]:
    run: list[Head] = []
    for head in heads:
        if is_open and head.story:
            yield from [run] if run else []
            yield [head]
            run = []
        else:
            run.append(head)
    yield from [run] if run else []


def _place_crowd(course: Course, heads: list[Head]) -> None:
    seats = (course.capacity or 0) - course.seats_taken
    states = [State.SEATED if number < seats else State.WAITING for number in range(len(heads))]
    once = season_key(course)
    places = write(
        Enrolment(course=course, learner=head.learner, asked_by=head.asked_by, state=state, place=place, once=once)
        for place, (head, state) in enumerate(zip(heads, states, strict=True), start=course.next_place + 1)
    )
    write(
        line(one, "enrol", actor_id=one.asked_by_id, for_id=one.learner_id, changes={"state": [None, one.state]})
        for one in places
    )
    taken = states.count(State.SEATED)
    Course.objects.filter(pk=course.pk).update(
        seats_taken=F("seats_taken") + taken,
        waiting=F("waiting") + len(heads) - taken,
        next_place=F("next_place") + len(heads),
    )


def _apply(course: Course, heads: list[Head]) -> None:
    """Lets the heads apply where lots or the coordinator decide, in this order."""
    once = season_key(course)
    places = write(
        Enrolment(course=course, learner=head.learner, asked_by=head.asked_by, state=State.APPLIED, once=once)
        for head in heads
    )
    write(
        line(one, "enrol", actor_id=one.asked_by_id, for_id=one.learner_id, changes={"state": [None, one.state]})
        for one in places
    )
    _spread(course)


def _spread(course: Course) -> None:
    """Spreads the moments of asking over the time since the window opened, in the order of the places."""
    places = list(Enrolment.objects.filter(course=course).order_by("place", "pk"))
    if not places or course.opens_at is None or course.closes_at is None:
        return
    step = (min(course.closes_at, clock.now()) - course.opens_at) / (len(places) + 1)
    for number, place in enumerate(places, start=1):
        place.asked_at = place.state_at = course.opens_at + number * step
    Enrolment.objects.bulk_update(places, ["asked_at", "state_at"])


def _conclude(course: Course, completed: int) -> None:
    """Records who completed a course that is over: the first of them, so that everyone with a name did."""
    places = list(Enrolment.objects.filter(course=course, state=State.SEATED).order_by("place"))
    ended_at = max(course.meetings.values_list("ends_at", flat=True))
    for number, place in enumerate(places):
        place.state, place.state_at = State.COMPLETED if number < completed else State.ABSENT, ended_at
    Enrolment.objects.bulk_update(places, ["state", "state_at"])
    write(line(one, "conclude", for_id=one.learner_id, changes={"state": [State.SEATED, one.state]}) for one in places)


class _Crowd:
    """Who of the crowd may sit where: nobody twice in a program, or in two courses at the same hour of the week."""

    def __init__(self, people: list[tuple[Learner, Member]]) -> None:
        self.people = people
        self.hours: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        self.programs: set[tuple[int, str]] = set()

    def draw(self, course: Course, entry: Entry, count: int) -> list[Head]:
        """So many people who suit a course and are free; the same in every demo city."""
        chance = random.Random(f"{entry['slug']}:{count}")  # noqa: S311 # nosec B311 - sample people, no secrets
        found: list[Head] = []
        for learner, member in chance.sample(self.people, len(self.people)) if count > 0 else []:
            if len(found) == count:
                break
            if self._is_free(learner, entry) and _suits(learner, course):
                self.programs.add((learner.pk, entry["program"]))
                self.hours[learner.pk] += _hours(entry)
                found.append(Head(learner, member))
        return found

    def _is_free(self, learner: Learner, entry: Entry) -> bool:
        if (learner.pk, entry["program"]) in self.programs:
            return False
        taken = self.hours[learner.pk]
        return not any(
            day == held and starts < until and since < ends
            for day, starts, ends in _hours(entry)
            for held, since, until in taken
        )


def _hours(entry: Entry) -> list[tuple[int, str, str]]:
    return [(WEEKDAYS.index(name), entry["start_time"], entry["end_time"]) for name in entry["weekdays"]]


def _suits(learner: Learner, course: Course) -> bool:
    gender = GENDER_OF_AUDIENCE.get(course.audience.get("rule", ""))
    is_local = not districts_of(course) or learner.district_id in districts_of(course)
    return (
        is_local
        and gender in {None, learner.gender}
        and learner.could_be_aged(course.age_min, course.age_max, course.starts_on or clock.today())
    )
