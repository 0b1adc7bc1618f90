"""People at the city's desk: finding them, their page, their contacts, their devices, two accounts that are one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from base.templatetags.city import digits
from members.forms import member_called, refuse
from members.models import Member
from members.rules import spelt
from members.sessions import member_of
from programs import people, services
from programs.forms.people import FindForm, LookForm, MergeForm
from programs.listing import listed
from programs.models import Course
from programs.services.merging import merge, preview
from programs.views.city.workgroups import governed
from programs.views.work.desk import done_or_told, number_of, posted, rejected, twin_of_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LIST, PERSON, MERGE = "city/people.html", "city/person.html", "city/merge.html"
PAGE, ONE = "programs:city_people", "programs:city_person"


@login_required
@require_safe
def people_page(request: HttpRequest) -> HttpResponse:
    """The form with which people are found."""
    governed(request)
    return render(request, LIST, {"form": FindForm()})


@posted(PAGE)
def people_find(request: HttpRequest) -> HttpResponse:
    """Those who were found; what was typed stands in no address."""
    governed(request)
    form = FindForm(request.POST)
    if form.is_valid() and not people.kind_of(form.cleaned_data["asked"]):
        form.add_error("asked", gettext("Write at least two letters of the name"))
    if not form.is_valid():
        return rejected(request, LIST, {"form": form}, PAGE)
    found = services.find_people(actor=member_of(request), asked=form.cleaned_data["asked"])
    context = {"form": form, "found": found[: people.MOST_FOUND], "is_more": len(found) > people.MOST_FOUND}
    return render(request, LIST, context | {"was_asked": True, "twin_url": twin_of_page(PAGE)})


def _person(request: HttpRequest, pk: int) -> Member:
    governed(request)
    return get_object_or_404(Member, pk=pk)


def _shown(request: HttpRequest, member: Member) -> dict[str, Any]:
    known = services.read_person(actor=member_of(request), member=member)
    return known | {"look_form": LookForm(), "merge_form": MergeForm()}


@login_required
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What one person has to do with the portal; the look is recorded."""
    return render(request, PERSON, _shown(request, _person(request, pk)))


@posted(ONE, "pk")
def person_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows how the person is reached, this once and for a reason."""
    member, form = _person(request, pk), LookForm(request.POST)
    context = _shown(request, member) | {"look_form": form}
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            services.show_contact_of(actor=member_of(request), member=member, reason=reason)
        except Refused as refused:
            refuse(form, refused.refusal, "reason")
        else:
            contacts = [(member.phone, spelt(member.phone), member.email)]
            context |= {"contacts": contacts, "twin_url": twin_of_page(ONE, pk=pk)}
            return render(request, PERSON, context)
    return rejected(request, PERSON, context, ONE, pk=pk)


@posted(ONE, "pk")
def person_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs the person out everywhere."""
    member = _person(request, pk)
    done = gettext("Signed out on every device")
    done_or_told(request, lambda: services.end_sessions(actor=member_of(request), member=member), done)
    return redirect(ONE, pk=pk)


@posted(ONE, "pk")
def person_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what a merge would move and what stands in its way; changes nothing."""
    member, form = _person(request, pk), MergeForm(request.POST)
    if form.is_valid():
        try:
            other = member_called(form.cleaned_data["other"])
        except Refused as refused:
            refuse(form, refused.refusal, "other")
        else:
            return render(request, MERGE, _preview(request, other, member))
    return rejected(request, PERSON, _shown(request, member) | {"merge_form": form}, ONE, pk=pk)


def _preview(request: HttpRequest, gone: Member, kept: Member) -> dict[str, Any]:
    found = preview(actor=member_of(request), gone=gone, kept=kept)
    both = Course.objects.filter(pk__in=found.both)
    return {
        "gone": people.shown([gone])[0],
        "kept": people.shown([kept])[0],
        "preview": found,
        "both": listed(both.order_by("pk"), get_language() or "fa"),
        "twin_url": twin_of_page(ONE, pk=kept.pk),
    }


@posted(ONE, "pk")
def person_merge_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Merges, as the preview said."""
    kept = _person(request, pk)
    gone = get_object_or_404(Member, pk=number_of(request.POST.get("gone", "")))
    try:
        moved = merge(actor=member_of(request), gone=gone, kept=kept)
    except Refused as refused:
        context = _preview(request, gone, kept) | {"refused": refused.refusal}
        return render(request, MERGE, context, status=409)
    said = gettext("The two accounts are one now; %(count)s rows came over") % {"count": digits(sum(moved.values()))}
    messages.success(request, said)
    return redirect(ONE, pk=pk)
