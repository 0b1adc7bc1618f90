"""What the city asks for, as coordinators see it: wishes to answer, searches in vain, and where courses are and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_safe

from base import clock
from base.persian import latin_digits
from base.refusal import Refused
from base.templatetags.city import day_short, digits
from members.forms import refuse
from members.sessions import member_of
from programs import services
from programs.demand import at_least, behind, coverage, named_slugs, seasons, shares, vain_searches, wishes
from programs.forms.demand import FulfilForm
from programs.listing import listed
from programs.models import Course, Program, Wish
from programs.views.work.desk import posted, rejected
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class Answer(NamedTuple):
    """Something that can answer a wish: as the form sends it, its words, and their language."""

    value: str
    label: str
    language: str


PAGE_SIZE = 20
MOST_CHOICES = 200
LONGEST_SLUG = 80


def only_for_coordinators(request: HttpRequest) -> None:
    """Whoever coordinates nothing finds nothing here.

    Raises:
        Http404: for them.
    """
    if not Workgroup.objects.coordinated_by(member_of(request)).exists():
        raise Http404


@login_required
@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """Wishes and searches in vain, of one area or district where it is chosen."""
    only_for_coordinators(request)
    area, district = (request.GET.get(name, "")[:LONGEST_SLUG] for name in ("area", "district"))
    page = Paginator(wishes(area, district), PAGE_SIZE).get_page(latin_digits(request.GET.get("page", "1")))
    context = {
        "page": page,
        "rows": [(row, at_least(row.supporters)) for row in page.object_list],
        "shares": shares(),
        "searches": vain_searches(area, district),
        "area": area,
        "district": district,
        "choices": {kind: named_slugs(kind) for kind in ("area", "district")},
    }
    return render(request, "work/demand.html", context)


def _groups(request: HttpRequest) -> list[tuple[str, list[Answer]]]:
    """My published programs and my coming courses, as the form offers them."""
    mine, language = member_of(request), get_language() or "fa"
    workgroups = Workgroup.objects.coordinated_by(mine).values("pk")
    programs = Program.objects.filter(workgroup__in=workgroups, state=Program.State.PUBLISHED)
    coming = Course.objects.answered_for_by(mine).filter(
        state=Course.State.PUBLISHED, program__state=Program.State.PUBLISHED, sort_on__gte=clock.today()
    )
    titled = programs.prefetch_related("translations").order_by("-pk")[:MOST_CHOICES]
    courses = listed(coming.order_by("sort_on", "pk"), language, slice(MOST_CHOICES))
    return [
        (gettext("Programs"), [_program(one, language) for one in titled]),
        (gettext("Courses"), [Answer(f"course:{one.slug}", _dated(one), one.lang) for one in courses]),
    ]


def _program(program: Program, language: str) -> Answer:
    texts = {text.language_code: text.title for text in program.translations.all()}
    spoken = language if language in texts else program.source_language
    return Answer(f"program:{program.slug}", texts.get(spoken, program.slug), spoken)


def _dated(course: Any) -> str:
    return " · ".join(filter(None, [course.title, day_short(course.starts_on)]))


def _form(groups: list[tuple[str, list[Answer]]], data: Any = None) -> FulfilForm:
    return FulfilForm(data, choices=[(one.value, one.label) for _title, some in groups for one in some])


def _wish_context(wish: Wish, form: FulfilForm, groups: list[tuple[str, list[Answer]]]) -> dict[str, Any]:
    return {"wish": wish, "form": form, "groups": groups, "supporters": at_least(wish.supports.count())}


@login_required
@require_safe
def wish(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish, and the form to answer it with a program or course."""
    only_for_coordinators(request)
    found = get_object_or_404(Wish.objects.select_related("program", "course"), pk=pk)
    groups = _groups(request)
    return render(request, "work/wish.html", _wish_context(found, _form(groups), groups))


@posted("programs:work_wish", "pk")
def wish_fulfil(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers it; all who share it are told."""
    only_for_coordinators(request)
    found = get_object_or_404(Wish, pk=pk)
    groups = _groups(request)
    form = _form(groups, request.POST)
    if form.is_valid():
        try:
            count = services.fulfil(actor=member_of(request), wish=found, **_chosen(form))
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            text = ngettext("%(n)s person who wished for it is told", "%(n)s people who wished for it are told", count)
            messages.success(request, text % {"n": digits(count)})
            return redirect("programs:work_demand")
    return rejected(request, "work/wish.html", _wish_context(found, form, groups), "programs:work_wish", pk=pk)


def _chosen(form: FulfilForm) -> dict[str, Any]:
    kind, slug = form.chosen
    if kind == "program":
        return {"program": Program.objects.get(slug=slug)}
    course = Course.objects.select_related("program").get(slug=slug)
    return {"program": course.program, "course": course}


@posted("programs:work_wish", "pk")
def wish_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes it off the public page."""
    only_for_coordinators(request)
    found = get_object_or_404(Wish, pk=pk)
    try:
        services.set_aside(actor=member_of(request), wish=found)
        messages.success(request, gettext("The wish is off the public page"))
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
    return redirect("programs:work_demand")


@login_required
@require_safe
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Areas by districts in one season: courses, seats offered and filled."""
    only_for_coordinators(request)
    shown, season = seasons(request.GET.get("season", ""))
    districts, lines = coverage(season)
    context = {"seasons": shown, "season": season, "districts": districts, "lines": lines}
    return render(request, "work/coverage.html", context)


@login_required
@require_safe
def coverage_cell(request: HttpRequest) -> HttpResponse:
    """The courses behind one cell."""
    only_for_coordinators(request)
    _shown, season = seasons(request.GET.get("season", ""))
    area, district = (request.GET.get(name, "")[:LONGEST_SLUG] for name in ("area", "district"))
    found = behind(season, area, district)
    page = Paginator(found, PAGE_SIZE).get_page(latin_digits(request.GET.get("page", "1")))
    pks = [one.pk for one in page.object_list]
    called = {kind: dict(named_slugs(kind)) for kind in ("area", "district")}
    context = {
        "season": season,
        "page": page,
        "courses": listed(Course.objects.filter(pk__in=pks).order_by("starts_on", "pk"), get_language() or "fa"),
        "area": called["area"].get(area, ""),
        "district": called["district"].get(district, ""),
    }
    return render(request, "work/coverage_cell.html", context)
