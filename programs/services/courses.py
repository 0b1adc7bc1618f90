"""What an organiser changes in a course that people are enrolled in: dates, seats, calling it off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max, Min

from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications.models import Notice
from programs.deadlines import moves_until
from programs.models import ClassMeeting, Course, Enrolment, Offer
from programs.rules import why_not_answer_for, why_not_cancel, why_not_resize
from programs.services.notices import tell
from programs.services.queue import move
from programs.services.reserving import end_reserves
from programs.services.seats import lock_course, release, turn

if TYPE_CHECKING:
    from members.models import Member

Translation = Course.translations.field.model


def resize(*, actor: Member, course: Course, capacity: int | None, waiting_size: int | None) -> Course:
    """Changes how many seats and places in the queue there are; new seats go to those who wait, in the same transaction.

    Raises:
        Refused: `not_yours`; `seats_taken` when fewer seats are wanted than people hold.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_resize(course, capacity))
        before = {"capacity": course.capacity, "waiting_size": course.waiting_size}
        course.capacity, course.waiting_size = capacity, waiting_size
        Course.objects.filter(pk=course.pk).update(capacity=capacity, waiting_size=waiting_size)
        after = {"capacity": capacity, "waiting_size": waiting_size}
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        record(actor=actor, verb="resize", row=course, changes=changes)
        move(course)
    return course


def cancel(*, actor: Member, course: Course, reason: dict[str, str]) -> Course:
    """Calls a course off: everyone is freed and told, with the reason (by language). Twice changes nothing.

    Raises:
        Refused: `not_yours`, or `over` once it has ended.
    """
    refuse_if(why_not_answer_for(course, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        if course.state == Course.State.CANCELLED:
            return course
        refuse_if(why_not_cancel(course))
        end_reserves(course)
        _free_everyone(actor, course, reason)
        now = clock.now()
        Course.objects.filter(pk=course.pk).update(
            state=Course.State.CANCELLED, version=F("version") + 1, updated_at=now
        )
        course.state = Course.State.CANCELLED
        for language, text in reason.items():
            Translation.objects.update_or_create(
                master_id=course.pk, language_code=language, defaults={"cancel_reason": text, "written_at": now}
            )
        record(actor=actor, verb="cancel", row=course, changes={"state": ["published", "cancelled"]})
    return course


def _free_everyone(actor: Member, course: Course, reason: dict[str, str]) -> None:
    Offer.objects.filter(course=course, answer__isnull=True).update(
        answer=Offer.Answer.REVOKED, answered_at=clock.now()
    )
    for state in (Enrolment.State.APPLIED, Enrolment.State.WAITING, Enrolment.State.OFFERED, Enrolment.State.SEATED):
        heads = list(
            Enrolment.objects.filter(course=course, state=state).select_related("learner").order_by("place", "pk")
        )
        release(course, heads)
        turn(actor=actor, enrolments=heads, to=Enrolment.State.CANCELLED, verb="cancel")
        tell(heads, "cancelled", urgency=Notice.Urgency.SERVICE, reason=reason)


def reschedule(*, course: Course) -> None:
    """Brings the columns that follow from the class meetings up to date, under the course's lock: first and last day where
    meetings are known, the sorting day, and until when the queue moves (never before an open offer's deadline).
    """
    held = ClassMeeting.objects.filter(course=course).exclude(state=ClassMeeting.State.CANCELLED)
    found = held.aggregate(first=Min("starts_at"), last=Max("ends_at"))
    open_until = Offer.objects.filter(course=course, answer__isnull=True).aggregate(last=Max("expires_at"))["last"]
    columns: dict[str, Any] = {"moves_until": moves_until(found["first"], not_before=open_until)}
    if found["first"] is not None:
        columns |= {"starts_on": clock.day_of(found["first"]), "ends_on": clock.day_of(found["last"])}
    starts_on = columns.get("starts_on", course.starts_on)
    columns["sort_on"] = starts_on or clock.today()
    Course.objects.filter(pk=course.pk).update(**columns)
    for name, value in columns.items():
        setattr(course, name, value)
