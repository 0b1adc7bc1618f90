"""The end of a seat: completed or absent. It can be corrected both ways, and the seat stays taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from base.refusal import refuse_if
from programs.models import Enrolment
from programs.rules import why_not_answer_for
from programs.services.notices import tell
from programs.services.seats import lock_course, turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Member
    from programs.models import Course

State = Enrolment.State
CONCLUDES = (State.SEATED, State.COMPLETED, State.ABSENT)


def conclude(*, actor: Member, enrolment: Enrolment, completed: bool, reason: str = "") -> Enrolment:
    """Records the outcome of one seat; as `conclude_some`."""
    conclude_some(actor=actor, course=enrolment.course, outcomes={enrolment.pk: completed}, reason=reason)
    return Enrolment.objects.select_related("learner", "course").get(pk=enrolment.pk)


@transaction.atomic
def conclude_some(*, actor: Member, course: Course, outcomes: Mapping[int, bool], reason: str = "") -> list[Enrolment]:
    """Records the outcomes of seats, by enrolment: whether each was completed. Answers with those that changed.

    Who is told reads the reason. Places without a seat stay as they are; twice changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_answer_for(course, actor))
    lock_course(course.pk)
    seats = Enrolment.objects.filter(course=course, pk__in=outcomes, state__in=CONCLUDES)
    places = list(seats.select_related("learner", "course").order_by("pk"))
    changed: list[Enrolment] = []
    for to in (State.COMPLETED, State.ABSENT):
        wanted = [one for one in places if outcomes[one.pk] == (to == State.COMPLETED) and one not in changed]
        for came_from in set(CONCLUDES) - {to}:
            some = [one for one in wanted if one.state == came_from]
            turn(actor=actor, enrolments=some, to=to, verb="conclude", reason=reason)
            tell(some, to.value, about=f"{clock.now().timestamp()}", reason=reason)
            changed += some
    return changed
