"""Who instructs a course: assigned by its coordinators, ended by them; the right to its roster begins and ends with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base.refusal import Refused, refuse_if
from members.models import Member
from members.rules import NO_MEMBER
from members.services import record
from notifications.services import post
from programs.models import Teaching
from programs.rules import why_not_answer_for, why_not_end_teaching, why_not_find_person, why_not_teach
from programs.services.notices import facts
from programs.services.seats import lock_course

if TYPE_CHECKING:
    import datetime as dt

    from programs.models import Course


def assign(
    *, actor: Member, course: Course, contact: str, from_on: dt.date, until_on: dt.date | None = None
) -> Teaching:
    """Lets the member of that contact (as `parse_contact` gives it) instruct a course from a day on and before another.

    They are told. The looking up is counted and stays in the trail even where the rest is refused. Locks the course.

    Raises:
        Refused: `not_yours`, `too_many`, `no_member`; `cancelled`, `ends_before`, `ends_past`, `open_twice`.
    """
    refuse_if(why_not_answer_for(course, actor) or why_not_find_person(actor))
    record(actor=actor, verb="find_person", row=course)
    member = _member_of(contact)
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_teach(course, member, from_on, until_on))
        teaching = Teaching.objects.create(course=course, member=member, from_on=from_on, until_on=until_on)
        days = {"from_on": from_on.isoformat(), "until_on": until_on and until_on.isoformat()}
        record(actor=actor, verb="assign", row=teaching, changes=days)
        _tell(teaching, "teaching")
    return teaching


def _member_of(contact: str) -> Member:
    try:
        return Member.objects.get_by_natural_key(contact)
    except Member.DoesNotExist as error:
        raise Refused(NO_MEMBER) from error


def end_teaching(*, actor: Member, teaching: Teaching, until_on: dt.date) -> Teaching:
    """Ends it: from that day on it gives nothing, today included. They are told. Twice changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`, `ended`, `ends_past`, `ends_before`.
    """
    refuse_if(why_not_answer_for(teaching.course, actor))
    with transaction.atomic():
        lock_course(teaching.course_id)
        teaching = Teaching.objects.get(pk=teaching.pk)
        if teaching.until_on == until_on:
            return teaching
        refuse_if(why_not_end_teaching(teaching, until_on))
        before, teaching.until_on = teaching.until_on, until_on
        teaching.save(update_fields=["until_on"])
        changes = {"until_on": [before and before.isoformat(), until_on.isoformat()]}
        record(actor=actor, verb="end_teaching", row=teaching, changes=changes)
        _tell(teaching, "teaching_ended")
    return teaching


def _tell(teaching: Teaching, event: str) -> None:
    """Tells the instructor."""
    until_on = teaching.until_on and teaching.until_on.isoformat()
    days = {"from_on": teaching.from_on.isoformat(), "until_on": until_on}
    post(
        key=f"teaching:{teaching.pk}:{event}:{until_on or ''}",
        kind=f"programs/{event}",
        members=[teaching.member_id],
        values=facts(teaching.course_id) | days,
    )
