"""Persian letters and digits: how they are stored, shown and searched."""

from __future__ import annotations

import re
import unicodedata

_ZWNJ = "\u200c"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"

_TO_LATIN = {ord(digit): str(index % 10) for index, digit in enumerate(_PERSIAN + _ARABIC)}
_TO_PERSIAN = {ord(str(index)): digit for index, digit in enumerate(_PERSIAN)} | {
    ord(digit): _PERSIAN[index] for index, digit in enumerate(_ARABIC)
}

_STORED = {ord("ي"): "ی", ord("ى"): "ی", ord("ك"): "ک", ord("ۀ"): "ه\u0654"} | {
    ord(digit): _PERSIAN[index] for index, digit in enumerate(_ARABIC)
}
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_KEPT = _STORED | _UNSEEN
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_MANY_ZWNJ = re.compile(f"{_ZWNJ}+")
_LOOSE_ZWNJ = re.compile(f"(?<![^ ]){_ZWNJ}+|{_ZWNJ}+(?![^ ])")

_ALPHABET = " 0123456789ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_RANKS = {letter: rank for rank, letter in enumerate(_ALPHABET)}
_LETTERS = {ord(a): b for a, b in zip("يىئكةۀأإآٱؤ", "یییکههااااو", strict=True)}
_DROP = dict.fromkeys([0x621, 0x640, 0x200B, 0x200D, 0x200E, 0x200F, 0xFEFF, 0xAD, 0x670, *range(0x64B, 0x660)])
_SEARCHED = _TO_LATIN | _LETTERS | _DROP
_GAP = re.compile(rf"[^\w+#{_ZWNJ}]+")  # c++ and c# stay
_EZAFE = re.compile(rf"ه[{_ZWNJ} ]ی(?!\w)")  # خانه‌ی and خانهٔ are one word
_SUFFIX = re.compile(rf"[{_ZWNJ} ]+(?=(?:ها|های|هایی|ای|تر|ترین)(?!\w))")
_PREFIX = re.compile(rf"(?<!\w)(ن?می)[{_ZWNJ} ]+")


def latin_digits(text: str) -> str:
    """The text with Persian and Arabic digits as Latin ones; everything else stays."""
    return text.translate(_TO_LATIN)


def persian_digits(text: str) -> str:
    """The text with Latin and Arabic digits as Persian ones; everything else stays."""
    return text.translate(_TO_PERSIAN)


def has_hidden_controls(text: str) -> bool:
    """Whether the text holds characters that nobody sees and that can turn its reading round.

    These are direction overrides and isolates (U+202A-202E, U+2066-2069) and control characters other than tab and
    line ends. Forms refuse such a text instead of repairing it: its writer saw something else than its readers would.
    """
    return bool(_HIDDEN.search(text))


def normalise(text: str) -> str:
    """A name or title of one line as it is stored: Persian letters and digits, single blanks, nothing unseen but ZWNJ.

    Latin digits stay Latin; doing it twice changes nothing.
    """
    composed = unicodedata.normalize("NFC", text).translate(_KEPT)
    spaced = _LOOSE_ZWNJ.sub("", _BLANKS.sub(" ", composed).strip())
    joined_once = _MANY_ZWNJ.sub(_ZWNJ, spaced)
    return unicodedata.normalize("NFC", _BLANKS.sub(" ", joined_once).strip())


def _folded_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_SEARCHED).casefold()
    text = _GAP.sub(" ", text).strip(" " + _ZWNJ)
    return _PREFIX.sub(r"\1", _SUFFIX.sub("", _EZAFE.sub("ه", text))).replace(_ZWNJ, " ")


def fold(text: str) -> str:
    """The text as it is searched, so that every usual way of writing a word finds it.

    Words are separated by single spaces; Arabic and Persian letters, digits, half-spaces and diacritics no longer
    differ, and suffixes stand joined (مهارت ها, مهارت‌ها and مهارتها are one). Fold what is stored and what is asked
    with this same function; folding twice changes nothing.
    """
    while (folded := _folded_once(text)) != text:
        text = folded
    return text


def joined(text: str) -> str:
    """The folded text without spaces, so that نرم افزار finds نرم‌افزار and نرمافزار."""
    return fold(text).replace(" ", "")


def sort_key(text: str) -> tuple[int, ...]:
    """By which Persian names stand in the order of their alphabet, before Latin ones; spellings do not matter."""
    return tuple(_RANKS.get(letter, len(_ALPHABET) + ord(letter)) for letter in fold(text))
