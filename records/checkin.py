"""Checking in at the door: the code on the instructor's screen, which is another one each minute."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from base import clock
from programs.models import ClassMeeting, Enrolment
from records.models import Attendance

if TYPE_CHECKING:
    import datetime as dt

    from members.models import Member

A_MINUTE = 60
PROOF = 24  # hexadecimal digits: 96 bits for a code that lives two minutes
STAYS = 15 * A_MINUTE  # for who opened a good code and still has to sign in


def _minute(now: dt.datetime) -> int:
    return int(now.timestamp()) // A_MINUTE


def _proof(meeting: int, minute: int) -> str:
    return salted_hmac("records.checkin", f"{meeting}:{minute}", algorithm="sha256").hexdigest()[:PROOF]


def address(meeting: ClassMeeting) -> str:
    """What the QR of this minute leads to."""
    token = f"{meeting.pk}-{_proof(meeting.pk, _minute(clock.now()))}"
    return settings.SITE_URL + reverse("records:checkin_opened", args=[token])


def opened_by(token: str) -> int | None:
    """The class meeting of a code of this minute or the last one; None for any other."""
    number, _hyphen, proof = token.partition("-")
    if not (token.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004 - digits of a bigint
        return None
    now = _minute(clock.now())
    good = [_proof(int(number), minute) for minute in (now, now - 1)]
    return int(number) if any(hmac.compare_digest(one, proof) for one in good) else None


def places_of(member: Member, meeting: ClassMeeting) -> list[tuple[Enrolment, str]]:
    """Who of the member's family has a seat in the course, each with the mark that is there already ("" for none)."""
    seats = Enrolment.objects.visible_to(member).filter(course=meeting.course_id, state=Enrolment.State.SEATED)
    marks = dict(Attendance.objects.filter(meeting=meeting, enrolment__in=seats).values_list("enrolment", "mark"))
    rows = seats.select_related("learner").distinct().order_by("pk")
    return [(one, str(Attendance.Mark(marks[one.pk]).label) if one.pk in marks else "") for one in rows]
