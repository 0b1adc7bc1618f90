"""Saying who was there, and correcting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal, refuse_if
from members.models import Learner
from members.rules import NOT_YOURS
from members.services import record
from programs.models import ClassMeeting, Course
from programs.services.seats import lock_course
from records import rules
from records.attendance import seated
from records.models import Attendance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from members.models import Member

CHANGED = _("Somebody else marked this class meanwhile; look at the names that are set apart, then save once more")


class Marked(NamedTuple):
    """A mark, and the version of the one that whoever gives it has seen: 0 for none."""

    mark: str
    version: int


@transaction.atomic
def mark(*, actor: Member, meeting: ClassMeeting, marks: Mapping[int, Marked]) -> None:
    """Says of people, by enrolment, whether they were there: all of it or nothing. What is so already changes nothing.

    Locks the course, so that two phones come one after the other: who would change what they have not seen is told.

    Raises:
        Refused: `not_yours`, `too_late`, `cancelled`, `called_off`, `not_begun`; `not_seated`; `changed_meanwhile`, whose
            values hold `theirs`: mark and version by enrolment.
    """
    meeting = locked(meeting)
    refuse_if(rules.why_not_mark(meeting, actor))
    here = seated(meeting.course_id).filter(pk__in=marks).count()
    refuse_if(rules.NOT_SEATED if here != len(marks) else None)
    kept = {row.enrolment_id: row for row in Attendance.objects.filter(meeting=meeting, enrolment__in=marks)}
    new = {pk: one for pk, one in marks.items() if pk not in kept or kept[pk].mark != one.mark}
    refuse_if(_why_not_overwrite(kept, new))
    write(actor, meeting, {pk: one.mark for pk, one in new.items()}, "mark_attendance")


def locked(meeting: ClassMeeting) -> ClassMeeting:
    """The class meeting read afresh under its course's lock."""
    course = lock_course(meeting.course_id)
    found = ClassMeeting.objects.get(pk=meeting.pk)
    found.course = course
    return found


def _why_not_overwrite(kept: Mapping[int, Attendance], new: Mapping[int, Marked]) -> Refusal | None:
    """Whether somebody marked one of them since the page was made."""
    versions = {pk: kept[pk].version if pk in kept else 0 for pk in new}
    theirs = {
        pk: [kept[pk].mark, kept[pk].version] for pk, one in new.items() if pk in kept and one.version != versions[pk]
    }
    return Refusal("changed_meanwhile", CHANGED, {"theirs": theirs}) if theirs else None


def write(actor: Member, meeting: ClassMeeting, new: Mapping[int, str], verb: str) -> None:
    """Writes marks that differ from what is kept, with one line in the trail that holds old and new of each."""
    if not new:
        return
    now = clock.now()
    kept = {row.enrolment_id: row for row in Attendance.objects.filter(meeting=meeting, enrolment__in=new)}
    changes = {f"enrolment {pk}": [kept[pk].mark if pk in kept else None, value] for pk, value in sorted(new.items())}
    for pk, row in kept.items():
        row.mark, row.by, row.at, row.version = new[pk], actor, now, row.version + 1
    Attendance.objects.bulk_update(kept.values(), ["mark", "by", "at", "version"])
    Attendance.objects.bulk_create(
        Attendance(enrolment_id=pk, meeting=meeting, mark=value, by=actor, at=now)
        for pk, value in new.items()
        if pk not in kept
    )
    record(actor=actor, verb=verb, row=meeting, changes=changes)


@transaction.atomic
def check_in(*, actor: Member, meeting: ClassMeeting, enrolments: Iterable[int]) -> int:
    """Marks people of the actor's family present who check themselves in; answers how many were. A mark that is there
    already stays, whoever gave it: twice changes nothing. The caller has seen to it that the actor was at the door. Locks
    the course.

    Raises:
        Refused: `cancelled`, `called_off`, `not_begun`, `over`; `not_yours` where one of them is not theirs or has no seat.
    """
    meeting, wanted = locked(meeting), set(enrolments)
    refuse_if(rules.why_not_check_in(meeting))
    own = seated(meeting.course_id).filter(pk__in=wanted, learner__in=Learner.objects.visible_to(actor).values("pk"))
    refuse_if(NOT_YOURS if set(own.values_list("pk", flat=True)) != wanted else None)
    kept = set(Attendance.objects.filter(meeting=meeting, enrolment__in=wanted).values_list("enrolment", flat=True))
    write(actor, meeting, dict.fromkeys(wanted - kept, Attendance.Mark.PRESENT.value), "check_in")
    return len(wanted - kept)


def forget_attendance(older_than: dt.timedelta) -> int:
    """Erases who was there so long after the class; certificates keep what they said. One transaction and one audit line a
    course; answers how many courses there were. Repeating it changes nothing.
    """
    old = Attendance.objects.filter(meeting__starts_at__lt=clock.now() - older_than)
    courses = sorted(set(old.values_list("meeting__course", flat=True)))
    for course in courses:
        with transaction.atomic():
            gone, _rows = old.filter(meeting__course=lock_course(course)).delete()
            record(actor=None, verb="forget_attendance", row=Course(pk=course), changes={"marks": gone})
    return len(courses)
