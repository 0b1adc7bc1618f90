"""Making one account of two that are one person's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import UniqueConstraint

from base import clock
from base.refusal import refuse_if
from members.models import ApiToken, Care, IdempotencyKey, Learner, Member, Session
from members.services import record
from programs.models import Enrolment
from programs.rules.people import both_in, selves, why_not_merge, why_not_one_place
from programs.services.seats import lock_learners

if TYPE_CHECKING:
    from base.refusal import Refusal

ENDED = (Session, ApiToken, IdempotencyKey)  # what opens the account that is no more


class Preview(NamedTuple):
    """What a merge would do: rows that go over by what they are called, courses in which both sit, why it cannot be."""

    moves: list[tuple[str, int]]
    both: list[int]
    refusal: Refusal | None


def preview(*, actor: Member, gone: Member, kept: Member) -> Preview:
    """Looks at the two accounts and changes nothing."""
    refusal = why_not_merge(actor, gone, kept)
    if refusal is not None:
        return Preview([], [], refusal)
    other, own = selves(gone, kept)
    both = both_in(other, own) if other and own else []
    counts: dict[str, int] = {}
    for relation in relations():
        model = relation.related_model
        count = model._base_manager.filter(**{relation.field.name: gone}).count()  # noqa: SLF001 - Django's documented name
        name = str(model._meta.verbose_name_plural)  # noqa: SLF001 - Django's documented name
        counts[name] = counts.get(name, 0) + count
    return Preview([(name, count) for name, count in counts.items() if count], both, why_not_one_place(both))


def merge(*, actor: Member, gone: Member, kept: Member) -> dict[str, int]:
    """Makes one account of two: everything of `gone` becomes that of `kept`, and `gone` opens nothing any more.

    The two as learners become one; whom `gone` cares for, `kept` cares for. What both have (a preference, a delivered
    message) stays as `kept` has it. Locks both accounts, then both learners, so that nobody enrols between the look and the
    deed; answers how many rows went over, by kind. Leaves one line about each account.

    Raises:
        Refused: `not_yours`, `same_person`, `gone`, `superuser`, `own_account`, `staff_account`; `both_enrolled` when both
            learners have a place in one course.
    """
    refuse_if(why_not_merge(actor, gone, kept))
    with transaction.atomic():
        locked = {one.pk: one for one in _locked([gone.pk, kept.pk])}
        gone, kept = locked[gone.pk], locked[kept.pk]
        refuse_if(why_not_merge(actor, gone, kept))
        other, own = selves(gone, kept)
        lock_learners([one for one in (other, own) if one])
        refuse_if(why_not_one_place(both_in(other, own)) if other and own else None)
        moved = {"programs.enrolment": one_learner(other, own)} if other and own else {}
        moved |= {label: count for label, count in _hand_over(gone, kept).items() if count}
        _care_once(kept)
        _close(gone, kept)
        record(actor=actor, verb="merge", row=kept, changes={"gone": gone.pk, "moved": moved})
        record(actor=actor, verb="merged_away", row=gone, changes={"kept": kept.pk})
    return moved


def _locked(ids: list[int]) -> list[Member]:
    return list(Member.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))


def one_learner(other: int, own: int) -> int:
    """The places and everything else of one learner become the other's, with what was not known; the first is nobody any more.
    The caller holds both locks. Answers how many places went over.
    """
    moved = Enrolment.objects.filter(learner=other).update(learner=own, once=None)
    gone, kept = Learner.objects.get(pk=other), Learner.objects.get(pk=own)
    fields = ("born_from", "born_until") if kept.born_from is None else ()
    for field in (*fields, "gender", "district"):
        if getattr(kept, field) is None:
            setattr(kept, field, getattr(gone, field))
    kept.save()
    Care.objects.filter(learner=other, relation=Care.Relation.SELF).delete()
    for relation in relations(Learner):
        _move(relation.related_model._base_manager, relation.field.name, gone, kept)  # noqa: SLF001 - Django's documented name
    Learner.objects.filter(pk=other).update(
        name="", born_from=None, born_until=None, gender=None, district=None, erased_at=clock.now()
    )
    return moved


def _care_once(kept: Member) -> None:
    """Of two cares for one learner the one for oneself stays, else the earlier one; nobody is a guardian of themself."""
    cares = Care.objects.open_on(clock.today()).filter(guardian=kept)
    seen: set[int] = set()
    for care in sorted(cares, key=lambda one: (one.relation != Care.Relation.SELF, one.pk)):
        if care.learner_id in seen:
            care.delete()
        seen.add(care.learner_id)


def relations(model: type[Member | Learner] = Member) -> list[Any]:
    """Every way in which a row may point to a member, hidden ones and those of the rooms above included; or to a learner."""
    fields = model._meta.get_fields(include_hidden=True)  # noqa: SLF001 - Django's documented name
    return [one for one in fields if one.auto_created and not one.concrete and one.related_model not in ENDED]


def _hand_over(gone: Member, kept: Member) -> dict[str, int]:
    moved: dict[str, int] = {}
    for relation in relations():
        label = relation.related_model._meta.label_lower  # noqa: SLF001 - Django's documented name
        rows = relation.related_model._base_manager  # noqa: SLF001 - Django's documented name
        moved[label] = moved.get(label, 0) + _move(rows, relation.field.name, gone, kept)
    return moved


def _move(rows: Any, column: str, gone: Member | Learner, kept: Member | Learner) -> int:
    """All at once; where `kept` has the same already, one by one, and what is double goes."""
    theirs = rows.filter(**{column: gone})
    try:
        with transaction.atomic():
            return int(theirs.update(**{column: kept}))
    except IntegrityError:
        return sum(_move_one(rows, pk, column, kept) for pk in list(theirs.values_list("pk", flat=True)))


def _move_one(rows: Any, pk: Any, column: str, kept: Member | Learner) -> int:
    try:
        with transaction.atomic():
            return int(rows.filter(pk=pk).update(**{column: kept}))
    except IntegrityError:
        if _is_once(rows.model, column):
            rows.filter(pk=pk).delete()
            return 0
        return int(rows.filter(pk=pk).update(**{column: None}))


def _is_once(model: Any, column: str) -> bool:
    """Whether a row stands once for each of whom the column names, so that one that cannot go over is double. Another that
    cannot (two people were needed, and now they are one) stays and names nobody; the trail knows who it was.
    """
    unique = [one for one in model._meta.constraints if isinstance(one, UniqueConstraint)]  # noqa: SLF001 - Django's documented name
    return model._meta.get_field(column).unique or any(column in one.fields for one in unique)  # noqa: SLF001 - as above


def _close(gone: Member, kept: Member) -> None:
    """Ends what opened the account, and passes on the contact that `kept` lacks."""
    for model in ENDED:
        model._default_manager.filter(member=gone).delete()  # noqa: SLF001 - Django's documented name
    phone, email = gone.phone, gone.email
    Member.objects.filter(pk=gone.pk).update(phone=None, email=None, erased_at=clock.now())
    Member.objects.filter(pk=kept.pk).update(phone=kept.phone or phone, email=kept.email or email, parted_at=None)
