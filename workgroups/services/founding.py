"""Founding a workgroup, and changing what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F

from base import clock
from base.persian import normalise
from base.refusal import Refused, refuse_if
from members.services import record
from workgroups import rules
from workgroups.models import Workgroup
from workgroups.services import texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from members.models import Member
    from workgroups.models import LiteracyArea, Organisation


def found(
    *,
    actor: Member,
    slug: str,
    name: Mapping[str, str],
    purpose: Mapping[str, str],
    areas: Sequence[LiteracyArea],
    organisations: Sequence[Organisation],
) -> Workgroup:
    """Founds a workgroup, today. It has nobody yet: whoever shall coordinate it is appointed next.

    Raises:
        Refused: `not_yours`, `language_missing`, `hidden_signs`, `municipality_missing`, `area_missing`, `slug_taken`.
    """
    refuse_if(rules.why_not_govern(actor) or _why_not_be(name, purpose, areas, organisations))
    refuse_if(rules.why_not_found(slug))
    try:
        with transaction.atomic():
            workgroup = Workgroup(slug=slug, founded_on=clock.today())
            workgroup.save()
            _write(workgroup, name, purpose)
            workgroup.areas.set(areas)
            workgroup.organisations.set(organisations)
            record(actor=actor, verb="found", row=workgroup)
    except IntegrityError as error:
        raise Refused(rules.SLUG_TAKEN) from error
    return workgroup


def edit_workgroup(
    *,
    actor: Member,
    workgroup: Workgroup,
    version: int,
    name: Mapping[str, str],
    purpose: Mapping[str, str],
    areas: Sequence[LiteracyArea],
    organisations: Sequence[Organisation],
) -> Workgroup:
    """Changes a workgroup's words, areas and member organisations; the same again changes nothing.

    Raises:
        Refused: `not_yours`, `changed` when someone else saved it since `version`, and as `found`.
    """
    refuse_if(rules.why_not_run(workgroup, actor) or _why_not_be(name, purpose, areas, organisations))
    with transaction.atomic():
        workgroup = Workgroup.objects.select_for_update(no_key=True).get(pk=workgroup.pk)
        before = _facts(workgroup)
        after = {
            "name": texts.titles(name),
            "purpose": {language: text.strip() for language, text in purpose.items()},
            "areas": sorted(area.slug for area in areas),
            "organisations": sorted(one.slug for one in organisations),
        }
        changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
        if not changed:
            return workgroup
        refuse_if(rules.why_not_save(workgroup, version, before))
        _write(workgroup, name, purpose)
        workgroup.areas.set(areas)
        workgroup.organisations.set(organisations)
        Workgroup.objects.filter(pk=workgroup.pk).update(version=F("version") + 1)
        workgroup.version += 1
        record(actor=actor, verb="edit_workgroup", row=workgroup, changes=changed)
    return workgroup


def _why_not_be(
    name: Mapping[str, str],
    purpose: Mapping[str, str],
    areas: Sequence[LiteracyArea],
    organisations: Sequence[Organisation],
) -> Any:
    return rules.why_not_texts(name) or rules.why_not_texts(purpose) or rules.why_not_made_of(organisations, areas)


def _write(workgroup: Workgroup, name: Mapping[str, str], purpose: Mapping[str, str]) -> None:
    texts.write(workgroup, "name", {language: normalise(text) for language, text in name.items()})
    texts.write(workgroup, "purpose", purpose)


def _facts(workgroup: Workgroup) -> dict[str, Any]:
    return {
        "name": texts.read(workgroup, "name"),
        "purpose": texts.read(workgroup, "purpose"),
        "areas": sorted(workgroup.areas.values_list("slug", flat=True)),
        "organisations": sorted(workgroup.organisations.values_list("slug", flat=True)),
    }
