"""Certificates as Open Badges 3.0: credentials signed with the city’s key; and judging one that somebody shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from base.templatetags.city import digits
from records import codes, papers
from records.models import Certificate
from records.signing import holds, public_text, signed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
LARGEST = 100_000  # letters of a badge that is read
VERDICTS = (*papers.STATES, "changed", "foreign", "unreadable")


def key() -> Ed25519PrivateKey | None:
    """The city's key; None where it has none, so that no badges are given."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # large, and few processes sign

    raw = settings.BADGE_SIGNING_KEY
    return Ed25519PrivateKey.from_private_bytes(raw) if raw else None


def did() -> str:
    """The city as the issuer of badges: its address as a `did:web`."""
    return "did:web:" + urlsplit(settings.SITE_URL).netloc.replace(":", "%3A")


def method(public: str) -> str:
    """The name of a public key."""
    return f"{did()}#{public}"


def keys() -> list[str]:
    """The public keys with which badges were signed, the present one first."""
    present = key()
    return ([public_text(present)] if present else []) + settings.BADGE_FORMER_KEYS


def controller() -> dict[str, Any]:
    """The document that says which keys are the city's (DID Core)."""
    known = [{"id": method(one), "type": "Multikey", "controller": did(), "publicKeyMultibase": one} for one in keys()]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did(),
        "verificationMethod": known,
        "assertionMethod": [one["id"] for one in known],
    }


def badge(certificate: Certificate, language: str) -> dict[str, Any]:
    """The certificate as a signed credential in that language, which is the page's.

    Raises:
        ValueError: the city has no key.
    """
    own = key()
    if own is None:
        raise ValueError("no key")
    issued = f"{certificate.issued_on.isoformat()}T00:00:00Z"
    document = _credential(certificate, papers.shown(certificate, language), language, issued)
    return signed(document, key=own, method=method(public_text(own)), created=issued)


def _credential(certificate: Certificate, one: dict[str, Any], language: str, issued: str) -> dict[str, Any]:
    facts = {"hours": digits(one["hours"]), "meetings": digits(one["meetings"]), "workgroup": one["workgroup"]}
    achievement = {
        "id": f"{settings.SITE_URL}/{language}/courses/{certificate.enrolment.course.slug}/",
        "type": ["Achievement"],
        "name": one["title"],
        "description": gettext("%(hours)s hours in %(meetings)s meetings, organised by %(workgroup)s") % facts,
        "criteria": {"narrative": gettext("Was there at the class meetings as often as the course asks for")},
        "inLanguage": language,
    }
    identity = {"type": "IdentityObject", "hashed": False, "identityHash": one["name"], "identityType": "name"}
    return {
        "@context": CONTEXT,
        "id": one["address"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": one["title"],
        "issuer": {"id": did(), "type": ["Profile"], "name": one["city"], "url": settings.SITE_URL},
        "validFrom": issued,
        "credentialSubject": {"type": ["AchievementSubject"], "identifier": [identity], "achievement": achievement},
    }


def judged(text: str) -> tuple[str, Certificate | None]:
    """What becomes of a badge that somebody shows, one of `VERDICTS`, and its certificate where we know it.

    `foreign` is one that does not say that it is ours; `changed` says so and is not as we signed it.
    """
    try:
        document = json.loads(text[:LARGEST])
        issuer = document["issuer"]
        named = str(issuer["id"] if isinstance(issuer, dict) else issuer)
        said = str(document["proof"]["verificationMethod"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable", None
    if named != did() or not said.startswith(f"{did()}#"):
        return "foreign", None
    public = said.partition("#")[2]
    if public not in keys() or not holds(document, public):
        return "changed", None
    rows = Certificate.objects.select_related("enrolment__learner", "enrolment__course")
    row = rows.filter(code=codes.read(str(document["id"]).rstrip("/").rpartition("/")[2])).first()
    return papers.state_of(row), row
