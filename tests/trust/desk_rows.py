"""The rows that the addresses of the city's desk name in the table of rights."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from base import uploads
from members.models import District, Member
from workgroups.models import Appointment, LiteracyArea, Organisation, Venue

Values = dict[tuple[str, str], dict[str, Any]]


def fill(values: Values) -> None:
    """Adds what each address needs."""
    document = uploads.document(ContentFile(b"%PDF-1.7\n%%EOF\n", "a.pdf"))
    values["file", "kept"] = {"name": uploads.keep(document)}
    values["file", "unknown"] = {"name": "0" * 32 + ".pdf"}
    for name in ("city_register", "city_entry_new", "city_entry_add"):
        values[f"programs:{name}", ""] = {"kind": "organisations"}
    for name in ("city_entry", "city_entry_save", "city_entry_move"):
        values[f"programs:{name}", ""] = {"kind": "organisations", "slug": "municipality"}
    _registers(values)
    person = Member.objects.order_by("pk").first()
    term = Appointment.objects.filter(role=Appointment.Role.STAFF).first()
    for name in ("", "_contact", "_sessions", "_merge", "_merge_confirm"):
        values[f"programs:city_person{name}", ""] = {"pk": person and person.pk}
    for name in ("city_erase", "city_erase_ask", "city_keep"):
        values[f"privacy:{name}", ""] = {"pk": person and person.pk}
    for name in ("", "_contact", "_sign_out", "_merge"):
        values[f"api_city_person{name}", ""] = {"pk": person and person.pk}
    for name in ("city_staff_term", "city_staff_term_save"):
        values[f"programs:{name}", ""] = {"pk": term and term.pk}


def _registers(values: Values) -> None:
    """An entry of each register for the API."""
    rows = {"districts": District, "areas": LiteracyArea, "venues": Venue, "organisations": Organisation}
    for kind, model in rows.items():
        slug = model.objects.values_list("slug", flat=True)[0]
        for name in ("entry", "move"):
            values[f"api_city_{kind}_{name}", ""] = {"slug": slug}
