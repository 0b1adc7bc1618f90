"""What came of the demo city's courses: attendance of those that ran, certificates of those who completed them,
what some of them thought.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from base import clock, door
from programs.demo.files import courses
from programs.models import Course, Enrolment
from programs.services.demo.learning import coordinator_of
from programs.services.demo.rows import DOOR, line, write
from records.attendance import seated
from records.codes import new_code
from records.freezing import facts_of, named
from records.models import Attendance, Certificate, Feedback
from records.outcomes import WHOLE, held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from members.models import Member
    from programs.models import ClassMeeting

Mark = Attendance.Mark
LATE, EXCUSED = 0.08, 0.25  # of those who were there, of those who were not
FILE = Path(__file__).resolve().parents[1] / "demo" / "feedback.json"
GOOD = 4
STARS = (5, 5, 5, 4, 4, 3)
A_DAY = dt.timedelta(days=1)


@transaction.atomic
def load_demo() -> int:
    """Writes attendance and certificates of demo courses that have none, and keeps up with courses that moved to later weeks;
    returns how many rows were added. Again on the same day it changes nothing.
    """
    with door.through(DOOR):
        ours = Course.objects.filter(slug__in=courses(), state=Course.State.PUBLISHED)
        begun = ours.filter(meetings__ends_at__lte=clock.now()).exclude(enrolments__attendances__isnull=False)
        added = sum(_load(course) for course in begun.distinct().order_by("pk"))
        _follow()
    return added


def _load(course: Course) -> int:
    places = list(seated(course.pk).select_related("learner").order_by("pk"))
    meetings = list(held(course).filter(ends_at__lte=clock.now()).order_by("starts_at"))
    actor, rate = coordinator_of(course), courses()[course.slug]["attendance"]["average_rate"]
    marks = write(_marks(course, places, meetings, actor, rate))
    told: dict[int, dict[str, list[str | None]]] = defaultdict(dict)
    for one in marks:
        told[one.meeting_id][f"enrolment {one.enrolment_id}"] = [None, one.mark]
    write(
        line(meeting, "mark_attendance", at=meeting.ends_at, actor_id=actor.pk, changes=told[meeting.pk])
        for meeting in meetings
    )
    completed = [one for one in places if one.state == Enrolment.State.COMPLETED]
    return len(marks) + _certify(course, completed) + _hear(course, completed)


def _marks(
    course: Course, places: list[Enrolment], meetings: list[ClassMeeting], actor: Member, rate: float
) -> Iterator[Attendance]:
    """The same in every demo city: who completed was there often enough, who did not was not."""
    chance = random.Random(f"attendance:{course.slug}")  # noqa: S311 # nosec B311 - sample people, no secrets
    enough = -(-course.complete_percent * len(meetings) // WHOLE)
    for place in places:
        there = sum(chance.random() < rate for _ in meetings)
        if place.state == Enrolment.State.COMPLETED:
            there = max(there, enough)
        elif place.state == Enrolment.State.ABSENT:
            there = min(there, enough - 1)
        present = set(chance.sample(range(len(meetings)), max(there, 0)))
        for number, meeting in enumerate(meetings):
            mark = _mark(chance, place, was_there=number in present)
            yield Attendance(enrolment=place, meeting=meeting, mark=mark, by=actor, at=meeting.ends_at)


def _mark(chance: random.Random, place: Enrolment, *, was_there: bool) -> Mark:
    if was_there:
        return Mark.LATE if chance.random() < LATE else Mark.PRESENT
    is_open = place.state == Enrolment.State.SEATED  # an excuse would change an outcome that is on record
    return Mark.EXCUSED if is_open and chance.random() < EXCUSED else Mark.ABSENT


def _certify(course: Course, places: list[Enrolment]) -> int:
    facts = facts_of(course)
    rows = write(
        Certificate(enrolment=one, code=new_code(), frozen=named(facts, one.learner), issued_on=_issued_on(course))
        for one in places
    )
    write(line(one, "issue", for_id=place.learner_id) for one, place in zip(rows, places, strict=True))
    return len(rows)


def _hear(course: Course, completed: list[Enrolment]) -> int:
    """What every other of them thought; the first ones say it in their own words, where the files hold some."""
    said = [one for one in json.loads(FILE.read_text(encoding="utf-8"))["rows"] if one["course"] == course.slug]
    chance = random.Random(f"feedback:{course.slug}")  # noqa: S311 # nosec B311 - sample people, no secrets
    rows = []
    for place in completed[::2]:
        words = said.pop() if said else None
        stars = words["rating"] if words else chance.choice(STARS)
        comment = words["text"][words["language"]] if words else ""
        rows.append(
            Feedback(
                enrolment=place,
                stars=stars,
                recommends=stars >= GOOD,
                comment=comment,
                given_on=_issued_on(course),
            )
        )
    return len(write(rows))


def _issued_on(course: Course) -> dt.date:
    return min((course.ends_on or clock.today()) + A_DAY, clock.today())


def _follow() -> None:
    """Certificates of courses that were moved say the new days."""
    rows = Certificate.objects.valid().filter(enrolment__course__slug__in=courses())
    by_course: dict[int, list[Certificate]] = defaultdict(list)
    for row in rows.select_related("enrolment__course", "enrolment__learner"):
        ends_on = row.enrolment.course.ends_on
        if row.frozen["fa"]["ends_on"] != (ends_on and ends_on.isoformat()):
            by_course[row.enrolment.course_id].append(row)
    for found in by_course.values():
        _renew(found)


def _renew(rows: Iterable[Certificate]) -> None:
    rows = list(rows)
    course = rows[0].enrolment.course
    facts = facts_of(course)
    for row in rows:
        row.frozen, row.issued_on = named(facts, row.enrolment.learner), _issued_on(course)
    Certificate.objects.bulk_update(rows, ["frozen", "issued_on"])
