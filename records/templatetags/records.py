"""What other rooms' pages show of what came of learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from records import attendance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.rosters import Line

register = template.Library()


@register.simple_tag
def with_missed(lines: Iterable[Line], course_id: int, *, is_desk: bool) -> list[tuple[Line, int]]:
    """The lines of a roster, each with how many class meetings the learner missed without an excuse; 0 for instructors."""
    missed = attendance.missed(course_id) if is_desk else {}
    return [(line, missed.get(line.pk, 0)) for line in lines]
