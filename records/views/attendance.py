"""Attendance on the instructor's phone: a course's class meetings, and the sheet of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base import clock
from base.refusal import Refused
from base.templatetags.city import num
from members.sessions import member_of
from programs.models import ClassMeeting, Course
from programs.rules import why_not_answer_for
from programs.services import read_roster
from programs.views.work.desk import posted, rejected, shown_course
from records import rules, services
from records.attendance import Mark, meetings_of, seated, sheet_of
from records.forms import marks_typed
from records.models import Attendance

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from base.refusal import Refusal
    from records.attendance import Line

PAGE = "records:attendance"
TEMPLATE = "records/attendance.html"
STARTS = {"everybody": Mark.PRESENT.value, "nobody": ""}


def course_with_roster(request: HttpRequest, slug: str) -> Course:
    """A course whose names the member may read; for everybody else it is not there."""
    mine = Course.objects.with_roster_for(member_of(request)).select_related("program__workgroup")
    return get_object_or_404(mine, slug=slug)


def is_desk(request: HttpRequest, course: Course) -> bool:
    """Whether the member answers for the course; to instruct it is less."""
    return why_not_answer_for(course, member_of(request)) is None


@login_required
@require_safe
def attendance_course(request: HttpRequest, slug: str) -> HttpResponse:
    """The class meetings of a course, and how many were there."""
    course = course_with_roster(request, slug)
    rows, now = meetings_of(course), clock.now()
    for row in rows:
        row["is_called_off"] = row["meeting"].state == ClassMeeting.State.CANCELLED
        row["is_open"] = not row["is_called_off"] and now >= row["meeting"].starts_at - rules.EARLY
    context = {
        "course": shown_course(course),
        "rows": rows,
        "seated": seated(course.pk).count(),
        "is_desk": is_desk(request, course),
    }
    return render(request, "records/attendance_course.html", context)


def meeting_of(request: HttpRequest, slug: str, pk: int) -> ClassMeeting:
    """A class meeting of a course whose names the member may read."""
    course = course_with_roster(request, slug)
    meeting = get_object_or_404(ClassMeeting, course=course, pk=pk)
    meeting.course = course
    return meeting


@login_required
@require_safe
def attendance(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The sheet: everybody present to begin with, or nobody, as one likes; who reads by an office of the city is recorded."""
    meeting = meeting_of(request, slug, pk)
    if is_desk(request, meeting.course):
        read_roster(actor=member_of(request), course=meeting.course)
    start = request.GET.get("start", "everybody")
    lines = sheet_of(meeting, start=STARTS.get(start, Mark.PRESENT))
    return render(request, TEMPLATE, sheet_context(request, meeting, lines, start=start))


def sheet_context(request: HttpRequest, meeting: ClassMeeting, lines: list[Line], **more: Any) -> dict[str, Any]:
    """What the sheet shows; why it cannot be changed, where it cannot."""
    course = meeting.course
    rows = meetings_of(course)
    found = {
        "course": shown_course(course),
        "meeting": meeting,
        "rows": rows,
        "number": next(row["number"] for row in rows if row["meeting"].pk == meeting.pk),
        "lines": lines,
        "marks": Mark.choices,
        "is_marked": any(line.mark for line in lines),
        "why_no_door": rules.why_not_check_in(meeting),
        "why_not": rules.why_not_mark(meeting, member_of(request)),
        "words": _words(),
    }
    return found | more


def _words() -> dict[str, str]:
    """What the page's script says."""
    return {
        "waits": gettext("Kept on this phone, not saved yet: {n}. Press Save when you are done."),
        "offline": gettext("No connection. Marks that wait on this phone: {n}. They are sent as soon as it is back."),
        "sending": gettext("Sending…"),
        "saved": gettext("Saved"),
        "changed": gettext(
            "Somebody else marked this class meanwhile. Look at the names that are set apart, then save once more."
        ),
        "signin": gettext(
            "You are signed out. Your marks are kept on this phone; sign in again on this phone to send them."
        ),
        "refused": gettext("This cannot be saved."),
        "meanwhile": gettext("meanwhile:"),
    }


@posted(PAGE, "slug", "pk")
def attendance_save(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Saves the sheet; of two phones the second sees what the first saved, beside its own marks."""
    meeting = meeting_of(request, slug, pk)
    lines = sheet_of(meeting)
    try:
        services.mark(actor=member_of(request), meeting=meeting, marks=marks_typed(request.POST, lines))
    except Refused as refused:
        return _again(request, meeting, lines, refused.refusal)
    messages.success(request, _saved_words(meeting))
    return redirect(PAGE, slug=slug, pk=pk)


def _again(request: HttpRequest, meeting: ClassMeeting, lines: list[Line], refusal: Refusal) -> HttpResponse:
    """The sheet as it was typed, knowing now what somebody else saved, so that saving once more is a choice."""
    theirs = refusal.values.get("theirs", {})
    for line in lines:
        if line.enrolment in theirs:
            line.theirs = str(Mark(theirs[line.enrolment][0]).label)
    context = sheet_context(request, meeting, lines, refusal=refusal)
    return rejected(request, TEMPLATE, context, PAGE, slug=meeting.course.slug, pk=meeting.pk)


def _saved_words(meeting: ClassMeeting) -> str:
    marks = list(Attendance.objects.filter(meeting=meeting).values_list("mark", flat=True))
    there = sum(mark in Attendance.WAS_THERE for mark in marks)
    facts = {"there": num(there), "absent": num(marks.count(Mark.ABSENT))}
    return gettext("Saved: %(there)s there, %(absent)s absent") % facts
