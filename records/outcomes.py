"""What a course's rule makes of its attendance: whom it lets complete, whom not, and of whom it cannot say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from base import clock
from base.persian import sort_key
from programs.models import ClassMeeting, Enrolment
from records.attendance import seated
from records.models import Attendance, Certificate

if TYPE_CHECKING:
    from collections.abc import Collection

    from programs.models import Course

WHOLE = 100  # per cent


class Tally(NamedTuple):
    """At how many of the class meetings that count for a learner they were."""

    attended: int
    counted: int

    def passes(self, percent: int) -> bool | None:
        """Whether that is enough; None where no meeting counts for them, so that a person must decide."""
        return self.attended * WHOLE >= percent * self.counted if self.counted else None


def tally(marks: Collection[str], recorded: int) -> Tally:
    """From a learner's marks at meetings of which `recorded` have a sheet: late is there, excused does not count, and
    without a mark at a meeting with a sheet they were not there.
    """
    there = sum(mark in Attendance.WAS_THERE for mark in marks)
    return Tally(there, recorded - sum(mark == Attendance.Mark.EXCUSED for mark in marks))


class Standing(NamedTuple):
    """One learner at the end of a course."""

    enrolment: Enrolment
    tally: Tally
    passes: bool | None
    certificate: Certificate | None

    @property
    def waits(self) -> bool:
        """Whether the outcome is not recorded yet."""
        return self.enrolment.state == Enrolment.State.SEATED

    @property
    def differs(self) -> bool:
        """Whether the outcome on record is another one than the rule's."""
        if self.waits or self.passes is None:
            return False
        return self.passes != (self.enrolment.state == Enrolment.State.COMPLETED)


def held(course: Course) -> Any:
    """The course's class meetings that were not called off."""
    return ClassMeeting.objects.filter(course=course).exclude(state=ClassMeeting.State.CANCELLED)


def ended_at(course: Course) -> Any:
    """When the last class meeting ends; None where none is known."""
    return held(course).order_by("-ends_at").values_list("ends_at", flat=True).first()


def unrecorded(course: Course) -> int:
    """How many class meetings that are over have no sheet; they are left out."""
    return int(held(course).filter(ends_at__lte=clock.now(), attendances__isnull=True).count())


def standings(course: Course, some: Collection[int] | None = None) -> list[Standing]:
    """Everybody with a seat, by name, or those enrolments: four queries."""
    recorded = held(course).filter(attendances__isnull=False).distinct().count()
    heads = seated(course.pk).select_related("learner")
    heads = heads if some is None else heads.filter(pk__in=some)
    marks: dict[int, list[str]] = defaultdict(list)
    kept = Attendance.objects.filter(meeting__in=held(course).values("pk"), enrolment__in=heads.values("pk"))
    for enrolment, mark in kept.values_list("enrolment", "mark"):
        marks[enrolment].append(mark)
    valid = {one.enrolment_id: one for one in Certificate.objects.valid().filter(enrolment__in=heads.values("pk"))}
    found = []
    for one in sorted(heads, key=lambda head: (sort_key(head.learner.name), head.pk)):
        own = tally(marks[one.pk], recorded)
        found.append(Standing(one, own, own.passes(course.complete_percent), valid.get(one.pk)))
    return found
