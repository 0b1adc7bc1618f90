"""What the city asks for: wishes and searches in vain by area and district, and where courses are and are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Sum
from django.utils.translation import get_language

from base import clock
from base.calendar import quarter_bounds, quarter_of, quarter_text
from programs.models import Course, Support, VainSearch, Wish
from programs.names import Named, names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

SMALLEST_GROUP = 5
SEARCHED_WITHIN = dt.timedelta(days=90)
MOST_SEARCHES = 30
SEASONS_BACK, SEASONS_SHOWN = 1, 5


def at_least(number: int) -> int | None:
    """The number, or None for a group so small that somebody could be known in it."""
    return number if number == 0 or number >= SMALLEST_GROUP else None


class Share(NamedTuple):
    """How many members share wishes of an area or in a district; None for fewer than five."""

    slug: str
    name: str
    people: int | None


def _named(kind: str) -> dict[int, Named]:
    rows = names(get_language() or "fa")[kind].items()
    return dict(
        sorted(((pk, row) for pk, row in rows if pk is not None), key=lambda pair: (pair[1].order, pair[1].slug))
    )


def wishes(area: str = "", district: str = "") -> QuerySet[Any]:
    """The open wishes with their supporters, most shared first; of an area, or shared in a district, where one is named."""
    found = Wish.objects.open().select_related("area")
    if area:
        found = found.filter(area__slug=area)
    if district:
        found = found.filter(supports__district__slug=district)
    return found.annotate(supporters=Count("supports", distinct=True)).order_by("-supporters", "-pk")


def shares() -> dict[str, list[Share]]:
    """Supporters of open wishes by area and by district, the small ones hidden: two queries."""
    open_ = Support.objects.filter(wish__state=Wish.State.OPEN)
    found = {}
    for kind, column in (("area", "wish__area"), ("district", "district")):
        counts = dict(open_.values_list(column).annotate(n=Count("member", distinct=True)).order_by())
        found[kind] = [Share(row.slug, row.name, at_least(counts.get(pk, 0))) for pk, row in _named(kind).items()]
    return found


def vain_searches(area: str = "", district: str = "") -> list[tuple[str, int]]:
    """What was looked for in vain within ninety days and how often, from five times on: one query."""
    rows = VainSearch.objects.filter(on__gt=clock.today() - SEARCHED_WITHIN)
    rows = rows.filter(area_slug=area) if area else rows
    rows = rows.filter(district_slug=district) if district else rows
    counted = rows.values_list("key").annotate(n=Sum("times")).filter(n__gte=SMALLEST_GROUP)
    return [(key, n) for key, n in counted.order_by("-n", "key")[:MOST_SEARCHES]]


# Coverage


@dataclass(frozen=True, slots=True)
class Season:
    """A quarter of the Jalali year, which is a season; its key stands in addresses, `1405-3`."""

    year: int
    quarter: int

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.year}-{self.quarter}"

    @property
    def label(self) -> str:
        """As people say it, in the page's language."""
        return quarter_text(self.year, self.quarter, language=get_language() or "fa")

    @property
    def days(self) -> tuple[dt.date, dt.date]:
        """Its first day, and the first one after it."""
        return quarter_bounds(self.year, self.quarter)

    def moved(self, by: int) -> Season:
        """So many seasons later."""
        number = self.year * 4 + self.quarter - 1 + by
        return Season(number // 4, number % 4 + 1)


def seasons(wanted: str = "") -> tuple[list[Season], Season]:
    """The seasons of the page, the last one first, and the one that was asked for, else the present one."""
    present = Season(*quarter_of(clock.today()))
    shown = [present.moved(by) for by in range(-SEASONS_BACK, SEASONS_SHOWN - SEASONS_BACK)]
    return shown, next((one for one in shown if one.key == wanted), present)


class Cell(NamedTuple):
    """What an area offers in a district: courses, seats where they are limited, seats taken, courses without a limit."""

    area: str
    district: str
    courses: int
    offered: int
    filled: int
    unlimited: int


class Line(NamedTuple):
    """An area with its cells, one for each district and one for elsewhere; an empty cell is None."""

    slug: str
    name: str
    cells: list[Cell | None]


ELSEWHERE = "elsewhere"


def held_in(season: Season) -> QuerySet[Course]:
    """The published courses that begin in a season."""
    first, after = season.days
    return Course.objects.filter(
        state=Course.State.PUBLISHED, program__state="published", starts_on__gte=first, starts_on__lt=after
    )


def coverage(season: Season) -> tuple[list[Named], list[Line]]:
    """The districts, and for each area what it offers in them in that season: one query besides the names."""
    rows = held_in(season).order_by().values_list("area", "district")
    counted = rows.annotate(n=Count("pk"), seats=Sum("capacity"), taken=Sum("seats_taken"), limited=Count("capacity"))
    found = {(area, district): rest for area, district, *rest in counted}
    areas, districts = _named("area"), _named("district")
    columns: list[tuple[int | None, str]] = [*((pk, row.slug) for pk, row in districts.items()), (None, ELSEWHERE)]
    lines = [
        Line(area.slug, area.name, [_cell(area.slug, slug, found.get((pk, column))) for column, slug in columns])
        for pk, area in areas.items()
    ]
    return list(districts.values()), lines


def _cell(area: str, district: str, found: list[int] | None) -> Cell | None:
    if found is None:
        return None
    courses, seats, taken, limited = found
    return Cell(area, district, courses, seats or 0, taken or 0, courses - limited)


def behind(season: Season, area: str, district: str) -> QuerySet[Course]:
    """The courses of one cell."""
    where = {"district__isnull": True} if district == ELSEWHERE else {"district__slug": district}
    return held_in(season).filter(area__slug=area, **where).order_by("starts_on", "pk")


def named_slugs(kind: str) -> Iterable[tuple[str, str]]:
    """Slug and name of every area or district, for a choice."""
    return [(row.slug, row.name) for row in _named(kind).values()]
