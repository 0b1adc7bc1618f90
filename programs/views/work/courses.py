"""Courses as their coordinators write them: facts and texts, class meetings, runs like this one, publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from base import clock
from base.calendar import day_text, list_text
from base.refusal import Refused
from members.sessions import member_of
from programs import services
from programs.checklist import course_steps
from programs.forms.planning import CopyForm, CourseForm, PatternForm, ReasonForm
from programs.history import compared, versions_of
from programs.models import Course, Revision
from programs.rules import why_not_change_class, why_not_publish, why_not_replan
from programs.timetable import collisions
from programs.views.work.planning import answer, attempt, course_of, twin_of
from workgroups.people import names_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from members.models import Member
    from programs.services.scheduling import Pattern

PART = "#meetings"
both = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@require_safe
def course_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one run, with what keeps it from publication beside it."""
    return render(request, "work/course.html", _context(request, course_of(request, slug)))


def _context(
    request: HttpRequest, course: Course, form: CourseForm | None = None, forms: dict[str, Form] | None = None
) -> dict[str, Any]:
    steps = course_steps(course)
    stored = CourseForm.initial_of(course)
    meetings = _meetings(course, member_of(request))
    return {
        "row": course,
        "form": form or CourseForm(initial=stored, workgroup=course.program.workgroup_id),
        "stored": stored,
        "steps": steps,
        "missing": why_not_publish(steps),
        "meetings": meetings,
        "instructors": _instructors(course),
        "fixed": why_not_replan(course),
        "pattern_form": PatternForm(initial=_pattern_of(course, len(meetings))),
        "copy_form": CopyForm(),
        "reason_form": ReasonForm(),
        **(forms or {}),
    }


def _meetings(course: Course, member: Member) -> list[Any]:
    """The class meetings, each with its `clashes`: what falls together with it, the other course where one may see it."""
    found: dict[int, list[Any]] = {}
    clashes = collisions(course)
    seen = Course.objects.visible_to(member).filter(pk__in={one.course for one in clashes}).select_related("program")
    others = {one.pk: one for one in seen.prefetch_related("translations", "program__translations")}
    for one in clashes:
        found.setdefault(one.meeting, []).append({"what": one.what, "course": others.get(one.course)})
    meetings: list[Any] = list(course.meetings.order_by("starts_at"))
    for meeting in meetings:
        meeting.clashes = found.get(meeting.pk, [])
        meeting.may_change = why_not_change_class(course, meeting) is None
    return meetings


def _instructors(course: Course) -> list[str]:
    """The names of those who instruct it now or will."""
    rows = [row.member_id for row in course.teachings.order_by("from_on", "pk") if not row.has_ended_on(clock.today())]
    named = names_of(rows) if rows else {}
    return [named[pk] for pk in dict.fromkeys(rows)]


def _pattern_of(course: Course, count: int) -> dict[str, Any]:
    """The pattern that the weekly hours show, so that it can be changed a little."""
    slots = list(course.slots.all())
    facts: dict[str, Any] = {"skips_holidays": True, "weekdays": [slot.weekday for slot in slots]}
    if slots:
        facts |= {"starts": slots[0].starts, "ends": slots[0].ends}
    return facts | {"first": course.starts_on, "count": count or None}


def _save(
    request: HttpRequest,
    slug: str,
    then: Callable[[Course], object] | None = None,
    said: str = "",
    part: str = "",
    **forms: Form,
) -> HttpResponse:
    """Saves what was typed, then does what the button says; leads to that `part` of the page."""
    if request.method != "POST":
        return redirect("programs:work_course", slug=slug)
    course = course_of(request, slug)
    form = CourseForm(request.POST, workgroup=course.program.workgroup_id)
    if not form.is_valid():
        return answer(request, "course", _context(request, course, form, forms))
    try:
        course = services.edit_course(
            actor=member_of(request),
            course=course,
            version=form.cleaned_data["version"] or 0,
            facts=form.facts,
            texts=form.typed_texts,
            seats=form.seats,
        )
        if then is not None:
            then(course)
    except Refused as refused:
        return answer(request, "course", _context(request, course_of(request, slug), form, forms), refused.refusal)
    saved = answer(request, "course", _context(request, course_of(request, slug)), said=said)
    if "Location" in saved:
        saved["Location"] += part
    return saved


