"""Hands sign-in codes over: each is drawn at that moment, so that its text is never stored."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F

from base import clock
from base.refusal import Refused as Refusal
from members.models import SignInCode
from members.services import draw_code
from notifications import texts
from notifications.channels import Away, Message, NotNow, Refused, outbox
from notifications.channels.email import Email
from notifications.channels.sms import Sms

if TYPE_CHECKING:
    from django.db.models import QuerySet

TRIES = 3
AGAIN_AFTER = (20, 40, 600)  # seconds after the first, second and third try; the third is the last
BATCH = 50
TICK = 1.0
logger = logging.getLogger(__name__)
looked = threading.local()


def hand_over_codes() -> int:
    """Hands over every code that is due and returns how many were; asks the database at most once a second a thread."""
    now = time.monotonic()
    if now - getattr(looked, "at", -TICK) < TICK:
        return 0
    looked.at = now
    return sum(_hand_over(row) for row in _due()[:BATCH])


def _due() -> QuerySet[SignInCode]:
    now = clock.now()
    waiting = SignInCode.objects.filter(handed_at__isnull=True, used_at__isnull=True, attempts__lt=TRIES)
    return waiting.filter(due_at__lte=now, expires_at__gt=now).order_by("asked_at", "pk")


def _hand_over(row: SignInCode) -> bool:
    """Takes the row for this worker alone, draws the code and sends it; what fails is due again with a new code."""
    again = clock.now() + dt.timedelta(seconds=AGAIN_AFTER[row.attempts])
    same = SignInCode.objects.filter(pk=row.pk, due_at=row.due_at, attempts=row.attempts, handed_at__isnull=True)
    if not same.update(due_at=again, attempts=F("attempts") + 1):
        return False
    try:
        _send(row, draw_code(row))
    except Refusal:
        return False
    except (Refused, NotNow, Away) as error:
        logger.warning("a code was not handed over: %s", type(error).__name__)
        return False
    SignInCode.objects.filter(pk=row.pk).update(handed_at=clock.now())
    return True


def _send(row: SignInCode, code: str) -> None:
    is_email = "@" in row.contact
    text = texts.render("members/code", {"code": code}, row.language)
    reference, template = f"{row.pk}-{row.attempts}", "" if is_email else settings.SMS_CODE_TEMPLATE
    body, html = (text.email, text.html) if is_email else (text.sms, "")
    parameters = {"code": code} if template else {}
    message = Message(reference, row.contact, text.subject, body, html, template=template, parameters=parameters)
    channel = "email" if is_email else "sms"
    if outbox.is_used(channel):
        outbox.Outbox(channel).send(message)
    elif is_email:
        with Email() as out:
            out.send(message)
    elif settings.SMS_URL:
        Sms().send(message)
    else:
        raise Away("no way out")
