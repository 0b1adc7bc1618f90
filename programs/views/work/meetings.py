"""Meetings of a workgroup: the list, calling one, moving one, calling one off, and its file for a calendar."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs import calendars
from programs.views.work.desk import done_or_told, posted, rejected, tried
from programs.views.work.groups import run_by
from workgroups import rules, services
from workgroups.forms import MeetingForm
from workgroups.models import Meeting, Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 20
HOURS = {"starts": dt.time(16), "ends": dt.time(18)}


def entered(request: HttpRequest, slug: str) -> Workgroup:
    """The workgroup, if this person belongs to it today; else it is not there."""
    mine = Workgroup.objects.entered_by(member_of(request)).prefetch_related("translations")
    return get_object_or_404(mine, slug=slug)


def runs(request: HttpRequest, workgroup: Workgroup) -> bool:
    """Whether this person may change what the workgroup has."""
    return rules.why_not_run(workgroup, member_of(request)) is None


def meeting_called(request: HttpRequest, slug: str, number: int, *, to_run: bool = False) -> Meeting:
    """The meeting of that number, if this person may see it, or (`to_run`) change it; else it is not there."""
    seen = Meeting.objects.run_by(member_of(request)) if to_run else Meeting.objects.visible_to(member_of(request))
    rows = seen.select_related("workgroup", "venue", "approved_by").prefetch_related(
        "workgroup__translations", "venue__translations"
    )
    return get_object_or_404(rows, workgroup__slug=slug, number=number)


def listed(request: HttpRequest, workgroup: Workgroup) -> dict[str, Any]:
    """The meetings of a workgroup, the latest first, with how many decisions each took."""
    rows = Meeting.objects.filter(workgroup=workgroup).select_related("venue").prefetch_related("venue__translations")
    counted = rows.annotate(
        decided=Count("decisions", distinct=True),
        still_open=Count("decisions", filter=Q(decisions__state="open"), distinct=True),
    )
    page = Paginator(counted.order_by("-starts_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return {"workgroup": workgroup, "page": page, "runs": runs(request, workgroup)}


@login_required
@require_safe
def meeting_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The meetings, and for its coordinators the form that calls one."""
    workgroup = entered(request, slug)
    return render(
        request,
        "work/meeting_list.html",
        listed(request, workgroup) | {"form": MeetingForm(initial=HOURS, is_new=True)},
    )


@posted("programs:work_meetings", "slug")
def meeting_call(request: HttpRequest, slug: str) -> HttpResponse:
    """Calls a meeting; everyone of the workgroup is invited."""
    workgroup = run_by(request, slug)
    form = MeetingForm(request.POST, is_new=True)
    called: list[Meeting] = []

    def work() -> None:
        agenda = form.cleaned_data["agenda"].splitlines()
        called.append(
            services.call_meeting(actor=member_of(request), workgroup=workgroup, agenda=agenda, **form.facts())
        )

    if form.is_valid() and not tried(form, work):
        messages.success(request, gettext("The meeting is called; everyone of the workgroup is invited in a message"))
        return redirect("programs:work_meeting", slug=slug, number=called[0].number)
    context = listed(request, workgroup) | {"form": form}
    return rejected(request, "work/meeting_list.html", context, "programs:work_meetings", slug=slug)


@login_required
@require_safe
def meeting_edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The form with which time and place of a meeting to come are changed."""
    meeting = meeting_called(request, slug, number, to_run=True)
    refusal = rules.why_not_move(meeting)
    context = {"meeting": meeting, "workgroup": meeting.workgroup, "refusal": refusal}
    return render(request, "work/meeting_form.html", context | {"form": MeetingForm.of(meeting)})


@posted("programs:work_meeting_edit", "slug", "number")
def meeting_move(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Moves it; everyone invited hears of it."""
    meeting = meeting_called(request, slug, number, to_run=True)
    form = MeetingForm(request.POST)

    def work() -> None:
        version = form.cleaned_data["version"] or 0
        services.move_meeting(actor=member_of(request), meeting=meeting, version=version, **form.facts())

    if form.is_valid() and not tried(form, work):
        messages.success(request, gettext("Saved; everyone invited is told in a message"))
        return redirect("programs:work_meeting", slug=slug, number=number)
    context = {"meeting": meeting, "workgroup": meeting.workgroup, "form": form}
    return rejected(request, "work/meeting_form.html", context, "programs:work_meeting_edit", slug=slug, number=number)


@posted("programs:work_meeting", "slug", "number")
def meeting_off(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Calls it off; everyone invited hears of it."""
    meeting = meeting_called(request, slug, number, to_run=True)
    done_or_told(
        request,
        lambda: services.call_off(actor=member_of(request), meeting=meeting),
        gettext("The meeting is called off; everyone invited is told in a message"),
    )
    return redirect("programs:work_meeting", slug=slug, number=number)


@login_required
@require_safe
def meeting_file(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The meeting as iCalendar; taken again it replaces what was taken before."""
    return calendars.answer(request, calendars.of_workgroup_meeting(meeting_called(request, slug, number)))
