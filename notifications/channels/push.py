"""Web push: a message that one browser alone can read, handed to its maker's push service (RFC 8030, 8188, 8291, 8292)."""

from __future__ import annotations

import base64
import binascii
import contextlib
import http.client
import json
import os
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from base import clock
from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from types import TracebackType

TIMEOUT = 10
RECORD = 4096
POINT, SECRET, SALT = 65, 16, 16
SIGNED_FOR, SIGNED_ANEW = 12 * 3600, 3600  # seconds; RFC 8292 allows a day
LONGEST_ANSWER = 10_000
LONGEST_WAIT = 24 * 3600
GONE, OURS = ("404", "410"), 401
TOO_MANY = 429
CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a browser takes messages, and the keys that it gave."""

    endpoint: str
    public_key: str
    shared_secret: str


class Push:
    """Kept connections to push services, one to each."""

    def __init__(self) -> None:
        self._open: dict[str, http.client.HTTPSConnection] = {}

    def __enter__(self) -> Self:
        """Opens nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes every connection."""
        for one in self._open.values():
            one.close()

    def send(self, address: Address, message: Message) -> None:
        """Hands one message over. Its topic is its reference: handed over twice, the second takes the first one's place.

        Raises:
            Refused: that browser takes no more messages (404, 410), none of ours (403), or none like this (other 4xx).
            NotNow: the service is too busy or broken (429, 5xx), with what it says of when to come again.
            Lost: it fell silent; the message may have arrived.
            Away: it cannot be reached, or does not take our signature (401).
        """
        sealed = encrypt(message.body.encode(), address.public_key, address.shared_secret)
        parts = urlsplit(address.endpoint)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(message.lasts),
            "Urgency": message.urgency,
            "Topic": message.reference.replace("-", ""),
            "Authorization": authorization(f"https://{parts.netloc}"),
        }
        status, wait = self._ask(parts.netloc, parts._replace(scheme="", netloc="").geturl(), sealed, headers)
        if status == OURS:
            raise Away(str(status))
        if status == TOO_MANY or status >= http.client.INTERNAL_SERVER_ERROR:
            raise NotNow(str(status), wait)
        if status >= http.client.MULTIPLE_CHOICES:
            raise Refused(str(status))

    def _ask(self, host: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, int]:
        """Posts; a kept connection that the other side closed meanwhile is opened again once. Follows no redirect."""
        is_kept = host in self._open
        try:
            return self._post(host, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self._leave(host)
            if not is_kept:
                raise Lost(type(error).__name__) from error
        except (TimeoutError, http.client.HTTPException) as error:
            self._leave(host)
            raise Lost(type(error).__name__) from error
        except OSError as error:
            self._leave(host)
            raise Away(type(error).__name__) from error
        return self._ask(host, path, body, headers)

    def _post(self, host: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, int]:
        if host not in self._open:
            self._open[host] = http.client.HTTPSConnection(host, timeout=TIMEOUT, context=ssl.create_default_context())
        connection = self._open[host]
        if connection.sock is None:
            try:
                connection.connect()
            except TimeoutError as error:
                raise OSError("no connection") from error
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        if len(answer.read(LONGEST_ANSWER)) == LONGEST_ANSWER:
            self._leave(host)
        return answer.status, seconds(answer.headers.get("Retry-After"))

    def _leave(self, host: str) -> None:
        with contextlib.suppress(KeyError, OSError):
            self._open.pop(host).close()


def seconds(said: str | None) -> int:
    """What a service says of when to come again, in seconds and at most a day; 0 where it says nothing usable."""
    return min(int(said), LONGEST_WAIT) if said and said.isascii() and said.isdigit() else 0


def is_service(endpoint: str) -> bool:
    """Whether an address is one of a push service that the city knows, over https and at its usual port.

    `.example.org` in PUSH_HOSTS stands for every machine below it. No other machine is ever spoken to, and one that only
    bears the name, such as one inside our own network, cannot show the certificate.
    """
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return False
    if parts.scheme != "https" or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return False
    return bool(line_of(endpoint))


def line_of(endpoint: str) -> str:
    """The entry of PUSH_HOSTS to which an address belongs; the line whose health workers tell each other."""
    host = urlsplit(endpoint).netloc
    known = (one for one in settings.PUSH_HOSTS if host == one or (one.startswith(".") and host.endswith(one)))
    return next(known, "")


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
