"""How lots are drawn and what was drawn, for everybody; why a place got a seat or not, for whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from base.pages import public_page
from programs.explaining import draw_of, draws_lots, explain, kept_in
from programs.listing import listed_by_key, seen_by
from programs.models import Enrolment

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@public_page
def draw_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The promise before the draw; after it the seed, the tickets and their order."""
    course = seen_by(request.user, get_language() or "fa", slug=slug)
    if course is None or not draws_lots(course):
        raise Http404
    return render(request, "programs/draw.html", {"course": course, "draw": draw_of(course)})


@login_required
@require_safe
def enrolment_why(request: HttpRequest, pk: int) -> HttpResponse:
    """The rule of the course and the queue as it stood when this place was given."""
    mine = Enrolment.objects.visible_to(request.user).select_related("learner", "party")
    place = get_object_or_404(mine, pk=pk)
    course = listed_by_key([place.course_id], get_language() or "fa")[place.course_id]
    context = {"course": course, "place": place, "explained": explain(place), "kept": kept_in(course)}
    return render(request, "programs/why.html", context)
