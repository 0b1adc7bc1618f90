"""The home page: what there is to learn near and now, and the city's numbers."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from announcements.listing import latest
from base import clock
from base.pages import public_page
from programs.catalogue import Filters, count, find, public
from programs.listing import Listed, listed
from programs.models import Enrolment
from workgroups.models import LiteracyArea, Organisation

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN, NEWS = 6, 3
NUMBERS_LAST = 600
SMALLEST_GROUP = 5


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """The city's front page."""
    facets = count(Filters())
    context = {
        "total": facets.total,
        "free": facets.options.get("free", {}).get("1", 0),
        "online": facets.options.get("online", {}).get("1", 0),
        "open_now": facets.options.get("open", {}).get("1", 0),
        "soon": facets.options.get("open", {}).get("soon", 0),
        "areas": areas(facets.options.get("area", {})),
        "courses": starting(),
        "news": latest(NEWS),
        "numbers": numbers(),
    }
    return render(request, "home.html", context)


def areas(counts: dict[str, int]) -> list[dict[str, Any]]:
    """All areas in their order, with the number of courses to come."""
    rows = LiteracyArea.objects.prefetch_related("translations").order_by("order", "slug")
    return [{"area": area, "count": counts.get(area.slug, 0)} for area in rows]


def starting() -> list[Listed]:
    """The next courses that one can still get into."""
    coming = find(Filters(open=("1",), seats=True)).filter(sort_on__gte=clock.today())
    return listed(coming, get_language() or "fa", slice(SHOWN))


def numbers() -> dict[str, int]:
    """What came of the last year, counted here and kept for ten minutes; a group under five people is left out."""
    found: dict[str, int] | None = cache.get("numbers")
    if found is None:
        since = clock.now() - dt.timedelta(days=365)
        held = Q(state__in=Enrolment.HOLDING, asked_at__gte=since)
        people = Enrolment.objects.aggregate(
            learners=Count("learner", distinct=True, filter=held),
            completed=Count("pk", filter=Q(state=Enrolment.State.COMPLETED, asked_at__gte=since)),
        )
        found = {name: n for name, n in people.items() if n >= SMALLEST_GROUP}
        found |= {"organisations": Organisation.objects.count(), "courses": public().count()}
        cache.set("numbers", found, NUMBERS_LAST)
    return found
