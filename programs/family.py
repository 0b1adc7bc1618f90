"""The people for whom a member acts, as pages show them: how old, where they learn, whether they can be removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from base import clock
from members import rules
from members.models import Care, Learner, years_between
from programs.services.families import has_places

if TYPE_CHECKING:
    import datetime as dt

    from base.refusal import Refusal
    from members.models import Member

OF_AGE = 18


@dataclass
class Kin:
    """One learner of a member, with their places as the page of one's own shows them."""

    care: Care
    places: list[dict[str, Any]] = field(default_factory=list)

    @property
    def learner(self) -> Learner:
        """Who it is."""
        return self.care.learner

    @property
    def is_self(self) -> bool:
        """Whether it is the member."""
        return self.care.relation == Care.Relation.SELF

    @property
    def birth_year(self) -> int | None:
        """The year as it was given, in its own calendar."""
        return rules.typed_year(self.learner.born_from) if self.learner.born_from else None

    @property
    def ages(self) -> tuple[int, int] | None:
        """Between which ages, by the year of birth."""
        return ages_of(self.learner, clock.today())

    @property
    def is_grown(self) -> bool:
        """Whether a child has certainly turned eighteen."""
        return self.care.relation == Care.Relation.CHILD and self.ages is not None and self.ages[0] >= OF_AGE


def ages_of(learner: Learner, day: dt.date) -> tuple[int, int] | None:
    """The youngest and the oldest that the learner can be on that day."""
    if learner.born_from is None or learner.born_until is None:
        return None
    return max(0, years_between(learner.born_until, day)), years_between(learner.born_from, day)


def cares_of(member: Member) -> list[Care]:
    """Whom the member acts for today, themself first, then in the order in which they came."""
    cares = Care.objects.open_on(clock.today()).filter(guardian=member, learner__erased_at__isnull=True)
    found = list(cares.select_related("learner__district").order_by("pk"))
    return sorted(found, key=lambda care: care.relation != Care.Relation.SELF)


def household(member: Member, places: list[dict[str, Any]]) -> list[Kin]:
    """The member's learners with those of `places` that are not over. One query."""
    found = {care.learner_id: Kin(care) for care in cares_of(member)}
    for row in places:
        kin = found.get(row["enrolment"].learner_id)
        if kin is not None:
            kin.places.append(row)
    return list(found.values())


def why_not_let_go(care: Care) -> Refusal | None:
    """Whether the learner cannot be removed now, as `services.end_care` would say it."""
    others = Care.objects.open_on(clock.today()).filter(learner=care.learner_id, guardian__erased_at__isnull=True)
    is_shared = others.exclude(guardian=care.guardian_id).exists()
    return rules.why_not_end_care(care, is_shared=is_shared, has_places=has_places(care.learner))
