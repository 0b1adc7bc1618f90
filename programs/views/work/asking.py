"""What a course asks whoever enrols, as its coordinators write it."""

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
from programs.forms.answers import QuestionnaireForm
from programs.models import AnswerSheet, Questionnaire
from programs.views.work.desk import own_course, posted, rejected, shown_course

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from base.refusal import Refusal
    from programs.models import Course


def _context(course: Course, form: QuestionnaireForm) -> dict[str, Any]:
    answered = AnswerSheet.objects.filter(questionnaire__course=course).exists()
    return {"course": shown_course(course), "form": form, "answered": answered}


def _stored(course: Course) -> QuestionnaireForm:
    wanted = Questionnaire.objects.filter(course=course, version=course.asks_version)
    return QuestionnaireForm(now=wanted.prefetch_related("items").first(), version=course.asks_version)


@login_required
@require_safe
def course_questions(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions, each in both languages, with room for more."""
    course = own_course(request, slug)
    return render(request, "work/questions.html", _context(course, _stored(course)))


@posted("programs:work_course_questions", "slug")
def course_questions_save(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks this from now on."""
    course, form = own_course(request, slug), QuestionnaireForm(request.POST)
    if form.is_valid():
        try:
            services.ask_for(actor=member_of(request), course=course, **form.facts)
        except Refused as refused:
            _show(form, refused.refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("programs:work_course_questions", slug=slug)
    return rejected(request, "work/questions.html", _context(course, form), "programs:work_course_questions", slug=slug)


def _show(form: QuestionnaireForm, refusal: Refusal) -> None:
    """Puts a refusal beside the question that it is about, or the consent."""
    place = refusal.values.get("number")
    if place is not None:
        refuse(form.asked[place - 1], refusal, "choices_fa" if refusal.code == "choices" else "text_fa")
    else:
        refuse(form.consent, refusal, "fa" if refusal.code == "consent_missing" else None)
        if refusal.code == "changed_meanwhile":
            form.consent.data = {**form.consent.data, "version": str(refusal.values["version"])}
