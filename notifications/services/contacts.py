"""Another number or address of a member: messages go there at once, and every other way says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from base import clock
from members import services as members
from notifications import rules
from notifications.models import Channel, Preference
from notifications.services.post import post

if TYPE_CHECKING:
    from uuid import UUID

    from members.models import Member


def change_contact(*, actor: Member, pk: UUID, typed: str, client: str, spare: str = "") -> str:
    """Signs in and is told by the contact of that asking from now on; `phone` or `email` is answered. An address that came
    back was another one: e-mail goes again.

    Raises:
        Refused: as `members.services.prove_code` and `change_contact`.
    """
    row = members.prove_code(pk=pk, typed=typed, client=client)
    with transaction.atomic():
        column = members.change_contact(actor=actor, row=row, spare=spare)
        if column == "email":
            stops = {"kind": rules.EVERY_KIND, "channel": Channel.EMAIL, "wanted": False}
            Preference.objects.filter(member=actor, **stops).delete()
        key = f"contact:{actor.pk}:{clock.now().timestamp()}"
        post(key=key, kind="notifications/contact", members=[actor.pk], values={"is_email": column == "email"})
    return column
