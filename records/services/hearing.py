"""Asking those who were in a course what they thought of it, and keeping what they say."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from base import clock
from base.refusal import refuse_if
from members.services import record
from notifications.models import Notice
from programs.models import ClassMeeting, Course, Enrolment
from programs.services.notices import tell
from programs.services.seats import lock_course
from records import rules
from records.models import Feedback

if TYPE_CHECKING:
    from members.models import Member

EARLIEST = dt.time(10)
WITHIN = dt.timedelta(days=3)
ASKED = (Enrolment.State.SEATED, Enrolment.State.COMPLETED)


@transaction.atomic
def say(
    *, actor: Member, enrolment: Enrolment, stars: int, recommends: bool | None = None, comment: str = ""
) -> Feedback:
    """Keeps what a learner thought of a course. Said once: again, whatever is sent, the first stays. Locks the course.

    Raises:
        Refused: `not_yours`, `not_seated`, `cancelled`, `not_over`, `text_long`, `text_hidden`, `stars_wrong`.
    """
    refuse_if(rules.why_not_say(enrolment, actor, stars, comment))
    lock_course(enrolment.course_id)
    row, is_new = Feedback.objects.get_or_create(
        enrolment=enrolment,
        defaults={"stars": stars, "recommends": recommends, "comment": comment.strip(), "given_on": clock.today()},
    )
    if is_new:
        record(actor=actor, verb="say", row=row, on_behalf=enrolment.learner_id)
    return row


def ask_for_feedback() -> int:
    """Asks everybody with a seat in courses whose last class meeting ended within three days, from ten in the morning on, once
    however often it runs; returns how many.
    """
    now = clock.now()
    if clock.wall(now).time() < EARLIEST:
        return 0
    held = ~Q(meetings__state=ClassMeeting.State.CANCELLED)
    ended = Course.objects.filter(state=Course.State.PUBLISHED, ends_on__gte=clock.today() - WITHIN)
    ended = ended.annotate(last=Max("meetings__ends_at", filter=held)).filter(last__lte=now, last__gt=now - WITHIN)
    return sum(_ask(pk) for pk in ended.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _ask(course_id: int) -> int:
    seats = Enrolment.objects.filter(course=course_id, state__in=ASKED, feedback__isnull=True)
    keys = {f"enrolment:{one.pk}:feedback": one for one in seats.select_related("learner").order_by("pk")}
    told = set(Notice.objects.filter(key__in=keys).values_list("key", flat=True))
    untold = [one for key, one in keys.items() if key not in told]
    tell(untold, "feedback")
    return len(untold)
