"""Asking that an account be erased, and thinking better of it within the waiting time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from base import clock
from base.refusal import Refused, refuse_if
from members.forms import parse_contact
from members.models import Member
from members.services import record
from notifications.models import Notice
from notifications.services import post, recall
from privacy import rules
from privacy.rules import NOT_TYPED, UNDECIDED, WAITS, Ground
from programs.rules.people import GONE

if TYPE_CHECKING:
    import datetime as dt

Leaving = Member.Leaving


def ask_to_leave(*, actor: Member, typed: str) -> Member:
    """Lets the member's account be erased in 72 hours, who proves that it is no slip by typing their own number or address. They
    are told on every way that reaches them; twice changes nothing. Locks the member.

    Raises:
        Refused: `not_typed`; `last_superuser`, `last_staff`, `gone`.
    """
    if _contact(typed) not in {actor.phone, actor.email} - {None}:
        raise Refused(NOT_TYPED)
    return _let_go(actor=actor, member=actor, by=Leaving.SELF, ground="")


def _contact(typed: str) -> str:
    try:
        return parse_contact(typed)
    except ValidationError:
        return ""


def send_away(*, actor: Member, member: Member, ground: str) -> Member:
    """Lets somebody's account be erased in 72 hours who asked staff for it; otherwise as `ask_to_leave`.

    Raises:
        Refused: `not_yours`, `own_account`, `superuser`, `why_missing`; `last_superuser`, `last_staff`, `gone`.
    """
    refuse_if(rules.why_not_send_away(actor, member))
    refuse_if(None if ground in Ground.values else UNDECIDED)
    return _let_go(actor=actor, member=member, by=Leaving.DESK, ground=ground)


@transaction.atomic
def _let_go(*, actor: Member | None, member: Member, by: Leaving, ground: str) -> Member:
    member = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if member.leaving_at is not None and member.leaving_by != Leaving.SILENCE:
        return member
    refuse_if(rules.why_not_leave(member))
    member.leaving_at, member.leaving_by = clock.now() + WAITS, by
    member.save(update_fields=["leaving_at", "leaving_by"])
    changes = {"leaving_at": [None, member.leaving_at.isoformat()]} | ({"ground": ground} if ground else {})
    record(actor=actor, verb="ask_erasure", row=member, changes=changes)
    tell(member, "leaving", Notice.Urgency.ANSWER)
    return member


def tell(member: Member, event: str, urgency: Notice.Urgency) -> None:
    """Says to a member when their account goes."""
    assert member.leaving_at is not None  # noqa: S101 # nosec B101 - the caller has set it
    post(
        key=_key(member.pk, member.leaving_at),
        kind=f"privacy/{event}",
        members=[member.pk],
        values={"leaving_at": member.leaving_at.isoformat(), "by": member.leaving_by},
        urgency=urgency,
        expires_at=member.leaving_at,
    )


def _key(pk: int, leaving_at: dt.datetime) -> str:
    return f"leaving:{pk}:{leaving_at.timestamp()}"


@transaction.atomic
def keep(*, actor: Member, member: Member) -> None:
    """Keeps an account that was to be erased; its owner is not told any more that it goes. Twice changes nothing. Locks the
    member, as the worker does who erases.

    Raises:
        Refused: `not_yours`; `gone` when it was erased meanwhile.
    """
    refuse_if(rules.why_not_keep(actor, member))
    row = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    refuse_if(GONE if row.erased_at else None)
    stay(actor, row)


def stay(actor: Member | None, row: Member) -> None:
    """Ends the waiting of a locked account."""
    if row.leaving_at is None:
        return
    recall(keys=[_key(row.pk, row.leaving_at)])
    before, row.leaving_at, row.leaving_by = row.leaving_at, None, ""
    row.save(update_fields=["leaving_at", "leaving_by"])
    record(actor=actor, verb="keep_account", row=row, changes={"leaving_at": [before.isoformat(), None]})
