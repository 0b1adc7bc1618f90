"""The audit trail at the city's desk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs import services
from programs.forms.trail import TrailExportForm, TrailForm
from programs.sheets import CSV, as_csv
from programs.trail import as_cells, page_of
from programs.views.city.workgroups import governed
from programs.views.work.desk import number_of, posted, rejected, tried

if TYPE_CHECKING:
    from django.http import HttpRequest

TEMPLATE, PAGE = "city/audit.html", "programs:city_audit"
HEAD = ["line", "at", "account", "for", "act", "about", "number", "door", "request", "changes"]


def _shown(form: TrailForm, before: str = "") -> dict[str, Any]:
    lines, after = page_of(form.asked(), number_of(before) if before else None) if form.is_valid() else ([], None)
    return {"form": form, "lines": lines, "after": after, "is_first": not before}


@login_required
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The lines that the address asks for, fifty a page, newest first."""
    governed(request)
    form = TrailForm(request.GET)
    context = _shown(form, request.GET.get("before", ""))
    return render(
        request, TEMPLATE, context | {"export_form": TrailExportForm()}, status=200 if form.is_valid() else 422
    )


@posted(PAGE)
def audit_export(request: HttpRequest) -> HttpResponse:
    """The same lines as a file, for a reason."""
    governed(request)
    form, export_form = TrailForm(request.POST), TrailExportForm(request.POST)
    made: list[HttpResponse] = []

    def work() -> None:
        asked, reason = form.asked(), export_form.cleaned_data["reason"]
        made.append(_file(services.export_trail(actor=member_of(request), asked=asked, reason=reason)))

    if form.is_valid() and export_form.is_valid() and not tried(export_form, work):
        return made[0]
    return rejected(request, TEMPLATE, _shown(form) | {"export_form": export_form}, PAGE)


def _file(lines: Any) -> HttpResponse:
    answer = HttpResponse(as_csv([HEAD, *(as_cells(line) for line in lines)]), content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="trail-{clock.today().isoformat()}.csv"'
    return answer
