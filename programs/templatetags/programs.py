"""What every list of courses shows of one."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.translation import get_language

from base import clock

if TYPE_CHECKING:
    import datetime as dt

    from programs.listing import Listed

register = template.Library()

MOST_KEPT = 500  # cards, of 5 kB each


class Card(NamedTuple):
    """All that `programs/_card.html` may show of a course, by the names that a row of a list has for it."""

    slug: str
    title: str
    lang: str
    area_name: str
    workgroup_name: str
    starts_on: dt.date | None
    hours: tuple[tuple[Any, ...], ...]
    online: bool
    place: str
    district_name: str
    age_range: tuple[int | None, int | None] | None
    age_min: int | None
    age_max: int | None
    mode: str
    now_status: str
    opens_at: dt.datetime | None
    seats_free: int | None
    is_few: bool
    waiting: int
    fee_min: int | None
    fee_max: int | None
    fee_currency: str | None


_shown_of = attrgetter(*Card._fields)


@register.simple_tag
def card(course: Listed, *, row: bool = False) -> str:
    """The card of a course; `row` for one as wide as the list."""
    return _drawn(Card(*_shown_of(course)), get_language(), clock.today(), row=row)


@lru_cache(maxsize=MOST_KEPT)
def _drawn(course: Card, language: str, today: dt.date, *, row: bool) -> str:  # noqa: ARG001 - days are told from today
    """Drawn once in a process, because most lists show the same courses and a card costs more than its row."""
    return render_to_string("programs/_card.html", {"course": course, "row": row, "LANGUAGE_CODE": language})
