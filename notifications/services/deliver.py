"""Hands deliveries over to their channels. No transaction is open while another machine is spoken to."""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
from collections import defaultdict, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.template import TemplateDoesNotExist

from base import clock
from notifications import rules
from notifications.channels import Away, Lost, Message, NotNow, Refused, outbox
from notifications.channels.email import Email
from notifications.channels.sms import Sms, is_known
from notifications.models import Channel, Delivery
from notifications.services import lines
from notifications.services.address import note_refusal
from notifications.services.claim import (
    Batch,
    begin,
    claim,
    give_back,
    lost,
    mark,
    mark_again,
    mark_sent,
    marking,
    put_off,
)
from notifications.services.codes import hand_over_codes
from notifications.services.devices import ABREAST, Browsers
from notifications.services.digests import gather
from notifications.services.letters import Letters
from notifications.services.steering import set_aside, unpark
from notifications.services.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

BATCH = 500
NEWS_WINDOW = dt.timedelta(seconds=10)  # for how long news is handed over before the worker looks for what is pressing
HOUR = 3600
RETRIES = (60, 300, 1800, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 27 * HOUR)
SPREAD = 0.2
LONGEST_ERROR = 200
NO_WORDS = "no words"
ASK_AGAIN = dt.timedelta(minutes=5)
ASKED_FOR = dt.timedelta(hours=72)
State = Delivery.State
logger = logging.getLogger(__name__)
stopping = threading.Event()  # set by whoever wants this process to end between two messages
unsure: deque[Batch] = deque()  # handed over while the database went away


