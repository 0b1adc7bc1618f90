"""Keeps the demo city alive: on a later day the courses that nobody touched are held that many whole weeks later."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F

from base import clock
from members.models import Audit
from programs.deadlines import offer_deadline
from programs.demo.days import days_of
from programs.demo.files import courses
from programs.models import ClassMeeting, Course, Enrolment, Offer, Reserve
from programs.services.courses import reschedule
from programs.services.demo.learning import LOADED
from programs.services.demo.rows import DOOR, line, write

if TYPE_CHECKING:
    from collections.abc import Iterable

MOVED = "move_demo"
WEEK = 7


def move_forward(today: dt.date) -> list[int]:
    """Moves courses to the present week; returns their ids.

    Untouched is a course that only the demo's own loading and the portal's clock have changed since: no person has.
    """
    belongs = _days_they_belong_to()
    old = [pk for pk, day in belongs.items() if (today - day).days >= WEEK]
    ids = sorted(set(old) - touched(old))
    for course in Course.objects.filter(pk__in=ids, slug__in=courses()).order_by("pk").select_for_update(no_key=True):
        weeks = (today - belongs[course.pk]).days // WEEK
        _move(course, belongs[course.pk] + dt.timedelta(weeks=weeks), weeks)
    return ids


def _days_they_belong_to() -> dict[int, dt.date]:
    """By course, the day from which its days are counted, as the trail tells."""
    lines = Audit.objects.filter(object_type=Course._meta.label_lower, door=DOOR, verb__in=[LOADED, MOVED])  # noqa: SLF001
    told = lines.order_by("pk").values_list("object_id", "changes")
    return {pk: dt.date.fromisoformat(changes["on"]) for pk, changes in told}


def touched(ids: Iterable[int]) -> set[int]:
    """Those of the courses that a person has changed, or taken a place in."""
    by_people = Audit.objects.filter(actor_id__isnull=False).exclude(door=DOOR)
    places = dict(Enrolment.objects.filter(course__in=ids).values_list("pk", "course"))
    label = Enrolment._meta.label_lower  # noqa: SLF001 - Django's documented name
    seated = by_people.filter(object_type=label).values_list("object_id", flat=True)
    changed = by_people.filter(object_type=Course._meta.label_lower).values_list("object_id", flat=True)  # noqa: SLF001
    return {places[pk] for pk in seated if pk in places} | set(changed)


def _move(course: Course, day: dt.date, weeks: int) -> None:
    days = days_of(courses()[course.slug], day)
    shift = dt.timedelta(weeks=weeks)
    meetings = list(ClassMeeting.objects.filter(course=course).order_by("starts_at"))
    for meeting, (starts_at, ends_at) in zip(meetings, days.meetings, strict=False):
        meeting.starts_at, meeting.ends_at = starts_at, ends_at
    ClassMeeting.objects.bulk_update(meetings, ["starts_at", "ends_at"])
    Course.objects.filter(pk=course.pk).update(
        decide_on=course.decide_on and course.decide_on + shift,
        opens_at=days.opens_at,
        closes_at=days.closes_at,
        reserves_until=course.reserves_until and course.reserves_until + shift,
        version=F("version") + 1,
        updated_at=clock.now(),
    )
    Reserve.objects.filter(course=course, ended_at__isnull=True).update(until_on=F("until_on") + shift)
    Enrolment.objects.filter(course=course).update(asked_at=F("asked_at") + shift, state_at=F("state_at") + shift)
    reschedule(course=course)
    _renew_offers(course)
    write([line(course, MOVED, changes={"on": day.isoformat(), "weeks": weeks})])


def _renew_offers(course: Course) -> None:
    """An offer that is still open is made anew, so that there is time to answer it."""
    now = clock.now()
    deadline = offer_deadline(made_at=now, offer_hours=course.offer_hours, moves_until=course.moves_until)
    Offer.objects.filter(course=course, answer__isnull=True).update(made_at=now, expires_at=deadline)
