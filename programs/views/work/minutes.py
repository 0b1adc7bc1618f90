"""One meeting: agenda with minutes, attendance, decisions, approval; and its minutes on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, override
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs import paper
from programs.outcomes import came_of
from programs.views.work.desk import done_or_told, posted, rejected, renewed, tried
from programs.views.work.meetings import meeting_called, runs
from workgroups import rules, services
from workgroups.forms import AttendanceForm, DecisionForm, ItemForm, MinutesForm
from workgroups.models import AgendaItem, Attendance, Decision, Meeting
from workgroups.people import names_of, people_at

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest

TEMPLATE = "work/meeting_detail.html"
PAGE = "programs:work_meeting"


def meeting_context(request: HttpRequest, meeting: Meeting, **kept: Any) -> dict[str, Any]:
    """All that a meeting's page shows; `kept` are forms that were rejected, shown as they were typed."""
    can_write = runs(request, meeting.workgroup) and rules.why_not_write(meeting) is None
    people = people_at(meeting)
    decisions = decisions_of(meeting)
    marks = dict(meeting.attendances.values_list("member", "mark"))
    found = {
        "meeting": meeting,
        "workgroup": meeting.workgroup,
        "runs": runs(request, meeting.workgroup),
        "can_write": can_write,
        "can_mark": can_write and meeting.has_begun,
        "items": items_of(meeting, kept.get("minutes_form"), kept.get("minutes_item")),
        "item_form": kept.get("item_form") or ItemForm(),
        "people": [
            (person, Attendance.Mark(marks[person.pk]).label if person.pk in marks else "") for person in people
        ],
        "present": sum(mark == Attendance.Mark.PRESENT for mark in marks.values()),
        "attendance_form": AttendanceForm(people=people, initial={f"mark_{pk}": mark for pk, mark in marks.items()}),
        "decisions": decisions_shown(decisions, request),
        "why_not_approve": rules.why_not_approve(meeting),
        "theirs": kept.get("theirs"),
        "approver": names_of([meeting.approved_by_id])[meeting.approved_by_id] if meeting.approved_by_id else "",
    }
    found["decision_form"] = kept.get("decision_form") or DecisionForm(workgroup=meeting.workgroup, people=people)
    found["problem_form"] = next((kept[name] for name in kept if name.endswith("_form")), None)
    return found


def items_of(meeting: Meeting, form: Form | None, item: int | None) -> list[tuple[AgendaItem, Form]]:
    """The agenda, each matter with its own form."""
    found = []
    for one in meeting.items.all():
        own = MinutesForm(initial={"minutes": one.minutes, "version": one.version}, auto_id=f"id_{one.pk}_%s")
        found.append((one, form if form is not None and one.pk == item else own))
    return found


def decisions_of(meeting: Meeting) -> list[Decision]:
    """The decisions of a meeting, in order."""
    rows = meeting.decisions.select_related("workgroup", "owner_organisation")
    return list(rows.prefetch_related("translations", "owner_organisation__translations").order_by("number"))


def decisions_shown(decisions: list[Decision], request: HttpRequest) -> list[dict[str, Any]]:
    """Decisions with the name of who owes each and what came of it."""
    names = names_of(one.owner_id for one in decisions if one.owner_id)
    outcomes = came_of(decisions, member_of(request))
    return [
        {"decision": one, "owner": names.get(one.owner_id or 0, ""), "outcome": outcomes[one.pk]} for one in decisions
    ]


