"""Letters and digits: stored in one way, shown in the page's, found in every way of writing."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import persian

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "200"))
LETTERS = st.text("آابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیيكىئؤأإةۀء ًِّٰـ‌‍ \t\n۰۱۹٠٩012/+#.-،ABcßİﷲ", max_size=40)
ANY = st.text(max_size=60)


@given(st.integers(min_value=0, max_value=10**12))
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_digits_come_back(number: int) -> None:
    shown = persian.persian_digits(str(number))
    assert not set(shown) & set("0123456789")
    assert int(persian.latin_digits(shown)) == number


@given(LETTERS | ANY)
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_folding_twice_is_folding_once(text: str) -> None:
    assert persian.fold(persian.fold(text)) == persian.fold(text)


@given(LETTERS | ANY)
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_storing_twice_is_storing_once(text: str) -> None:
    stored = persian.normalise(text)
    assert persian.normalise(stored) == stored
    assert not persian.has_hidden_controls(stored)
    assert stored == stored.strip()


@given(LETTERS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_f5_what_is_stored_is_found_as_it_was_typed(text: str) -> None:
    assert persian.joined(persian.normalise(text)) == persian.joined(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("علي كريمي", "علی کریمی"),
        ("  دو   فاصله\tو\nسطر ", "دو فاصله و سطر"),
        ("کتاب‌خانه", "کتاب‌خانه"),
        ("کتاب‌‌خانه ‌ها‌", "کتاب‌خانه ها"),
        ("منطقهٔ ٣ و 4", "منطقهٔ ۳ و 4"),
        ("دورۀ", "دورهٔ"),
        ("a\u202eb\u2067c\u200fd\ufeff\u0007", "abcd"),
        ("", ""),
    ],
)
def test_names_are_stored_in_one_way(typed: str, stored: str) -> None:
    assert persian.normalise(typed) == stored


@pytest.mark.parametrize(
    "ways",
    [
        ("آشپزي", "آشپزی", "اشپزی"),
        ("كودك", "کودک", "کـودک"),
        ("مهارت ها", "مهارت‌ها", "مهارتها"),
        ("می‌روم", "می روم", "میروم"),
        ("خانه‌ی", "خانهٔ", "خانۀ", "خانه"),
        ("ترم ۲", "ترم 2", "ترم ٢", "  ترم-۲ "),
        ("مؤسسه", "موسسه"),
        ("کُردی", "کردی"),
        ("C++", "c++"),
    ],
)
def test_every_way_of_writing_is_one_when_searched(ways: tuple[str, ...]) -> None:
    assert len({persian.fold(way) for way in ways}) == 1


def test_words_stay_apart_when_folded() -> None:
    assert persian.fold("سواد رسانه‌ای، برای والدین") == "سواد رسانهای برای والدین"


def test_joined_closes_all_gaps() -> None:
    assert {persian.joined(way) for way in ("نرم افزار", "نرم‌افزار", "نرمافزار")} == {"نرمافزار"}


@pytest.mark.parametrize("point", [0x00, 0x07, 0x1F, 0x7F, 0x85, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_hidden_controls_are_noticed(point: int) -> None:
    assert persian.has_hidden_controls(f"دوره{chr(point)}ها")


@pytest.mark.parametrize("text", ["", "می‌روم", "دو\nسطر\tو\r\n", "a\u200eb", "🙂"])
def test_ordinary_text_has_no_hidden_controls(text: str) -> None:
    assert not persian.has_hidden_controls(text)


def test_digits_leave_everything_else_alone() -> None:
    assert persian.latin_digits("۰۹۱۸ ٣ a-۵") == "0918 3 a-5"
    assert persian.persian_digits("0918 ٣ a-5") == "۰۹۱۸ ۳ a-۵"
