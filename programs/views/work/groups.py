"""A workgroup in the workspace: what its coordinators say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs.views.city.workgroups import filled, save
from programs.views.work.desk import posted
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def run_by(request: HttpRequest, slug: str) -> Workgroup:
    """The workgroup, if this person runs it; else it is not there."""
    mine = Workgroup.objects.coordinated_by(member_of(request)).prefetch_related("translations")
    return get_object_or_404(mine, slug=slug)


@login_required
@require_safe
def workgroup(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with which its coordinators change a workgroup's words, areas and member organisations."""
    found = run_by(request, slug)
    return render(request, "work/workgroup_form.html", {"form": filled(found), "workgroup": found})


@posted("programs:work_workgroup", "slug")
def workgroup_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes it."""
    found = run_by(request, slug)
    return save(request, found, "work/workgroup_form.html", {"workgroup": found}, "programs:work_workgroup")
