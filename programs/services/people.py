"""What staff do about people: finding them, looking, ending their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base.refusal import refuse_if
from members.models import Session
from members.services import record
from programs import people
from programs.rules import why_not_reason
from programs.rules.people import why_not_end_sessions
from workgroups.rules import why_not_govern

if TYPE_CHECKING:
    from members.models import Member
    from programs.people import Found


@transaction.atomic
def find_people(*, actor: Member, asked: str) -> list[Found]:
    """Looks for people; that somebody looked, and by what, is in the trail, the words are not.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_govern(actor))
    found = people.find(asked)
    by = people.kind_of(asked)
    if by:
        record(actor=actor, verb="find_person", row=actor, changes={"by": by, "found": len(found)})
    return found


@transaction.atomic
def read_person(*, actor: Member, member: Member) -> dict[str, Any]:
    """What is known of a person; the look is in the trail.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_govern(actor))
    record(actor=actor, verb="read_person", row=member)
    return people.person(member)


@transaction.atomic
def show_contact_of(*, actor: Member, member: Member, reason: str) -> Member:
    """The member with their contacts, for a reason that stays in the trail.

    Raises:
        Refused: `not_yours`, `reason_missing`, `text_long`, `text_hidden`.
    """
    refuse_if(why_not_govern(actor) or why_not_reason(reason))
    record(actor=actor, verb="read_contact", row=member, changes={"reason": reason})
    return member


@transaction.atomic
def end_sessions(*, actor: Member, member: Member) -> int:
    """Signs a person out everywhere, as after a lost telephone; answers how many devices that were.

    Raises:
        Refused: `not_yours`, `superuser`.
    """
    refuse_if(why_not_end_sessions(actor, member))
    ended, _rows = Session.objects.filter(member=member).delete()
    if ended:
        record(actor=actor, verb="sign_out_everywhere", row=member, changes={"devices": ended})
    return ended
