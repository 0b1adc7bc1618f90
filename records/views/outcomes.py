"""Who completed a course: what its rule proposes, what its coordinators decide, the certificates that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from base.templatetags.city import num
from members.sessions import member_of
from programs.forms.rosters import ReasonForm
from programs.models import Enrolment
from programs.services import read_roster
from programs.views.work.desk import done_or_told, own_course, posted, rejected, shown_course, tried
from records import codes, rules, services
from records.attendance import seated
from records.forms import OutcomeForm
from records.models import Certificate
from records.outcomes import standings, unrecorded

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "records:outcome"


@login_required
@require_safe
def outcomes(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody with a seat: how often they were there, what the rule says, what is on record."""
    course = own_course(request, slug)
    read_roster(actor=member_of(request), course=course)
    rows = standings(course)
    context = {
        "course": shown_course(course),
        "percent": course.complete_percent,
        "rows": rows,
        "unrecorded": unrecorded(course),
        "why_not": rules.why_not_conclude(course),
        "ready": sum(one.waits and one.passes is not None for one in rows),
        "unclear": sum(one.waits and one.passes is None for one in rows),
    }
    return render(request, "records/outcomes.html", context)


@posted("records:outcomes", "slug")
def outcomes_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Records what the rule says for everybody whose outcome is open."""
    course = own_course(request, slug)

    def work() -> None:
        count = services.confirm(actor=member_of(request), course=course)
        text = ngettext("%(number)s outcome is recorded", "%(number)s outcomes are recorded", count)
        messages.success(request, text % {"number": num(count)})

    done_or_told(request, work)
    return redirect("records:outcomes", slug=slug)


def _place(request: HttpRequest, slug: str, pk: int) -> Enrolment:
    course = own_course(request, slug)
    place = get_object_or_404(seated(course.pk).select_related("learner"), pk=pk)
    place.course = course
    return place


def _context(place: Enrolment, **more: Any) -> dict[str, Any]:
    (standing,) = standings(place.course, [place.pk])
    certificates = Certificate.objects.filter(enrolment=place).order_by("-pk")
    usual = {
        "course": shown_course(place.course),
        "row": standing,
        "certificates": [(one, codes.spelt(one.code)) for one in certificates],
        "can_issue": standing.certificate is None and rules.why_not_certify(place) is None,
        "why_not": rules.why_not_conclude(place.course),
        "outcome_form": OutcomeForm(prefix="outcome", initial={"completed": _initial(place)}),
        "revoke_form": ReasonForm(prefix="revoke"),
    }
    return usual | more


def _initial(place: Enrolment) -> str:
    return {Enrolment.State.COMPLETED.value: "yes", Enrolment.State.ABSENT.value: "no"}.get(place.state, "")


@login_required
@require_safe
def outcome(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One learner's outcome and certificates."""
    place = _place(request, slug, pk)
    read_roster(actor=member_of(request), course=place.course)
    return render(request, "records/outcome.html", _context(place))


@posted(PAGE, "slug", "pk")
def outcome_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Records or corrects one outcome, with a reason."""
    place, form = _place(request, slug, pk), OutcomeForm(request.POST, prefix="outcome")
    if form.is_valid() and not tried(
        form, lambda: services.decide(actor=member_of(request), enrolment=place, **form.decision)
    ):
        messages.success(request, gettext("The outcome is recorded"))
        return redirect(PAGE, slug=slug, pk=pk)
    context = _context(place, outcome_form=form, form=form)
    return rejected(request, "records/outcome.html", context, PAGE, slug=slug, pk=pk)


@posted(PAGE, "slug", "pk")
def outcome_revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Revokes the valid certificate, with a reason that whoever checks it reads."""
    place, form = _place(request, slug, pk), ReasonForm(request.POST, prefix="revoke")
    row = Certificate.objects.valid().filter(enrolment=place).select_related("enrolment__course").first()
    if row is None:
        return redirect(PAGE, slug=slug, pk=pk)
    if form.is_valid() and not tried(
        form, lambda: services.revoke(actor=member_of(request), certificate=row, **form.cleaned_data)
    ):
        messages.success(request, gettext("The certificate is revoked"))
        return redirect(PAGE, slug=slug, pk=pk)
    context = _context(place, revoke_form=form, form=form)
    return rejected(request, "records/outcome.html", context, PAGE, slug=slug, pk=pk)


@posted(PAGE, "slug", "pk")
def outcome_issue(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Issues a new certificate where the last one was revoked."""
    place = _place(request, slug, pk)
    done_or_told(
        request,
        lambda: services.issue_again(actor=member_of(request), enrolment=place),
        gettext("A new certificate is issued"),
    )
    return redirect(PAGE, slug=slug, pk=pk)
