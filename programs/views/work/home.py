"""The workspace opens with what needs its coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.sessions import member_of
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me, the most urgent first, then my workgroups."""
    workgroups = list(Workgroup.objects.coordinated_by(member_of(request)).prefetch_related("translations"))
    if not workgroups:
        raise Http404
    return render(request, "work/home.html", {"workgroups": workgroups})
