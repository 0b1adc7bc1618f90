"""The municipality's staff: who has this desk until when, appointing, extending, ending."""

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
from programs.forms.people import StaffForm
from programs.views.city.appointments import end, is_soon
from programs.views.city.workgroups import governed
from programs.views.work.desk import posted, rejected, tried
from workgroups import rules, services
from workgroups.forms import TermForm
from workgroups.models import Appointment, Organisation
from workgroups.people import names_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LIST, TERM = "city/staff.html", "city/staff_term.html"
PAGE, ONE = "programs:city_staff", "programs:city_staff_term"
STAFF = Appointment.Role.STAFF


def _shown(request: HttpRequest) -> dict[str, Any]:
    governed(request)
    rows = list(Appointment.objects.filter(role=STAFF).order_by("from_on", "pk"))
    names = names_of(row.member_id for row in rows)
    people: list[dict[str, Any]] = [
        {"appointment": row, "name": names[row.member_id], "is_soon": is_soon(row)} for row in rows
    ]
    return {
        "current": [one for one in people if not rules.has_ended(one["appointment"])],
        "past": [one for one in people if rules.has_ended(one["appointment"])][::-1],
        "today": clock.today(),
        "may_appoint": member_of(request).is_superuser,
    }


@login_required
@require_safe
def staff_page(request: HttpRequest) -> HttpResponse:
    """Everyone who has or had this desk; who may appoint sees the form."""
    return render(request, LIST, _shown(request) | {"form": StaffForm(initial={"from_on": clock.today()})})


@posted(PAGE)
def staff_appoint(request: HttpRequest) -> HttpResponse:
    """Appoints a member to the municipality's staff."""
    context, form = _shown(request), StaffForm(request.POST)
    if form.is_valid() and _appointed(request, form):
        messages.success(request, gettext("Appointed; the person is told in a message"))
        return redirect(PAGE)
    return rejected(request, LIST, context | {"form": form}, PAGE)


def _appointed(request: HttpRequest, form: StaffForm) -> bool:
    typed = form.cleaned_data
    try:
        member = member_called(typed["person"])
    except Refused as refused:
        refuse(form, refused.refusal, "person")
        return False
    place = get_object_or_404(Organisation, kind=Organisation.Kind.MUNICIPALITY)
    days = {"from_on": typed["from_on"], "until_on": typed["until_on"]}
    return not tried(
        form, lambda: services.appoint(actor=member_of(request), member=member, role=STAFF, place=place, **days)
    )


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    governed(request)
    rows = Appointment.objects.select_related("workgroup", "organisation")
    appointment = get_object_or_404(rows, pk=pk, role=STAFF)
    return {
        "appointment": appointment,
        "name": names_of([appointment.member_id])[appointment.member_id],
        "today": clock.today(),
        "has_ended": rules.has_ended(appointment),
        "leaves_nobody": rules.why_not_without(appointment, clock.today()) is not None,
        "may_appoint": member_of(request).is_superuser,
    }


@login_required
@require_safe
def staff_term(request: HttpRequest, pk: int) -> HttpResponse:
    """When the appointment ends: later, sooner, today."""
    context = _one(request, pk)
    return render(request, TERM, context | {"form": _term(context["appointment"])})


def _term(appointment: Appointment, data: Any = None) -> TermForm:
    form = TermForm(data, initial={"until_on": appointment.until_on})
    form.fields["is_sure"].label = gettext("Yes, even if nobody has this desk then")
    return form


@posted(ONE, "pk")
def staff_term_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the appointment end on the day that was written, later or sooner than it would."""
    context = _one(request, pk)
    form = _term(context["appointment"], request.POST)
    if form.is_valid() and not tried(form, lambda: end(request, context["appointment"], form.cleaned_data)):
        messages.success(request, gettext("Saved; the person is told in a message"))
        return redirect(PAGE)
    return rejected(request, TERM, context | {"form": form}, ONE, pk=pk)
