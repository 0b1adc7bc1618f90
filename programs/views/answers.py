"""Questions of a course at enrolment, as residents answer and correct them, and the files that they handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base.refusal import Refused
from members.sessions import member_of
from programs import services
from programs.answers import as_document
from programs.forms.answers import AnswersForm
from programs.models import AnswerFile, Enrolment
from programs.rules.answers import questionnaire_of, why_not_correct
from programs.views.work.desk import posted, rejected, shown_course

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from programs.models import Course, Questionnaire
    from programs.models.standing import Standing
    from programs.panel import Panel


def form_for(course: Standing, panel: Panel) -> AnswersForm | None:
    """The questions, where it is clear for whom they are answered and nothing else must be said first."""
    asked = questionnaire_of(course) if panel.answers_for else None
    return AnswersForm(asked) if asked else None


def typed_answers(request: HttpRequest, course: Course, asked: Questionnaire) -> tuple[AnswersForm, dict[str, str]]:
    """The form with what was typed, each file that came with it received, and what is wrong with files by number."""
    data, wrong = request.POST.copy(), {}
    for number in AnswersForm(asked).file_numbers:
        file = request.FILES.get(f"answer_{number}")
        if file is None:
            continue
        try:
            kept = services.hand_over(actor=member_of(request), course=course, number=number, file=file)
        except Refused as refused:
            wrong[str(number)] = str(refused.refusal.message)
        else:
            data[f"kept_{number}"] = str(kept.pk)
    return AnswersForm(asked, data), wrong


def shown(form: AnswersForm, wrong: dict[str, str], refused: Refused | None = None) -> AnswersForm:
    """The form with what the rules said beside its fields."""
    said = refused.refusal.values.get("fields", {}) if refused else {}
    form.show(said | wrong)
    return form


# Correcting


def _own_place(request: HttpRequest, pk: int) -> Enrolment:
    mine = Enrolment.objects.visible_to(request.user).select_related("course", "learner", "sheet__questionnaire")
    return get_object_or_404(mine.filter(sheet__isnull=False), pk=pk)


def _context(place: Enrolment, form: AnswersForm | None = None) -> dict[str, Any]:
    sheet = place.sheet
    return {
        "course": shown_course(place.course),
        "place": place,
        "form": form or AnswersForm(sheet.questionnaire, initial=AnswersForm.initial_of(sheet)),
        "why_not": why_not_correct(place),
    }


@login_required
@require_safe
def my_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """What was answered for a place, to read and until the course begins to correct."""
    return render(request, "programs/answers.html", _context(_own_place(request, pk)))


@posted("programs:my_answers", "pk")
def my_answers_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers anew."""
    place = _own_place(request, pk)
    form, wrong = typed_answers(request, place.course, place.sheet.questionnaire)
    try:
        if not wrong:
            services.correct(actor=member_of(request), enrolment=place, answers=form.answers)
            messages.success(request, gettext("Saved"))
            return redirect("programs:my_answers", pk=pk)
    except Refused as refused:
        if "fields" not in refused.refusal.values:
            messages.error(request, str(refused.refusal.message))
            return redirect("programs:my_answers", pk=pk)
        wrong = refused.refusal.values["fields"]
    return rejected(request, "programs/answers.html", _context(place, shown(form, wrong)), "programs:my_answers", pk=pk)


@login_required
@require_safe
@csp_replace({"sandbox": True})  # type: ignore[arg-type] # its hint leaves out directives without a value
def answer_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file to be saved, never shown here: for who handed it over, the learner's side, and who answers for the course."""
    file = get_object_or_404(AnswerFile.objects.visible_to(request.user).select_related("sheet__enrolment"), pk=pk)
    content = services.read_answer_file(actor=member_of(request), file=file)
    return as_document(file, content)
