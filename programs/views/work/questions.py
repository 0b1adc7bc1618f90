"""What residents asked about my courses: those without an answer first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from base.persian import latin_digits
from base.refusal import Refused
from members.forms import refuse
from members.models import Care
from members.sessions import member_of
from programs import services
from programs.forms.rosters import ReplyForm
from programs.models import Question
from programs.questions import titled
from programs.views.work.desk import posted, rejected
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE_SIZE = 20


@login_required
@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """The questions about my courses, or with `course` about one of them."""
    member = member_of(request)
    if not Workgroup.objects.coordinated_by(member).exists():
        raise Http404
    mine = Question.objects.answered_for_by(member)
    slug = request.GET.get("course", "")
    mine = mine.filter(course__slug=slug) if slug else mine
    open_ = mine.open().order_by("asked_at", "pk")
    done = Paginator(mine.exclude(answered_at=None).order_by("-answered_at", "pk"), PAGE_SIZE)
    page = done.get_page(latin_digits(request.GET.get("page", "1")))
    context = {"open": titled(open_[:100]), "answered": titled(page.object_list), "page": page, "course_slug": slug}
    return render(request, "work/question_list.html", context)


def _context(question: Question, form: ReplyForm) -> dict[str, Any]:
    own = Care.objects.filter(guardian=question.member_id, relation=Care.Relation.SELF).select_related("learner")
    care = own.first()
    (row,) = titled([question])
    return {"question": question, "row": row, "asker": care.learner.name if care else "", "form": form}


@login_required
@require_safe
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """One question, and the form for its answer."""
    found = _own(request, pk)
    return render(request, "work/question.html", _context(found, ReplyForm()))


def _own(request: HttpRequest, pk: int) -> Question:
    mine = Question.objects.answered_for_by(member_of(request)).select_related("course", "member")
    return get_object_or_404(mine, pk=pk)


@posted("programs:work_question", "pk")
def question_reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers it; who asked is told."""
    found = _own(request, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            services.reply(actor=member_of(request), question=found, text=form.cleaned_data["text"])
        except Refused as refused:
            refuse(form, refused.refusal)
        else:
            messages.success(request, gettext("Your answer is on its way to who asked"))
            return redirect("programs:work_questions")
    return rejected(request, "work/question.html", _context(found, form), "programs:work_question", pk=pk)
