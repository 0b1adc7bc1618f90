"""Checking in at the door: the code on the instructor's screen, and the residents who open it with their phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from base import clock
from base.pages import is_htmx
from base.templatetags.city import num
from members.sessions import member_of
from programs.models import ClassMeeting
from programs.views.work.desk import done_or_told, number_of, posted, shown_course
from records import checkin, codes, rules, services
from records.models import Attendance
from records.views.attendance import meeting_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

KNOWN = "check_in"  # in the session: the class meeting whose door somebody stood at, and until when that counts


@login_required
@require_safe
def door(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The QR of this minute, for the instructor's screen; the page asks for the next one by itself."""
    meeting = meeting_of(request, slug, pk)
    refusal = rules.why_not_check_in(meeting) or rules.why_not_mark(meeting, member_of(request))
    address = "" if refusal else checkin.address(meeting)
    there = Attendance.objects.filter(meeting=meeting, mark__in=Attendance.WAS_THERE).count()
    context = {"meeting": meeting, "slug": slug, "refusal": refusal, "address": address, "there": there}
    context["qr"] = codes.picture(address) if address else ""
    if is_htmx(request):
        return render(request, "records/_door.html", context)
    return render(request, "records/door.html", context | {"course": shown_course(meeting.course)})


@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Notes that somebody stood at the door, and lets them sign in first; an old or wrong code is refused."""
    meeting = checkin.opened_by(token)
    if meeting is None:
        return render(request, "records/checkin_old.html", {"twin_url": ""}, status=410)
    request.session[KNOWN] = [meeting, int(clock.now().timestamp()) + checkin.STAYS]
    return redirect("records:checkin")


def _meeting(request: HttpRequest) -> ClassMeeting | None:
    """The class meeting at whose door this person stood, not long ago."""
    pk, until = request.session.get(KNOWN, (0, 0))
    if clock.now().timestamp() > until:
        return None
    return ClassMeeting.objects.filter(pk=pk).select_related("course").first()


@login_required
@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """Asks who of the family is here."""
    meeting = _meeting(request)
    if meeting is None:
        return render(request, "records/checkin_old.html")
    context = {
        "meeting": meeting,
        "course": shown_course(meeting.course),
        "family": checkin.places_of(member_of(request), meeting),
        "refusal": rules.why_not_check_in(meeting),
    }
    return render(request, "records/checkin.html", context)


@posted("records:checkin")
def confirm(request: HttpRequest) -> HttpResponse:
    """Marks those chosen present."""
    meeting, chosen = _meeting(request), [number_of(one) for one in request.POST.getlist("here")]
    if meeting is None or not chosen:
        return redirect("records:checkin")

    def work() -> None:
        count = services.check_in(actor=member_of(request), meeting=meeting, enrolments=chosen)
        text = ngettext("%(number)s person is checked in", "%(number)s people are checked in", count)
        messages.success(request, text % {"number": num(count)} if count else gettext("You were marked already"))

    done_or_told(request, work)
    return redirect("records:checkin")
