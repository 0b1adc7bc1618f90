"""Following what one wants to hear of, and telling everyone who waited when the enrolment of a course opens."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from base import clock
from base.refusal import refuse_if
from members.city import present
from members.models import Care
from members.services import record
from notifications.models import Notice
from notifications.services import post
from programs.models import Course, Enrolment, Follow, Program, Reminder
from programs.rules.following import why_not_follow, why_not_remind
from programs.services.notices import facts
from workgroups.models import LiteracyArea, Workgroup

if TYPE_CHECKING:
    from members.models import Member

    Thing = LiteracyArea | Workgroup | Program

COLUMNS: dict[type[Any], str] = {LiteracyArea: "area", Workgroup: "workgroup", Program: "program"}
TOLD_WITHIN = dt.timedelta(days=2)  # after the opening: the night, a worker that stood still


@transaction.atomic
def follow(*, actor: Member, thing: Thing) -> Follow:
    """Follows an area, a workgroup or a program; twice, even at once, changes nothing.

    Raises:
        Refused: `not_there` for a program that is hidden, `too_many_follows`.
    """
    wanted: dict[str, Any] = {COLUMNS[type(thing)]: thing}
    known = Follow.objects.filter(member=actor, **wanted).first()
    if known is not None:
        return known
    refuse_if(why_not_follow(actor, thing))
    row, is_new = Follow.objects.get_or_create(member=actor, **wanted)
    if is_new:
        record(actor=actor, verb="follow", row=thing)
    return row


@transaction.atomic
def unfollow(*, actor: Member, thing: Thing) -> None:
    """Follows it no more; twice changes nothing."""
    gone, _rows = Follow.objects.filter(member=actor, **{COLUMNS[type(thing)]: thing}).delete()
    if gone:
        record(actor=actor, verb="unfollow", row=thing)


@transaction.atomic
def remind(*, actor: Member, course: Course) -> Reminder:
    """Asks to be told when the enrolment of a course opens; twice, even at once, changes nothing.

    Raises:
        Refused: `not_there` for a course that is hidden, `opened` when no opening is ahead, `too_many_follows`.
    """
    known = Reminder.objects.filter(member=actor, course=course).first()
    if known is not None:
        return known
    refuse_if(why_not_remind(actor, course))
    row, is_new = Reminder.objects.get_or_create(member=actor, course=course)
    if is_new:
        record(actor=actor, verb="remind", row=course)
    return row


@transaction.atomic
def forget_reminder(*, actor: Member, course: Course) -> None:
    """Asks no more; twice changes nothing."""
    gone, _rows = Reminder.objects.filter(member=actor, course=course).delete()
    if gone:
        record(actor=actor, verb="forget_reminder", row=course)


def tell_of_openings() -> int:
    """Tells those who follow its area, workgroup or program, and those who asked, that a course has opened: once a course.

    By day alone, so that what was called off at night is never said. Returns the number of courses told.
    """
    now = clock.now()
    if present().is_quiet(clock.wall(now).time()):
        return 0
    opened = Course.objects.public().filter(mode=Course.Mode.PORTAL, opens_at__lte=now, opens_at__gt=now - TOLD_WITHIN)
    keys = {_key(pk): pk for pk in opened.order_by("opens_at", "pk").values_list("pk", flat=True)}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    return sum(_tell_of(pk) for key, pk in keys.items() if key not in told)


def _key(course_id: int) -> str:
    return f"course:{course_id}:opening"


@transaction.atomic
def _tell_of(course_id: int) -> int:
    """Asks again under the course's lock whether it is open: its window may have moved, or somebody called it off."""
    locked = Course.objects.select_for_update(no_key=True, of=("self",)).select_related("program")
    course = locked.get(pk=course_id)
    is_public = course.program.state == Program.State.PUBLISHED and course.state == Course.State.PUBLISHED
    is_public = is_public and course.takes_enrolments
    if not is_public or course.status(clock.now(), clock.today()) != Course.Status.OPEN:
        return 0
    closes_at = course.closes_at
    values = facts(course_id) | {"closes_at": closes_at and closes_at.isoformat()}
    members = _waiting_for(course)
    post(key=_key(course_id), kind="programs/opening", members=members, values=values, expires_at=closes_at)
    return 1


def _waiting_for(course: Course) -> set[int]:
    """Everyone who follows it in some way or asked, without those whose learner is in it already."""
    program = course.program
    ways = Q(program=program) | Q(workgroup=program.workgroup_id)
    if course.area_id or program.area_id:
        ways |= Q(area=course.area_id or program.area_id)
    found = set(Follow.objects.filter(ways).values_list("member", flat=True))
    found |= set(Reminder.objects.filter(course=course).values_list("member", flat=True))
    inside = Enrolment.objects.live().filter(course=course).values("learner")
    there = Care.objects.open_on(clock.today()).filter(guardian__in=found, learner__in=inside)
    return found - set(there.values_list("guardian", flat=True))
