"""Who a member is: their own learner, their language and colours, their powers."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from base.persian import normalise
from base.refusal import refuse_if
from members import rules
from members.models import Care, District, Learner, Member
from members.services.audit import record


@transaction.atomic
def save_profile(
    *, actor: Member, name: str, birth_year: int, gender: str | None = None, district: District | None = None
) -> Learner:
    """Says who the member is as a learner: first makes the learner and the care for oneself, later corrects it.

    The year is Jalali or Gregorian; kept is the interval from its first to its last day. None leaves
    gender and district as they are. The same again changes nothing
    and leaves no line. Locks the member's row, so that two at once make one learner.

    Raises:
        Refused: `name_hidden`, `name_short`, `name_long`, `birth_year`.
    """
    refuse_if(rules.why_not_name(name) or rules.why_not_birth_year(birth_year))
    born_from, born_until = rules.year_interval(birth_year)
    Member.objects.select_for_update(no_key=True).get(pk=actor.pk)
    care = Care.objects.select_related("learner").filter(guardian=actor, relation=Care.Relation.SELF).first()
    learner = care.learner if care else Learner()
    facts: dict[str, Any] = {"name": normalise(name), "born_from": born_from, "born_until": born_until}
    facts |= {fact: value for fact, value in (("gender", gender), ("district", district)) if value is not None}
    changed = [field for field, value in facts.items() if getattr(learner, field) != value]
    if not changed:
        return learner
    for field in changed:
        setattr(learner, field, facts[field])
    learner.save()
    if care is None:
        Care.objects.create(guardian=actor, learner=learner, relation=Care.Relation.SELF)
    record(
        actor=actor, verb="save_profile", row=learner, on_behalf=learner.pk, changes=dict.fromkeys(changed, "changed")
    )
    return learner


@transaction.atomic
def set_language_and_theme(*, actor: Member, language: str, theme: str) -> None:
    """Sets in which language and colours the portal meets a member; the same again changes nothing.

    Raises:
        Refused: `unknown_choice`.
    """
    refuse_if(rules.why_not_set_language_and_theme(language, theme))
    was = {"language": actor.language, "theme": actor.theme}
    now = {"language": language, "theme": theme}
    if was == now:
        return
    actor.language, actor.theme = language, theme
    actor.save(update_fields=["language", "theme"])
    changes = {field: [was[field], now[field]] for field in now if was[field] != now[field]}
    record(actor=actor, verb="set_language_and_theme", row=actor, changes=changes)


@transaction.atomic
def grant_superuser(*, member: Member) -> None:
    """Gives a member every right; only the machine's own command line may. Ends no session; twice changes nothing."""
    if Member.objects.filter(pk=member.pk, is_superuser=False).update(is_superuser=True):
        record(actor=None, verb="grant_superuser", row=member, changes={"is_superuser": [False, True]})


@transaction.atomic
def save_district(*, actor: Member, district: District) -> None:
    """Adds or renames a municipal district, as an administrator repairs it."""
    district.save()
    record(actor=actor, verb="save_district", row=district)
