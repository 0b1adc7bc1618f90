"""Partners' files: handed in, looked at row by row, mapped, saved, undone."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from base import clock
from base.pages import is_htmx, too_many
from base.refusal import Refused
from base.templatetags.city import digits
from members.limits import allow, retry_after
from members.sessions import member_of
from programs import services
from programs.changes import described
from programs.forms.handing import AN_HOUR, MOST_AN_HOUR, ColumnsForm, HandInForm, PlacesForm
from programs.models import Course, Import, ImportRow
from programs.rules import why_not_undo
from programs.sheets import BOM, cell
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest

ROWS, RUNS, NAMED = 50, 20, 5


@login_required
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """The files of my workgroups, the latest first."""
    member = member_of(request)
    if not Workgroup.objects.coordinated_by(member).exists():
        raise Http404
    runs = Import.objects.visible_to(member).defer("content", "before", "columns", "places")
    page = Paginator(runs.select_related("feed__workgroup", "member"), RUNS).get_page(request.GET.get("page"))
    return render(request, "work/import_list.html", {"page": page})


@login_required
@require_safe
def import_new(request: HttpRequest) -> HttpResponse:
    """The form in which a file is handed in."""
    member = member_of(request)
    if not Workgroup.objects.coordinated_by(member).exists():
        raise Http404
    return render(request, "work/import_new.html", {"form": HandInForm(member=member)})


@login_required
def import_add(request: HttpRequest) -> HttpResponse:
    """Takes a file; a worker reads it."""
    member = member_of(request)
    if request.method != "POST":
        return redirect("programs:work_import_new")
    if not Workgroup.objects.coordinated_by(member).exists():
        raise Http404
    form = HandInForm(request.POST, request.FILES, member=member)
    if not form.is_valid():
        return render(request, "work/import_new.html", {"form": form}, status=422)
    if not allow(f"import:{member.pk}", MOST_AN_HOUR, AN_HOUR):
        return too_many(request, retry_after(AN_HOUR))
    file = form.cleaned_data["file"]
    run = services.hand_in(
        actor=member,
        workgroup=form.cleaned_data["workgroup"],
        profile=form.cleaned_data["profile"],
        name=file.name,
        content=file.read(),
        language=str(getattr(request, "LANGUAGE_CODE", "fa")),
        options=form.options,
        partner=form.cleaned_data["partner"],
    )
    return redirect("programs:work_import", run.pk)


def _run(request: HttpRequest, pk: int) -> Import:
    runs = Import.objects.visible_to(member_of(request)).select_related("feed__workgroup", "member")
    return get_object_or_404(runs.defer("content", "before"), pk=pk)


@login_required
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was understood of a file, how far its saving is, or what it asks."""
    run = _run(request, pk)
    if is_htmx(request):
        if run.is_under_way:
            return render(request, "work/_import_progress.html", _progress(run))
        answer = HttpResponse(status=204)
        answer["HX-Refresh"] = "true"
        return answer
    return _page(request, run)


def _progress(run: Import) -> dict[str, Any]:
    done, total = services.progress_of(run)
    share = min(100, done * 100 // total) if total else 0
    return {"run": run, "done": done, "total": total, "share": share, "made_at": clock.now()}


def _page(request: HttpRequest, run: Import, form: Form | None = None, status: int = 200) -> HttpResponse:
    """The page of one file; `form` is one that was refused."""
    context: dict[str, Any] = _progress(run) | {"form": form, "counts": run.counts}
    if run.state == Import.State.MAPPING:
        context["form"] = form or ColumnsForm(run=run)
    elif run.state not in Import.FOR_WORKERS:
        what = request.GET.get("what", "")
        rows = run.rows.select_related("course").defer("before")
        if what in ImportRow.What.values:
            rows = rows.filter(what=what)
        page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
        page.object_list = described(page.object_list)
        context |= {"page": page, "what": what, "stayed": described(run.rows.exclude(stayed="").defer("before")[:ROWS])}
        if run.state == Import.State.READ and run.places:
            context["places_form"] = form or PlacesForm(run=run)
        if run.state == Import.State.SAVED:
            context["other_seats"] = _other_seats(run)
        context["why_not_undo"] = why_not_undo(run, member_of(request))
    return render(request, "work/import_detail.html", context, status=status)


def _other_seats(run: Import) -> list[Course]:
    """The first courses of which the organiser now says another number of seats, with their titles."""
    found = run.feed.courses.with_other_seats().order_by("sort_on", "pk")
    return list(found.prefetch_related("translations", "program__translations")[:ROWS])


def _act(request: HttpRequest, pk: int, act: Callable[[Import], object]) -> HttpResponse:
    """Does one act on a file and goes back to its page; a refusal is said there."""
    if request.method == "POST":
        try:
            act(_run(request, pk))
        except Refused as refused:
            messages.error(request, str(refused.refusal.message))
    return redirect("programs:work_import", pk)


@login_required
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what the columns mean."""
    if request.method != "POST":
        return redirect("programs:work_import", pk)
    run = _run(request, pk)
    form = ColumnsForm(request.POST, run=run)
    if run.state == Import.State.MAPPING and not form.is_valid():
        return _page(request, run, form, status=422)
    member = member_of(request)
    columns, language = (form.columns, form.cleaned_data["language"]) if form.is_valid() else ({}, "fa")
    return _act(
        request, pk, lambda run: services.map_columns(actor=member, run=run, columns=columns, language=language)
    )


@login_required
def import_places(request: HttpRequest, pk: int) -> HttpResponse:
    """Says which venues the partner's places are."""
    if request.method != "POST":
        return redirect("programs:work_import", pk)
    run = _run(request, pk)
    form = PlacesForm(request.POST, run=run)
    if not form.is_valid():
        return _page(request, run, form, status=422)
    member = member_of(request)
    return _act(request, pk, lambda run: services.map_places(actor=member, run=run, places=form.places))


@login_required
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Says yes."""
    return _act(request, pk, lambda run: services.confirm(actor=member_of(request), run=run))


@login_required
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes all of it back."""
    return _act(request, pk, lambda run: services.undo(actor=member_of(request), run=run))


@login_required
def import_seats(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes over the organiser's number of seats, in the course that is named or in all."""

    def act(run: Import) -> None:
        typed = request.POST.get("course", "")
        chosen = [int(typed)] if typed.isascii() and typed.isdigit() else None
        done, full = services.accept_seats(actor=member_of(request), run=run, courses=chosen)
        messages.success(request, _seats_text(done))
        if full:
            titles = "، ".join(str(course) for course in full[:NAMED])
            messages.error(
                request, _("More people have a seat than the organiser says: {courses}").format(courses=titles)
            )

    return _act(request, pk, act)


def _seats_text(done: int) -> str:
    text = ngettext(
        "{shown} course has the organiser’s number of seats now",
        "{shown} courses have the organiser’s number of seats now",
        done,
    )
    return text.format(shown=digits(done))


@login_required
@require_safe
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Every row that does something, for a spreadsheet."""
    run = _run(request, pk)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
    answer.write(BOM)
    writer = csv.writer(answer)
    writer.writerow([_("Line"), _("Key"), _("Title"), _("What becomes of it"), _("Changes"), _("Reason")])
    for row in described(run.rows.defer("before")):
        changes = "; ".join(f"{name}: {old} → {new}" for name, old, new in row.changes)  # type: ignore[attr-defined]
        cells = [row.line or "", row.key, row.title, row.get_what_display(), changes, row.reason]
        writer.writerow([cell(value) for value in cells])
    return answer
