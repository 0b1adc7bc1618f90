"""Single class meetings: another hour or place, or called off. Everyone with a place is told the old and the new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from members.services import record
from programs.models import ClassMeeting, Course, Enrolment
from programs.rules import why_not_answer_for, why_not_call_off_class, why_not_change_class, why_not_meet_at
from programs.services.courses import reschedule
from programs.services.indexing import index
from programs.services.notices import tell
from programs.services.pinning import pin
from programs.services.seats import lock_course
from workgroups.models import Venue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from members.models import Member

State = ClassMeeting.State


def move_class(
    *,
    actor: Member,
    meeting: ClassMeeting,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    venue: Venue | None = None,
    reason: Mapping[str, str] | None = None,
) -> ClassMeeting:
    """Holds one class meeting at another hour, or elsewhere (None is where it was). Twice changes nothing. Locks the course.

    First and last day follow; everyone with a place is told, at once where the class begins within twelve hours.

    Raises:
        Refused: `not_yours`, `cancelled`, `called_off`, `class_begun`; `hours_wrong`, `class_long`, `class_past`, `class_far`.
    """
    refuse_if(why_not_answer_for(meeting.course, actor))
    with transaction.atomic():
        course, meeting = _locked(meeting)
        old = meeting.starts_at, meeting.ends_at, meeting.venue_id or course.venue_id
        place = venue.pk if venue else old[2]
        if old == (starts_at, ends_at, place):
            return meeting
        refuse_if(why_not_change_class(course, meeting) or why_not_meet_at(starts_at, ends_at))
        meeting.starts_at, meeting.ends_at, meeting.venue_id, meeting.state = starts_at, ends_at, place, State.MOVED
        meeting.save(update_fields=["starts_at", "ends_at", "venue", "state"])
        changes: dict[str, Any] = {"starts_at": [old[0].isoformat(), starts_at.isoformat()], "venue": [old[2], place]}
        record(actor=actor, verb="move_class", row=meeting, changes=changes)
        news: dict[str, Any] = {"old_class_at": old[0].isoformat(), "class_at": starts_at.isoformat()}
        if place != old[2]:
            news |= {"old_venue": _name(old[2]), "venue": _name(place)}
        _follow(course, "moved", meeting, news | {"starts_at": _nearest(old[0], starts_at)}, reason)
    return meeting


def call_off_class(*, actor: Member, meeting: ClassMeeting, reason: Mapping[str, str] | None = None) -> ClassMeeting:
    """Lets one class meeting fall away; the others stay as they are. Twice changes nothing. Locks the course.

    Everyone with a place is told, at once where it would begin within twelve hours.

    Raises:
        Refused: `not_yours`, `cancelled`, `class_begun`, `last_class`.
    """
    refuse_if(why_not_answer_for(meeting.course, actor))
    with transaction.atomic():
        course, meeting = _locked(meeting)
        if meeting.state == State.CANCELLED:
            return meeting
        refuse_if(why_not_change_class(course, meeting) or why_not_call_off_class(course, meeting))
        before, meeting.state = meeting.state, State.CANCELLED
        meeting.save(update_fields=["state"])
        record(actor=actor, verb="call_off_class", row=meeting, changes={"state": [before, State.CANCELLED.value]})
        at = meeting.starts_at.isoformat()
        _follow(course, "called_off", meeting, {"old_class_at": at, "starts_at": at}, reason)
    return meeting


def _locked(meeting: ClassMeeting) -> tuple[Course, ClassMeeting]:
    course = lock_course(meeting.course_id)
    return course, ClassMeeting.objects.get(pk=meeting.pk)


def _nearest(old: dt.datetime, new: dt.datetime) -> str:
    """The instant by which people must know: the earlier one."""
    return min(old, new).isoformat()


def _name(venue: int | None) -> dict[str, str]:
    """The venue's name by language."""
    rows = Venue.objects.filter(pk__in=[venue] if venue else []).values_list(
        "translations__language_code", "translations__name"
    )
    return {str(language): name for language, name in rows if language}


def _follow(
    course: Course, event: str, meeting: ClassMeeting, news: dict[str, Any], reason: Mapping[str, str] | None
) -> None:
    """Brings the columns along that follow from the meetings, and tells those with a place in a published course."""
    pin(course, ["hours", "starts_on", "ends_on"])
    reschedule(course=course)
    course.version += 1
    Course.objects.filter(pk=course.pk).update(version=course.version, updated_at=clock.now())
    index([course.pk])
    if course.state == Course.State.PUBLISHED:
        places = Enrolment.objects.live().filter(course=course).select_related("learner").order_by("pk")
        tell(list(places), event, about=f"class:{meeting.pk}:{course.version}", reason=dict(reason or {}), **news)
