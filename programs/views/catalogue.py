"""The catalogue, whole or seen from an area, an organisation, a workgroup or a venue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_safe

from base import clock
from base.calendar import WEEKDAYS, weekday_text
from base.pages import is_htmx, public_page, too_many
from base.persian import latin_digits
from members.limits import allow, client_of, retry_after
from programs import services
from programs.catalogue import DAYPARTS, EVERYWHERE, Facets, Filters, count, find, public
from programs.following import button_for
from programs.listing import Listed, rows_of, shown, with_hours
from programs.names import NOBODY, names
from programs.search import did_you_mean
from programs.words import AUDIENCES, LANGUAGES
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from programs.models import Course
    from programs.names import Named

A_MINUTE, MOST_A_MINUTE = 60, 300
PAGE_SIZE = 20
LAST_PAGE = 50


@dataclass
class Option:
    """One box of a filter: its value, its words, how many courses it would leave."""

    value: str
    label: str
    count: int
    is_on: bool


class Known(Paginator):  # type: ignore[type-arg]
    """Pages over a list whose length the facets have counted already."""

    def __init__(self, total: int) -> None:
        super().__init__(range(total), PAGE_SIZE)


def results(request: HttpRequest, among: Q = EVERYWHERE) -> dict[str, Any]:
    """Everything that the list, its filters and its chips show: at most six queries, whatever is found."""
    filters = Filters.read(request.GET)
    facets = count(filters, among)
    if filters.q and facets.is_fruitless:
        filters = replace(filters, is_loose=True)
        facets = count(filters, among)
    page = Known(min(facets.total, LAST_PAGE * PAGE_SIZE)).get_page(latin_digits(request.GET.get("page", "1")))
    first = max(0, page.start_index() - 1)
    labels = Labels(get_language() or "fa")
    return {
        "filters": filters,
        "total": facets.total,
        "page": page,
        "courses": _rows(find(filters, public().filter(among)), filters, facets, first),
        "groups": labels.groups(filters, facets),
        "chips": [(name, value, labels.of(name, value)) for name, value in filters.active],
        "ways_on": _ways_on(filters, facets, labels) if not facets.total else [],
        "suggested": did_you_mean(filters.q) if filters.is_loose else "",
    }


def _rows(found: QuerySet[Course], filters: Filters, facets: Facets, first: int) -> list[Listed]:
    """The page that begins with that row."""
    language = get_language() or "fa"
    parts = [rows_of(some, language, part) for some, part in _parts(found, filters, facets, first)]
    return with_hours(shown([row for rows in parts for row in rows], language))


def _parts(
    found: QuerySet[Course], filters: Filters, facets: Facets, first: int
) -> Iterator[tuple[QuerySet[Course], slice]]:
    """By start, what is yet to begin stands before what is running already; each of the two is a range of the index, so that
    nothing is sorted.
    """
    last = first + PAGE_SIZE
    if filters.order != "soonest":
        yield found, slice(first, last)
        return
    today, coming = clock.today(), facets.upcoming
    if first < coming:
        yield found.filter(sort_on__gte=today), slice(first, min(last, coming))
    if last > coming and facets.total > coming:
        yield found.filter(sort_on__lt=today), slice(max(0, first - coming), last - coming)


def _ways_on(filters: Filters, facets: Facets, labels: Labels) -> list[tuple[str, str, int]]:
    """Each filter whose removal would bring results: its name, its words, how many."""
    found = {name: labels.of(name, value) for name, value in filters.active}
    return [(name, found[name], n) for name, n in facets.without.items() if n and name in found]


def _names_of(known: dict[int | None, Named]) -> dict[str, str]:
    rows = sorted(known.values(), key=lambda row: (row.order, row.slug))
    return {row.slug: row.name for row in rows}


class Labels:
    """The words of all filters in one language."""

    def __init__(self, language: str) -> None:
        known = names(language)
        self.words: dict[str, dict[str, str]] = {
            "open": {"1": gettext("Open now"), "soon": gettext("Opens soon")},
            "free": {"1": gettext("Free")},
            "seats": {"1": gettext("Seats left")},
            "online": {"1": gettext("Online")},
            "past": {"1": gettext("Ended ones too")},
            "area": _names_of(known["area"]),
            "district": _names_of(known["district"]),
            "weekday": {name: weekday_text(bit, language=language) for bit, name in enumerate(WEEKDAYS)},
            "daypart": dict(
                zip(DAYPARTS, (pgettext("time", "Morning"), gettext("Afternoon"), gettext("Evening")), strict=True)
            ),
            "audience": {name: str(text) for name, text in AUDIENCES.items()},
            "language": {code: str(text) for code, text in LANGUAGES.items()},
        }

    def of(self, name: str, value: str) -> str:
        """What a filter's value is called; the value itself where nobody named it."""
        if name == "age":
            return gettext("Age %(age)s") % {"age": value}
        return self.words[name].get(value, value)

    def groups(self, filters: Filters, facets: Facets) -> dict[str, list[Option]]:
        """The boxes of every filter with their counts; a word that nobody uses is left out, an area never."""
        found: dict[str, list[Option]] = {}
        for name, words in self.words.items():
            chosen = getattr(filters, name)
            on = chosen if isinstance(chosen, tuple) else ("1",) * bool(chosen)
            counts = facets.options.get(name, {})
            values = (
                dict.fromkeys([*words, *on]) if name not in {"audience", "language"} else dict.fromkeys([*counts, *on])
            )
            found[name] = [
                Option(value, words.get(value, value), counts.get(value, 0), value in on) for value in values
            ]
        return found


