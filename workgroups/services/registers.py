"""The city's short lists: districts, literacy areas, venues, organisations. One way to add, change and order them all."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction

from base.persian import normalise
from base.refusal import Refused, refuse_if
from members.models import District
from members.services import record
from workgroups import rules
from workgroups.models import LiteracyArea, Organisation, Venue
from workgroups.services import texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import Member

    Entry = District | LiteracyArea | Organisation | Venue
    Texts = Mapping[str, Mapping[str, str]]  # by field, then by language

ORDERED = (District, LiteracyArea)


def facts_of(row: Entry) -> dict[str, Any]:
    """What an entry says now: its columns and its texts by language."""
    columns = [field for field in row._meta.concrete_fields if field.name not in {"id", "slug", "order"}]  # noqa: SLF001 - Django's documented name
    found = {field.name: field.value_from_object(row) for field in columns}
    return found | {field: texts.read(row, field) for field in _words(row)}


def _words(row: Any) -> list[str]:
    return [str(field) for field in row._parler_meta.get_all_fields()]  # noqa: SLF001 - parler has no other name for it


def stamp_of(row: Entry) -> str:
    """Changes whenever the entry does: a form that carries it knows whether it is behind."""
    return hashlib.sha256(json.dumps(facts_of(row), sort_keys=True).encode()).hexdigest()[:16]


def add_entry(*, actor: Member, row: Entry, texts_of: Texts) -> Entry:
    """Adds an entry (not saved yet) with its texts by field and language; an ordered one stands last.

    Raises:
        Refused: `not_yours`, `language_missing`, `hidden_signs`, `slug_taken`, `one_municipality`, `sdg_wrong`, `place_wrong`.
    """
    refuse_if(rules.why_not_govern(actor) or _why_not_be(row, texts_of) or rules.why_not_address(row))
    try:
        with transaction.atomic():
            if isinstance(row, ORDERED):
                last = type(row).objects.order_by().aggregate(last=models.Max("order"))["last"]
                row.order = (last or 0) + 1
            row.save()
            _write(row, texts_of)
            record(actor=actor, verb="add_entry", row=row)
    except IntegrityError as error:
        raise Refused(rules.ADDRESS_TAKEN) from error
    return row


def edit_entry(
    *, actor: Member, row: Entry, columns: Mapping[str, Any], texts_of: Texts, stamp: str | None = None
) -> Entry:
    """Changes an entry; the same again changes nothing. Its address stays.

    Raises:
        Refused: `not_yours`, `changed` when it says something else than at `stamp`, and as `add_entry`.
    """
    refuse_if(rules.why_not_govern(actor))
    with transaction.atomic():
        row = type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)  # noqa: SLF001 - Django's documented name
        before, was = facts_of(row), stamp_of(row)
        for name, value in columns.items():
            setattr(row, name, value)
        refuse_if(_why_not_be(row, texts_of))
        row.save()
        _write(row, texts_of)
        after = facts_of(row)
        changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if not changed:
            return row
        refuse_if(rules.why_not_overwrite(was, stamp or was, before))
        record(actor=actor, verb="edit_entry", row=row, changes=changed)
    return row


def move_entry(*, actor: Member, row: Entry, by: int) -> None:
    """Lets an entry change places with the one before (-1) or after it (+1); at either end nothing happens.

    Raises:
        Refused: `not_yours`; `not_ordered` for a list that is read by name.
    """
    refuse_if(rules.why_not_govern(actor) or (None if isinstance(row, ORDERED) else rules.NOT_ORDERED))
    model: Any = type(row)
    with transaction.atomic():
        rows = list(model.objects.select_for_update(no_key=True).order_by("order", "slug"))
        was = next(place for place, one in enumerate(rows) if one.pk == row.pk)
        to = was + (1 if by > 0 else -1)
        if not 0 <= to < len(rows):
            return
        rows[was], rows[to] = rows[to], rows[was]
        for place, one in enumerate(rows, 1):
            model.objects.filter(pk=one.pk).exclude(order=place).update(order=place)
        record(actor=actor, verb="move_entry", row=row, changes={"order": [was + 1, to + 1]})


def _why_not_be(row: Entry, texts_of: Texts) -> Any:
    names = texts_of["name"]
    others = [text for field, by_language in texts_of.items() if field != "name" for text in by_language.values()]
    return rules.why_not_texts(names) or rules.why_not_clean(others) or rules.why_not_entry(row)


def _write(row: Entry, texts_of: Texts) -> None:
    for field, by_language in texts_of.items():
        is_line = field in {"name", "address"}
        texts.write(row, field, {key: normalise(text) if is_line else text for key, text in by_language.items()})
