"""What was done in a coordinator's workgroups, by whom and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs.forms.trail import TrailForm
from programs.trail import OF_WORKGROUPS, about, page_of
from programs.views.work.desk import number_of
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """The lines about my workgroups and what is theirs, as the address asks for, newest first."""
    mine = list(Workgroup.objects.coordinated_by(member_of(request)))
    if not mine:
        raise Http404
    form, before = TrailForm(request.GET, among=OF_WORKGROUPS), request.GET.get("before", "")
    below = number_of(before) if before else None
    lines, after = page_of(form.asked(), below, about(mine)) if form.is_valid() else ([], None)
    context = {"form": form, "lines": lines, "after": after, "is_first": not before}
    return render(request, "work/trail.html", context, status=200 if form.is_valid() else 422)
