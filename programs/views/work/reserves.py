"""Seats of a course that are kept for a group: which there are, others, and giving them to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs import services
from programs.forms.reserves import KeepForm, ReserveForm
from programs.models import Reserve
from programs.rules.reserving import group_words
from programs.views.work.desk import done_or_told, posted, rejected, tried
from programs.views.work.planning import course_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from programs.models import Course

ALL, ONE = "programs:work_reserves", "programs:work_reserve"


def _of_course(course: Course, form: ReserveForm) -> dict[str, Any]:
    rows = Reserve.objects.filter(course=course).order_by("pk")
    kept, past = ([(one, group_words(one)) for one in rows if one.is_open is is_open] for is_open in (True, False))
    return {"row": course, "kept": kept, "past": past, "form": form}


@login_required
@require_safe
def reserves(request: HttpRequest, slug: str) -> HttpResponse:
    """For whom seats are kept, and the form that keeps others."""
    course = course_of(request, slug)
    form = ReserveForm(workgroup=course.program.workgroup_id)
    return render(request, "work/reserves.html", _of_course(course, form))


@posted(ALL, "slug")
def reserve_keep(request: HttpRequest, slug: str) -> HttpResponse:
    """Keeps seats from now on."""
    course = course_of(request, slug)
    form = ReserveForm(request.POST, workgroup=course.program.workgroup_id)

    def work() -> None:
        how = {name: form.cleaned_data[name] for name in ("seats", "until_on")}
        services.reserve_seats(actor=member_of(request), course=course, group=form.group, **how)

    if form.is_valid() and not tried(form, work):
        messages.success(request, gettext("Saved"))
        return redirect(ALL, slug=slug)
    return rejected(request, "work/reserves.html", _of_course(course, form), ALL, slug=slug)


def _one(request: HttpRequest, slug: str, pk: int) -> dict[str, Any]:
    course = course_of(request, slug)
    reserve = get_object_or_404(Reserve.objects.open(), pk=pk, course=course)
    return {"row": course, "reserve": reserve, "words": group_words(reserve)}


@login_required
@require_safe
def reserve(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How many seats, until when; and the button that gives them to everyone."""
    context = _one(request, slug, pk)
    form = KeepForm(initial=KeepForm.initial_of(context["reserve"]))
    return render(request, "work/reserve.html", context | {"form": form})


@posted(ONE, "slug", "pk")
def reserve_change(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keeps more or fewer, or until another day."""
    context, form = _one(request, slug, pk), KeepForm(request.POST)
    actor, row = member_of(request), context["reserve"]
    if form.is_valid() and not tried(
        form, lambda: services.change_reserve(actor=actor, reserve=row, **form.cleaned_data)
    ):
        messages.success(request, gettext("Saved"))
        return redirect(ALL, slug=slug)
    return rejected(request, "work/reserve.html", context | {"form": form}, ONE, slug=slug, pk=pk)


@posted(ONE, "slug", "pk")
def reserve_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Gives what is left to the queue, and to everyone."""
    row = get_object_or_404(Reserve, pk=pk, course=course_of(request, slug))
    done_or_told(
        request,
        lambda: services.end_reserve(actor=member_of(request), reserve=row),
        gettext("These seats are for everyone now"),
    )
    return redirect(ALL, slug=slug)
