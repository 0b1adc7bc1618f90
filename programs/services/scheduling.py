"""When a course meets and what it costs whom where: the changes of which those enrolled are told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import OuterRef, Subquery

from base import clock
from base.refusal import refuse_if
from members.services import record
from programs.models import ClassMeeting, Course, Enrolment, Revision, Slot
from programs.rules import (
    why_not_answer_for,
    why_not_plan_for,
    why_not_replan,
    why_not_reselect,
    why_not_resize,
    why_not_version,
)
from programs.services.answers import copy_questions
from programs.services.courses import reschedule, resize
from programs.services.indexing import index
from programs.services.notices import hours_by_language, tell
from programs.services.pinning import pin
from programs.services.planning import COURSE_FACTS, Texts, content_of, create_course, rewrite_course
from programs.services.seats import lock_course
from programs.timetable import DAYS_OFF, repeat
from workgroups.models import Venue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from members.models import Member

CourseText = Course.translations.field.model
FEE = ("fee_min", "fee_max", "fee_currency")


class Pattern(NamedTuple):
    """How class meetings repeat: on weekdays (0 is Saturday), from a first day on, so many, by the city's clock."""

    weekdays: Sequence[int]
    first: dt.date
    meetings: int
    starts: dt.time
    ends: dt.time
    skips_holidays: bool = True


def edit_course(
    *,
    actor: Member,
    course: Course,
    version: int,
    facts: dict[str, Any],
    texts: Texts,
    seats: tuple[int | None, int | None] | None = None,
) -> Course:
    """Changes facts, texts and seats (capacity, places in the queue) of a course that was read in that version.

    Everyone with a place in a published one is told of another venue or fee, once, with the old and the new. Locks the course.

    Raises:
        Refused: `not_yours`, `changed_meanwhile`, `seats_taken`, `selection_fixed`; for a published one the step that would be
            missing then.
    """
    refuse_if(why_not_plan_for(course.program.workgroup, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_version(course, version))
        refuse_if(why_not_reselect(course, facts.get("selection", course.selection)))
        old_venue, old_fee = course.venue_id, [getattr(course, name) for name in FEE]
        changed = rewrite_course(actor, course, facts, texts)
        if changed:
            index([course.pk])
        if set(changed) & {"minimum", "decide_on"} and course.decided_at is not None:
            course.decided_at = None  # what was decided was another question
            Course.objects.filter(pk=course.pk).update(decided_at=None)
        if "venue_id" in changed:
            ClassMeeting.objects.filter(course=course, venue=old_venue, starts_at__gt=clock.now()).update(
                venue=course.venue
            )
        if seats is not None and seats != (course.capacity, course.waiting_size):
            refuse_if(why_not_resize(course, seats[0]))
            resize(actor=actor, course=course, capacity=seats[0], waiting_size=seats[1])
            course.capacity, course.waiting_size = seats
        _tell_of(course, changed, old_venue, old_fee)
    return course


def _tell_of(course: Course, changed: list[str], old_venue: int | None, old_fee: list[Any]) -> None:
    """Tells those with a place of another venue or another fee."""
    news: dict[str, Any] = {}
    if "venue_id" in changed and old_venue:
        before = Venue.objects.filter(pk=old_venue)
        news["old_venue"] = dict(before.values_list("translations__language_code", "translations__name"))
    if set(changed) & {"fee_min", "fee_max"}:
        news |= {"old_fee": old_fee[1], "new_fee": course.fee_max, "currency": course.fee_currency}
    if news and course.state == Course.State.PUBLISHED and not course.is_past(clock.today()):
        tell(_places(course), "changed", about=str(course.version), **news)


def _places(course: Course) -> list[Enrolment]:
    return list(Enrolment.objects.live().filter(course=course).select_related("learner").order_by("pk"))


def make_meetings(*, actor: Member, course: Course, pattern: Pattern) -> list[dt.date]:
    """Makes the class meetings of a course anew from a pattern; the public holidays that were left out are answered.

    Weekly hours, first and last day follow; everyone with a place is told when the first class moved. Locks the course.

    Raises:
        Refused: `not_yours`, `begun`, `cancelled`.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_replan(course))
        old, hours = _first_of(course), hours_text(course)
        held = repeat(
            weekdays=pattern.weekdays,
            first=pattern.first,
            count=pattern.meetings,
            days_off=DAYS_OFF if pattern.skips_holidays else (),
        )
        _write(course, pattern, held.days)
        pin(course, ["hours", "starts_on", "ends_on"])
        record(actor=actor, verb="reschedule", row=course, changes={"meetings": len(held.days)})
        _follow(course, old, hours)
    return held.skipped


def _first_of(course: Course) -> dt.datetime | None:
    held = course.meetings.exclude(state=ClassMeeting.State.CANCELLED)
    return held.order_by("starts_at").values_list("starts_at", flat=True).first()


def _write(course: Course, pattern: Pattern, days: Sequence[dt.date]) -> None:
    """The first of the new class meetings is the first one that was, and so on, so that calendars move what they have."""
    known = list(course.meetings.order_by("starts_at", "pk"))
    course.meetings.filter(pk__in=[one.pk for one in known[len(days) :]]).delete()
    known = known[: len(days)] + [ClassMeeting(course=course) for _ in days[len(known) :]]
    for one, day in zip(known, days, strict=True):
        one.starts_at, one.ends_at = clock.at(day, pattern.starts), clock.at(day, pattern.ends)
        one.venue_id, one.state = course.venue_id, ClassMeeting.State.PLANNED
    ClassMeeting.objects.bulk_create([one for one in known if one.pk is None])
    ClassMeeting.objects.bulk_update([one for one in known if one.pk], ["starts_at", "ends_at", "venue", "state"])
    course.slots.all().delete()
    Slot.objects.bulk_create(
        Slot(course=course, weekday=weekday, starts=pattern.starts, ends=pattern.ends)
        for weekday in sorted(set(pattern.weekdays))
    )


def hours_text(course: Course) -> dict[str, str]:
    """The weekly hours of a course in words, by language."""
    slots = [(slot.weekday, slot.starts, slot.ends) for slot in course.slots.order_by("weekday", "starts")]
    return hours_by_language(slots)


def _follow(course: Course, old: dt.datetime | None, hours: dict[str, str] | None = None) -> None:
    """Brings the columns along that follow from the meetings, and tells those with a place if the first class or the weekly
    hours (`hours` are the old ones) are others now.
    """
    reschedule(course=course)
    Course.objects.filter(pk=course.pk).update(version=course.version + 1, updated_at=clock.now())
    course.version += 1
    index([course.pk])
    news: dict[str, Any] = {}
    if old != _first_of(course):
        news["old_starts_at"] = old and old.isoformat()
    new_hours = hours_text(course)
    if hours is not None and hours != new_hours:
        news |= {"old_hours": hours, "new_hours": new_hours}
    if news and course.state == Course.State.PUBLISHED:
        tell(_places(course), "moved", about=str(course.version), **news)


def drop_meeting(*, actor: Member, course: Course, meeting: ClassMeeting) -> None:
    """Takes one planned class meeting out of a course that has not begun; the rest stays as it is.

    Raises:
        Refused: `not_yours`, `begun`, `cancelled`.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_replan(course))
        old = _first_of(course)
        course.meetings.filter(pk=meeting.pk).delete()
        record(actor=actor, verb="drop_meeting", row=course, changes={"starts_at": meeting.starts_at.isoformat()})
        _follow(course, old)


