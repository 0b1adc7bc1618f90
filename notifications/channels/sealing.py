"""What is handed to a push service: sealed for one browser (RFC 8188, 8291), signed by the city (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
import json
import os
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from base import clock

RECORD = 4096
POINT, SECRET, SALT = 65, 16, 16
SIGNED_FOR, SIGNED_ANEW = 12 * 3600, 3600  # seconds; RFC 8292 allows a day
CURVE = ec.SECP256R1()


def are_keys(public_key: str, shared_secret: str) -> bool:
    """Whether these are a point of the curve and a secret as browsers give them."""
    try:
        _point(decoded(public_key))
        return len(decoded(shared_secret)) == SECRET
    except ValueError:
        return False


def encrypt(
    text: bytes,
    public_key: str,
    shared_secret: str,
    *,
    salt: bytes = b"",
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The text as one record that only the holder of the private key can read (RFC 8291); a new pair and salt each time."""
    theirs, own, salt = decoded(public_key), own or ec.generate_private_key(CURVE), salt or os.urandom(SALT)
    ours = public_point(own)
    shared = own.exchange(ec.ECDH(), _point(theirs))
    first = _derived(shared, decoded(shared_secret), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(first, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(first, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def _derived(secret: bytes, salt: bytes, about: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=about).derive(secret)


def _point(data: bytes) -> ec.EllipticCurvePublicKey:
    if len(data) != POINT:
        raise ValueError("no uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)


def authorization(audience: str) -> str:
    """Who we are, signed for one push service (RFC 8292); the same words for an hour."""
    return _authorization(audience, settings.VAPID_PRIVATE_KEY, int(clock.now().timestamp()) // SIGNED_ANEW)


@lru_cache(maxsize=64)
def _authorization(audience: str, given: str, hour: int) -> str:
    key = private_key(given)
    claims = {"aud": audience, "exp": hour * SIGNED_ANEW + SIGNED_FOR, "sub": settings.SECURITY_CONTACT}
    said = ".".join(encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    pair = utils.decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    signature = b"".join(number.to_bytes(32, "big") for number in pair)
    return f"vapid t={said}.{encoded(signature)}, k={encoded(public_point(key))}"


def private_key(given: str) -> ec.EllipticCurvePrivateKey:
    """The key from its 32 bytes in base64url.

    Raises:
        ValueError: it is none.
    """
    data = decoded(given)
    if len(data) != CURVE.key_size // 8:
        raise ValueError("no key")
    return ec.derive_private_key(int.from_bytes(data, "big"), CURVE)


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key, as browsers take it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def new_pair() -> tuple[str, str]:
    """A private key and its public half, in base64url."""
    key = ec.generate_private_key(CURVE)
    return encoded(key.private_numbers().private_value.to_bytes(32, "big")), encoded(public_point(key))


@lru_cache(maxsize=4)
def public_key_of(given: str) -> str:
    """What browsers are told of our key."""
    return encoded(public_point(private_key(given)))


def encoded(data: bytes) -> str:
    """In base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The reverse.

    Raises:
        ValueError: it is none.
    """
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64url") from error
