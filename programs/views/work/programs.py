"""Programs as their coordinators see them: the list, and the form in which one is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs.models import Program
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest


@login_required
@require_safe
def program_list(request: HttpRequest) -> HttpResponse:
    """The programs of my workgroups, those that still want work first."""
    workgroups = Workgroup.objects.coordinated_by(member_of(request))
    if not workgroups.exists():
        raise Http404
    programs = Program.objects.filter(workgroup__in=workgroups.values("pk")).prefetch_related("translations")
    return render(request, "work/program_list.html", {"programs": programs.order_by("state", "-pk")[:200]})
