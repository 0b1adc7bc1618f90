"""What may not be done with single class meetings and with instructors, and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from programs.models import ClassMeeting, Course, Teaching

if TYPE_CHECKING:
    from members.models import Member

LONGEST_CLASS = dt.timedelta(hours=12)
LONGEST_AHEAD = dt.timedelta(days=3 * 366)


def why_not_change_class(course: Course, meeting: ClassMeeting) -> Refusal | None:
    """Whether a class meeting can no longer be moved or called off: it has begun, or is called off already."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    if meeting.state == ClassMeeting.State.CANCELLED:
        return Refusal("called_off", _("This class meeting is called off already"))
    if meeting.starts_at <= clock.now():
        return Refusal("class_begun", _("This class meeting has begun; only those to come can be changed"))
    return None


def why_not_meet_at(starts_at: dt.datetime, ends_at: dt.datetime) -> Refusal | None:
    """Whether a class meeting cannot be held then."""
    if ends_at <= starts_at:
        return Refusal("hours_wrong", _("The class must end after it begins"))
    if ends_at - starts_at > LONGEST_CLASS:
        return Refusal("class_long", _("A class meeting lasts at most twelve hours; check the hours"))
    if starts_at <= clock.now():
        return Refusal("class_past", _("Choose a time that is still to come"))
    if starts_at > clock.now() + LONGEST_AHEAD:
        return Refusal("class_far", _("This day is too far away; check the year"))
    return None


def why_not_call_off_class(course: Course, meeting: ClassMeeting) -> Refusal | None:
    """Whether no class meeting would be left."""
    rest = course.meetings.exclude(pk=meeting.pk).exclude(state=ClassMeeting.State.CANCELLED)
    if rest.exists():
        return None
    return Refusal("last_class", _("No other class meeting would be left; move it, or cancel the course"))


def why_not_teach(course: Course, member: Member, from_on: dt.date, until_on: dt.date | None) -> Refusal | None:
    """Whether somebody cannot instruct a course in that time: it is over, the days are wrong, or they do already."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    if until_on is not None and until_on <= from_on:
        return Refusal("ends_before", _("The last day must come after the first"))
    if until_on is not None and until_on <= clock.today():
        return Refusal("ends_past", _("Choose a day that is still to come"))
    meanwhile = Teaching.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=from_on), course=course, member=member
    )
    if until_on is not None:
        meanwhile = meanwhile.filter(from_on__lt=until_on)
    if meanwhile.exists():
        return Refusal("open_twice", _("This person instructs the course in that time already"))
    return None


def why_not_end_teaching(teaching: Teaching, until_on: dt.date) -> Refusal | None:
    """Whether a teaching has ended, or the day lies before its first one or before today."""
    if teaching.until_on is not None and teaching.until_on <= clock.today():
        return Refusal("ended", _("This has ended already"))
    if until_on < clock.today():
        return Refusal("ends_past", _("It can end today or later"))
    if until_on < teaching.from_on:
        return Refusal("ends_before", _("The last day must come after the first"))
    return None
