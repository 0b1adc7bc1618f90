"""What learners thought of a course, as its coordinators may read it: never of fewer than five, never with names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from records.models import Feedback
from records.rules import MOST_STARS

if TYPE_CHECKING:
    from programs.models import Course

FEWEST = 5  # groups under five people are never shown


@dataclass(frozen=True, slots=True)
class Opinions:
    """All answers together."""

    count: int
    tenths: int
    by_stars: list[tuple[int, int]]
    recommending: int
    asked: int
    comments: list[str]

    @property
    def average(self) -> float:
        """Of the stars, with one decimal."""
        return self.tenths / 10


def opinions_of(course: Course) -> Opinions | None:
    """One query; None while fewer than five answered. Comments come in an order that says nothing of who wrote when."""
    rows = list(Feedback.objects.filter(enrolment__course=course).values_list("stars", "recommends", "comment"))
    if len(rows) < FEWEST:
        return None
    stars = [one for one, _recommends, _comment in rows]
    answers = [one for _stars, one, _comment in rows if one is not None]
    return Opinions(
        count=len(rows),
        tenths=round(10 * sum(stars) / len(stars)),
        by_stars=[(number, stars.count(number)) for number in range(MOST_STARS, 0, -1)],
        recommending=sum(answers),
        asked=len(answers),
        comments=sorted(comment for _stars, _recommends, comment in rows if comment),
    )
