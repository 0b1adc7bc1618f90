"""The workspace opens with what needs its coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs.workspace import classes_today, waiting_for
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Today's classes, what waits for me, the most urgent first, and my workgroups."""
    workgroups = list(Workgroup.objects.coordinated_by(member_of(request)).prefetch_related("translations"))
    if not workgroups:
        raise Http404
    member = member_of(request)
    context = {"todos": waiting_for(member), "classes": classes_today(member), "today": clock.today()}
    return render(request, "work/home.html", context | {"workgroups": workgroups})
