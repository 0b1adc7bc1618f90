"""What learners thought of a course: saying it, and reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from members.sessions import member_of
from programs.models import Enrolment
from programs.panel import panel_for
from programs.views.course import similar_to
from programs.views.work.desk import own_course, posted, rejected, shown_course, tried
from records import opinions, rules, services
from records.forms import FeedbackForm
from records.models import Feedback

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PAGE = "records:feedback"


def _own(request: HttpRequest, pk: int) -> Enrolment:
    mine = Enrolment.objects.visible_to(member_of(request)).select_related("learner", "course")
    return get_object_or_404(mine, pk=pk)


@login_required
@require_safe
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for stars and a word; who has answered is thanked and shown what comes next."""
    place = _own(request, pk)
    course = shown_course(place.course)
    if Feedback.objects.filter(enrolment=place).exists():
        similar = similar_to(course, panel_for(course, request.user))
        return render(request, "records/feedback_thanks.html", {"course": course, "similar": similar})
    why_not = rules.why_not_say(place, member_of(request), rules.MOST_STARS)
    context = {"course": course, "place": place, "form": FeedbackForm(), "why_not": why_not}
    return render(request, "records/feedback.html", context)


@posted(PAGE, "pk")
def feedback_say(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps it."""
    place, form = _own(request, pk), FeedbackForm(request.POST)
    if form.is_valid() and not tried(
        form, lambda: services.say(actor=member_of(request), enrolment=place, **form.opinion)
    ):
        return redirect(PAGE, pk=pk)
    context = {"course": shown_course(place.course), "place": place, "form": form}
    return rejected(request, "records/feedback.html", context, PAGE, pk=pk)


@login_required
@require_safe
def feedback_results(request: HttpRequest, slug: str) -> HttpResponse:
    """What learners thought, for those who answer for the course, once five have answered."""
    course = own_course(request, slug)
    found = opinions.opinions_of(course)
    context = {"course": shown_course(course), "opinions": found, "fewest": opinions.FEWEST}
    return render(request, "records/feedback_results.html", context)
