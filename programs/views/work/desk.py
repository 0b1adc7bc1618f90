"""What the pages of the workspace share: which rows are the coordinator's own, where a posted form leads, how it is rejected."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, override

from members.sessions import member_of
from programs.listing import Listed, listed
from programs.models import Course

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    View = Callable[..., HttpResponse]


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
    with override("en" if get_language() == "fa" else "fa"):
        twin = reverse(page, kwargs=names)
    return render(request, template, {**context, "twin_url": twin}, status=422)
