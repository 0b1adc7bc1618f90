"""On which days something that repeats takes place, and where it meets what is there already."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from base import clock
from base.calendar import weekday_of
from programs.models import ClassMeeting, Course, Teaching

if TYPE_CHECKING:
    from collections.abc import Collection, Container

DAY = dt.timedelta(days=1)
LONGEST_SEARCH = 3 * 366  # days; what does not find its meetings by then repeats on holidays alone


class Held(NamedTuple):
    """The days of a repetition, and the public holidays that it left out."""

    days: list[dt.date]
    skipped: list[dt.date]


@cache
def _days_off(country: str, year: int) -> frozenset[dt.date]:
    import holidays  # it is large, and only who plans class meetings needs it

    return frozenset(holidays.country_holidays(country, years=year))


class _DaysOff:
    """Every public holiday of the city's country; those of the lunar calendar are estimates."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and day in _days_off(settings.PHONE_REGION, day.year)


DAYS_OFF = _DaysOff()


def repeat(*, weekdays: Collection[int], first: dt.date, count: int, days_off: Container[dt.date] = ()) -> Held:
    """The first `count` days from `first` on that are one of the weekdays (0 is Saturday) and none of the days off."""
    held, day = Held([], []), first
    for _ in range(LONGEST_SEARCH):
        if len(held.days) == count:
            break
        if weekday_of(day) in weekdays:
            (held.skipped if day in days_off else held.days).append(day)
        day += DAY
    return held


class Collision(NamedTuple):
    """Another class meeting at the same time: whether it wants the same `venue` or the same `instructor`, and its course."""

    meeting: int
    what: str
    course: int
    slug: str


def collisions(course: Course) -> list[Collision]:
    """Where the course's class meetings fall together with others' in its venue or for its instructors: two queries.

    A venue may have several rooms, so this is a warning and no refusal.
    """
    mine = ClassMeeting.objects.filter(
        course=course.pk, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    ).exclude(state=ClassMeeting.State.CANCELLED)
    others = (
        ClassMeeting.objects.exclude(Q(course=course.pk) | Q(state=ClassMeeting.State.CANCELLED))
        .filter(Exists(mine), course__state__in=[Course.State.DRAFT, Course.State.PUBLISHED])
        .annotate(mine=mine.order_by("starts_at").values("pk")[:1])
    )
    teaching = Teaching.objects.filter(Q(until_on__isnull=True) | Q(until_on__gt=clock.today()))
    theirs = teaching.filter(member__in=teaching.filter(course=course.pk).values("member"))
    wants = {
        "venue": others.filter(_held_in(course.venue_id)) if course.venue_id else others.none(),
        "instructor": others.filter(course__teachings__in=theirs),
    }
    return [
        Collision(meeting, what, other, slug)
        for what, found in wants.items()
        for meeting, other, slug in found.order_by("starts_at").values_list("mine", "course", "course__slug").distinct()
    ]


def _held_in(venue: int) -> Q:
    """A class meeting without a venue of its own is held in its course's."""
    return Q(venue=venue) | Q(venue__isnull=True, course__venue=venue)
