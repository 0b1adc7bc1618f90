"""Short links of our own, which tell what was opened, and links that unsubscribe without signing in."""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import constant_time_compare

from notifications.models import Delivery

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
BITS_OF_A_LINK, BITS_OF_A_SECRET = 30, 160
LONGEST_ID = 13  # 64 bits in these digits
PER_LETTER = 5


def short(delivery: int) -> str:
    """The address that leads to what a delivery is about, and says that it was opened; short enough for a text message."""
    return f"{settings.SITE_URL}/l/{_written(delivery)}{_seal('opened', delivery, BITS_OF_A_LINK, settings.SECRET_KEY)}"


def secret(delivery: int) -> str:
    """What unsubscribes the reader of a delivery from its kind: 160 bits beside its number, nothing of it is stored."""
    return f"{_written(delivery)}-{_seal('unsubscribe', delivery, BITS_OF_A_SECRET, settings.SECRET_KEY)}"


def opened(code: str) -> Delivery | None:
    """The delivery of a short link; None for one that we did not make."""
    length = BITS_OF_A_LINK // PER_LETTER
    return _found("opened", code[:-length], code[-length:], BITS_OF_A_LINK)


def unsubscribing(token: str) -> Delivery | None:
    """The delivery whose reader unsubscribes; None for a secret that we did not make."""
    number, _, seal = token.partition("-")
    return _found("unsubscribe", number, seal, BITS_OF_A_SECRET)


def _found(purpose: str, number: str, seal: str, bits: int) -> Delivery | None:
    if not number or len(number) > LONGEST_ID or set(number) - set(DIGITS):
        return None
    delivery = int(number, len(DIGITS))
    known = [constant_time_compare(seal, one) for one in _seals(purpose, delivery, bits)]
    if delivery >= 2**63 or not any(known):
        return None
    return Delivery.objects.select_related("notice", "member").filter(pk=delivery).first()


def _written(number: int) -> str:
    found = ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        found = DIGITS[digit] + found
    return found or "0"


def _seals(purpose: str, delivery: int, bits: int) -> list[str]:
    """The seal by the present key first, then by each key that was rotated out."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_seal(purpose, delivery, bits, key) for key in keys]


def _seal(purpose: str, delivery: int, bits: int, key: str) -> str:
    """As Django's `salted_hmac` seals, whose key is made once here: two seals go into each e-mail."""
    mark = hmac.digest(_salted(purpose, key), str(delivery).encode(), "sha256")
    return base64.b32encode(mark[: -(-bits // 40) * 5]).decode().lower()[: bits // PER_LETTER]


@lru_cache
def _salted(purpose: str, key: str) -> bytes:
    return sha256(f"notifications.{purpose}{key}".encode()).digest()


def sample() -> str:
    """A link as long as any of the next years, for counting the parts of a text message."""
    return f"{settings.SITE_URL}/l/{'0' * 6}{'a' * (BITS_OF_A_LINK // PER_LETTER)}"
