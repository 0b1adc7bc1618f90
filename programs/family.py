"""The people for whom a member acts, as pages show them: how old, where they learn, whether they can be removed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from base import clock
from base.prepared import prepared
from members import rules
from members.models import Care, Invitation, Learner, years_between
from programs.services.families import BEFOREHAND, has_places
from workgroups.people import names_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from base.refusal import Refusal
    from members.models import Member


@dataclass
class Kin:
    """One learner of a member, with their places as the page of one's own shows them."""

    care: Care
    places: list[dict[str, Any]] = field(default_factory=list)
    has_account: bool = False

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
    def turns_18_on(self) -> dt.date | None:
        """The day on which a child gets an account of its own, once it is near and there is none."""
        return None if self.has_account else of_age_of(self.care)


def of_age_of(care: Care) -> dt.date | None:
    """The day on which a child turns eighteen, from sixty days before; None else."""
    day = care.learner.of_age_on
    is_near = day is not None and day <= clock.today() + BEFOREHAND
    return day if is_near and care.relation == Care.Relation.CHILD else None


def with_account(learner_ids: Iterable[int]) -> set[int]:
    """Those of the learners who are a member themselves."""
    own = Care.objects.filter(learner__in=learner_ids, relation=Care.Relation.SELF)
    return set(own.values_list("learner", flat=True))


def sharing(care: Care) -> dict[str, Any]:
    """The other guardian by name, whether this one may end their care, and whom this one has asked: four queries."""
    cares = list(rules.guardians_of(care.learner_id))
    others = [one for one in cares if one.pk != care.pk]
    names = names_of(one.guardian_id for one in others)
    waiting = Invitation.objects.open().filter(learner=care.learner_id, made_by=care.guardian_id, is_own=False)
    return {
        "others": [(one.guardian_id, names[one.guardian_id]) for one in others],
        "is_first": bool(cares) and cares[0].pk == care.pk,
        "can_invite": len(cares) < rules.MOST_GUARDIANS,
        "invited": [(row.pk, rules.masked(row.contact)) for row in waiting.order_by("pk")],
    }


def ages_of(learner: Learner, day: dt.date) -> tuple[int, int] | None:
    """The youngest and the oldest that the learner can be on that day."""
    if learner.born_from is None or learner.born_until is None:
        return None
    return max(0, years_between(learner.born_until, day)), years_between(learner.born_from, day)


def cares_of(member: Member) -> list[Care]:
    """Whom the member acts for today, themself first, then in the order in which they came."""
    return sorted(_cares_of(member.pk, clock.today()), key=lambda care: care.relation != Care.Relation.SELF)


@prepared
def _cares_of(member: int, today: dt.date) -> QuerySet[Care]:
    cares = Care.objects.open_on(today).filter(guardian=member, learner__erased_at__isnull=True)
    return cares.select_related("learner__district").order_by("pk")


def own_of(cares: Iterable[Care]) -> Learner | None:
    """Of whom a member acts for, the member themself; None of one who has not said yet who they are."""
    return next((care.learner for care in cares if care.relation == Care.Relation.SELF), None)


def household(member: Member, places: list[dict[str, Any]]) -> list[Kin]:
    """The member's learners with those of `places` that are not over. Two queries."""
    cares = cares_of(member)
    own = with_account(care.learner_id for care in cares)
    found = {care.learner_id: Kin(care, has_account=care.learner_id in own) for care in cares}
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
