"""Hands deliveries over to their channels. No transaction is open while another machine is spoken to."""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
from typing import TYPE_CHECKING, Protocol, Self

from django.conf import settings
from django.db.models import F
from django.template import TemplateDoesNotExist

from base import clock
from notifications import rules, texts
from notifications.channels import Away, Lost, Message, NotNow, Refused, outbox
from notifications.channels.email import Email
from notifications.channels.sms import Sms
from notifications.models import Channel, Delivery
from notifications.services.address import note_refusal
from notifications.services.claim import Batch, begin, claim, give_back, lost
from notifications.services.codes import hand_over_codes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from members.models import Member

BATCH = 200
PAUSE = 30.0
HOUR = 3600
RETRIES = (60, 300, 1800, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 27 * HOUR)
SPREAD = 0.2
LONGEST_ERROR = 200
State = Delivery.State
logger = logging.getLogger(__name__)
away_until: dict[str, float] = {}
stopping = threading.Event()  # set by whoever wants this process to end between two messages


class Way(Protocol):
    """A channel while it is open."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def send(self, message: Message) -> None:
        """Hands one message over."""


def way(channel: str) -> Way | None:
    """How that channel leads out of here; None where it leads nowhere."""
    if outbox.is_used(channel):
        return outbox.Outbox(channel)
    if channel == Channel.SMS:
        return Sms() if settings.SMS_URL else None
    return Email()


def deliver_due(*, limit: int = BATCH, rest: Callable[[], object] = hand_over_codes) -> int:
    """Hands over what is due on every channel, at most `limit` each, and returns how many rows were looked at.

    A dead worker's text messages are asked for first. `rest` is called between messages: sign-in codes never wait for
    a batch. A channel that does not answer is left alone for half a minute.
    """
    _settle_lost(limit)
    done = 0
    for channel in (Channel.SMS, Channel.EMAIL):
        if time.monotonic() < away_until.get(channel, 0.0):
            continue
        batch = claim(channel, limit)
        _hand_over(channel, batch, rest)
        done += len(batch.rows)
    return done


def _hand_over(channel: Channel, batch: Batch, rest: Callable[[], object]) -> None:
    out = way(channel)
    words: dict[tuple[int, str], texts.Text] = {}
    rows = [row for row in batch.rows if not _drop(row, batch, out)]
    if out is None or not rows:
        return
    with out:
        for number, row in enumerate(rows):
            rest()
            if _must_stop(batch, row) or not _send(out, row, batch, words):
                give_back(batch, rows[number:])
                return


def _must_stop(batch: Batch, row: Delivery) -> bool:
    night = rules.is_held(row.channel, row.priority) and rules.is_quiet(clock.now())
    return night or stopping.is_set() or batch.is_ending()


def _drop(row: Delivery, batch: Batch, out: Way | None) -> bool:
    """Ends what must not be sent any more, and tells whether it did."""
    reason = _why_not_send(row, out)
    if reason:
        mark(row, batch, state=State.DROPPED, error=reason)
    return bool(reason)


def _why_not_send(row: Delivery, out: Way | None) -> str:
    if row.member.erased_at is not None:
        return "erased"
    if row.notice.expires_at is not None and row.notice.expires_at <= clock.now():
        return "expired"
    if not _address(row.member, row.channel):
        return "no address"
    return "" if out else "no way out"


def _address(member: Member, channel: str) -> str | None:
    return member.phone if channel == Channel.SMS else member.email


def _send(out: Way, row: Delivery, batch: Batch, words: dict[tuple[int, str], texts.Text]) -> bool:
    """Hands one row over and marks what came of it; false when the channel is away and the rest must wait."""
    try:
        message = _message(row, words)
    except (TemplateDoesNotExist, KeyError, ValueError):
        logger.exception("a notice has no words", extra={"channel": row.channel})
        mark(row, batch, state=State.FAILED, error="no words")
        return True
    if row.channel == Channel.SMS and not begin(batch, row):
        return True
    try:
        out.send(message)
    except Refused as error:
        mark(row, batch, state=State.FAILED, error=f"refused {error}", attempts=_counted(row))
        note_refusal(row)
    except (NotNow, Away) as error:
        _later(row, batch, str(error), in_hand=row.channel == Channel.SMS and isinstance(error, NotNow))
        return not _pause(row.channel, error)
    else:
        mark(row, batch, state=State.SENT, sent_at=clock.now(), error="", attempts=_counted(row))
    return True


def _pause(channel: str, error: Exception) -> bool:
    """Leaves a channel alone for a while when it is away, and tells whether it did."""
    is_away = isinstance(error, Away) or (isinstance(error, Lost) and channel == Channel.SMS)
    if is_away:
        away_until[channel] = time.monotonic() + PAUSE
        logger.warning("a channel is away", extra={"channel": channel})
    return is_away


def _message(row: Delivery, words: dict[tuple[int, str], texts.Text]) -> Message:
    """The words of its notice, made once for each language of a batch."""
    key = (row.notice_id, row.member.language)
    if key not in words:
        words[key] = texts.render(row.notice.kind, row.notice.values, row.member.language)
    text = words[key]
    body = text.sms if row.channel == Channel.SMS else text.email
    return Message(str(row.reference), _address(row.member, row.channel) or "", text.subject, body)


def _counted(row: Delivery) -> object:
    """A text message was counted when it was taken in hand."""
    return F("attempts") if row.channel == Channel.SMS else F("attempts") + 1


def mark(row: Delivery, batch: Batch, **columns: object) -> bool:
    """Writes what came of it, committed at once; nothing when the lease ended and the row is another worker's."""
    mine = Delivery.objects.filter(batch.mine(), pk=row.pk, state__in=[State.QUEUED, State.SENDING])
    return bool(mine.update(leased_until=None, **columns))


def _later(row: Delivery, batch: Batch, error: str, *, in_hand: bool) -> None:
    """Puts it off, longer each time, and gives it up after 72 hours. One that may have arrived is asked for first."""
    if in_hand:
        return  # it stays marked as sending; when its lease ends, the gateway is asked
    tried = row.attempts + 1
    if tried > len(RETRIES):
        mark(row, batch, state=State.FAILED, error=error[:LONGEST_ERROR], attempts=_counted(row))
        return
    wait = RETRIES[tried - 1] * random.SystemRandom().uniform(1 - SPREAD, 1 + SPREAD)
    due_at = clock.now() + dt.timedelta(seconds=wait)
    mark(row, batch, state=State.QUEUED, due_at=due_at, error=error[:LONGEST_ERROR], attempts=_counted(row))


def _settle_lost(limit: int) -> None:
    """Asks the gateway about text messages left in hand; what it cannot tell of is not sent again."""
    batch = lost(Channel.SMS, limit)
    gateway = outbox.Outbox(Channel.SMS) if outbox.is_used(Channel.SMS) else Sms()
    for row in batch.rows:
        found = gateway.has(str(row.reference))
        if found is None:
            mark(row, batch, state=State.UNKNOWN, error="in hand")
        elif found:
            mark(row, batch, state=State.SENT, sent_at=clock.now(), error="")
        else:
            row.attempts -= 1  # it was counted when it was taken in hand
            _later(row, batch, "did not arrive", in_hand=False)
