"""What became of messages after their provider had taken them: told by the provider, asked for, or sent back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from base import clock
from notifications.channels import Away, outbox, returned
from notifications.channels.sms import Sms
from notifications.models import Channel, Delivery
from notifications.services import lines
from notifications.services.address import note_refusal

ASKED_AFTER = dt.timedelta(minutes=10)
ASKED_UNTIL = dt.timedelta(days=3)
BATCH = 50
State, Receipt = Delivery.State, Delivery.Receipt


def note_receipt(*, reference: str, state: str) -> bool:
    """Keeps what the provider says of a message; whether that changed anything. What was delivered stays so."""
    taken = Delivery.objects.filter(reference=reference, channel=Channel.SMS).exclude(receipt=Receipt.DELIVERED)
    if state == Receipt.DELIVERED:
        given = taken.filter(state__in=[State.SENT, State.SENDING, State.UNKNOWN, State.FAILED])
        return bool(given.update(receipt=Receipt.DELIVERED, state=State.SENT, error="", leased_until=None))
    failed = taken.filter(state__in=[State.SENT, State.SENDING, State.UNKNOWN])
    return bool(failed.update(receipt=Receipt.FAILED, state=State.FAILED, error="not delivered", leased_until=None))


def ask_receipts() -> int:
    """Asks once about messages of which nothing was told within ten minutes; returns how many were asked for."""
    line, now = lines.pick(Channel.SMS), clock.now()
    if line is None or line.is_trial or outbox.is_used(Channel.SMS):
        return 0
    when = Q(sent_at__lte=now - ASKED_AFTER, sent_at__gte=now - ASKED_UNTIL)
    sent = Delivery.objects.filter(when, channel=Channel.SMS, state=State.SENT, receipt=Receipt.NONE)
    rows = list(sent.filter(provider=line.name).order_by("sent_at")[:BATCH])
    gateway = Sms(line.name)
    for number, row in enumerate(rows):
        try:
            state = gateway.receipt(str(row.reference))
        except Away:
            return number
        Delivery.objects.filter(pk=row.pk, receipt=Receipt.NONE).update(receipt=Receipt.ASKED)
        if state:
            note_receipt(reference=str(row.reference), state=state)
    return len(rows)


def note_return(*, content: bytes) -> int:
    """Keeps what a returned e-mail says of deliveries of ours; returns how many it changed. Twice changes nothing.

    It is believed when it names the reference of a delivery, which only the receiver's side knows, and the address that this
    one went to. No such address (5.1.x) counts as a refusal at the door does; whatever else came back is a failure alone.
    """
    return sum(_note_return(one) for one in returned.read(content))


@transaction.atomic
def _note_return(one: returned.Return) -> bool:
    sent = Delivery.objects.filter(reference=one.reference, channel=Channel.EMAIL, state=State.SENT)
    row = sent.filter(member__email__iexact=one.to).select_related("member").first()
    error = f"{'refused' if one.is_refused else 'returned'} {one.status}"
    if row is None or not sent.filter(pk=row.pk).update(state=State.FAILED, error=error):
        return False
    note_refusal(row)
    return True
