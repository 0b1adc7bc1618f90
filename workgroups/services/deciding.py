"""What a workgroup decides: writing it down, changing it, saying what became of it, publishing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from base import clock
from base.refusal import refuse_if
from members.models import Member
from members.services import record
from workgroups import rules
from workgroups.models import Decision, Organisation, Workgroup
from workgroups.services import texts
from workgroups.services.minutes import locked
from workgroups.services.telling import facts_of_decision, owners_of, tell

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from workgroups.models import Meeting


def decide(
    *, actor: Member, meeting: Meeting, text: Mapping[str, str], owner: rules.Owner, due_on: dt.date
) -> Decision:
    """Writes down what was decided in a meeting, who owes it (a person, an organisation, a role) and by when. They are told.

    The text may be in one language; to be published it needs both. Locks the workgroup's row: numbers have no gap.

    Raises:
        Refused: `not_yours`, `called_off`, `approved`, `not_begun`, `empty`, `hidden_signs`, `not_in_group`, `due_past`.
    """
    refuse_if(rules.why_not_run(meeting.workgroup, actor) or rules.why_not_say(text))
    with transaction.atomic():
        Workgroup.objects.select_for_update(no_key=True).get(pk=meeting.workgroup_id)
        meeting = locked(meeting)
        refuse_if(rules.why_not_mark(meeting))
        refuse_if(rules.why_not_owe(meeting.workgroup, owner) or rules.why_not_due(due_on))
        last = Decision.objects.filter(workgroup=meeting.workgroup).aggregate(last=Max("number"))["last"] or 0
        decision = Decision(workgroup=meeting.workgroup, meeting=meeting, number=last + 1, due_on=due_on, **owed(owner))
        decision.save()
        texts.write(decision, "text", texts.titles(text))
        record(actor=actor, verb="decide", row=decision, changes={"due_on": due_on.isoformat()})
        _tell_owner(decision)
    return decision


def edit_decision(
    *,
    actor: Member,
    decision: Decision,
    version: int,
    text: Mapping[str, str],
    owner: rules.Owner,
    due_on: dt.date,
) -> Decision:
    """Changes words, owner or last day of an open decision; a new owner is told. The same again changes nothing.

    The words of a meeting whose minutes are approved stay; a translation may be added to them.

    Raises:
        Refused: `not_yours`, `decision_closed`, `changed`, `approved`, `empty`, `hidden_signs`, `not_in_group`,
            `due_past`; `language_missing` when a published one would lose a language.
    """
    refuse_if(rules.why_not_run(decision.workgroup, actor) or rules.why_not_say(text))
    with transaction.atomic():
        decision = _locked(decision)
        before, words = _facts(decision), texts.titles(text)
        after = {"text": words, "due_on": due_on.isoformat(), **_plain(owed(owner))}
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if not changes:
            return decision
        refuse_if(rules.why_not_save(decision, version, before) or rules.why_not_edit(decision))
        refuse_if(rules.why_not_reword(decision, before["text"], words) or rules.why_not_due(due_on, decision.due_on))
        is_other = before["owner"] != after["owner"]
        refuse_if(rules.why_not_owe(decision.workgroup, owner) if is_other else None)
        for name, value in {"due_on": due_on, **owed(owner)}.items():
            setattr(decision, name, value)
        _save(decision, "due_on", "owner", "owner_role", "owner_organisation")
        texts.write(decision, "text", {language: words.get(language, "") for language in {*words, *before["text"]}})
        record(actor=actor, verb="edit_decision", row=decision, changes=changes)
        if is_other:
            _tell_owner(decision)
    return decision


def close(*, actor: Member, decision: Decision, state: str) -> Decision:
    """Says what became of a decision: done, given up, or open again. Twice changes nothing.

    Raises:
        Refused: `not_yours` unless the actor coordinates the workgroup, is staff, or owes it by name.
    """
    refuse_if(rules.why_not_close(decision, actor))
    with transaction.atomic():
        decision = _locked(decision)
        if decision.state == state:
            return decision
        before, decision.state = decision.state, state
        decision.closed_on = None if decision.is_open else clock.today()
        _save(decision, "state", "closed_on")
        record(actor=actor, verb="close", row=decision, changes={"state": [before, state]})
    return decision


def publish_decision(*, actor: Member, decision: Decision, is_published: bool = True) -> Decision:
    """Puts a decision on the workgroup's public page, or takes it off again. Twice changes nothing.

    Raises:
        Refused: `not_yours`; `language_missing` unless it is written in every language of the site.
    """
    refuse_if(rules.why_not_run(decision.workgroup, actor))
    with transaction.atomic():
        decision = _locked(decision)
        if decision.is_published == is_published:
            return decision
        refuse_if(rules.why_not_texts(texts.read(decision, "text")) if is_published else None)
        decision.is_published = is_published
        _save(decision, "is_published")
        record(actor=actor, verb="publish_decision", row=decision, changes={"is_published": is_published})
    return decision


def owed(owner: rules.Owner) -> dict[str, Any]:
    """The columns that say who owes a decision."""
    return {
        "owner": owner if isinstance(owner, Member) else None,
        "owner_role": owner if isinstance(owner, str) else "",
        "owner_organisation": owner if isinstance(owner, Organisation) else None,
    }


def _plain(columns: dict[str, Any]) -> dict[str, str]:
    """The owner as plain JSON: a role, or a kind and an id."""
    for kind in ("owner", "owner_organisation"):
        if columns[kind] is not None:
            return {"owner": f"{kind.removeprefix('owner_') if '_' in kind else 'member'}:{columns[kind].pk}"}
    return {"owner": f"role:{columns['owner_role']}"}


def _facts(decision: Decision) -> dict[str, Any]:
    columns = {name: getattr(decision, name) for name in ("owner", "owner_role", "owner_organisation")}
    found = {language: text for language, text in texts.read(decision, "text").items() if text}
    return {"text": found, "due_on": decision.due_on.isoformat(), **_plain(columns)}


def _locked(decision: Decision) -> Decision:
    rows = Decision.objects.select_related("workgroup", "meeting", "owner", "owner_organisation")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=decision.pk)


def _save(decision: Decision, *columns: str) -> None:
    decision.version += 1
    decision.save(update_fields=[*columns, "version"])


def _tell_owner(decision: Decision) -> None:
    key = f"decision:{decision.pk}:owed:{decision.version}"
    tell("decision_owed", key, owners_of(decision), facts_of_decision(decision))
