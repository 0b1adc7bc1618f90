"""What may not be done with what came of learning, and why: each rule as one question that page, API and service share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from members.rules import NOT_YOURS as NOT_MINE
from programs.models import ClassMeeting, Course, Enrolment
from programs.rules import NOT_YOURS, why_not_answer_for, why_not_text
from programs.rules.people import GONE
from records.attendance import SEATED
from records.outcomes import ended_at

if TYPE_CHECKING:
    from members.models import Member

EARLY = dt.timedelta(minutes=30)  # people come before the hour
INSTRUCTORS_HAVE = dt.timedelta(days=7)
MOST_STARS, LONGEST_COMMENT = 5, 1000
NOT_SEATED = Refusal("not_seated", _("Somebody on this sheet has no seat in the course any more; open the page again"))


def why_not_hold(meeting: ClassMeeting) -> Refusal | None:
    """Whether nobody can have been there: the course or the meeting is called off, or people do not come yet."""
    if meeting.course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    if meeting.state == ClassMeeting.State.CANCELLED:
        return Refusal("called_off", _("This class meeting is called off; there is no attendance to mark"))
    if clock.now() < meeting.starts_at - EARLY:
        return Refusal("not_begun", _("Attendance can be marked from half an hour before the class begins"))
    return None


def why_not_check_in(meeting: ClassMeeting) -> Refusal | None:
    """Whether it is too early or too late to check oneself in: that goes from half an hour before the class until its end."""
    if clock.now() > meeting.ends_at:
        return Refusal("over", _("The class is over; ask the instructor to mark you"))
    return why_not_hold(meeting)


def why_not_mark(meeting: ClassMeeting, member: Member) -> Refusal | None:
    """Whether the member cannot say who was there: coordinators and staff always can, instructors until a week after it."""
    if why_not_answer_for(meeting.course, member) is not None:
        if not Course.objects.taught_by(member).filter(pk=meeting.course_id).exists():
            return NOT_YOURS
        if clock.now() > meeting.ends_at + INSTRUCTORS_HAVE:
            text = _("A week after the class only its coordinators can change the attendance; tell them what is wrong")
            return Refusal("too_late", text)
    return why_not_hold(meeting)


def why_not_conclude(course: Course) -> Refusal | None:
    """Whether it is too early to say who completed a course, or it never took place."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    last = ended_at(course)
    is_over = last <= clock.now() if last is not None else course.is_past(clock.today())
    return None if is_over else Refusal("not_over", _("Outcomes are recorded after the last class meeting"))


def why_not_certify(enrolment: Enrolment) -> Refusal | None:
    """Whether somebody did not complete the course, or is nobody any more."""
    if enrolment.state == Enrolment.State.COMPLETED:
        return None if enrolment.learner.erased_at is None else GONE
    return Refusal("not_completed", _("Certificates are for those who completed the course"))


def why_not_say(enrolment: Enrolment, member: Member, stars: int, comment: str = "") -> Refusal | None:
    """Whether somebody cannot say what they thought of a course: not theirs, never there, not over; or what they say is wrong."""
    if not Enrolment.objects.visible_to(member).filter(pk=enrolment.pk).exists():
        return NOT_MINE
    if enrolment.state not in SEATED:
        return Refusal("not_seated", _("Only those who had a seat in the course are asked"))
    if not 1 <= stars <= MOST_STARS:
        return Refusal("stars_wrong", _("Choose one to five stars"))
    too_early = why_not_conclude(enrolment.course)
    return too_early or (why_not_text(comment, LONGEST_COMMENT) if comment.strip() else None)
