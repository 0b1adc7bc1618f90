"""A resident asks the organiser of a course, and reads the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from members.forms import refuse
from members.sessions import member_of
from programs import services
from programs.catalogue import course_for
from programs.forms.rosters import QuestionForm
from programs.models import Course, Question
from programs.questions import titled
from programs.views.work.desk import posted, rejected, shown_course

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LATEST = 50


def _context(request: HttpRequest, course: Course, form: QuestionForm) -> dict[str, Any]:
    mine = Question.objects.visible_to(request.user).filter(course=course).order_by("-pk")
    return {"course": shown_course(course), "form": form, "questions": mine[:LATEST]}


@login_required
@require_safe
def ask_form(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks what they want to know; what they asked about this course before stands below."""
    course = course_for(request.user, slug=slug)
    return render(request, "programs/ask.html", _context(request, course, QuestionForm()))


@posted("programs:course_ask_form", "slug")
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Puts the question to the organiser."""
    course = course_for(request.user, slug=slug)
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            services.ask(actor=member_of(request), course=course, text=form.cleaned_data["text"])
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            messages.success(request, gettext("Your question is with the organiser; the answer comes to your messages"))
            return redirect("programs:course_ask_form", slug=slug)
    context = _context(request, course, form)
    return rejected(request, "programs/ask.html", context, "programs:course_ask_form", slug=slug)


@login_required
@require_safe
def my_questions(request: HttpRequest) -> HttpResponse:
    """What I asked, and the answers."""
    mine = Question.objects.visible_to(member_of(request)).order_by("-pk")[:LATEST]
    return render(request, "programs/my_questions.html", {"rows": titled(mine)})
