"""The roster of a course: the list, one place in it, adding somebody, taking the list away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base import clock
from base.pages import is_htmx
from base.persian import latin_digits
from base.refusal import Refused
from base.templatetags.city import digits, instant
from members.forms import refuse
from members.rules import spelt
from members.sessions import member_of
from programs import services
from programs.answers import told_in
from programs.forms.answers import AnswersForm
from programs.forms.rosters import AdmitForm, ExceptionForm, ExportForm, PromoteForm, ReasonForm, WaitForm
from programs.models import Course, Enrolment, Question
from programs.roster_file import answer_of
from programs.rosters import TABS, USUAL, heads_of, lines_of, roster_of
from programs.rules import GENDER_OF_AUDIENCE, why_not_answer_for, why_not_choose, why_not_promote
from programs.rules.answers import questionnaire_of
from programs.rules.joining import WAIVED, districts_of
from programs.services.enrolling import position
from programs.views.answers import shown, typed_answers
from programs.views.work.desk import own_course, posted, rejected, shown_course

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


LONGEST_QUERY = 100
State = Enrolment.State


@login_required
@require_safe
def roster(request: HttpRequest, slug: str) -> HttpResponse:
    """Who sits, waits and left. Instructors read names alone; who reads by an office of the city is recorded."""
    member = member_of(request)
    rosters = Course.objects.with_roster_for(member).select_related("program__workgroup")
    course = get_object_or_404(rosters, slug=slug)
    is_desk = why_not_answer_for(course, member) is None
    if is_desk:
        services.read_roster(actor=member, course=course)
    tab = request.GET.get("tab", USUAL)
    query = request.GET.get("q", "")[:LONGEST_QUERY]
    number = latin_digits(request.GET.get("page", "1"))
    found = roster_of(course, tab=tab if tab in TABS else USUAL, query=query, number=number)
    context = {
        "course": shown_course(course),
        "roster": found,
        "page": found.page,
        "tabs": [(name, title, found.counts[name]) for name, (title, _states) in TABS.items()],
        "q": query,
        "is_desk": is_desk,
        "is_due": course.decision_day is not None and course.decision_day <= clock.today(),
        "wait_form": WaitForm() if is_desk and course.is_undecided else None,
        "open_questions": Question.objects.filter(course=course).open().count() if is_desk else 0,
    }
    return render(request, "work/roster.html", context)


@login_required
@require_safe
def roster_print(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody who sits, on paper, with room for marks; without contacts."""
    course = own_course(request, slug)
    services.read_roster(actor=member_of(request), course=course)
    heads = [one for one in heads_of(course) if one.state in TABS[USUAL][1]]
    told = told_in(course, [one.pk for one in heads])
    rows = [(one, [said for said in told.get(one.pk, ()) if not said.is_sensitive]) for one in heads]
    context = {"course": shown_course(course), "heads": rows, "printed_at": clock.now()}
    return render(request, "work/roster_print.html", context)


# One place


def _own_place(request: HttpRequest, slug: str, pk: int) -> Enrolment:
    course = own_course(request, slug)
    place = get_object_or_404(Enrolment.objects.select_related("learner", "offer"), course=course, pk=pk)
    place.course = course
    return place


def _place_context(place: Enrolment, **more: Any) -> dict[str, Any]:
    (line,) = lines_of(place.course, heads_of(place.course), [place.pk])
    usual = {
        "withdraw_form": ReasonForm(prefix="withdraw"),
        "promote_form": PromoteForm(prefix="promote"),
        "refuse_form": ReasonForm(prefix="refuse"),
        "approve_form": ExceptionForm(prefix="approve"),
    }
    can_promote = why_not_promote(place, place.course, lacking=0, extra_seat=True) is None
    shown = {"course": shown_course(place.course), "place": place, "line": line, "can_promote": can_promote}
    can_choose = place.state == State.APPLIED and why_not_choose(place, yes=True) is None
    party = Enrolment.objects.filter(party=place.party_id or 0).exclude(pk=place.pk).select_related("learner")
    shown |= {"can_choose": can_choose, "together": list(party.order_by("pk"))}
    return shown | usual | more


