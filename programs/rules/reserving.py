"""Seats kept for a group: who is of it, and what keeps them from being kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from programs.models import Course, Reserve
from programs.rules.joining import belonging_of, words_of
from programs.rules.places import number, spoken_day, why_not_answer_for, why_not_cancel, why_not_suited
from programs.words import RULES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from members.models import Learner, Member
    from programs.models.standing import Standing

MOST_RESERVES = 5


def reserves_of(course: Standing) -> list[Reserve]:
    """The reserves that keep seats of a course now; no query where there are none."""
    return list(Reserve.objects.open().filter(course=course.pk)) if course.reserves_until else []


def reserve_for(course: Standing, reserves: Iterable[Reserve], learners: Sequence[Learner]) -> Reserve | None:
    """The reserve of whose group all of them are: the first with seats for them, else the first."""
    theirs = [
        one
        for one in reserves
        if all(why_not_suited(one.group(course.starts_on), learner) is None for learner in learners)
    ]
    return next((one for one in theirs if one.left >= len(learners)), theirs[0] if theirs else None)


def is_due(course: Standing) -> bool:
    """Whether the last day of a reserve is over."""
    return course.reserves_until is not None and course.reserves_until < clock.today()


def group_words(reserve: Reserve) -> list[str]:
    """For whom the seats are kept, in sentences of the page's language."""
    group = reserve.group(None)
    found = [str(RULES[group.audience["rule"]])] if group.audience.get("rule") else []
    return [*found, *_ages(group), *words_of(group, belonging_of(group))]


def _ages(group: Standing) -> list[str]:
    if group.age_range is None:
        return []
    words = gettext("ages %(youngest)s to %(oldest)s")
    if group.age_min is None:
        words = gettext("up to age %(oldest)s")
    elif group.age_max is None:
        words = gettext("age %(youngest)s and over")
    return [capfirst(words % {"youngest": number(group.age_min), "oldest": number(group.age_max)})]


def why_not_reserve(
    course: Course, member: Member, seats: int, until_on: dt.date, held: Reserve | None
) -> Refusal | None:
    """Whether so many seats of a locked course cannot be kept until that day; `held` is the reserve that shall have them."""
    refusal = why_not_answer_for(course, member) or why_not_cancel(course)
    return refusal or _why_not_so_many(course, seats, held) or _why_not_so_long(course, until_on)


def _why_not_so_many(course: Course, seats: int, held: Reserve | None) -> Refusal | None:
    if course.seats_free is None:
        return Refusal("no_limit", _("The course has room for everyone; first say how many seats there are"))
    most, least = course.seats_free + (held.left if held else 0), max(1, held.taken if held else 0)
    if seats - (held.taken if held else 0) > most:
        text = format_lazy(_("{free} seats are free; no more can be kept"), free=number(most))
        return Refusal("reserve_many", text, {"free": most})
    if seats < least:
        return Refusal("reserve_few", format_lazy(_("Keep at least {least}"), least=number(least)))
    return None


def _why_not_so_long(course: Course, until_on: dt.date) -> Refusal | None:
    first, last = clock.today(), clock.day_of(course.moves_until) if course.moves_until else course.ends_on
    if course.is_chosen and course.closes_at is not None:
        first = max(first, clock.day_of(course.closes_at))
    if until_on < first:
        text = _("Seats are kept until {day} at the earliest")
        return Refusal("reserve_day", format_lazy(text, day=spoken_day(first)))
    if last is not None and until_on >= last:
        text = _("The waiting list ends on {day}; keep the seats until a day before it")
        return Refusal("reserve_day", format_lazy(text, day=spoken_day(last)))
    return None


def why_not_go_on(reserve: Reserve) -> Refusal | None:
    """Whether the seats were given to everyone already."""
    over = Refusal("reserve_over", _("These seats are no longer kept; keep others"))
    return None if reserve.is_open else over


def why_not_one_more(course: Course, group: dict[str, Any]) -> Refusal | None:
    """Whether there are enough reserves, or nobody is named for whom it shall be."""
    if not any(group.values()):
        return Refusal(
            "reserve_for_all", _("Say for whom the seats are kept: an age, a district, people of an organisation")
        )
    if Reserve.objects.filter(course=course, ended_at__isnull=True).count() >= MOST_RESERVES:
        text = _("Seats can be kept for {most} groups; end one first")
        return Refusal("reserves_full", format_lazy(text, most=number(MOST_RESERVES)))
    return None
