"""Whether a course with a minimum takes place: its coordinators are reminded, and decide; everyone with a place is told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications.services import post
from programs.models import Course, Enrolment
from programs.rules import why_not_answer_for
from programs.rules.deciding import why_not_decide, why_not_wait
from programs.services.notices import facts, planners_of, tell
from programs.services.planning import rewrite_course
from programs.services.seats import lock_course

if TYPE_CHECKING:
    from members.models import Member

AHEAD = dt.timedelta(days=3)
EARLIEST = dt.time(10)
KIND = "programs/decide"


def confirm(*, actor: Member, course: Course) -> Course:
    """Says that a course takes place, with however many people; everyone with a place is told. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `no_minimum`, `cancelled`, `over`, `closed` for a draft.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        if course.decided_at is not None:
            return course
        refuse_if(why_not_decide(course))
        course.decided_at = clock.now()
        Course.objects.filter(pk=course.pk).update(decided_at=course.decided_at)
        record(actor=actor, verb="confirm_course", row=course, changes={"seats_taken": course.seats_taken})
        tell(_places(course), "confirmed", about=str(course.version))
    return course


def wait_until(*, actor: Member, course: Course, day: dt.date) -> Course:
    """Puts the decision off to another day before the course begins; everyone with a place is told that day.

    Raises:
        Refused: those of `confirm`; `decided`; `decide_day` for a day that is over, or not before the first one.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_decide(course) or why_not_wait(course, day))
        if course.decide_on != day:
            rewrite_course(actor, course, {"decide_on": day}, {})
            tell(_places(course), "undecided", about=day.isoformat(), decide_on=day.isoformat())
    return course


def _places(course: Course) -> list[Enrolment]:
    rows = Enrolment.objects.filter(course=course, state__in=Enrolment.OPEN).select_related("learner")
    return list(rows.order_by("pk"))


def remind_to_decide() -> int:
    """Reminds the coordinators of a course with a minimum three days before it is decided, and on the day, from ten o'clock
    on; each once, however often it runs, and of another day anew. Returns how many courses it looked at.
    """
    now = clock.wall(clock.now())
    if now.time() < EARLIEST:
        return 0
    undecided = Course.objects.public().filter(minimum__isnull=False, decided_at__isnull=True, starts_on__gt=now.date())
    due = [
        one
        for one in undecided.select_related("program")
        if one.decision_day and one.decision_day - AHEAD <= now.date()
    ]
    for course in due:
        _remind(course, is_due=course.decision_day is not None and course.decision_day <= now.date())
    return len(due)


@transaction.atomic
def _remind(course: Course, *, is_due: bool) -> None:
    day = course.decision_day.isoformat() if course.decision_day else ""
    counts = {"taken": course.seats_taken, "minimum": course.minimum, "queue": course.waiting}
    post(
        key=f"course:{course.pk}:decide:{day}:{'today' if is_due else 'soon'}",
        kind=KIND,
        members=planners_of(course.program.workgroup_id).values_list("member", flat=True),
        values=facts(course.pk) | counts | {"decide_on": day, "is_due": is_due},
    )
