"""The buttons of the seat panel and of one's own page: enrol, withdraw, answer an offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from base.pages import is_htmx
from base.refusal import Refusal, Refused, refuse_if
from members.limits import allow
from members.models import Learner
from members.sessions import member_of
from notifications.inbox import messages_of
from notifications.inbox import shown as shown_messages
from notifications.rules import CHANGES
from programs import services
from programs.catalogue import course_for
from programs.family import cares_of, own_of
from programs.listing import listed_by_key, seen_by
from programs.models import Course, Enrolment
from programs.panel import panel_for
from programs.rules import why_not_withdraw
from programs.rules.answers import questionnaire_of
from programs.services.rolls import LONGEST_CODE
from programs.views.answers import family_answers, put_questions, show_wrong
from programs.views.course import alternatives_to, course_context, ids_in
from programs.views.work.desk import number_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from members.models import Member
    from notifications.inbox import Shown
    from programs.forms.answers import FamilyAnswers

A_MINUTE = 60
MOST_A_MINUTE = 20
LOOKED_THROUGH, LATEST_NEWS = 50, 3  # messages


def panel(
    request: HttpRequest, slug: str, refusal: Refusal | None = None, form: FamilyAnswers | None = None
) -> HttpResponse:
    """The course's panel as it stands now: a part for htmx, else its page; with the reason why an act was refused, or the
    questions with what was typed (422).
    """
    status = 422 if form is not None and form.errors else 409 if refusal else 200
    chosen = ids_in(request.POST.getlist("learner"))
    if is_htmx(request):
        course = seen_by(request.user, get_language() or "fa", slug=slug)
        if course is None:
            raise Http404
        found = panel_for(course, request.user, chosen)
        context: dict[str, Any] = {"course": course, "panel": found, "refused": refusal}
        put_questions(context, form)
        return render(request, "programs/_seat.html", context, status=status)
    if refusal is None and form is None:
        return redirect(f"{reverse('programs:course_detail', args=[slug])}#seat")
    page = reverse("programs:course_detail", args=[slug])
    context = course_context(request, slug, chosen, form) | {"refused": refusal, "twin_url": _twin(page)}
    return render(request, "programs/course_detail.html", context, status=status)


def _twin(page: str) -> str:
    language, other = ("fa", "en") if page.startswith("/fa/") else ("en", "fa")
    return page.replace(f"/{language}/", f"/{other}/", 1)


@require_http_methods(["GET", "HEAD", "POST"])
def course_enrol(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives the chosen learners seats, all or none, or places in the queue; who is new gives name and birth first."""
    page = reverse("programs:course_detail", args=[slug])
    if request.method != "POST":
        return redirect(page)
    if not request.user.is_authenticated:
        return redirect(f"{reverse('members:signin')}?{urlencode({'next': page})}")
    course = course_for(request.user, slug=slug)
    learners = _learners(request)
    if not learners and "together" in request.POST:
        return panel(request, slug, Refusal("nobody_chosen", gettext("Choose for whom it is")))
    if None in learners or not learners:
        return _ask_profile(request, page)
    asked = questionnaire_of(course)
    ids = [one.pk for one in learners]
    form, wrong = family_answers(request, course, asked, ids) if asked else (None, {})
    try:
        refuse_if(why_too_many(request))
        refuse_if(Refusal("answers", gettext("Some answers are missing or wrong"), {"fields": {}}) if wrong else None)
        services.enrol_together(
            actor=member_of(request),
            course=course,
            learners=learners,
            wait=len(learners) == 1 or request.POST.get("if_full") == "wait",
            answers=form.answers if form else None,
        )
    except Refused as refused:
        if asked and form:
            show_wrong(request, asked, form, wrong, refused)
        return _not_enrolled(request, course, learners, refused, form)
    return panel(request, slug)


def _not_enrolled(
    request: HttpRequest, course: Course, learners: list[Learner], refused: Refused, form: FamilyAnswers | None
) -> HttpResponse:
    """Leads to what must be said first: facts about the person, the questions; or says why not, with what was typed."""
    page = reverse("programs:course_detail", args=[course.slug])
    if refused.refusal.code == "needs_profile":
        whom = next((one for one in learners if one.pk == refused.refusal.values.get("learner")), learners[0])
        return _ask_profile(request, page, refused.refusal, whom)
    if refused.refusal.code == "answers" and form is None:
        if is_htmx(request):
            return panel(request, course.slug)
        return redirect(f"{page}?{urlencode({'learner': [one.pk for one in learners]}, doseq=True)}#seat")
    is_answers = refused.refusal.code == "answers"
    return panel(request, course.slug, None if is_answers else refused.refusal, form)


@require_http_methods(["GET", "HEAD", "POST"])
def course_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows by the organisation's code that a learner belongs there; then the panel lets them in."""
    page = reverse("programs:course_detail", args=[slug])
    if request.method != "POST":
        return redirect(page)
    if not request.user.is_authenticated:
        return redirect(f"{reverse('members:signin')}?{urlencode({'next': page})}")
    course = course_for(request.user, slug=slug)
    mine = Learner.objects.visible_to(member_of(request))
    learner = get_object_or_404(mine, pk=number_of(request.POST.get("learner", "")))
    try:
        refuse_if(why_too_many(request))
        code = request.POST.get("code", "")[:LONGEST_CODE]
        services.prove(actor=member_of(request), course=course, learner=learner, code=code)
    except Refused as refused:
        return panel(request, slug, refused.refusal)
    return panel(request, slug)


