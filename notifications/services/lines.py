"""What workers tell each other about a provider: a broken line is tried by one of them with one message, not by all with all."""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import F

from base import clock
from notifications.models import Channel, Line

PAUSE = dt.timedelta(seconds=30)
PAUSE_BEFORE_RETURN = dt.timedelta(minutes=10)
PATIENCE = 5  # failures in a row that break a line which still answers
WINDOW, BAD = 25, 20
AHEAD = dt.timedelta(seconds=2)
SPREAD = 0.2
SECOND = "sms2"
KNOWN = ("recent", "failures", "away_until")


class Open(NamedTuple):
    """A line that may be used now: for a batch, or for one message that tries whether it works again."""

    name: str
    is_trial: bool


def pick(channel: str) -> Open | None:
    """The line by which a channel's messages go now; None when it is left alone. Text messages have a second provider."""
    first = _look(channel)
    if first or channel != Channel.SMS or not settings.SMS_URL_2:
        return first
    return _look(SECOND)


def _look(name: str) -> Open | None:
    line, now = Line.objects.filter(name=name).first(), clock.now()
    if line is None:
        return Open(name, is_trial=False)
    if line.next_at is not None and line.next_at > now + AHEAD:
        return None
    if line.away_until is None:
        return Open(name, is_trial=False)
    if line.away_until > now:
        return None
    mine = Line.objects.filter(name=name, away_until=line.away_until).update(away_until=now + jittered(PAUSE))
    return Open(name, is_trial=True) if mine else None


def jittered(wait: dt.timedelta) -> dt.timedelta:
    """Up to a fifth longer, so that not all come back at the same instant."""
    return wait * random.SystemRandom().uniform(1, 1 + SPREAD)


def rate_of(name: str) -> float:
    """How many messages a second all workers together may hand over; 0: as many as they can."""
    return float(settings.EMAIL_RATE if name == Channel.EMAIL else settings.SMS_RATE if name != Channel.PUSH else 0)


def most(name: str) -> int | None:
    """How many may be claimed at a time, so that pressing messages overtake within seconds."""
    rate = rate_of(name)
    return max(1, int(rate * AHEAD.total_seconds())) if rate else None


@transaction.atomic
def reserve(name: str, number: int) -> dt.datetime:
    """When the first of so many messages may be handed over; the others follow at the line's rate."""
    now, rate = clock.now(), rate_of(name)
    if not rate or not number:
        return now
    line = _locked(name)
    start = max(now, line.next_at or now)
    Line.objects.filter(pk=line.pk).update(next_at=start + dt.timedelta(seconds=number / rate))
    return start


def _locked(name: str) -> Line:
    Line.objects.get_or_create(name=name)
    return Line.objects.select_for_update().get(name=name)


class Ear:
    """Listens to the answers on a line during one batch and writes down what others must know."""

    def __init__(self, name: str) -> None:
        self.name = name
        line = Line.objects.filter(name=name).first()
        self.sent = self.failed = 0
        self.is_clean = line is None or not (line.failures or line.away_until or "0" in line.recent)

    def good(self) -> None:
        """A message was taken, or refused for its own sake."""
        self.sent += 1
        if not self.is_clean:
            self.is_clean = not _note(self.name, "1", is_away=False)

    def bad(self, *, is_away: bool) -> bool:
        """A message was not taken; tells whether the line is to be left alone now."""
        self.failed += 1
        self.is_clean = False
        return _note(self.name, "0", is_away=is_away)

    def write(self) -> None:
        """Adds the figures of the batch to the line's."""
        if not self.sent and not self.failed:
            return
        figures = {"sent": F("sent") + self.sent, "failed": F("failed") + self.failed}
        if not Line.objects.filter(name=self.name).update(**figures):
            Line.objects.get_or_create(name=self.name, defaults={"sent": self.sent, "failed": self.failed})


@transaction.atomic
def _note(name: str, answer: str, *, is_away: bool) -> bool:
    """Adds one answer; whether the line is broken or has failures among its last answers."""
    line = _locked(name)
    line.recent = (line.recent + answer)[-WINDOW:]
    line.failures = 0 if answer == "1" else line.failures + 1
    if answer == "1":
        line.recent = "" if line.away_until else line.recent  # it works again: what was before counts no more
        line.away_until = None
        line.save(update_fields=KNOWN)
        return "0" in line.recent
    wait = _wait_after(line, is_away=is_away)
    line.away_until = clock.now() + jittered(wait) if wait else line.away_until
    line.save(update_fields=KNOWN)
    return bool(wait)


def _wait_after(line: Line, *, is_away: bool) -> dt.timedelta | None:
    """For how long a line that failed is left alone; one with a second behind it is given up after 20 failures in 25."""
    if line.name == Channel.SMS and settings.SMS_URL_2:
        return PAUSE_BEFORE_RETURN if line.recent.count("0") >= BAD else None
    return PAUSE if is_away or line.failures >= PATIENCE else None
