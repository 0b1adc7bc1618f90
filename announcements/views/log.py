"""What became of an announcement's messages: live progress, failures with their reason, and the buttons that steer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from announcements import services
from announcements.audience import words
from announcements.views.shared import row_at
from base import clock
from base.pages import is_htmx
from base.refusal import Refused
from base.templatetags.city import digits
from members.rules import masked
from members.sessions import member_of
from notifications.models import Channel, Delivery, Notice
from notifications.progress import WAITING, progress
from notifications.rules import is_quiet
from programs.views.work.desk import done_or_told, posted

if TYPE_CHECKING:
    import datetime as dt

    from django.http import HttpRequest, HttpResponse

    from announcements.models import Announcement
    from notifications.progress import Progress

State = Delivery.State
PAGE = "announcements:desk_deliveries"
SHOWN = 50


def _told(request: HttpRequest, desk: str, pk: int) -> Announcement:
    row = row_at(request, desk, pk=pk)
    if row.notice is None:
        raise Http404
    return row


class Way(NamedTuple):
    """One channel: how many of its messages arrived, still wait, did not arrive; the arrived in a hundred."""

    label: str
    sent: int
    waiting: int
    failed: int
    dropped: int
    share: int


def _ways(progress: Progress) -> list[Way]:
    found = []
    for channel, counted in progress.channels.items():
        sent, waiting = (sum(counted.get(state, 0) for state in states) for states in ((State.SENT,), WAITING))
        failed, dropped = counted.get(State.FAILED, 0) + counted.get(State.UNKNOWN, 0), counted.get(State.DROPPED, 0)
        whole = sent + waiting + failed
        found.append(
            Way(str(Channel(channel).label), sent, waiting, failed, dropped, sent * 100 // whole if whole else 0)
        )
    return found


class Earlier(NamedTuple):
    """What was told before a correction took its place."""

    at: dt.datetime
    is_first: bool
    ways: list[Way]


def _earlier(row: Announcement) -> list[Earlier]:
    """Every notice of it but the present one and trials, the latest first."""
    told = Notice.objects.filter(key__startswith=f"announcement:{row.pk}:").order_by("-pk")
    told = told.exclude(key__startswith=f"announcement:{row.pk}:trial:")
    before = [one for one in told if one != row.notice]
    return [Earlier(one.created_at, one.key.endswith(":published"), _ways(progress(one))) for one in before]


def _context(row: Announcement, desk: str) -> dict[str, Any]:
    assert row.notice is not None  # noqa: S101 # nosec B101 - `_told` has seen to it
    found = progress(row.notice)
    ways = _ways(found)
    return {
        "at": desk,
        "row": row,
        "ways": ways,
        "progress": found,
        "sent": sum(way.sent for way in ways),
        "whole": sum(way.sent + way.waiting + way.failed for way in ways),
        "failed": sum(way.failed for way in ways),
        "is_over": row.spread_at is not None and not any(way.waiting for way in ways),
        "audience": words(row.audience),
        "now": clock.now(),
        "is_held": is_quiet(clock.now()) and row.notice.urgency == Notice.Urgency.NEWS,
    }


@login_required
@require_safe
def deliveries(request: HttpRequest, desk: str, pk: int) -> HttpResponse:
    """How far its messages are; the part that moves is asked for every five seconds."""
    row = _told(request, desk, pk)
    context = _context(row, desk)
    if is_htmx(request):
        return render(request, "announcements/desk/_progress.html", context)
    lost = Delivery.objects.filter(notice=row.notice, state__in=[State.FAILED, State.UNKNOWN])
    rows = lost.select_related("member").order_by("-pk")[:SHOWN]
    context["earlier"] = _earlier(row)
    context["failures"] = [(one, masked(_contact(one))) for one in rows]
    return render(request, "announcements/desk/deliveries.html", context)


def _contact(row: Delivery) -> str:
    return (row.member.email if row.channel == Channel.EMAIL else row.member.phone) or row.member.contact


@posted(PAGE, "desk", "pk")
def steer(request: HttpRequest, desk: str, pk: int) -> HttpResponse:
    """Pauses its messages, lets them go on, or tries those again that failed."""
    row, actor, to = _told(request, desk, pk), member_of(request), request.POST.get("to", "")
    if to == "pause":
        done_or_told(
            request, lambda: services.pause(actor=actor, announcement=row), gettext("Nothing more leaves for now")
        )
    elif to == "resume":
        done_or_told(
            request, lambda: services.resume(actor=actor, announcement=row), gettext("The messages leave again")
        )
    elif to == "resend":
        _resend(request, row)
    return redirect(PAGE, desk=desk, pk=pk)


def _resend(request: HttpRequest, row: Announcement) -> None:
    try:
        count = services.resend(actor=member_of(request), announcement=row)
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
        return
    text = ngettext("%(n)s message is tried again", "%(n)s messages are tried again", count) % {"n": digits(count)}
    messages.success(request, text)
