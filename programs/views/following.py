"""Following with one tap, and the list of what one follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from base.pages import is_htmx
from base.refusal import Refused
from members.sessions import member_of
from programs import following
from programs.following import PAGES, button_for, followed_by, press

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@require_safe
def follows(request: HttpRequest) -> HttpResponse:
    """What I follow and which openings I wait for."""
    return render(request, "programs/follows.html", {"groups": followed_by(member_of(request))})


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Follows, or follows no more; who opens the address, a visitor back from signing in too, is led to the thing's page."""
    if kind not in PAGES:
        raise Http404
    if request.method != "POST":
        return redirect(f"programs:{PAGES[kind]}_detail", slug=slug)
    return _pressed(request, kind, slug)


@login_required
def _pressed(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    member, is_on = member_of(request), request.POST.get("on") != "0"
    row = following.thing(kind, slug, member)
    if row is None:
        raise Http404
    refused = ""
    try:
        press(member, kind, row, is_on=is_on)
    except Refused as error:
        refused = str(error.refusal.message)
    if is_htmx(request):
        context = {"follow": button_for(kind, row, member), "refused": refused}
        return render(request, "programs/_follow.html", context, status=409 if refused else 200)
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, _said(kind, is_on=is_on))
    return redirect("programs:follows" if request.POST.get("source") == "me" else button_for(kind, row, member).page)


def _said(kind: str, *, is_on: bool) -> str:
    if kind == "courses":
        return gettext("We tell you when enrolment opens") if is_on else gettext("We do not remind you any more")
    return gettext("You follow this now") if is_on else gettext("You follow this no more")
