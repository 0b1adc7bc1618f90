"""What a certificate says, fixed on the day it is issued, in each language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from members.city import present
from programs.checklist import LANGUAGES
from programs.listing import listed
from programs.models import Course
from records.outcomes import held

if TYPE_CHECKING:
    from members.models import Learner


def facts_of(course: Course) -> dict[str, dict[str, Any]]:
    """All of it but the name, by language: title and its language, area, workgroup, city, minutes, meetings, days."""
    times = list(held(course).values_list("starts_at", "ends_at"))
    numbers = {
        "minutes": sum(int((ends - starts).total_seconds()) // 60 for starts, ends in times),
        "meetings": len(times),
        "starts_on": course.starts_on and course.starts_on.isoformat(),
        "ends_on": course.ends_on and course.ends_on.isoformat(),
    }
    return {language: numbers | _words(course, language) for language in LANGUAGES}


def _words(course: Course, language: str) -> dict[str, Any]:
    row = listed(Course.objects.filter(pk=course.pk), language)[0]
    words = {"title": row.title, "lang": row.lang, "area": row.area_name, "workgroup": row.workgroup_name}
    return words | {"city": present().names[language]}


def named(facts: dict[str, dict[str, Any]], learner: Learner) -> dict[str, dict[str, Any]]:
    """The same for one learner."""
    return {language: own | {"name": learner.name} for language, own in facts.items()}
