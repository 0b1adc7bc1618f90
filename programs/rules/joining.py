"""Who may join a course, beyond age and audience: what must have been completed before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base.refusal import Refusal
from programs.models import Enrolment, Program

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from programs.models.standing import Standing
    from programs.rules.places import Places


class Titled(NamedTuple):
    """A program by its address and its title in the page's language, else in the original's."""

    slug: str
    title: str


def titled_programs(programs: QuerySet[Program]) -> dict[int, Titled]:
    """The programs by id: one query."""
    language, found = get_language() or "fa", dict[int, Titled]()
    rows = programs.order_by("pk").values_list("pk", "slug", "translations__language_code", "translations__title")
    for pk, slug, code, title in rows:
        if title and (pk not in found or code == language):
            found[pk] = Titled(slug, title)
    return found


def required_by(course: Standing) -> Titled | None:
    """The program of which a course must be completed first; no query where nothing is required."""
    pk = course.audience.get("program")
    return next(iter(titled_programs(Program.objects.filter(pk=pk)).values()), None) if pk else None


def why_not_prepared(course: Standing, places: Places) -> Refusal | None:
    """Whether the learner has not completed what the course builds upon; no query where it builds upon nothing."""
    required = required_by(course)
    if required is None:
        return None
    done = [pk for pk, state in places.states.items() if state == Enrolment.State.COMPLETED]
    if Program.objects.filter(slug=required.slug, courses__in=done).exists():
        return None
    words = format_lazy(_("First complete a course of “{title}”"), title=required.title)
    return Refusal("requires", words, {"data": {"program": required.slug}, "title": required.title})
