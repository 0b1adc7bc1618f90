"""What the city says of itself: its names, its help line, its night, its logo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import uploads
from base.persian import latin_digits, normalise
from base.refusal import refuse_if
from members import city
from members.models import City
from members.services import record
from workgroups import rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from django.core.files.base import File

    from members.models import Member

WIDEST_LOGO = 480


def set_city(
    *,
    actor: Member,
    version: int,
    names: Mapping[str, str],
    phone: str,
    quiet_from: dt.time,
    quiet_until: dt.time,
) -> City:
    """Says what the city is called, who answers its line and when it sleeps; the same again changes nothing.

    Raises:
        Refused: `not_yours`, `language_missing`, `hidden_signs`, `name_long`, `phone_wrong`, `night_long`; `changed` when
            someone else saved it since `version`.
    """
    refuse_if(rules.why_not_govern(actor) or rules.why_not_texts(names))
    refuse_if(rules.why_not_call(names, phone) or rules.why_not_sleep(quiet_from, quiet_until))
    after = {
        "names": {language: normalise(text) for language, text in names.items()},
        "phone": latin_digits(normalise(phone)),
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
    }
    return _settle(actor, "set_city", after, version)


def set_logo(*, actor: Member, picture: File[bytes] | None) -> City:
    """Puts the city's own picture into the header, or (None) the drawn mark back. The old file stays for pages in caches.

    Raises:
        Refused: `not_yours`, and as `uploads.picture`.
    """
    refuse_if(rules.why_not_govern(actor))
    name = uploads.keep(uploads.picture(picture, widest=WIDEST_LOGO)) if picture else ""
    return _settle(actor, "set_logo", {"logo": name}, None)


def _settle(actor: Member, verb: str, after: dict[str, Any], version: int | None) -> City:
    with transaction.atomic():
        row = _locked()
        before = {field: getattr(row, field) for field in after}
        changed = {field: [str(before[field]), str(after[field])] for field in after if before[field] != after[field]}
        if not changed and row.version:
            return row
        if version is not None:
            refuse_if(rules.why_not_save(row, version, before))
        for field, value in after.items():
            setattr(row, field, value)
        row.version += 1
        row.save()
        record(actor=actor, verb=verb, row=row, changes=changed)
    city.forget()
    return row


def _locked() -> City:
    """The one row, made of what the environment says where there is none yet."""
    now = city.of_environment()
    defaults = {"names": now.names, "phone": now.phone}
    City.objects.get_or_create(pk=City.ONLY, defaults=defaults)
    return City.objects.select_for_update().get(pk=City.ONLY)