@login_required
@require_safe
def meeting(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What is to be talked about, what was said, who was there, what was decided."""
    return render(request, TEMPLATE, meeting_context(request, meeting_called(request, slug, number)))


def again(request: HttpRequest, meeting: Meeting, **kept: Any) -> HttpResponse:
    """The meeting's page with a rejected form in it."""
    values = {"slug": meeting.workgroup.slug, "number": meeting.number}
    return rejected(request, TEMPLATE, meeting_context(request, meeting, **kept), PAGE, **values)


def to_part(meeting: Meeting, part: str) -> HttpResponse:
    """Leads back to a part of the meeting's page."""
    return redirect(f"{reverse(PAGE, args=[meeting.workgroup.slug, meeting.number])}#{part}")


@posted(PAGE, "slug", "number")
def item_add(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Adds a matter to the agenda."""
    found = meeting_called(request, slug, number, to_run=True)
    form = ItemForm(request.POST)
    if form.is_valid() and not tried(
        form, lambda: services.add_item(actor=member_of(request), meeting=found, title=form.cleaned_data["title"])
    ):
        return to_part(found, "agenda")
    return again(request, found, item_form=form)


@posted(PAGE, "slug", "number")
def item_save(request: HttpRequest, slug: str, number: int, pk: int) -> HttpResponse:
    """Saves the minutes of one matter; of two writers the second sees what the first wrote beside their own words."""
    found = meeting_called(request, slug, number, to_run=True)
    item = get_object_or_404(AgendaItem.objects.select_related("meeting__workgroup"), pk=pk, meeting=found)
    form = MinutesForm(request.POST, auto_id=f"id_{pk}_%s")
    refusal = tried(form, lambda: _write(request, item, form)) if form.is_valid() else None
    if form.is_valid():
        messages.success(request, gettext("Saved"))
        return to_part(found, f"item-{pk}")
    theirs = renewed(request, form, refusal)
    return again(request, found, minutes_form=form, minutes_item=pk, theirs=theirs and theirs["minutes"])


def _write(request: HttpRequest, item: AgendaItem, form: MinutesForm) -> None:
    typed = form.cleaned_data
    services.write_minutes(actor=member_of(request), item=item, minutes=typed["minutes"], version=typed["version"])


@posted(PAGE, "slug", "number")
def attendance_save(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Notes who was there."""
    found = meeting_called(request, slug, number, to_run=True)
    form = AttendanceForm(request.POST, people=people_at(found))
    if form.is_valid():
        done_or_told(
            request,
            lambda: services.mark_attendance(actor=member_of(request), meeting=found, marks=form.marks()),
            gettext("Saved"),
        )
    return to_part(found, "there")


@posted(PAGE, "slug", "number")
def decide(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Writes down a decision; who owes it is told."""
    found = meeting_called(request, slug, number, to_run=True)
    form = DecisionForm(request.POST, workgroup=found.workgroup, people=people_at(found))
    if form.is_valid() and not tried(
        form, lambda: services.decide(actor=member_of(request), meeting=found, **form.facts())
    ):
        messages.success(request, gettext("The decision is written down; who owes it is told in a message"))
        return to_part(found, "decisions")
    return again(request, found, decision_form=form)


@posted(PAGE, "slug", "number")
def approve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Approves the minutes, which then are fixed."""
    found = meeting_called(request, slug, number, to_run=True)
    done_or_told(
        request,
        lambda: services.approve_minutes(actor=member_of(request), meeting=found),
        gettext("The minutes are approved and no longer change"),
    )
    return to_part(found, "approve")


@login_required
@require_safe
def minutes_print(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The minutes to be printed, as the page's language writes days and numbers."""
    found = meeting_called(request, slug, number)
    return render(request, "work/minutes.html", paper_context(request, found))


def paper_context(request: HttpRequest, found: Meeting) -> dict[str, Any]:
    """What stands on the paper."""
    marks = dict(found.attendances.values_list("member", "mark"))
    people = [(person, marks.get(person.pk, "")) for person in people_at(found)]
    return {
        "meeting": found,
        "workgroup": found.workgroup,
        "items": list(found.items.all()),
        "by_mark": [
            (mark.label, [person.name for person, own in people if own == mark.value]) for mark in Attendance.Mark
        ],
        "decisions": decisions_shown(decisions_of(found), request),
        "approver": names_of([found.approved_by_id])[found.approved_by_id] if found.approved_by_id else "",
    }


@login_required
@require_safe
def minutes_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The minutes as PDF, in Persian whatever the page's language; where nothing can draw it (503), the way to print them."""
    found = meeting_called(request, slug, number)
    if not paper.can_draw():
        context = {"meeting": found, "workgroup": found.workgroup}
        return render(request, "work/no_paper.html", context, status=503)
    with override("fa"):
        content = paper.drawn("work/minutes_paper.html", paper_context(request, meeting_called(request, slug, number)))
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-{number}.pdf"'
    return answer
