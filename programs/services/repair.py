"""Corrections by hand, in Django's admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from members.services import record
from programs.models import Course
from programs.services.indexing import index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

    from members.models import Member

# Where a row's name stands in the searched text of courses.
_SEARCHED = {
    "course": "pk",
    "program": "program",
    "venue": "venue",
    "literacyarea": "program__area",
    "workgroup": "program__workgroup",
    "organisation": "program__workgroup__organisations",
    "slot": "slots",
}


def save_repaired(*, actor: Member, row: Model, fields: Iterable[str]) -> None:
    """Saves a row that a superuser corrected, with one audit line that names the fields, and brings the search up to date."""
    with transaction.atomic():
        verb = "repair" if row.pk else "add"
        row.save()
        record(actor=actor, verb=verb, row=row, changes=dict.fromkeys(fields, "changed"))
        path = _SEARCHED.get(row._meta.model_name or "")  # noqa: SLF001 - Django's documented name
        if path:
            index(Course.objects.filter(Q(**{path: row.pk})).values_list("pk", flat=True))
