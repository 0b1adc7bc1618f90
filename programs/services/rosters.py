"""What is done with a whole roster: read on the record, taken away as a list, written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal, refuse_if
from members.services import record
from notifications.services import post
from programs.models import Course, Enrolment
from programs.rosters import heads_of, is_reader_on_record, lines_of
from programs.rules import (
    LONGEST_MESSAGE,
    why_not_answer_for,
    why_not_export,
    why_not_message,
    why_not_reason,
    why_not_text,
)
from programs.services.notices import facts, guardians
from programs.services.seats import lock_course

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Member
    from programs.rosters import Line

KIND = "programs/message"
NOBODY = Refusal("nobody", _("Nobody is there to get it"))
State = Enrolment.State
GROUPS: dict[str, tuple[State, ...]] = {
    "seated": (State.SEATED, State.COMPLETED, State.ABSENT),
    "waiting": (State.WAITING, State.OFFERED, State.APPLIED),
    "all": (State.SEATED, State.COMPLETED, State.ABSENT, State.WAITING, State.OFFERED, State.APPLIED),
}


def read_roster(*, actor: Member, course: Course) -> None:
    """Leaves a line where somebody reads people's data who is not the workgroup's own coordinator."""
    if is_reader_on_record(course, actor):
        record(actor=actor, verb="read_roster", row=course)


def export(*, actor: Member, course: Course, reason: str, kind: str) -> list[Line]:
    """Gives the whole roster out as lines for a file of that kind; who took it, why and how much is in the trail.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`, `too_many`.
    """
    refuse_if(why_not_answer_for(course, actor) or why_not_reason(reason) or why_not_export(actor))
    heads = heads_of(course)
    with transaction.atomic():
        record(actor=actor, verb="export", row=course, changes={"reason": reason, "kind": kind, "lines": len(heads)})
        return lines_of(course, heads)


def receivers(course: Course, to: str, chosen: list[int] | None = None) -> set[int]:
    """Ids of the members whom a message reaches: who cares for the learners of that group, or of the chosen places."""
    places = Enrolment.objects.filter(course=course, state__in=GROUPS["all"])
    places = places.filter(pk__in=chosen or []) if to == "chosen" else places.filter(state__in=GROUPS.get(to, ()))
    found = guardians(places.values_list("learner", flat=True))
    return {member for members in found.values() for member in members}


def message(
    *, actor: Member, course: Course, texts: Mapping[str, str], to: str, chosen: list[int] | None = None
) -> int:
    """Says the same, in both languages, to everybody of a group or to the chosen; each member gets it once.

    Returns how many members it reaches. Locks the course, so that two at once are counted one after the other.

    Raises:
        Refused: `not_yours`; `text_missing`, `text_long`, `text_hidden` for a text; `nobody`; `too_many`.
    """
    refuse_if(why_not_answer_for(course, actor))
    for text in texts.values():
        refuse_if(why_not_text(text, LONGEST_MESSAGE))
    with transaction.atomic():
        course = lock_course(course.pk)
        refuse_if(why_not_message(course))
        members = receivers(course, to, chosen)
        refuse_if(NOBODY if not members else None)
        now = clock.now()
        values = message_values(course, texts)
        post(key=f"course:{course.pk}:message:{now.timestamp()}", kind=KIND, members=members, values=values)
        record(actor=actor, verb="message", row=course, changes={"to": to, "members": len(members)})
    return len(members)


def message_values(course: Course, texts: Mapping[str, str]) -> dict[str, object]:
    """What the words of a message are made of, for its preview as for its sending."""
    return facts(course.pk) | {"text": dict(texts), "starts_at": None, "starts_on": None, "venue": {}}