def copy_course(*, actor: Member, course: Course, firsts: Sequence[dt.date]) -> list[Course]:
    """Makes a draft run for each first day, like a course that was: its texts, place, rules, seats and weekly rhythm.

    The enrolment window keeps its distance from the first day. All of them or none.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_plan_for(course.program.workgroup, actor))
    with transaction.atomic():
        return [_copy(actor, course, first) for first in firsts]


def _copy(actor: Member, course: Course, first: dt.date) -> Course:
    twin = create_course(actor=actor, program=course.program)
    shift = first - course.starts_on if course.starts_on else dt.timedelta()
    facts = {name: getattr(course, name) for name in COURSE_FACTS}
    for name in ("opens_at", "closes_at"):
        facts[name] = facts[name] + shift if facts[name] else None
    facts["decide_on"] = facts["decide_on"] + shift if facts["decide_on"] else None
    seats = (course.capacity, course.waiting_size)
    texts = content_of(course)["texts"]
    for own in texts.values():
        own.pop("cancel_reason", None)
    twin = edit_course(actor=actor, course=twin, version=twin.version, facts=facts, texts=texts, seats=seats)
    _date_alike(course, twin)
    slots = list(course.slots.exclude(starts=None).exclude(ends=None))
    if slots:
        count = course.meetings.exclude(state=ClassMeeting.State.CANCELLED).count() or 1
        slot = slots[0]
        pattern = Pattern([one.weekday for one in slots], first, count, slot.starts, slot.ends)  # type: ignore[arg-type]
        make_meetings(actor=actor, course=twin, pattern=pattern)
        twin.refresh_from_db()
    return copy_questions(actor=actor, course=course, to=twin)


def _date_alike(course: Course, twin: Course) -> None:
    """A translation that was stale is stale in the copy."""
    own = CourseText.objects.filter(master=course, language_code=OuterRef("language_code"))
    CourseText.objects.filter(master=twin).update(written_at=Subquery(own.values("written_at")[:1]))


def restore_course(*, actor: Member, revision: Revision, version: int) -> Course:
    """Brings a course's facts and texts back to what they were in that revision, as a new version; days and seats stay.

    Raises:
        Refused: as `edit_course`.
    """
    course = revision.course
    assert course is not None  # noqa: S101 # nosec B101 - the caller looks among a course's revisions
    facts = {name: _fact(name, value) for name, value in revision.content["facts"].items()}
    return edit_course(actor=actor, course=course, version=version, facts=facts, texts=revision.content["texts"])


def _fact(name: str, value: Any) -> Any:
    """A value of a version as its column holds it."""
    if value is None:
        return None
    kinds = {"_at": dt.datetime.fromisoformat, "_on": dt.date.fromisoformat}
    return kinds.get(name[-3:], lambda plain: plain)(value)
