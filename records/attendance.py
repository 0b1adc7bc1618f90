"""Attendance as it is read: the sheet of one class meeting, how a course's sheets stand, who missed how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from base.persian import sort_key
from programs.models import ClassMeeting, Enrolment
from records.models import Attendance

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from programs.models import Course

SEATED = (Enrolment.State.SEATED, Enrolment.State.COMPLETED, Enrolment.State.ABSENT)
Mark = Attendance.Mark


@dataclass(slots=True)
class Line:
    """One learner on the sheet: what is kept ("" and 0 where nothing is), and what the page shows as chosen."""

    enrolment: int
    name: str
    mark: str = ""
    version: int = 0
    chosen: str = ""
    theirs: str = ""

    @property
    def known(self) -> str:
        """What the page was made from, as the form sends it back."""
        return f"{self.mark}:{self.version}"


def seated(course_id: int) -> QuerySet[Enrolment]:
    """Those who have a seat in the course for good."""
    return Enrolment.objects.filter(course=course_id, state__in=SEATED)


def sheet_of(meeting: ClassMeeting, *, start: str = "") -> list[Line]:
    """Everybody with a seat, by name: two queries. `start` is the mark that those get who have none yet."""
    kept = {
        enrolment: (mark, version)
        for enrolment, mark, version in Attendance.objects.filter(meeting=meeting).values_list(
            "enrolment", "mark", "version"
        )
    }
    heads = seated(meeting.course_id).values_list("pk", "learner__name")
    lines = [
        Line(pk, name, *kept.get(pk, ())) for pk, name in sorted(heads, key=lambda one: (sort_key(one[1]), one[0]))
    ]
    for line in lines:
        line.chosen = line.mark or start
    return lines


def meetings_of(course: Course) -> list[dict[str, Any]]:
    """The course's class meetings in order, each with its number, and how many were there and were not: one query."""
    there = Count("attendances", filter=Q(attendances__mark__in=Attendance.WAS_THERE))
    marked = Count("attendances")
    rows = course.meetings.annotate(there=there, marked=marked).order_by("starts_at", "pk")
    return [
        {"meeting": row, "number": number, "there": row.there, "marked": row.marked}
        for number, row in enumerate(rows, start=1)
    ]


def missed(course_id: int) -> dict[int, int]:
    """How many class meetings each learner missed without an excuse, by enrolment; nobody who missed none. One query."""
    held = Attendance.objects.filter(meeting__course=course_id, mark=Mark.ABSENT)
    held = held.exclude(meeting__state=ClassMeeting.State.CANCELLED)
    return dict(Counter(held.values_list("enrolment", flat=True)))
