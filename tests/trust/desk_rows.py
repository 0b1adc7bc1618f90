"""The rows that the addresses of the city's desk name in the table of rights."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from base import uploads

Values = dict[tuple[str, str], dict[str, Any]]


def fill(values: Values, data: Values) -> None:
    """Adds what each address and each form needs."""
    document = uploads.document(ContentFile(b"%PDF-1.7\n%%EOF\n", "a.pdf"))
    values["file", "kept"] = {"name": uploads.keep(document)}
    values["file", "unknown"] = {"name": "0" * 32 + ".pdf"}
    for name in ("city_register", "city_entry_new", "city_entry_add"):
        values[f"programs:{name}", ""] = {"kind": "organisations"}
    for name in ("city_entry", "city_entry_save", "city_entry_move"):
        values[f"programs:{name}", ""] = {"kind": "organisations", "slug": "municipality"}