@login_required
@require_safe
def place(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One person's place, and what can be done for them."""
    found = _own_place(request, slug, pk)
    services.read_roster(actor=member_of(request), course=found.course)
    return render(request, "work/place.html", _place_context(found))


@posted("programs:work_place", "slug", "pk")
def place_contact(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Shows one person's contacts, this once."""
    found = _own_place(request, slug, pk)
    members = services.show_contacts(actor=member_of(request), enrolment=found)
    contacts = [(one.phone, spelt(one.phone), one.email) for one in members]
    if is_htmx(request):
        return render(request, "work/_contacts.html", {"contacts": contacts})
    return render(request, "work/place.html", _place_context(found, contacts=contacts))


@posted("programs:work_place", "slug", "pk")
def place_withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Takes one person out, with a reason that they read."""
    found = _own_place(request, slug, pk)
    form = ReasonForm(request.POST, prefix="withdraw")
    if form.is_valid():
        try:
            services.withdraw_for(actor=member_of(request), enrolment=found, reason=form.cleaned_data["reason"])
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            text = gettext("%(name)s is withdrawn and was told") % {"name": found.learner.name}
            messages.success(request, text)
            return redirect("programs:work_roster", slug=slug)
    context = _place_context(found, withdraw_form=form, form=form)
    return rejected(request, "work/place.html", context, "programs:work_place", slug=slug, pk=pk)


@posted("programs:work_place", "slug", "pk")
def place_promote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Offers one person a seat out of order, with a reason that stays."""
    found = _own_place(request, slug, pk)
    form = PromoteForm(request.POST, prefix="promote")
    if form.is_valid():
        try:
            moved = services.promote(actor=member_of(request), enrolment=found, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused.refusal, "extra_seat" if refused.refusal.code == "full" else None)
        else:
            messages.success(request, _moved_words(moved))
            return redirect("programs:work_place", slug=slug, pk=pk)
    context = _place_context(found, promote_form=form, form=form)
    return rejected(request, "work/place.html", context, "programs:work_place", slug=slug, pk=pk)


@posted("programs:work_place", "slug", "pk")
def place_approve(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Gives one who applied, with their party, seats or places in line."""
    found = _own_place(request, slug, pk)
    form = ExceptionForm(request.POST, prefix="approve")
    if form.is_valid():
        try:
            chosen = services.approve(actor=member_of(request), enrolment=found, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal.code not in WAIVED:
                messages.error(request, digits(str(refused.refusal.message)))
                return redirect("programs:work_place", slug=slug, pk=pk)
            refuse(form, refused.refusal, "exception")
        else:
            messages.success(request, admitted_words(chosen, is_new=found.state == State.APPLIED))
            return redirect(f"{reverse('programs:work_roster', args=[slug])}?tab=applied")
    context = _place_context(found, approve_form=form, form=form)
    return rejected(request, "work/place.html", context, "programs:work_place", slug=slug, pk=pk)


@posted("programs:work_place", "slug", "pk")
def place_refuse(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Says no to one who applied, with their party, and why."""
    found = _own_place(request, slug, pk)
    form = ReasonForm(request.POST, prefix="refuse")
    if form.is_valid():
        try:
            services.refuse(actor=member_of(request), enrolment=found, reason=form.cleaned_data["reason"])
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            text = gettext("%(name)s gets no seat and was told why") % {"name": found.learner.name}
            messages.success(request, text)
            return redirect(f"{reverse('programs:work_roster', args=[slug])}?tab=applied")
    context = _place_context(found, refuse_form=form, form=form)
    return rejected(request, "work/place.html", context, "programs:work_place", slug=slug, pk=pk)


def _moved_words(moved: Enrolment) -> str:
    until = instant(moved.offer.expires_at) if moved.offer else ""
    return gettext("A seat is held for %(name)s until %(when)s") % {"name": moved.learner.name, "when": until}


# Adding somebody


def _asks(course: Course) -> dict[str, bool]:
    is_for_one = course.audience.get("rule") in GENDER_OF_AUDIENCE
    return {"asks_gender": is_for_one, "asks_district": bool(districts_of(course))}


@login_required
@require_safe
def admit_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks for the number of who came or called, and for whom it is."""
    course = own_course(request, slug)
    form, asked = AdmitForm(**_asks(course)), questionnaire_of(course)
    context = {"course": shown_course(course), "form": form, "answers_form": asked and AnswersForm(asked)}
    return render(request, "work/admit.html", context)


@posted("programs:work_admit_form", "slug")
def admit(request: HttpRequest, slug: str) -> HttpResponse:
    """Enrols who came or called."""
    course = own_course(request, slug)
    form, asked = AdmitForm(request.POST, **_asks(course)), questionnaire_of(course)
    answers, wrong = typed_answers(request, course, asked) if asked else (None, {})
    if form.is_valid() and not wrong:
        facts = form.cleaned_data
        try:
            found, is_new = services.admit(
                actor=member_of(request),
                course=course,
                person=form.person,
                asked=facts["asked"],
                consents=facts["consents"],
                answers=answers.answers if answers else None,
                exception=facts["exception"],
            )
        except Refused as refused:
            wrong = refused.refusal.values.get("fields", {})
            refuse(form, refused.refusal, "exception" if refused.refusal.code in WAIVED else None)
        else:
            messages.success(request, admitted_words(found, is_new=is_new))
            return redirect("programs:work_roster", slug=slug)
    context = {"course": shown_course(course), "form": form, "answers_form": answers and shown(answers, wrong)}
    return rejected(request, "work/admit.html", context, "programs:work_admit_form", slug=slug)


def admitted_words(found: Enrolment, *, is_new: bool) -> str:
    """What came of it, in a sentence."""
    name = found.learner.name
    if not is_new:
        return gettext("%(name)s was on the list already: %(state)s") % {
            "name": name,
            "state": found.get_state_display(),
        }
    if found.state == State.WAITING:
        rank = digits(position(found))
        return gettext("%(name)s waits as number %(rank)s in line and was told") % {"name": name, "rank": rank}
    return gettext("%(name)s is enrolled and was told") % {"name": name}


# Taking the list away


@login_required
@require_safe
def export_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks what the list is needed for."""
    course = own_course(request, slug)
    return render(request, "work/export.html", {"course": shown_course(course), "form": ExportForm()})


@posted("programs:work_export_form", "slug")
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives the list as a file in this very answer: it lies nowhere and nobody else can fetch it."""
    course = own_course(request, slug)
    form = ExportForm(request.POST)
    if form.is_valid():
        try:
            lines = services.export(actor=member_of(request), course=course, **form.cleaned_data)
            return answer_of(course, lines, form.cleaned_data["kind"])
        except Refused as refused:
            refuse(form, refused.refusal)
    context = {"course": shown_course(course), "form": form}
    return rejected(request, "work/export.html", context, "programs:work_export_form", slug=slug)
