"""Questions as pages show them, and what still waits for a coordinator: for the opening page of the workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import get_language

from base import clock
from programs.listing import Listed, listed
from programs.models import Course, Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from members.models import Member

MOST_SHOWN = 20


class Titled(NamedTuple):
    """A question with the course that it is about."""

    question: Question
    course: Listed


class Queue(NamedTuple):
    """A course of mine for which people wait."""

    course: Listed
    waiting: int


def titled(questions: Iterable[Question]) -> list[Titled]:
    """The questions with their courses in the page's language: three queries."""
    rows = list(questions)
    found = Course.objects.filter(pk__in={row.course_id for row in rows})
    courses = {course.id: course for course in listed(found, get_language() or "fa")} if rows else {}
    return [Titled(row, courses[row.course_id]) for row in rows]


def unanswered_for(member: Member, most: int = MOST_SHOWN) -> list[Titled]:
    """The questions about the member's courses that wait for an answer, the longest waiting first."""
    return titled(Question.objects.answered_for_by(member).open().order_by("asked_at", "pk")[:most])


def queues_for(member: Member, most: int = MOST_SHOWN) -> list[Queue]:
    """The member's coming courses in which people wait, the longest queue first: two queries."""
    mine = Course.objects.answered_for_by(member).filter(
        waiting__gt=0, state=Course.State.PUBLISHED, sort_on__gte=clock.today()
    )
    rows = listed(mine.order_by("-waiting", "sort_on", "pk"), get_language() or "fa", slice(most))
    return [Queue(row, row.waiting) for row in rows]
