"""People who come to the desk or call: found by their exact number or written down, with the consent that they gave."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from base import clock
from base.persian import normalise
from base.refusal import refuse_if
from members import rules
from members.models import Care, District, Learner, Member
from members.services.audit import record


@transaction.atomic
def introduce(
    *,
    actor: Member,
    contact: str,
    name: str,
    birth_year: int,
    relation: str,
    consent_version: str,
    gender: str = "",
    district: str = "",
) -> tuple[Member, Learner]:
    """The member with that contact (E.164 or address) and the learner of that name and year whom they care for; what is
    missing is written down, with the version of the text to which they agreed.

    Facts that a member gave before are never changed, and a name that is not one of theirs becomes a learner of its own, so
    that nobody learns from the answer who has that number. The caller has seen to it that the actor may act for strangers.
    Locks the member's row, so that two at once make one learner.

    Raises:
        Refused: `name_hidden`, `name_short`, `name_long`, `birth_year`.
    """
    refuse_if(rules.why_not_name(name) or rules.why_not_birth_year(birth_year))
    member = _member(actor, contact)
    born = rules.year_interval(birth_year)
    cares = list(Care.objects.open_on(clock.today()).filter(guardian=member).select_related("learner").order_by("pk"))
    care = next((one for one in cares if rules.is_same_person(one.learner, name, born)), None) or Care(guardian=member)
    if not care.pk:
        is_second = relation == Care.Relation.SELF and any(one.relation == relation for one in cares)
        grown = rules.why_not_be_child(relation, Learner(born_until=born[1]).of_age_on) is not None
        care.relation = Care.Relation.OTHER if is_second or grown else relation
        care.learner = Learner(name=normalise(name))
    where = District.objects.filter(slug=district).first() if district else None
    _complete(
        actor,
        care,
        {"born_from": born[0], "born_until": born[1], "gender": gender or None, "district": where},
        consent_version,
    )
    return member, care.learner


def _member(actor: Member, contact: str) -> Member:
    column = "email" if "@" in contact else "phone"
    wanted: dict[str, Any] = {column: contact}
    member, is_new = Member.objects.get_or_create(**wanted)
    if is_new:
        record(actor=actor, verb="introduce", row=member, changes={column: "changed"})
    return Member.objects.select_for_update(no_key=True).get(pk=member.pk)


def _complete(actor: Member, care: Care, facts: dict[str, Any], consent_version: str) -> None:
    """Writes what was not known of the learner and the consent where none was noted, with one line for both."""
    missing = [name for name, value in facts.items() if value is not None and getattr(care.learner, name) is None]
    if care.pk and care.consent_version and not missing:
        return
    for name in missing:
        setattr(care.learner, name, facts[name])
    care.learner.save()
    changes: dict[str, Any] = dict.fromkeys(missing, "changed")
    if not care.consent_version:
        changes["consent_version"] = ["", consent_version]
        care.consent_version = consent_version
    care.learner_id = care.learner.pk
    care.until_on = rules.care_until(care.relation, care.learner.of_age_on)
    care.save()
    record(actor=actor, verb="consent", row=care, on_behalf=care.learner_id, changes=changes)
