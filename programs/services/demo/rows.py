"""How the demo city's rows are written: many at once, in both languages, with their lines in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from base import clock
from members.models import Audit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

    from programs.demo.files import Entry

M = TypeVar("M", bound="Model")
DOOR = "demo"


def ids(model: Any) -> dict[str, int]:
    """The ids of all rows of a kind by slug."""
    return dict(model.objects.values_list("slug", "pk"))


def absent(model: Any, entries: Iterable[Entry]) -> list[Entry]:
    """The entries that have no row yet."""
    known = ids(model)
    return [entry for entry in entries if entry["slug"] not in known]


def write(rows: Iterable[M]) -> list[M]:
    """Inserts rows of one kind at once."""
    rows = list(rows)
    return type(rows[0])._default_manager.bulk_create(rows) if rows else []  # noqa: SLF001 - Django's documented name


def write_texts(model: Any, texts: Mapping[int, Mapping[str, Mapping[str, str]]]) -> None:
    """Inserts the texts of rows: by id, then by language, then by field."""
    translation = model._parler_meta.root_model  # noqa: SLF001 - parler has no other name for it
    names = {field.name for field in translation._meta.concrete_fields}  # noqa: SLF001 - Django's documented name
    dated = {"written_at": clock.now()} if "written_at" in names else {}
    write(
        translation(master_id=pk, language_code=language, **dated, **fields)
        for pk, languages in texts.items()
        for language, fields in languages.items()
    )


def line(row: Model, verb: str, *, at: dt.datetime | None = None, **columns: Any) -> Audit:
    """A line of the trail about a row; to be inserted with `write`."""
    label = row._meta.label_lower  # noqa: SLF001 - Django's documented name
    return Audit(at=at or clock.now(), verb=verb, object_type=label, object_id=row.pk, door=DOOR, **columns)
