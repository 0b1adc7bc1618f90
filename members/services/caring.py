"""Those for whom a member acts: written down, corrected, and the care for them ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from base import clock
from base.persian import normalise
from base.refusal import refuse_if
from members import rules
from members.models import Care, Learner, Member
from members.services.audit import record

if TYPE_CHECKING:
    from members.models import District

CARE_CONSENT = "2026-11"  # the version of what is ticked when somebody is added: `forms.CONSENT_TO_CARE`


class Person(NamedTuple):
    """Who a learner is, as typed; gender and district only where somebody wants to say them."""

    name: str
    birth_year: int
    gender: str | None = None
    district: District | None = None

    def facts(self) -> dict[str, Any]:
        """The learner's columns.

        Raises:
            Refused: `name_hidden`, `name_short`, `name_long`, `birth_year`, `unknown_choice`.
        """
        refuse_if(rules.why_not_name(self.name) or rules.why_not_birth_year(self.birth_year))
        refuse_if(rules.UNKNOWN_CHOICE if self.gender and self.gender not in Learner.Gender.values else None)
        born_from, born_until = rules.year_interval(self.birth_year)
        born = {"born_from": born_from, "born_until": born_until}
        return {"name": normalise(self.name), **born, "gender": self.gender or None, "district": self.district}


@transaction.atomic
def care_for(*, actor: Member, person: Person, relation: str, consents: bool) -> Learner:
    """Adds somebody for whom the member acts from today on, with the version of the text to which they agreed; for a child
    until the day on which it turns eighteen.

    Locks the member's row, so that two at once neither pass the limit nor make one person twice.

    Raises:
        Refused: `unknown_choice`, `consent`, `duplicate`, `family_full`, `grown`; those of `Person.facts`.
    """
    refuse_if(rules.why_not_act_for(relation, consents=consents))
    facts = person.facts()
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    known = list(Care.objects.open_on(clock.today()).filter(guardian=actor).select_related("learner"))
    refuse_if(rules.why_not_care_for(known, facts["name"], (facts["born_from"], facts["born_until"])))
    learner = Learner(**facts)
    refuse_if(rules.why_not_be_child(relation, learner.of_age_on))
    learner.save()
    until_on = rules.care_until(relation, learner.of_age_on)
    how: dict[str, Any] = {"relation": relation, "until_on": until_on, "consent_version": CARE_CONSENT}
    care = Care.objects.create(guardian=actor, learner=learner, **how)
    given = [name for name, value in facts.items() if value is not None]
    changes = dict.fromkeys(given, "changed") | {"relation": "changed", "consent_version": ["", CARE_CONSENT]}
    record(actor=actor, verb="care_for", row=care, on_behalf=learner.pk, changes=changes)
    return learner


@transaction.atomic
def edit_learner(*, actor: Member, learner: Learner, person: Person, relation: str) -> Learner:
    """Corrects what is known of somebody for whom the member acts; the same again changes nothing and leaves no line.

    With another year of birth every care for a child ends on another day. Locks the member's row, then the learner's.

    Raises:
        Refused: `not_yours`, `oneself`, `own_account`, `duplicate`, `grown`, `unknown_choice`; those of `Person.facts`.
    """
    refuse_if(rules.why_not_act_for(relation, consents=True))
    facts = person.facts()
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    known = list(Care.objects.open_on(clock.today()).filter(guardian=actor).select_related("learner"))
    care = next((one for one in known if one.learner_id == learner.pk), None)
    has_account = Care.objects.filter(learner=learner, relation=Care.Relation.SELF).exists()
    refuse_if(rules.why_not_edit_learner(care, has_account=has_account))
    others = [one for one in known if one.learner_id != learner.pk]
    refuse_if(rules.why_not_call(others, facts["name"], (facts["born_from"], facts["born_until"])))
    fresh = Learner.objects.select_for_update(no_key=True).get(pk=learner.pk)
    changed = _write(fresh, facts)
    refuse_if(rules.why_not_be_child(relation, fresh.of_age_on))
    changed += _write(care, {"relation": relation})
    _end_when_grown(fresh)
    if changed:
        changes = dict.fromkeys(changed, "changed")
        record(actor=actor, verb="edit_learner", row=fresh, on_behalf=fresh.pk, changes=changes)
    return fresh


def _end_when_grown(learner: Learner) -> None:
    """The care of every guardian ends when a child turns eighteen, that for another reason stays."""
    for care in rules.guardians_of(learner.pk):
        _write(care, {"until_on": rules.care_until(care.relation, learner.of_age_on)})


def _write(row: Any, facts: dict[str, Any]) -> list[str]:
    """Writes what differs; the names of it."""
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    if changed:
        row.save(update_fields=changed)
    return changed


@transaction.atomic
def end_care(*, actor: Member, care: Care, has_places: bool) -> None:
    """Ends the member's right to act for somebody, at once; twice changes nothing.

    The caller holds the learner's lock and says whether places in courses would be left behind.

    Raises:
        Refused: `not_yours`, `oneself`, `has_places` unless another guardian stays.
    """
    refuse_if(None if care.guardian_id == actor.pk else rules.NOT_YOURS)
    today = clock.today()
    others = Care.objects.open_on(today).filter(learner=care.learner_id, guardian__erased_at__isnull=True)
    is_shared = others.exclude(guardian=actor).exists()
    refuse_if(rules.why_not_end_care(care, is_shared=is_shared, has_places=has_places))
    if Care.objects.open_on(today).filter(pk=care.pk).update(until_on=today):
        changes = {"until_on": [care.until_on and care.until_on.isoformat(), today.isoformat()]}
        record(actor=actor, verb="end_care", row=care, on_behalf=care.learner_id, changes=changes)
