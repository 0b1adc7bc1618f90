"""Somebody of the demo city who has asked that their account be erased, so that the waiting time can be seen."""

from __future__ import annotations

import datetime as dt

from base import clock, door
from members.models import Member
from privacy.services.leaving import ask_to_leave
from programs.services.demo.rows import DOOR
from workgroups.models import Appointment

SINCE = dt.timedelta(hours=12)


def load_demo() -> int:
    """Lets the last one of the crowd ask, twelve hours ago, unless somebody has; answers how many did."""
    waiting = Member.objects.filter(leaving_at__isnull=False, erased_at__isnull=True)
    crowd = Member.objects.filter(email__startswith="crowd", erased_at__isnull=True)
    last = crowd.exclude(pk__in=Appointment.objects.values("member")).order_by("pk").last()
    if waiting.exists() or last is None:
        return 0
    with door.through(DOOR):
        ask_to_leave(actor=last, typed=last.contact)
    Member.objects.filter(pk=last.pk).update(leaving_at=clock.now() + dt.timedelta(hours=72) - SINCE)
    return 1
