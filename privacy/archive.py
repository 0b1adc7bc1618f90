"""Everything about a member and those for whom they act, as one ZIP of JSON and CSV: made from the classification of the columns,
so that a new one cannot be forgotten. Nothing about anybody else is in it.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import ForeignKey, Q

from members.models import Audit, Learner, Member
from privacy.columns import FIELDS, SECRET
from privacy.owners import DEEDS, OWNED, Subject, in_care_of, rows_of
from programs.models import AnswerFile
from programs.sheets import as_csv, cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field

FILE = "my-data.zip"
README = """همه‌ی آنچه این سامانه دربارهٔ شما و کسانی دارد که از طرفشان عمل می‌کنید.
data.json همه را یک‌جا دارد؛ در پوشهٔ tables هر جدول یک پرونده برای صفحه‌گسترده است، و در files پرونده‌هایی که خودتان داده‌اید.
«me» خودتان هستید. آنچه دربارهٔ دیگران است خالی مانده است.

All that this portal has about you and those for whom you act.
data.json has it in one; in the folder tables each table is a file for a spreadsheet, in files is what you uploaded.
“me” is yourself. What is about others was left empty.
"""
Row = dict[str, Any]


def build(member: Member) -> bytes:
    """The file."""
    who = in_care_of(member)
    tables = {label: [_plain(row, label, who) for row in rows_of(label, who)] for label in OWNED}
    own = {(label.lower(), row["id"]) for label, rows in tables.items() for row in rows}
    whole: dict[str, list[Row]] = tables | {"trail": list(_trail(who, own)), "deeds": list(_deeds(who, own))}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", README)
        archive.writestr("data.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        for label, rows in whole.items():
            if rows:
                archive.writestr(f"tables/{label}.csv", _csv(rows))
        for one in rows_of("programs.AnswerFile", who).iterator(chunk_size=1):
            archive.writestr(*_file(one))
    return out.getvalue()


def columns_of(label: str) -> list[Field[Any, Any]]:
    """The columns of a table that a download shows: all but what opens something."""
    fields = apps.get_model(label)._meta.concrete_fields  # noqa: SLF001 - Django's documented name
    return [one for one in fields if FIELDS.get(f"{label}.{one.name}") != SECRET]


def _plain(row: Any, label: str, who: Subject) -> Row:
    """A row by column; what names somebody else is None."""
    found: Row = {"id": row.pk}
    for field in columns_of(label):
        value = getattr(row, field.attname)
        if isinstance(field, ForeignKey):
            value = _who(field, value, who)
        elif field.name in OWNED[label].others.split():
            value = value if value in who.contacts else None
        found[field.name] = f"files/{row.pk}.{row.kind}" if isinstance(value, bytes | memoryview) else value
    if label == "notifications.Notice":
        found["values"] = _said(found["values"], who)
    return found


def _who(field: ForeignKey[Any, Any], value: Any, who: Subject) -> Any:
    if field.related_model is Member:
        return "me" if value == who.member.pk else None
    if field.related_model is Learner:
        return value if value in who.learners else None
    return value


def _said(values: Row, who: Subject) -> Row:
    """What a message says, without the names of learners who are not the member's."""
    names = set(Learner.objects.filter(pk__in=who.learners).values_list("name", flat=True))
    known = names | {name.partition(" ")[0] for name in names}
    told = values.get("learner")
    if told is None or (isinstance(told, str) and told in known):
        return values
    return values | {"learner": None}


def _trail(who: Subject, own: set[tuple[str, Any]]) -> Iterator[Row]:
    """What the member did, and what was done for them and their learners by whomever; of lines about somebody else's rows no more
    than that they acted.
    """
    oneself = Q(object_type="members.member", object_id=who.member.pk)
    lines = Audit.objects.filter(Q(actor_id=who.member.pk) | Q(for_id__in=who.learners) | oneself).order_by("pk")
    for line in lines.iterator(chunk_size=1000):
        row: Row = {"id": line.pk, "at": line.at, "by": "me" if line.actor_id == who.member.pk else None}
        row |= {"verb": line.verb, "object_type": line.object_type, "door": line.door}
        is_own = line.for_id in who.learners or (line.object_type, line.object_id) in own
        yield row | ({"for": line.for_id, "object_id": line.object_id, "changes": line.changes} if is_own else {})


def _deeds(who: Subject, own: set[tuple[str, Any]]) -> Iterator[Row]:
    """What the member did for others, without them."""
    for deed, names in DEEDS.items():
        label, column = deed.rsplit(".", 1)
        model: Any = apps.get_model(label)
        for pk, *values in model._base_manager.filter(**{column: who.member.pk}).values_list("pk", *names):  # noqa: SLF001 - Django's documented name
            if (label.lower(), pk) not in own:
                yield {"id": pk, "what": deed, **dict(zip(names, values, strict=True))}


def _csv(rows: list[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return as_csv([names, *([_cell(row.get(name)) for name in names] for row in rows)])


def _cell(value: Any) -> str:
    is_whole = isinstance(value, dict | list)
    return json.dumps(value, ensure_ascii=False, default=str) if is_whole else cell(value)


def _file(row: Any) -> tuple[str, bytes]:
    assert isinstance(row, AnswerFile)  # noqa: S101 # nosec B101 - of that table
    return f"files/{row.pk}.{row.kind}", bytes(row.content)
