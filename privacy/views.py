"""My data: taking them along, having the account erased, thinking better of it; and the same at the desk for who asks there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from base import clock
from base.refusal import Refused
from members.forms import refuse
from members.models import Member
from members.sessions import member_of, row_of
from privacy import archive, rules, services
from privacy.forms import LeaveForm, SendAwayForm
from privacy.models import Download
from privacy.retention import TABLE
from programs.people import shown
from programs.views.city.workgroups import governed
from programs.views.work.desk import done_or_told, posted, rejected

if TYPE_CHECKING:
    from django.http import HttpRequest

DATA, ERASE, CITY, PERSON = "privacy:data", "privacy:erase", "privacy:city_erase", "programs:city_person"


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What one can do with one's own data, how far the file is that was asked for, and how long what is kept."""
    asked = Download.objects.defer("content").filter(member=member_of(request)).first()
    if asked is not None and services.is_over(asked):
        asked = None
    here = asked is not None and asked.session_id == row_of(request)
    until = asked.ready_at + rules.LIVES if asked is not None and asked.ready_at else None
    context = {"asked": asked, "is_here": here, "until": until, "kept": TABLE}
    return render(request, "privacy/data.html", context)


@posted(DATA)
def download_ask(request: HttpRequest) -> HttpResponse:
    """Has a worker make the file."""
    done = gettext("We are making your file. You will be told when it is ready")
    member, session = member_of(request), row_of(request)
    done_or_told(request, lambda: services.ask_for_download(actor=member, session=session), done)
    return redirect(DATA)


@login_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The file, on the device on which it was asked for, for an hour."""
    live = Download.objects.filter(member=member_of(request), session=row_of(request))
    row = get_object_or_404(live, ready_at__gt=clock.now() - rules.LIVES)
    response = HttpResponse(bytes(row.content or b""), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{archive.FILE}"'
    return response


@login_required
@require_safe
def erase(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays, and asks for a proof that it is no slip."""
    return render(request, "privacy/erase.html", _leaving(request, LeaveForm()))


def _leaving(request: HttpRequest, form: LeaveForm) -> dict[str, Any]:
    return {"form": form, "refusal": rules.why_not_leave(member_of(request))} | services.what_goes(member_of(request))


@sensitive_post_parameters("contact")
@posted(ERASE)
def erase_ask(request: HttpRequest) -> HttpResponse:
    """Begins the 72 hours."""
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            services.ask_to_leave(actor=member_of(request), typed=form.cleaned_data["contact"])
        except Refused as refused:
            refuse(form, refused.refusal, "contact")
        else:
            return redirect(DATA)
    return rejected(request, "privacy/erase.html", _leaving(request, form), ERASE)


@posted(DATA)
def keep(request: HttpRequest) -> HttpResponse:
    """Keeps the account after all."""
    member = member_of(request)
    done_or_told(request, lambda: services.keep(actor=member, member=member), gettext("Everything stays as it is"))
    return redirect(DATA)


def _person(request: HttpRequest, pk: int) -> Member:
    governed(request)
    return get_object_or_404(Member, pk=pk)


def _sending(request: HttpRequest, member: Member, form: SendAwayForm) -> dict[str, Any]:
    refusal = rules.why_not_send_away(member_of(request), member)
    return {"person": member, "form": form, "refusal": refusal, "found": shown([member])[0]} | services.what_goes(
        member
    )


@login_required
@require_safe
def city_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks staff why, and says what goes."""
    return render(request, "privacy/city_erase.html", _sending(request, _person(request, pk), SendAwayForm()))


@posted(CITY, "pk")
def city_erase_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins the 72 hours for somebody who asked at the desk; they are told."""
    member, form = _person(request, pk), SendAwayForm(request.POST)
    if form.is_valid():
        try:
            services.send_away(actor=member_of(request), member=member, ground=form.cleaned_data["ground"])
        except Refused as refused:
            refuse(form, refused.refusal, "ground")
        else:
            messages.success(request, gettext("The account goes in 72 hours; the person was told"))
            return redirect(PERSON, pk=pk)
    return rejected(request, "privacy/city_erase.html", _sending(request, member, form), CITY, pk=pk)


@posted(PERSON, "pk")
def city_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps somebody's account who thought better of it."""
    member = _person(request, pk)
    done = gettext("Everything stays as it is")
    done_or_told(request, lambda: services.keep(actor=member_of(request), member=member), done)
    return redirect(PERSON, pk=pk)
