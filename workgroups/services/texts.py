"""How texts in several languages are written and read back: by language, past parler's memory of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base.persian import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping


def write(row: Any, field: str, texts: Mapping[str, str]) -> None:
    """Writes one text of a row in each language that is given; an empty one stands too, so that it can be taken back."""
    translation = row._parler_meta.root_model  # noqa: SLF001 - parler has no other name for it
    for language, text in texts.items():
        translation.objects.update_or_create(master_id=row.pk, language_code=language, defaults={field: text.strip()})


def read(row: Any, field: str) -> dict[str, str]:
    """One text of a row by language, as it is stored now."""
    translation = row._parler_meta.root_model  # noqa: SLF001 - parler has no other name for it
    found: dict[str, str] = dict(translation.objects.filter(master_id=row.pk).values_list("language_code", field))
    return found


def titles(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts of one line as they are stored, without empty ones."""
    found = {language: normalise(text) for language, text in texts.items()}
    return {language: text for language, text in found.items() if text}
