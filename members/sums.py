"""A short sum in words that stands before a text message while codes go unused: no picture, no script, nobody else's service."""

from __future__ import annotations

import enum
import re
import secrets
from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext, pgettext_lazy

from base import clock
from base.persian import latin_digits, normalise

LIFE = 10 * 60  # seconds; whoever needs longer gets another one
_LEAST = 2
_WORDS = (
    pgettext_lazy("in a sum", "two"),
    pgettext_lazy("in a sum", "three"),
    pgettext_lazy("in a sum", "four"),
    pgettext_lazy("in a sum", "five"),
    pgettext_lazy("in a sum", "six"),
    pgettext_lazy("in a sum", "seven"),
    pgettext_lazy("in a sum", "eight"),
    pgettext_lazy("in a sum", "nine"),
)
_LONGEST = 300  # letters of what comes back
_GAPS = re.compile(r"[\s\u200c]+")


class Answer(NamedTuple):
    """What a browser sends back: the sealed sum that it was given, and what was typed. Both are empty where none was given."""

    sealed: str = ""
    typed: str = ""


NOTHING = Answer()


class Verdict(enum.Enum):
    """What an answer is worth."""

    NONE = "none"
    RIGHT = "right"
    WRONG = "wrong"
    OLD = "old"  # or forged, or given for another contact or to another client


def new_sum(*, contact: str, client: str) -> tuple[str, str]:
    """A sum for one contact and one client: sealed, and as a question in the page's language.

    The seal keeps the numbers from being changed, not from being read: the page says them anyway.
    """
    numbers = [secrets.randbelow(len(_WORDS)) + _LEAST for _ in range(2)]
    sealed = signing.dumps([*numbers, int(clock.now().timestamp()) + LIFE], salt=_salt(contact, client))
    first, second = (str(_WORDS[number - _LEAST]) for number in numbers)
    return sealed, gettext("How much is {first} plus {second}?").format(first=first, second=second)


def judge(answer: Answer, *, contact: str, client: str) -> Verdict:
    """What the answer is worth for this contact and client; digits may be Persian, Arabic or Latin."""
    if not answer.sealed:
        return Verdict.NONE
    try:
        *numbers, until = signing.loads(answer.sealed[:_LONGEST], salt=_salt(contact, client))
    except signing.BadSignature:
        return Verdict.OLD
    if clock.now().timestamp() > until:
        return Verdict.OLD
    typed = _GAPS.sub("", latin_digits(normalise(answer.typed[:_LONGEST])))
    return Verdict.RIGHT if typed == str(sum(numbers)) else Verdict.WRONG


def _salt(contact: str, client: str) -> str:
    return f"members.sum:{contact}:{client}"