@require_safe
@public_page
def course_list(request: HttpRequest) -> HttpResponse:
    """The whole catalogue; htmx gets the list with its filters alone."""
    return _seen_from(request, "programs/course_list.html", EVERYWHERE, {})


def _seen_from(request: HttpRequest, template: str, among: Q, context: dict[str, Any]) -> HttpResponse:
    if not allow(f"pages:{client_of(request)}", MOST_A_MINUTE, A_MINUTE):
        return too_many(request, retry_after(A_MINUTE))
    if is_htmx(request):
        template = "programs/_results.html"
    found = results(request, among)
    if found["filters"].is_loose and found["page"].number == 1:
        _note_vain_search(found["filters"])
    return render(request, template, found | context)


def _note_vain_search(filters: Filters) -> None:
    area, district = (next(iter(getattr(filters, name)), "") for name in ("area", "district"))
    services.note_vain_search(query=filters.q, area_slug=area, district_slug=district)


@require_safe
@public_page
def area_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The catalogue of one literacy area."""
    area = get_object_or_404(LiteracyArea.objects.prefetch_related("translations"), slug=slug)
    context = {"place": area, "kind": "area", "follow": button_for("areas", area, request.user)}
    return _seen_from(request, "programs/place.html", Q(area=area.pk), context)


@require_safe
@public_page
def venue_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a venue is, how one gets in, and what is held there."""
    venue = get_object_or_404(Venue.objects.prefetch_related("translations"), slug=slug)
    district = names(get_language() or "fa")["district"].get(venue.district_id, NOBODY)
    context = {"place": venue, "kind": "venue", "district": district.name}
    return _seen_from(request, "programs/place.html", Q(venue=venue.pk), context)


@require_safe
@public_page
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """An organisation and the courses of the workgroups that it belongs to."""
    organisations = Organisation.objects.prefetch_related("translations", "workgroups__translations")
    organisation = get_object_or_404(organisations, slug=slug)
    among = Q(program__workgroup__in=[one.pk for one in organisation.workgroups.all()])
    return _seen_from(request, "programs/place.html", among, {"place": organisation, "kind": "organisation"})


@require_safe
@public_page
def workgroup_list(request: HttpRequest) -> HttpResponse:
    """All workgroups."""
    workgroups = Workgroup.objects.prefetch_related("translations", "areas__translations")
    return render(request, "programs/workgroup_list.html", {"workgroups": workgroups})