class Way(Protocol):
    """A channel while it is open."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def send(self, message: Message) -> None:
        """Hands one message over."""


def way(channel: str, line: str) -> Way | None:
    """How that channel leads out of here by that line; None where it leads nowhere."""
    if outbox.is_used(channel):
        return outbox.Outbox(channel)
    if channel == Channel.SMS:
        return Sms(line) if is_known(line) else None
    if channel == Channel.PUSH:
        return Browsers() if settings.VAPID_PRIVATE_KEY else None
    return Email() if channel == Channel.EMAIL else None


@dataclass
class Work:
    """One batch on its way out."""

    batch: Batch
    line: str
    out: Way
    ear: lines.Ear | Browsers
    watch: Watch
    begun_at: dt.datetime
    starts_at: dt.datetime
    letters: Letters = field(default_factory=Letters)
    under_way: deque[tuple[Delivery, Message]] = field(default_factory=deque)  # begun, and not heard of yet


def deliver_due(*, limit: int = BATCH, rest: Callable[[], object] = hand_over_codes) -> int:
    """Hands over what is due on every channel, at most `limit` each, and returns how many rows were looked at.

    A dead worker's text messages are asked for first. `rest` is called between messages: sign-in codes never wait for
    a batch. A line that does not answer is left alone by all workers for half a minute.
    """
    while unsure:
        mark_again(unsure[0])
        unsure.popleft()
    done = unpark() + gather()
    return done + sum(_work(channel, limit, rest) for channel in (Channel.SMS, Channel.EMAIL, Channel.PUSH))


def _work(channel: Channel, limit: int, rest: Callable[[], object]) -> int:
    """One batch of a channel; of a line that was broken one message first, and the batch when that one got through."""
    line, done = lines.pick(channel), 0
    if line and line.is_trial:
        if channel != Channel.SMS or _settle_lost(1, line.name):
            done = _deliver(channel, line, 1, rest)
        line = lines.pick(channel)
    if line and not line.is_trial and (channel != Channel.SMS or _settle_lost(limit, line.name)):
        done += _deliver(channel, line, min(limit, lines.most(line.name) or limit), rest)
    return done


def _deliver(channel: Channel, line: lines.Open, limit: int, rest: Callable[[], object]) -> int:
    """Claims a batch, puts aside what must wait or end, and hands the rest over."""
    batch = claim(channel, limit)
    rows = _after_rest(batch, set_aside(batch.rows))
    out = way(channel, line.name)
    if out is None:
        for row in rows:
            mark(row, batch, state=State.DROPPED, error="no way out")
    elif rows:
        begun_at, starts_at = clock.now(), lines.reserve(line.name, len(rows))
        ear = out if isinstance(out, Browsers) else lines.Ear(line.name)
        _through(Work(batch, line.name, out, ear, Watch(), begun_at, starts_at), rows, rest)
    return len(batch.rows)


def _through(work: Work, rows: list[Delivery], rest: Callable[[], object]) -> None:
    """Hands over and adds up. The last commit waits for the disk, and with it all before."""
    with work.out, _remembering(work):
        with marking(work.batch):
            _hand_over(work, rows, rest)
        work.ear.write()


@contextmanager
def _remembering(work: Work) -> Iterator[None]:
    """A batch during which the database goes away is marked again later, with what the other side still takes of it."""
    try:
        yield
    except DatabaseError:
        for row, message in work.under_way:
            with suppress(Refused, NotNow, Away):
                work.out.send(message)
                work.batch.handed_over.append(row.pk)
        unsure.append(work.batch)
        raise


def _after_rest(batch: Batch, rows: list[Delivery]) -> list[Delivery]:
    """Those whose readers do not rest now; the others wait until they have rested."""
    now = clock.now()
    awake: list[Delivery] = []
    later: dict[dt.datetime, list[Delivery]] = defaultdict(list)
    for row in rows:
        due_at = rules.due_from(row.channel, row.priority, now, rules.quiet_of_member(row.member))
        (later[due_at] if due_at > now else awake).append(row)
    for due_at, resting in later.items():
        put_off(batch, resting, due_at)
    return awake


def _hand_over(work: Work, rows: list[Delivery], rest: Callable[[], object]) -> None:
    pace = 1 / rate if (rate := lines.rate_of(work.line)) else 0.0
    abreast = ABREAST if isinstance(work.out, Browsers) else 1
    for number in range(0, len(rows), abreast):
        some, left = rows[number : number + abreast], rows[number:]
        _wait_until(work.starts_at + dt.timedelta(seconds=number * pace), rest)
        work.watch.look(left)
        if any(_must_stop(work, row) for row in some) or not _some(work, some, is_paced=bool(pace)):
            give_back(work.batch, left)
            break
    _heard(work)


def _wait_until(instant: dt.datetime, rest: Callable[[], object]) -> None:
    """Sign-in codes go out meanwhile."""
    rest()
    while (left := (instant - clock.now()).total_seconds()) > 0 and not stopping.wait(min(left, 0.5)):
        rest()


def _must_stop(work: Work, row: Delivery) -> bool:
    """Because it rests, ends, or others are more pressing by now."""
    now = clock.now()
    resting = rules.due_from(row.channel, row.priority, now, rules.quiet_of_member(row.member)) > now
    is_long = row.priority == rules.LAST and now > work.begun_at + NEWS_WINDOW
    return resting or is_long or stopping.is_set() or work.batch.is_ending()


def _some(work: Work, rows: list[Delivery], *, is_paced: bool) -> bool:
    """Makes the next messages while the ones before are read over there, then begins them or ends their rows.

    False when the line is away and these must wait.
    """
    ready = [(row, message) for row in rows if (message := _ready(work, row)) is not None]
    if not _heard(work):
        return False
    work.under_way.extend(ready)
    if isinstance(work.out, Browsers | Email):
        work.out.begin([message for _, message in ready])
        return not is_paced or _heard(work)
    return _heard(work)


def _heard(work: Work) -> bool:
    """Marks what came of the messages under way; false when the line is away."""
    answers = []
    while work.under_way:
        answers.append(_handed(work, *work.under_way.popleft()))
    return all(answers)


def _ready(work: Work, row: Delivery) -> Message | None:
    """What is handed over of a row, which is in hand then; None when it waits or ends."""
    if work.watch.is_paused(row):
        give_back(work.batch, [row])
        return None
    message, error = _words(work, row)
    if error:
        failed = State.FAILED if error == NO_WORDS else State.DROPPED
        mark(row, work.batch, state=failed, error=error)
    if message and row.channel == Channel.SMS and not begin(work.batch, row, work.line):
        return None
    return message


def _words(work: Work, row: Delivery) -> tuple[Message | None, str]:
    """The message, or why there is none."""
    reason = work.watch.why_not(row)
    if reason:
        return None, reason
    try:
        message = work.letters.message(row)
    except (TemplateDoesNotExist, KeyError, ValueError):
        logger.exception("a notice has no words", extra={"channel": row.channel})
        return None, NO_WORDS
    return message, "" if message else "nothing left to say"


def _handed(work: Work, row: Delivery, message: Message) -> bool:
    """Speaks to the other side and marks what came of it."""
    try:
        work.out.send(message)
    except Refused as error:
        mark(row, work.batch, state=State.FAILED, error=f"refused {error}", attempts=_counted(row))
        note_refusal(row)
        work.ear.good()
    except (NotNow, Away) as error:
        in_hand = row.channel == Channel.SMS and isinstance(error, NotNow)
        _later(row, work.batch, error, in_hand=in_hand)
        is_away = isinstance(error, Away) or (isinstance(error, Lost) and row.channel == Channel.SMS)
        return not work.ear.bad(is_away=is_away)
    else:
        mark_sent(row, work.batch)
        work.ear.good()
    return True


def _counted(row: Delivery) -> object:
    """A text message was counted when it was taken in hand."""
    return F("attempts") if row.channel == Channel.SMS else F("attempts") + 1


def _later(row: Delivery, batch: Batch, error: Exception, *, in_hand: bool) -> None:
    """Puts it off, longer each time and no shorter than the other side asks; gives it up after 72 hours.

    One that may have arrived is asked for first.
    """
    if in_hand:
        return  # it stays marked as sending; when its lease ends, the gateway is asked
    tried = row.attempts + 1
    if tried > len(RETRIES):
        mark(row, batch, state=State.FAILED, error=str(error)[:LONGEST_ERROR], attempts=_counted(row))
        return
    wait = RETRIES[tried - 1] * random.SystemRandom().uniform(1 - SPREAD, 1 + SPREAD)
    due_at = clock.now() + dt.timedelta(seconds=max(wait, getattr(error, "after", 0)))
    mark(row, batch, state=State.QUEUED, due_at=due_at, error=str(error)[:LONGEST_ERROR], attempts=_counted(row))


def _settle_lost(limit: int, line: str) -> bool:
    """Asks the gateway about text messages left in hand; what it cannot tell of is not sent again. False: it is away."""
    batch, ear = lost(Channel.SMS, limit), lines.Ear(line)
    return all(_settle(row, batch, ear) for row in batch.rows)


def _settle(row: Delivery, batch: Batch, ear: lines.Ear) -> bool:
    gateway = outbox.Outbox(Channel.SMS) if outbox.is_used(Channel.SMS) else Sms(row.provider or Channel.SMS)
    try:
        found = gateway.has(str(row.reference))
    except Away:
        _ask_again(row, batch)
        return (row.provider or Channel.SMS) != ear.name or not ear.bad(is_away=True)
    if found is None:
        mark(row, batch, state=State.UNKNOWN, error="in hand")
    elif found:
        mark(row, batch, state=State.SENT, sent_at=clock.now(), error="")
    else:
        row.attempts -= 1  # it was counted when it was taken in hand
        _later(row, batch, NotNow("did not arrive"), in_hand=False)
    return True


def _ask_again(row: Delivery, batch: Batch) -> None:
    """The gateway does not answer: it is asked later, for three days."""
    now = clock.now()
    if now > row.due_at + ASKED_FOR:
        mark(row, batch, state=State.UNKNOWN, error="in hand")
        return
    Delivery.objects.filter(batch.mine(), pk=row.pk, state=State.SENDING).update(leased_until=now + ASK_AGAIN)
