"""The code on a certificate: 80 random bits in letters and digits that nobody confuses, read in any spelling."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from base.persian import latin_digits

LETTERS = (
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # pragma: allowlist secret - an alphabet without 0, 1, O and I: five bits each
)
LENGTH = 16
SHOWN = 40  # letters of a wrong code that a page repeats


def new_code() -> str:
    """A code that was never given before, but for one chance in 2**80."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def spelt(code: str) -> str:
    """As it stands on paper, KSH-7Q4M-2XPD-9WKE-3HTB."""
    groups = [code[start : start + 4] for start in range(0, len(code), 4)]
    return "-".join([settings.CERTIFICATE_PREFIX, *groups])


def read(typed: str) -> str:
    """The code that was typed, in capital or small letters, any digits, with or without prefix, hyphens and blanks; "" for
    what cannot be one.
    """
    bare = re.sub(r"[\W_]", "", latin_digits(typed[: 2 * SHOWN])).upper()
    bare = bare.removeprefix(settings.CERTIFICATE_PREFIX) if len(bare) > LENGTH else bare
    return bare if len(bare) == LENGTH and set(bare) <= set(LETTERS) else ""


def address(code: str, language: str) -> str:
    """Where anybody checks it."""
    with override(language):
        return settings.SITE_URL + reverse("records:verified", args=[spelt(code)])


def picture(text: str) -> str:
    """A QR mark of a text, as an address that holds the drawing itself."""
    import segno  # few processes ever draw one

    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2, light="#fff"))
