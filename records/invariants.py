"""What must be true of every row about what came of learning; each check finds the rows that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from programs.invariants import Broken
from programs.models import Enrolment
from records.models import Attendance, Certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import QuerySet

State = Enrolment.State
NEVER_SEATED = (
    State.APPLIED,
    State.WAITING,
    State.OFFERED,
    State.DECLINED,
    State.LAPSED,
    State.REFUSED,
    State.UNPLACED,
)


def _not_completed() -> QuerySet[Certificate]:
    """I13: a certificate holds only for somebody who completed the course."""
    return Certificate.objects.valid().exclude(enrolment__state=State.COMPLETED)


def _of_another_course() -> QuerySet[Attendance]:
    """I16: attendance is of the learner's own course."""
    return Attendance.objects.exclude(meeting__course=F("enrolment__course"))


def _without_a_seat() -> QuerySet[Attendance]:
    """I16: attendance is of somebody who had a seat on that day."""
    gone = Q(enrolment__state=State.WITHDRAWN, enrolment__state_at__lt=F("meeting__starts_at"))
    return Attendance.objects.filter(Q(enrolment__state__in=NEVER_SEATED) | gone)


CHECKS: dict[str, Callable[[], QuerySet[Certificate] | QuerySet[Attendance]]] = {
    "I13 certificate without completion": _not_completed,
    "I16 attendance of another course": _of_another_course,
    "I16 attendance without a seat": _without_a_seat,
}


def broken() -> Iterator[Broken]:
    """Every row that breaks an invariant, check by check."""
    for name, check in CHECKS.items():
        for row in check().iterator():
            yield Broken(name, f"{row._meta.label} #{row.pk}", (check.__doc__ or "").partition(": ")[2])  # noqa: SLF001


def checked() -> int:
    """How many rows the checks look at."""
    return Certificate.objects.count() + Attendance.objects.count()
