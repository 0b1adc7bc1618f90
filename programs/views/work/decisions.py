"""Decisions in the workspace: what I owe, what is late, what is done; one decision and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs.listing import listed
from programs.models import Course, Program
from programs.services import attribute
from programs.views.work.desk import done_or_told, number_of, posted, rejected, renewed, tried
from programs.views.work.minutes import decisions_shown
from workgroups import rules, services
from workgroups.forms import DecisionForm, owner_value
from workgroups.models import Decision, Workgroup
from workgroups.people import people_on
from workgroups.services import texts

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

PAGE = "programs:work_decision"
PER_PAGE = 20
MOST_CHOICES = 100


@login_required
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """Decisions of my workgroups: those that I owe, those that are late, all open ones, what is closed."""
    member = member_of(request)
    workgroups = list(Workgroup.objects.entered_by(member).prefetch_related("translations").order_by("slug"))
    if not workgroups:
        raise Http404
    choice = request.GET.get("show", "")
    page = Paginator(chosen(request, choice), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "workgroups": workgroups,
        "page": page,
        "rows": decisions_shown(list(page.object_list), request),
        "choice": choice if choice in CHOICES else "owed",
        "counts": {name: chosen(request, name).count() for name in CHOICES},
        "runs": Workgroup.objects.coordinated_by(member).exists(),
    }
    return render(request, "work/decision_list.html", context)


CHOICES = ("owed", "late", "open", "closed")


def chosen(request: HttpRequest, choice: str) -> QuerySet[Decision]:
    """The decisions of one part of the list."""
    member = member_of(request)
    seen = Decision.objects.visible_to(member).select_related("workgroup", "meeting", "owner_organisation")
    seen = seen.prefetch_related("translations", "workgroup__translations", "owner_organisation__translations")
    if choice == "late":
        return seen.overdue_on(clock.today()).order_by("due_on", "pk")
    if choice == "open":
        return seen.open().order_by("due_on", "pk")
    if choice == "closed":
        return seen.exclude(state=Decision.State.OPEN).order_by("-closed_on", "-pk")
    return seen.owed_by(member).order_by("due_on", "pk")


def decision_of(request: HttpRequest, pk: int, *, to_run: bool = False) -> Decision:
    """The decision, if this person may see it, or (`to_run`) change it; else it is not there."""
    seen = Decision.objects.run_by(member_of(request)) if to_run else Decision.objects.visible_to(member_of(request))
    rows = seen.select_related("workgroup", "meeting", "owner_organisation").prefetch_related(
        "translations", "workgroup__translations", "owner_organisation__translations"
    )
    return get_object_or_404(rows, pk=pk)


def decision_context(request: HttpRequest, decision: Decision, form: DecisionForm | None = None) -> dict[str, Any]:
    """All that a decision's page shows."""
    runs = rules.why_not_run(decision.workgroup, member_of(request)) is None
    return {
        "row": decisions_shown([decision], request)[0],
        "decision": decision,
        "workgroup": decision.workgroup,
        "runs": runs,
        "can_close": rules.why_not_close(decision, member_of(request)) is None,
        "form": form or (filled(decision) if runs and decision.is_open else None),
        "lacks_language": rules.why_not_texts(texts.read(decision, "text")) is not None,
        "leads": leads(decision) if runs else None,
    }


def filled(decision: Decision) -> DecisionForm:
    """The form with what the decision says now."""
    initial: dict[str, Any] = {f"text_{language}": text for language, text in texts.read(decision, "text").items()}
    initial |= {"owner": owner_value(decision), "due_on": decision.due_on, "version": decision.version}
    people = people_on(decision.workgroup, clock.today())
    return DecisionForm(initial=initial, workgroup=decision.workgroup, people=people)


def leads(decision: Decision) -> dict[str, Any]:
    """The programs and courses of the workgroup that are not yet said to come from this decision."""
    mine = Program.objects.filter(workgroup=decision.workgroup).exclude(decision=decision)
    courses = Course.objects.filter(program__workgroup=decision.workgroup).exclude(
        Q(decision=decision) | Q(program__decision=decision)
    )
    return {
        "programs": mine.prefetch_related("translations").order_by("-pk")[:MOST_CHOICES],
        "courses": listed(courses.order_by("-sort_on", "-pk"), get_language() or "fa", slice(MOST_CHOICES)),
    }


@login_required
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided, who owes it, and what came of it."""
    return render(request, "work/decision_detail.html", decision_context(request, decision_of(request, pk)))


@posted(PAGE, "pk")
def decision_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes words, owner or last day."""
    found = decision_of(request, pk, to_run=True)
    form = DecisionForm(request.POST, workgroup=found.workgroup, people=people_on(found.workgroup, clock.today()))

    def work() -> None:
        version = form.cleaned_data["version"] or 0
        services.edit_decision(actor=member_of(request), decision=found, version=version, **form.facts())

    refusal = tried(form, work) if form.is_valid() else None
    if form.is_valid():
        messages.success(request, gettext("Saved"))
        return redirect(PAGE, pk=pk)
    context = decision_context(request, found, form) | {"theirs": renewed(request, form, refusal)}
    return rejected(request, "work/decision_detail.html", context, PAGE, pk=pk)


@posted(PAGE, "pk")
def decision_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that it is done, given up, or open again."""
    found = decision_of(request, pk)
    state = request.POST.get("state", "")
    if state not in Decision.State.values or rules.why_not_close(found, member_of(request)) is not None:
        raise Http404
    done_or_told(
        request, lambda: services.close(actor=member_of(request), decision=found, state=state), gettext("Saved")
    )
    return redirect(PAGE, pk=pk)


@posted(PAGE, "pk")
def decision_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts it on the workgroup's public page, or takes it off."""
    found = decision_of(request, pk, to_run=True)
    is_published = request.POST.get("published") == "1"
    said = (
        gettext("It is on the workgroup’s page now") if is_published else gettext("It is no longer on the public page")
    )
    done_or_told(
        request,
        lambda: services.publish_decision(actor=member_of(request), decision=found, is_published=is_published),
        said,
    )
    return redirect(PAGE, pk=pk)


@posted(PAGE, "pk")
def decision_lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Says that a program or course came of it, or that one did not."""
    found = decision_of(request, pk, to_run=True)
    kind, _colon, name = request.POST.get("row", "").partition(":")
    rows: QuerySet[Any] = Program.objects.filter(workgroup=found.workgroup)
    if kind == "course":
        rows = Course.objects.filter(program__workgroup=found.workgroup)
    row = get_object_or_404(rows, pk=number_of(name))
    target = None if request.POST.get("undo") == "1" else found
    done_or_told(request, lambda: attribute(actor=member_of(request), row=row, decision=target), gettext("Saved"))
    return redirect(PAGE, pk=pk)
