"""What the demo city shows of families: a child with two guardians, a question that waits, a class at another hour."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from base import clock
from members.models import Care, Invitation
from programs.models import ClassMeeting
from programs.services.classes import move_class
from programs.services.demo.learning import coordinator_of
from programs.services.demo.people import learners_of, person_called
from programs.services.families import accept_invitation, invite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from programs.models import Course

MOTHER, GRANDFATHER, NEIGHBOUR = "somayeh-golshanpour", "karim-khoshneshin", "younes-dastashna"
SHARED, ASKED_ABOUT, MOVED = "delsa-golshanpour", "hana-dastashna", "ai-basics-teens-2"


def load(added: Mapping[str, Course]) -> None:
    """Writes what is missing; the question is asked anew once it has grown old."""
    _share()
    _ask()
    if MOVED in added:
        _move(added[MOVED])


def _share() -> None:
    learner, mother = learners_of(MOTHER)[SHARED]
    other = person_called(GRANDFATHER)
    if not Care.objects.filter(guardian=other, learner=learner).exists():
        row = invite(actor=mother, learner=learner, contact=other.contact)
        accept_invitation(actor=other, invitation=row, relation=Care.Relation.OTHER, consents=True)


def _ask() -> None:
    learner, neighbour = learners_of(NEIGHBOUR)[ASKED_ABOUT]
    mother = person_called(MOTHER)
    is_asked = Invitation.objects.open().filter(learner=learner).exists()
    if not is_asked and Care.objects.open_on(clock.today()).filter(learner=learner).count() == 1:
        invite(actor=neighbour, learner=learner, contact=mother.contact)


def _move(course: Course) -> None:
    """The last class is held half an hour later; whoever has a place is told and may say that it no longer suits."""
    last = ClassMeeting.objects.filter(course=course).order_by("starts_at").last()
    if last is not None and last.starts_at > clock.now():
        later = dt.timedelta(minutes=30)
        move_class(
            actor=coordinator_of(course),
            meeting=last,
            starts_at=last.starts_at + later,
            ends_at=last.ends_at + later,
            reason={"fa": "سالن تا آن ساعت گرفته است", "en": "The hall is taken until then"},
        )
