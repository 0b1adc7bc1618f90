"""What waits for its translation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base.pages import page_number
from programs.models import Program
from programs.translating import waiting
from programs.views.work.planning import workgroups_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

A_PAGE = 50


@login_required
@require_safe
def translation_list(request: HttpRequest) -> HttpResponse:
    """The programs and courses of my workgroups that lack a language or whose original changed, by reach and age."""
    programs = Program.objects.filter(workgroup__in=workgroups_of(request).values("pk"))
    number = page_number(request.GET.get("page", "1"))
    rows = waiting(programs, slice((number - 1) * A_PAGE, number * A_PAGE + 1))
    context = {"rows": rows[:A_PAGE], "number": number, "has_next": len(rows) > A_PAGE}
    return render(request, "work/translation_list.html", context)
