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
from programs.forms.answers import AnswersForm, FamilyAnswers
from programs.models import AnswerFile, Enrolment
from programs.rules.answers import questionnaire_of, read_sheet, why_not_correct
from programs.views.work.desk import posted, rejected, shown_course

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from programs.models import Course, Questionnaire


def put_questions(context: dict[str, Any], typed: FamilyAnswers | None = None) -> None:
    """Adds the questions to what a panel shows, where it is clear for whom they are answered and nothing else must be said
    first: `answers_form`, and `asked` with each person and their form; with what was `typed`.
    """
    whom = [choice for choice in context["panel"].answers_for if typed is None or choice.learner.pk in typed.of]
    questions = questionnaire_of(context["course"]) if whom and typed is None else None
    if questions is not None:
        typed = FamilyAnswers({one.learner.pk: _empty(questions, one.learner.pk, len(whom)) for one in whom})
    shown_to = {choice.learner.pk: typed.of[choice.learner.pk] for choice in whom} if typed else {}
    context["answers_form"] = FamilyAnswers(shown_to) if shown_to else None
    context["asked"] = [(choice, shown_to[choice.learner.pk]) for choice in whom] if shown_to else []


def _empty(questions: Questionnaire, learner: int, count: int) -> AnswersForm:
    return AnswersForm(questions, prefix=FamilyAnswers.prefix(learner) if count > 1 else None)


def family_answers(
    request: HttpRequest, course: Course, asked: Questionnaire, learners: Sequence[int]
) -> tuple[FamilyAnswers | None, dict[int, dict[str, str]]]:
    """What was typed for each of those learners, and what is wrong with their files; None where they were not asked yet."""
    found, wrong = dict[int, AnswersForm](), dict[int, dict[str, str]]()
    for learner in learners:
        prefix = FamilyAnswers.prefix(learner)
        if len(learners) == 1 and f"{prefix}-questions" not in request.POST:
            prefix = ""
        if (f"{prefix}-questions" if prefix else "questions") not in request.POST:
            return None, {}
        found[learner], wrong[learner] = typed_answers(request, course, asked, prefix)
    return FamilyAnswers(found), {learner: files for learner, files in wrong.items() if files}


def show_wrong(
    request: HttpRequest, asked: Questionnaire, typed: FamilyAnswers, files: Mapping[int, Any], refused: Refused
) -> None:
    """Puts what is wrong beside the fields of everybody, not of the first alone; nothing where another rule said no."""
    are_judged = refused.refusal.code == "answers"
    for learner, form in typed.of.items():
        refusal = read_sheet(member_of(request), asked, form.answers).refusal if are_judged else None
        form.show((refusal.values["fields"] if refusal else {}) | files.get(learner, {}))


def typed_answers(
    request: HttpRequest, course: Course, asked: Questionnaire, prefix: str = ""
) -> tuple[AnswersForm, dict[str, str]]:
    """The form with what was typed, each file that came with it received, and what is wrong with files by number."""
    data, wrong = request.POST.copy(), {}
    empty = AnswersForm(asked, prefix=prefix or None)
    for number in empty.file_numbers:
        file = request.FILES.get(empty.add_prefix(f"answer_{number}"))
        if file is None:
            continue
        try:
            kept = services.hand_over(actor=member_of(request), course=course, number=number, file=file)
        except Refused as refused:
            wrong[str(number)] = str(refused.refusal.message)
        else:
            data[empty.add_prefix(f"kept_{number}")] = str(kept.pk)
    return AnswersForm(asked, data, prefix=prefix or None), wrong


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
