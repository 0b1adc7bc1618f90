"""Signatures over plain JSON by the suite eddsa-jcs-2022 (W3C, EdDSA Cryptosuites): nothing is fetched for them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SUITE = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # pragma: allowlist secret - an alphabet
ED25519 = b"\xed\x01"  # what a public key of this kind begins with (multicodec)


def canonical(value: Any) -> bytes:
    """JSON in the one spelling that is signed (RFC 8785).

    Raises:
        ValueError: a number with a fraction, or a name outside ASCII, whose spelling or order Python does otherwise.
    """
    _look(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _look(value: Any) -> None:
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError(value)
    if isinstance(value, dict):
        for name, one in value.items():
            if not name.isascii():
                raise ValueError(name)
            _look(one)
    if isinstance(value, list):
        for one in value:
            _look(one)


def to_base58(data: bytes) -> str:
    """Bytes as multibase text in base 58: "z" and the digits."""
    number, found = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, len(DIGITS))
        found = DIGITS[rest] + found
    return "z" + DIGITS[0] * (len(data) - len(data.lstrip(b"\0"))) + found


def from_base58(text: str) -> bytes:
    """The bytes again.

    Raises:
        ValueError: it is no such text.
    """
    if not text.startswith("z"):
        raise ValueError(text)
    digits, number = text[1:], 0
    for digit in digits:
        number = number * len(DIGITS) + DIGITS.index(digit)
    zeros = len(digits) - len(digits.lstrip(DIGITS[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as everybody may read it (Multikey)."""
    return to_base58(ED25519 + key.public_key().public_bytes_raw())


def signed(document: dict[str, Any], *, key: Ed25519PrivateKey, method: str, created: str) -> dict[str, Any]:
    """The document with its proof."""
    proof = SUITE | {"created": created, "verificationMethod": method, "@context": document["@context"]}
    return document | {"proof": proof | {"proofValue": to_base58(key.sign(_hashes(document, proof)))}}


def _hashes(document: dict[str, Any], proof: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical(proof)).digest() + hashlib.sha256(canonical(document)).digest()


def holds(document: dict[str, Any], public: str) -> bool:
    """Whether the document is as the holder of that public key signed it."""
    from cryptography.exceptions import InvalidSignature  # large, and few processes look at signatures
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    bare = {name: value for name, value in document.items() if name != "proof"}
    try:
        proof = dict(document["proof"])
        value, data = from_base58(proof.pop("proofValue")), from_base58(public)
        if any(proof.get(name) != said for name, said in SUITE.items()) or not data.startswith(ED25519):
            return False
        if proof.get("@context", bare.get("@context")) != bare.get("@context"):
            return False
        Ed25519PublicKey.from_public_bytes(data[len(ED25519) :]).verify(value, _hashes(bare, proof))
    except (InvalidSignature, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    return True
