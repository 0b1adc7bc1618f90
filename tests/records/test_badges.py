"""Open Badges: signed as W3C's own example is, opened by a verifier of other make, and a changed one is told from a
true, a revoked, a foreign and an unreadable one.
"""

from __future__ import annotations

import copy
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from records import badges, codes, services, signing
from records.models import Attendance, Certificate
from tests.programs.town import DAY
from tests.records.conftest import Class, signed_in

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

# Example of the W3C Recommendation "Data Integrity EdDSA Cryptosuites v1.0", B.3
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
EXAMPLE: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    "proof": {
        **signing.SUITE,
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": f"did:key:{PUBLIC}#{PUBLIC}",
        "@context": CONTEXT,
        "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
    },
}


def test_the_example_of_the_standard_holds_and_a_changed_one_does_not() -> None:
    assert signing.holds(EXAMPLE, PUBLIC)
    assert not signing.holds(EXAMPLE | {"name": "Alumni credential"}, PUBLIC)
    assert not signing.holds({name: value for name, value in EXAMPLE.items() if name != "proof"}, PUBLIC)


@pytest.mark.parametrize("odd", [1.5, {"نام": 1}, [2**53]])
def test_what_is_spelt_differently_elsewhere_is_not_signed(odd: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        signing.canonical({"a": odd})


@pytest.fixture
def row(room: Class) -> Certificate:
    """The certificate of the first learner of a course that is over."""
    room.begin(-22 * DAY)
    for meeting in room.meetings:
        Attendance.objects.create(enrolment=room.places[0], meeting=meeting, mark="present", by=room.instructor)
    services.confirm(actor=room.coordinator, course=room.course)
    return Certificate.objects.valid().select_related("enrolment__course").get()


def download(row: Certificate, language: str = "en") -> dict[str, Any]:
    client = signed_in(row.enrolment.asked_by)
    answer = client.get(f"/{language}/me/certificates/{codes.spelt(row.code)}/badge.json")
    assert answer.status_code == 200
    return answer.json()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_somebody_elses_verifier_finds_the_key_and_the_signature_good(row: Certificate, language: str) -> None:
    found = download(row, language)
    document = Client().get("/.well-known/did.json").json()
    (method,) = [one for one in document["verificationMethod"] if one["id"] == found["proof"]["verificationMethod"]]
    assert (document["id"], found["issuer"]["id"]) == (method["controller"], "did:web:127.0.0.1%3A8000")
    proof = dict(found.pop("proof"))
    value = signing.from_base58(proof.pop("proofValue"))

    def digest(one: dict[str, Any]) -> bytes:
        plain = json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(plain.encode()).digest()

    raw = signing.from_base58(method["publicKeyMultibase"])[2:]
    Ed25519PublicKey.from_public_bytes(raw).verify(value, digest(proof) + digest(found))
    subject = found["credentialSubject"]
    assert found["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert found["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert subject["identifier"][0]["identityHash"] == "آرش"
    assert {"id", "type", "name", "description", "criteria"} <= set(subject["achievement"])


def test_true_changed_revoked_foreign_and_unreadable_ones_are_told_apart(row: Certificate, room: Class) -> None:
    true = download(row)
    other, named = copy.deepcopy(true), copy.deepcopy(true)
    other["credentialSubject"]["identifier"][0]["identityHash"] = "بهرام"
    named["issuer"]["id"] = "did:web:elsewhere.example.org"
    bare = {name: value for name, value in true.items() if name != "proof"}
    thief = Ed25519PrivateKey.generate()
    forged = signing.signed(
        {name: value for name, value in other.items() if name != "proof"},
        key=thief,
        method=badges.method(signing.public_text(thief)),
        created="2026-01-01T00:00:00Z",
    )
    cases = {
        "genuine": [true],
        "changed": [other, forged, true | {"validFrom": "2020-01-01T00:00:00Z"}, true | {"extra": 1}],
        "foreign": [named, EXAMPLE],
        "unreadable": [bare, [], "x"],
    }
    for verdict, shown in cases.items():
        assert [badges.judged(json.dumps(one))[0] for one in shown] == [verdict] * len(shown)
    services.revoke(actor=room.coordinator, certificate=row, reason="نام نادرست")
    assert badges.judged(json.dumps(true))[0] == "revoked"


def test_anybody_checks_a_badge_on_the_page(row: Certificate) -> None:
    true, visitor = json.dumps(download(row)), Client()
    changed = true.replace("Photography", "Surgery")

    def said(**data: Any) -> str:
        return " ".join(visitor.post("/en/verify/badge/", data).content.decode().split())

    assert "The badge is as the city signed it" in said(badge=true)
    assert "The badge is as the city signed it" in said(file=SimpleUploadedFile("b.json", true.encode()))
    assert "This badge was changed" in said(badge=changed)
    assert "آرش" not in said(badge=changed)
    assert visitor.post("/en/verify/badge/", {}).status_code == 422
    large = SimpleUploadedFile("b.json", b" " * (badges.LARGEST + 1))
    assert visitor.post("/en/verify/badge/", {"file": large}).status_code == 422


def test_a_badge_of_a_former_key_holds_as_long_as_the_key_is_listed(
    row: Certificate, settings: SettingsWrapper, capsys: pytest.CaptureFixture[str]
) -> None:
    old = json.dumps(download(row))
    call_command("badge_key")
    printed = capsys.readouterr().out
    settings.BADGE_FORMER_KEYS = printed.strip().rpartition("=")[2].split(",")
    settings.BADGE_SIGNING_KEY = b"k" * 32
    assert badges.judged(old)[0] == "genuine"
    settings.BADGE_FORMER_KEYS = []
    assert badges.judged(old)[0] == "changed"
    settings.BADGE_SIGNING_KEY = None
    client, code = signed_in(row.enrolment.asked_by), codes.spelt(row.code)
    assert client.get(f"/en/me/certificates/{code}/badge.json").status_code == 404
    assert "Open Badge" not in client.get(f"/en/me/certificates/{code}/").content.decode()
