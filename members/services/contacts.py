"""Another number or address to sign in with: proven by a code, as signing in is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from base.refusal import Refused, refuse_if
from members import rules
from members.models import Member, Session
from members.services.audit import record
from members.services.signin import use_up

if TYPE_CHECKING:
    from members.models import SignInCode


def change_contact(*, actor: Member, row: SignInCode, spare: str = "") -> str:
    """Signs in with a contact that `prove_code` has proven, in place of the number or the address that was; which of the two
    is answered: `phone` or `email`. Every device but `spare` (the key of its row) is signed out. The code is used.

    Raises:
        Refused: `code_old` when it was used meanwhile; `contact_taken` where the contact opens another account.
    """
    column = "email" if "@" in row.contact else "phone"
    try:
        with transaction.atomic():
            use_up(row)
            if Member.objects.filter(**{column: row.contact}).exclude(pk=actor.pk).exists():
                raise Refused(rules.CONTACT_TAKEN)
            _give(actor, column, row.contact, spare)
    except IntegrityError as error:
        raise Refused(rules.CONTACT_TAKEN) from error
    return column


def _give(actor: Member, column: str, contact: str, spare: str) -> None:
    if getattr(actor, column) == contact:
        return
    setattr(actor, column, contact)
    actor.save(update_fields=[column])
    Session.objects.filter(member=actor).exclude(pk=spare).delete()
    record(actor=actor, verb="change_contact", row=actor, changes={column: "changed"})


@transaction.atomic
def end_contact(*, actor: Member, column: str) -> None:
    """Signs in with the number (`phone`) or the address (`email`) no more; twice changes nothing.

    Raises:
        Refused: `last_contact`, `unknown_choice`.
    """
    refuse_if(None if column in {"phone", "email"} else rules.UNKNOWN_CHOICE)
    member = Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if getattr(member, column) is None:
        return
    refuse_if(rules.why_not_end_contact(member))
    setattr(actor, column, None)
    Member.objects.filter(pk=member.pk).update(**{column: None})
    record(actor=actor, verb="end_contact", row=member, changes={column: "changed"})
