"""Single class meetings of a course, moved or called off, and who instructs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base import clock
from members.sessions import member_of
from programs import services
from programs.forms.classes import EndForm, InstructorForm, MoveClassForm, WhyForm
from programs.rules import why_not_call_off_class, why_not_change_class
from programs.views.work.desk import posted, rejected, tried
from programs.views.work.planning import course_of
from workgroups.people import names_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from programs.models import ClassMeeting, Course, Teaching

CLASS, PEOPLE = "programs:work_class", "programs:work_instructors"


def _class(request: HttpRequest, slug: str, pk: int) -> ClassMeeting:
    course = course_of(request, slug)
    meeting: ClassMeeting = get_object_or_404(course.meetings, pk=pk)
    meeting.course = course
    return meeting


def _of_class(meeting: ClassMeeting) -> dict[str, Any]:
    course = meeting.course
    fixed = why_not_change_class(course, meeting)
    return {
        "row": course,
        "meeting": meeting,
        "fixed": fixed,
        "stays": fixed or why_not_call_off_class(course, meeting),
        "move_form": MoveClassForm.of(meeting),
        "off_form": WhyForm(prefix="off"),
    }


@login_required
@require_safe
def class_meeting(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One class meeting, to be moved or called off."""
    return render(request, "work/class.html", _of_class(_class(request, slug, pk)))


@posted(CLASS, "slug", "pk")
def class_move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Moves it; everyone with a place is told."""
    meeting, form = _class(request, slug, pk), MoveClassForm(request.POST)
    actor = member_of(request)
    if form.is_valid() and not tried(form, lambda: services.move_class(actor=actor, meeting=meeting, **form.facts)):
        messages.success(request, gettext("Saved; everyone with a place is told in a message"))
        return redirect("programs:work_course", slug=slug)
    context = _of_class(meeting) | {"move_form": form, "form": form}
    return rejected(request, "work/class.html", context, CLASS, slug=slug, pk=pk)


@posted(CLASS, "slug", "pk")
def class_off(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Calls it off; everyone with a place is told."""
    meeting, form = _class(request, slug, pk), WhyForm(request.POST, prefix="off")
    actor = member_of(request)
    if form.is_valid() and not tried(
        form, lambda: services.call_off_class(actor=actor, meeting=meeting, reason=form.reason)
    ):
        messages.success(
            request, gettext("The class meeting is called off; everyone with a place is told in a message")
        )
        return redirect("programs:work_course", slug=slug)
    context = _of_class(meeting) | {"off_form": form, "form": form}
    return rejected(request, "work/class.html", context, CLASS, slug=slug, pk=pk)


# Instructors


def _of_people(course: Course) -> dict[str, Any]:
    """Who instructs the course now and to come, and who did."""
    rows = list(course.teachings.order_by("from_on", "pk"))
    names = names_of(row.member_id for row in rows)
    today = clock.today()
    people = [{"row": row, "name": names[row.member_id], "over": row.has_ended_on(today)} for row in rows]
    return {
        "row": course,
        "today": today,
        "current": [one for one in people if not one["over"]],
        "past": [one for one in people if one["over"]][::-1],
    }


@login_required
@require_safe
def instructors(request: HttpRequest, slug: str) -> HttpResponse:
    """Who instructs a course, and the form that assigns somebody."""
    form = InstructorForm(initial={"from_on": clock.today()})
    return render(request, "work/instructors.html", _of_people(course_of(request, slug)) | {"form": form})


@posted(PEOPLE, "slug")
def instructor_assign(request: HttpRequest, slug: str) -> HttpResponse:
    """Assigns somebody; they are told."""
    course, form = course_of(request, slug), InstructorForm(request.POST)

    def work() -> None:
        data = form.cleaned_data
        days = {"from_on": data["from_on"], "until_on": data["until_on"]}
        services.assign(actor=member_of(request), course=course, contact=data["person"], **days)

    if form.is_valid() and not tried(form, work):
        messages.success(request, gettext("Assigned; the person is told in a message"))
        return redirect(PEOPLE, slug=slug)
    return rejected(request, "work/instructors.html", _of_people(course) | {"form": form}, PEOPLE, slug=slug)


def _of_teaching(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    course = course_of(request, slug)
    teaching: Teaching = get_object_or_404(course.teachings, pk=pk)
    teaching.course = course
    return {"row": course, "teaching": teaching, "name": names_of([teaching.member_id])[teaching.member_id]}


@login_required
@require_safe
def instructor(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """When somebody's teaching ends."""
    context = _of_teaching(request, slug, pk)
    return render(request, "work/instructor.html", context | {"form": EndForm(initial={"until_on": clock.today()})})


@posted("programs:work_instructor", "slug", "pk")
def instructor_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ends it on the day that was written; they are told."""
    context, form = _of_teaching(request, slug, pk), EndForm(request.POST)
    actor, teaching = member_of(request), context["teaching"]
    if form.is_valid() and not tried(
        form,
        lambda: services.end_teaching(actor=actor, teaching=teaching, until_on=form.cleaned_data["until_on"]),
    ):
        messages.success(request, gettext("Saved; the person is told in a message"))
        return redirect(PEOPLE, slug=slug)
    page = "programs:work_instructor"
    return rejected(request, "work/instructor.html", context | {"form": form}, page, slug=slug, pk=pk)
