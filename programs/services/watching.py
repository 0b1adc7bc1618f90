"""What people are told because time passed or someone else changed a course: it begins tomorrow, it clashes now."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from notifications.models import Notice
from programs.invariants import clashes
from programs.models import Course, Enrolment
from programs.services.notices import facts, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

EARLIEST = dt.time(10)


def remind_of_tomorrow() -> int:
    """Tells everyone seated whose course begins tomorrow, from ten in the morning on, once however often it runs.

    Returns the number of people told. A course moved or called off meanwhile needs nothing undone.
    """
    now = clock.wall(clock.now())
    if now.time() < EARLIEST:
        return 0
    tomorrow = now.date() + dt.timedelta(days=1)
    courses = Course.objects.filter(state=Course.State.PUBLISHED, starts_on=tomorrow).values_list("pk", flat=True)
    return sum(_remind(pk, tomorrow) for pk in courses)


@transaction.atomic
def _remind(course_id: int, tomorrow: dt.date) -> int:
    about = tomorrow.isoformat()
    seated = Enrolment.objects.filter(course=course_id, state=Enrolment.State.SEATED).select_related("learner")
    untold = _untold(list(seated), "starts_tomorrow", about)
    tell(untold, "starts_tomorrow", about=about)
    return len(untold)


def _untold(enrolments: Sequence[Enrolment], event: str, about: str) -> list[Enrolment]:
    keys = {f"enrolment:{one.pk}:{event}:{about}": one for one in enrolments}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    return [one for key, one in keys.items() if key not in told]


def tell_of_clashes() -> int:
    """Tells learners who sit in two courses that now meet at the same time, because one of them was moved. Once a pair."""
    return sum(_tell_of(one) for one in clashes().select_related("learner"))


@transaction.atomic
def _tell_of(enrolment: Enrolment) -> int:
    seated = Enrolment.objects.filter(learner=enrolment.learner, state=Enrolment.State.SEATED).exclude(pk=enrolment.pk)
    others = seated.filter(pk__lt=enrolment.pk).order_by("-pk").values_list("course", flat=True)
    other = others.first()
    untold = _untold([enrolment], "clash", str(other)) if other is not None else []
    if other is not None:
        tell(untold, "clash", about=str(other), other_title=facts(other)["course_title"])
    return len(untold)
