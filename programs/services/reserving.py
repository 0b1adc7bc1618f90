"""Keeping seats of a course for a group until a day, and giving them to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Min

from base import clock
from base.refusal import refuse_if
from members.services import record
from programs.models import Course, Enrolment, Reserve
from programs.rules.places import why_not_answer_for
from programs.rules.reserving import reserve_for, why_not_go_on, why_not_one_more, why_not_reserve
from programs.services.queue import heads_in, move, units_of
from programs.services.seats import count, lock_course

if TYPE_CHECKING:
    import datetime as dt

    from members.models import Member

State = Enrolment.State


def reserve_seats(*, actor: Member, course: Course, seats: int, until_on: dt.date, group: dict[str, Any]) -> Reserve:
    """Keeps free seats of a course for a group (`age_min`, `age_max`, `audience` as a course's) to the end of a day. Whoever of
    it waits already is offered one at once.

    Raises:
        Refused: `not_yours`, `cancelled`, `over`, `no_limit`, `reserve_many`, `reserve_few`, `reserve_day`, `reserve_for_all`,
            `reserves_full`.
    """
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_reserve(course, actor, seats, until_on, None) or why_not_one_more(course, group))
        reserve = Reserve.objects.create(course=course, seats=seats, until_on=until_on, **group)
        _note(course, seats)
        record(actor=actor, verb="reserve", row=course, changes={"seats": seats, "until_on": str(until_on), **group})
        _find_its_people(course, reserve)
        move(course)
    return reserve


def _find_its_people(course: Course, reserve: Reserve) -> None:
    """Marks who has asked already, is of no other group, and is of this one with their whole party."""
    others = set(Reserve.objects.open().filter(course=course).exclude(pk=reserve.pk).values_list("pk", flat=True))
    units = units_of(heads_in(course, State.WAITING, State.APPLIED))
    free = [unit for unit in units if unit[0].reserve_id not in others]
    theirs = [unit for unit in free if reserve_for(course, [reserve], [one.learner for one in unit])]
    Enrolment.objects.filter(pk__in=[one.pk for unit in theirs for one in unit]).update(reserve=reserve)


def change_reserve(*, actor: Member, reserve: Reserve, seats: int, until_on: dt.date) -> Reserve:
    """Keeps more or fewer seats for the same group, or until another day; what is no longer kept goes to the queue.

    Raises:
        Refused: as `reserve_seats`; `reserve_over` once it has ended.
    """
    with transaction.atomic():
        course, reserve = _read(reserve)
        refuse_if(why_not_answer_for(course, actor) or why_not_go_on(reserve))
        refuse_if(why_not_reserve(course, actor, seats, until_on, reserve))
        before, more = {"seats": reserve.seats, "until_on": str(reserve.until_on)}, seats - reserve.seats
        reserve.seats, reserve.until_on = seats, until_on
        reserve.save(update_fields=["seats", "until_on"])
        _note(course, more)
        after = {"seats": seats, "until_on": str(until_on)}
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        record(actor=actor, verb="change_reserve", row=course, changes=changes)
        move(course)
    return reserve


def end_reserve(*, actor: Member, reserve: Reserve) -> None:
    """Gives what is left of a reserve to everyone, the queue first; twice changes nothing.

    Raises:
        Refused: `not_yours`.
    """
    with transaction.atomic():
        course, reserve = _read(reserve)
        refuse_if(why_not_answer_for(course, actor))
        if end_reserves(course, pk=reserve.pk):
            record(actor=actor, verb="end_reserve", row=course, changes={"seats": [reserve.left, 0]})
            move(course)


def end_reserves(course: Course, **which: Any) -> int:
    """Ends those reserves of a locked course that keep seats still; how many they were. The caller moves the queue."""
    rows = list(Reserve.objects.filter(course=course, ended_at__isnull=True, **which))
    left = sum(one.left for one in rows)
    if rows:
        Reserve.objects.filter(pk__in=[one.pk for one in rows]).update(ended_at=clock.now())
        _note(course, -left)
    return len(rows)


def _read(reserve: Reserve) -> tuple[Course, Reserve]:
    course = lock_course(reserve.course_id)
    return course, Reserve.objects.get(pk=reserve.pk)


def _note(course: Course, seats: int) -> None:
    """Counts so many seats more as reserved, and until when the first reserve lasts."""
    count(course, reserved=seats)
    first = Reserve.objects.filter(course=course, ended_at__isnull=True).aggregate(first=Min("until_on"))["first"]
    Course.objects.filter(pk=course.pk).update(reserves_until=first)
    course.reserves_until = first
