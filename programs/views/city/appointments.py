"""Appointments of a workgroup: who holds which role until when, appointing, extending, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base import clock
from base.refusal import Refused
from members.forms import member_called, refuse
from members.sessions import member_of
from programs.views.city.workgroups import governed
from programs.views.work.desk import posted, rejected, tried
from workgroups import rules, services
from workgroups.forms import AppointForm, TermForm
from workgroups.models import Appointment, Workgroup
from workgroups.people import names_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

TEMPLATE = "city/appointments.html"
PAGE = "programs:city_appointments"


def shown(workgroup: Workgroup) -> dict[str, Any]:
    """Everyone who has or had a role: now and to come, and before."""
    rows = list(Appointment.objects.filter(workgroup=workgroup).order_by("role", "from_on", "pk"))
    names = names_of(row.member_id for row in rows)
    people: list[dict[str, Any]] = [
        {"appointment": row, "name": names[row.member_id], "is_soon": is_soon(row)} for row in rows
    ]
    gap = rules.loses_coordinator_on(workgroup)
    return {
        "workgroup": workgroup,
        "current": [one for one in people if not rules.has_ended(one["appointment"])],
        "past": [one for one in people if rules.has_ended(one["appointment"])][::-1],
        "gap": gap,
        "gap_days": gap and (gap - clock.today()).days,
        "today": clock.today(),
    }


def is_soon(row: Appointment) -> bool:
    """Whether it ends within the days in which people are warned."""
    return row.until_on is not None and row.until_on - clock.today() <= rules.WARNED_BEFORE


@login_required
@require_safe
def appointments(request: HttpRequest, slug: str) -> HttpResponse:
    """Who answers for the workgroup, until when, and the form for a new appointment."""
    workgroup = get_object_or_404(governed(request), slug=slug)
    form = AppointForm(initial={"from_on": clock.today()})
    return render(request, TEMPLATE, shown(workgroup) | {"form": form})


@posted(PAGE, "slug")
def appoint(request: HttpRequest, slug: str) -> HttpResponse:
    """Appoints a member."""
    workgroup = get_object_or_404(governed(request), slug=slug)
    form = AppointForm(request.POST)
    if form.is_valid() and _appointed(request, workgroup, form):
        messages.success(request, gettext("Appointed; the person is told in a message"))
        return redirect(PAGE, slug=slug)
    return rejected(request, TEMPLATE, shown(workgroup) | {"form": form}, PAGE, slug=slug)


def _appointed(request: HttpRequest, workgroup: Workgroup, form: AppointForm) -> bool:
    typed = form.cleaned_data
    try:
        member = member_called(typed["person"])
    except Refused as refused:
        refuse(form, refused.refusal, "person")
        return False
    days = {"from_on": typed["from_on"], "until_on": typed["until_on"]}
    return not tried(
        form,
        lambda: services.appoint(actor=member_of(request), member=member, role=typed["role"], place=workgroup, **days),
    )


@login_required
@require_safe
def term(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """When the appointment ends: later, sooner, today."""
    context = _one(request, slug, pk)
    form = TermForm(initial={"until_on": context["appointment"].until_on})
    return render(request, "city/term.html", context | {"form": form})


def _one(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    workgroup = get_object_or_404(governed(request), slug=slug)
    rows = Appointment.objects.select_related("workgroup", "organisation")
    appointment = get_object_or_404(rows, pk=pk, workgroup=workgroup)
    return {
        "workgroup": workgroup,
        "appointment": appointment,
        "name": names_of([appointment.member_id])[appointment.member_id],
        "today": clock.today(),
        "has_ended": rules.has_ended(appointment),
        "leaves_nobody": rules.why_not_without(appointment, clock.today()) is not None,
    }


@posted("programs:city_term", "slug", "pk")
def term_save(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Lets the appointment end on the day that was written, later or sooner than it would."""
    context = _one(request, slug, pk)
    form = TermForm(request.POST)
    if form.is_valid() and not tried(form, lambda: end(request, context["appointment"], form.cleaned_data)):
        messages.success(request, gettext("Saved; the person is told in a message"))
        return redirect(PAGE, slug=slug)
    return rejected(request, "city/term.html", context | {"form": form}, "programs:city_term", slug=slug, pk=pk)


def end(request: HttpRequest, appointment: Appointment, typed: dict[str, Any]) -> None:
    """Extends or releases, by the day that was written."""
    until_on, before = typed["until_on"], appointment.until_on
    if until_on is None or (before is not None and until_on > before):
        services.extend(actor=member_of(request), appointment=appointment, until_on=until_on)
        return
    services.release(actor=member_of(request), appointment=appointment, until_on=until_on, is_sure=typed["is_sure"])