@login_required
@both
def course_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed."""
    return _save(request, slug)


@login_required
@both
def course_publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed and opens the course to everyone."""
    return _save(
        request,
        slug,
        lambda course: services.publish_course(actor=member_of(request), course=course),
        gettext("Published: everyone can see it now"),
    )


@login_required
@both
def course_meetings(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps what was typed and makes the class meetings from a pattern."""
    course, form = course_of(request, slug), PatternForm(request.POST or None)
    if request.method != "POST":
        return redirect("programs:work_course", slug=slug)
    if not form.is_valid():
        return _rejected(
            request, course, CourseForm(request.POST, workgroup=course.program.workgroup_id), pattern_form=form
        )
    return _save(request, slug, lambda row: _make_meetings(request, row, form.pattern), part=PART, pattern_form=form)


def _make_meetings(request: HttpRequest, course: Course, pattern: Pattern) -> None:
    """Makes them, and says which public holidays were left out."""
    skipped = services.make_meetings(actor=member_of(request), course=course, pattern=pattern)
    if skipped:
        language = "en" if (get_language() or "fa").startswith("en") else "fa"
        days = [day_text(day, language=language, today=clock.today()) for day in skipped]
        text = gettext("Public holidays were left out: {days}")
        messages.info(request, text.format(days=list_text(days, language=language)))


def _page(slug: str) -> str:
    return redirect("programs:work_course", slug=slug)["Location"]


def _rejected(request: HttpRequest, course: Course, form: CourseForm | None = None, **forms: Form) -> HttpResponse:
    """The page with what was typed into one of its smaller forms."""
    context = _context(request, course, form, forms) | {"twin_url": twin_of(_page(course.slug))}
    return render(request, "work/course.html", context, status=422)


@login_required
@both
def meeting_drop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keeps what was typed and takes one class meeting out."""
    meeting = get_object_or_404(course_of(request, slug).meetings, pk=pk)
    return _save(
        request,
        slug,
        lambda course: services.drop_meeting(actor=member_of(request), course=course, meeting=meeting),
        part=PART,
    )


@login_required
@both
def course_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Makes new runs like this one."""
    course, form = course_of(request, slug), CopyForm(request.POST or None)
    if request.method != "POST":
        return redirect("programs:work_course", slug=slug)
    if not form.is_valid():
        return _rejected(request, course, copy_form=form)
    made = services.copy_course(actor=member_of(request), course=course, firsts=form.cleaned_data["firsts"])
    messages.success(request, gettext("The new runs are drafts; look at each and publish it"))
    twins = course.program.courses.filter(starts_on__in=form.cleaned_data["firsts"]).exclude(
        pk__in=[one.pk for one in made]
    )
    if twins.exists():
        messages.info(request, gettext("There was a run with the same first day already; archive what is too many"))
    if len(made) == 1:
        return redirect("programs:work_course", slug=made[0].slug)
    return redirect("programs:work_program", slug=course.program.slug)


@login_required
@both
def course_cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Calls a course off, with the reason in both languages."""
    course, form = course_of(request, slug), ReasonForm(request.POST or None)
    if request.method == "POST" and not form.is_valid():
        return _rejected(request, course, reason_form=form)
    if request.method == "POST" and course.state == Course.State.CANCELLED:
        messages.info(request, gettext("This course is cancelled already; everyone was told"))
    elif request.method == "POST":
        attempt(request, lambda: services.cancel(actor=member_of(request), course=course, reason=form.reason))
    return redirect("programs:work_course", slug=slug)


@login_required
@require_safe
def course_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version of a course, each beside the one before it."""
    course = course_of(request, slug)
    return render(request, "work/history.html", {"row": course, "versions": versions_of(course), "kind": "course"})


@login_required
@both
def course_restore(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Shows what differs from an earlier version, and brings it back."""
    course = course_of(request, slug)
    revision = get_object_or_404(Revision, course=course, version=version)
    if request.method == "POST":
        attempt(
            request,
            lambda: services.restore_course(actor=member_of(request), revision=revision, version=course.version),
        )
        return redirect("programs:work_course", slug=slug)
    context = {"row": course, "revision": revision, "rows": compared(course, revision), "kind": "course"}
    return render(request, "work/restore.html", context)
