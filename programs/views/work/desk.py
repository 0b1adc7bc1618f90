"""What the pages of the workspace share: which rows are the coordinator's own, where a posted form leads, how it is rejected."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, override

from base.refusal import Refused
from members.forms import refuse
from members.sessions import member_of
from programs.listing import Listed, listed
from programs.models import Course
from workgroups.rules import CHANGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest

    from base.refusal import Refusal

    View = Callable[..., HttpResponse]

FIELD_OF = {
    "phone_wrong": "phone",
    "one_municipality": "kind",
    "sdg_wrong": "sdg",
    "place_wrong": "lat",
    "night_long": "quiet_until",
    "file_empty": "picture",
    "file_large": "picture",
    "not_a_picture": "picture",
    "picture_large": "picture",
    "slug_taken": "slug",
    "municipality_missing": "organisations",
    "area_missing": "areas",
    "open_twice": "person",
    "starts_past": "from_on",
    "ends_before": "until_on",
    "ends_past": "until_on",
    "term_long": "until_on",
    "last_coordinator": "is_sure",
    "hours_wrong": "ends",
    "meeting_long": "ends",
    "meeting_past": "day",
    "meeting_far": "day",
    "nowhere": "place",
    "not_in_group": "owner",
    "due_past": "due_on",
    "agenda_full": "agenda",
    "class_long": "ends",
    "class_past": "day",
    "class_far": "day",
    "no_member": "person",
    "roll_until": "until_on",
    "lines_wrong": "lines",
    "lines_many": "lines",
    "decide_day": "day",
    "reserve_many": "seats",
    "reserve_few": "seats",
    "no_limit": "seats",
    "reserve_day": "until_on",
    "reserve_for_all": "districts",
}


def own_course(request: HttpRequest, slug: str) -> Course:
    """A course that the member answers for; for everybody else it is not there."""
    mine = Course.objects.answered_for_by(member_of(request)).select_related("program__workgroup")
    return get_object_or_404(mine, slug=slug)


def shown_course(course: Course) -> Listed:
    """The course with its title in the page's language."""
    return listed(Course.objects.filter(pk=course.pk), get_language() or "fa")[0]


def posted(page: str, *names: str) -> Callable[[View], View]:
    """Marks a view that changes something: it takes POST of members; whoever opens its address gets the page, whose address
    has the values of those names.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method == "POST":
                return login_required(view)(request, **kwargs)
            if request.method in {"GET", "HEAD"}:
                return HttpResponseRedirect(reverse(page, kwargs={name: kwargs[name] for name in names}))
            return HttpResponseNotAllowed(["POST"])

        return guarded

    return decorate


def rejected(request: HttpRequest, template: str, context: dict[str, Any], page: str, **names: Any) -> HttpResponse:
    """The page again with what was typed (422); its twin is the page, not the address of the button."""
    return render(request, template, {**context, "twin_url": twin_of_page(page, **names)}, status=422)


def twin_of_page(page: str, **names: Any) -> str:
    """A page's address in the other language, for what a button's address shows."""
    with override("en" if get_language() == "fa" else "fa"):
        return reverse(page, kwargs=names)


def tried(form: Form, work: Callable[[], Any]) -> Refusal | None:
    """Does the work of a valid form; a refusal stands beside its field and is given back."""
    try:
        work()
    except Refused as refused:
        field = FIELD_OF.get(refused.refusal.code)
        refuse(form, refused.refusal, field if field in form.fields else None)
        return refused.refusal
    return None


def renewed(request: HttpRequest, form: Form, refusal: Refusal | None) -> dict[str, Any] | None:
    """What someone else saved meanwhile, if that is why; the form then knows of it, so that saving once more is a choice."""
    if refusal is None or refusal.code != CHANGED:
        return None
    data = request.POST.copy()
    data["version"] = str(refusal.values["version"])
    form.data = data
    theirs: dict[str, Any] = refusal.values["theirs"]
    return theirs


def done_or_told(request: HttpRequest, work: Callable[[], Any], done: str = "") -> None:
    """Does the work of a button that has no form; says what was done, or why not, at the top of the next page."""
    try:
        work()
    except Refused as refused:
        messages.error(request, str(refused.refusal.message))
        return
    if done:
        messages.success(request, done)


def number_of(text: str) -> int:
    """An id as a form sends it.

    Raises:
        Http404: it is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004 - digits of a bigint
        raise Http404
    return int(text)
