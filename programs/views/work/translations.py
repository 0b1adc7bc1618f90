"""What waits for its translation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from programs.models import Program
from programs.translating import waiting
from programs.views.work.planning import workgroups_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 100


@login_required
@require_safe
def translation_list(request: HttpRequest) -> HttpResponse:
    """The programs of my workgroups that lack a language or whose original changed, by reach and age."""
    programs = Program.objects.filter(workgroup__in=workgroups_of(request).values("pk"))
    return render(request, "work/translation_list.html", {"rows": waiting(programs, slice(SHOWN))})