def why_too_many(request: HttpRequest) -> Refusal | None:
    """Whether the member has pressed more than twenty buttons within a minute."""
    if allow(f"enrol:{request.user.pk}", MOST_A_MINUTE, A_MINUTE):
        return None
    return Refusal("too_many", gettext("Wait a few minutes and try again"))


def _learners(request: HttpRequest) -> list[Any]:
    """The learners chosen in the panel, or the member themself where one cannot choose; None among them is the member who has
    not said yet who they are.
    """
    typed = request.POST.getlist("learner") or ([] if "together" in request.POST else [""])
    wanted = set(typed) - {""}
    cares = cares_of(member_of(request))
    chosen = [care.learner for care in cares if str(care.learner_id) in wanted]
    if len(chosen) != len(wanted):
        raise Http404
    return [own_of(cares), *chosen] if "" in typed else chosen


def _ask_profile(
    request: HttpRequest, page: str, refusal: Refusal | None = None, learner: Learner | None = None
) -> HttpResponse:
    """Asks for what is missing: on one's own page about oneself, else on the page of the person in the family."""
    missing = refusal.values["missing"] if refusal else []
    asked = {"next": f"{page}#seat", "ask": [fact for fact in ("gender", "district") if fact in missing]}
    is_other = learner is not None and learner != own_of(cares_of(member_of(request)))
    where = (
        reverse("programs:family_learner", args=[learner.pk]) if learner and is_other else reverse("members:profile")
    )
    address = f"{where}?{urlencode(asked, doseq=True)}"
    return HttpResponse(headers={"HX-Redirect": address}) if is_htmx(request) else redirect(address)


def _act(request: HttpRequest, pk: int, verb: Callable[[Enrolment], Enrolment]) -> HttpResponse:
    """Does one thing to one's own place and shows the panel, or one's own page when the act came from there."""
    mine = Enrolment.objects.visible_to(request.user).select_related("course", "learner", "offer")
    enrolment = get_object_or_404(mine, pk=pk)
    refusal = None
    try:
        refuse_if(why_too_many(request))
        verb(enrolment)
    except Refused as refused:
        refusal = refused.refusal
    source = request.POST.get("from")
    if source not in {"me", "changed"}:
        return panel(request, enrolment.course.slug, refusal)
    if refusal is not None:
        messages.error(request, str(refusal.message))
    return redirect("programs:enrolment_changed", pk=pk) if source == "changed" else redirect("programs:me")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives one's own place back."""
    if request.method != "POST":
        return redirect("programs:enrolment_leave", pk=pk)
    reason = request.POST.get("why", "") if request.POST.get("why") in REASONS else ""
    return _act(request, pk, lambda one: services.withdraw(actor=member_of(request), enrolment=one, reason=reason))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the offered seat; with `leaving`, gives up the course that clashes in the same step."""
    if request.method != "POST":
        return redirect("programs:me")
    leaving = request.POST.get("leaving", "")
    if not leaving.isdecimal():
        return _act(request, pk, lambda one: services.accept(actor=member_of(request), enrolment=one))
    other = get_object_or_404(
        Enrolment.objects.visible_to(request.user).live(), course=int(leaving), learner__enrolments=pk
    )
    return _act(
        request, pk, lambda one: services.accept_instead(actor=member_of(request), enrolment=one, leaving=other)
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Says no to the offered seat."""
    if request.method != "POST":
        return redirect("programs:me")
    return _act(request, pk, lambda one: services.decline(actor=member_of(request), enrolment=one))


REASONS = ("time", "distance", "other_course", "other")


@login_required
@require_safe
def enrolment_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once before a place is given back, and says who gets it."""
    enrolment = get_object_or_404(Enrolment.objects.visible_to(request.user).select_related("learner"), pk=pk)
    if enrolment.state not in Enrolment.LIVE:
        return redirect("programs:me")
    course = listed_by_key([enrolment.course_id], get_language() or "fa")[enrolment.course_id]
    return render(request, "programs/leave.html", {"enrolment": enrolment, "course": course})


@login_required
@require_safe
def enrolment_changed(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a message about a change leads: what was and what is now, one button for whom it no longer suits, and other courses.

    Opening it changes nothing, whoever opens it: mail programs look at links beforehand.
    """
    member = member_of(request)
    enrolment = get_object_or_404(Enrolment.objects.visible_to(member).select_related("learner", "course"), pk=pk)
    course = listed_by_key([enrolment.course_id], get_language() or "fa")[enrolment.course_id]
    context = {
        "enrolment": enrolment,
        "course": course,
        "news": news_of(member, enrolment),
        "can_leave": enrolment.state in Enrolment.LIVE and why_not_withdraw(enrolment) is None,
        "others": alternatives_to(course, enrolment.learner),
    }
    return render(request, "programs/changed.html", context)


def news_of(member: Member, enrolment: Enrolment) -> list[Shown]:
    """What the member was told of changes to the course of this place, the latest first, in the page's language."""
    rows = messages_of(member).filter(notice__kind__in=CHANGES)[:LOOKED_THROUGH]
    about = [row for row in rows if row.notice.values.get("enrolment") == enrolment.pk]
    return list(shown_messages(about[:LATEST_NEWS], get_language() or "fa"))
