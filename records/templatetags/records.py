"""What other rooms' pages show of what came of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.translation import get_language

from base.calendar import day_digits
from base.persian import latin_digits, persian_digits
from records import attendance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from programs.rosters import Line

register = template.Library()


@register.simple_tag
def with_missed(lines: Iterable[Line], course_id: int, *, is_desk: bool) -> list[tuple[Line, int]]:
    """The lines of a roster, each with how many class meetings the learner missed without an excuse; 0 for instructors."""
    missed = attendance.missed(course_id) if is_desk else {}
    return [(line, missed.get(line.pk, 0)) for line in lines]


@register.filter
def whole_hours(minutes: int) -> int:
    """Of so many minutes the whole hours."""
    return minutes // 60


@register.filter
def odd_minutes(minutes: int) -> int:
    """Of so many minutes those beyond the whole hours."""
    return minutes % 60


@register.filter
def day_other(value: dt.date) -> str:
    """The day in the other calendar than the page's, in figures: ۲۰۲۶/۱۱/۲۸ on a Persian page, 1405/9/7 on an English one."""
    if get_language() == "fa":
        return persian_digits(value.isoformat().replace("-", "/"))
    return latin_digits(day_digits(value, language="fa"))
