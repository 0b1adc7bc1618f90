"""An address that keeps sending our messages back is left alone, and its owner is told where they still look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from notifications import rules
from notifications.models import Channel, Delivery, Preference
from notifications.services.post import post

if TYPE_CHECKING:
    from members.models import Member

PATIENCE = 3


def note_refusal(row: Delivery) -> None:
    """Stops e-mail to a member whose last three messages were refused for good, and says so in their inbox."""
    if row.channel != Channel.EMAIL:
        return
    ended = Delivery.objects.filter(member=row.member, channel=Channel.EMAIL).exclude(state=Delivery.State.QUEUED)
    last = list(ended.order_by("-pk").values_list("state", "error")[:PATIENCE])
    refused = [state == Delivery.State.FAILED and error.startswith("refused") for state, error in last]
    if len(refused) == PATIENCE and all(refused):
        _stop(row.member, row)


@transaction.atomic
def _stop(member: Member, row: Delivery) -> None:
    Preference.objects.update_or_create(
        member=member, kind=rules.EVERY_KIND, channel=Channel.EMAIL, defaults={"wanted": False}
    )
    post(key=f"unreachable:{member.pk}:{row.pk}", kind="notifications/unreachable", members=[member.pk], values={})
