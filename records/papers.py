"""A certificate as pages, paper and programs show it, in one language."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language

from records import codes

if TYPE_CHECKING:
    from records.models import Certificate

STATES = ("genuine", "revoked", "erased", "unknown")


def shown(certificate: Certificate, language: str = "") -> dict[str, Any]:
    """What the paper says in that language (the page's, if none is named), with its days, its code and the drawing of its QR."""
    language = language or get_language() or "fa"
    frozen: dict[str, Any] = certificate.frozen.get(language) or certificate.frozen["fa"]
    address = codes.address(certificate.code, language)
    days = {name: _day(frozen.get(name)) for name in ("starts_on", "ends_on")}
    return (
        frozen
        | days
        | {
            "hours": frozen["minutes"] // 60,
            "minutes": frozen["minutes"] % 60,
            "issued_on": certificate.issued_on,
            "code": codes.spelt(certificate.code),
            "address": address,
            "qr": codes.picture(address),
            "revoked_at": certificate.revoked_at,
            "reason": certificate.reason,
        }
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def state_of(certificate: Certificate | None) -> str:
    """What anybody may hear of a code: `genuine`, `revoked`, `erased` (of somebody whose data are gone) or `unknown`."""
    if certificate is None:
        return "unknown"
    if certificate.is_revoked:
        return "revoked"
    return "erased" if certificate.enrolment.learner.erased_at is not None else "genuine"
