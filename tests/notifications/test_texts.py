"""Every kind has words in both languages, with everything that a reader needs, and short enough."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from notifications import rules, texts
from programs.models import Enrolment

FOLDER = Path(settings.BASE_DIR) / "templates" / "notices"
KINDS = sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.glob("*/*.txt"))
VALUES: dict[str, Any] = {
    "course_title": {"fa": "کمک‌های اولیه", "en": "First aid"},
    "other_title": {"fa": "سفالگری", "en": "Pottery"},
    "venue": {"fa": "سرای محلهٔ الهیه", "en": "Elahieh house"},
    "course_slug": "first-aid",
    "starts_on": "2026-12-06",
    "starts_at": "2026-12-06T12:30:00+00:00",
    "old_starts_at": "2026-12-05T12:30:00+00:00",
    "expires_at": "2026-11-24T14:30:00+00:00",
    "learner": "پرنیا",
    "position": 3,
    "enrolment": 12,
    "reason": {"fa": "برف", "en": "Snow"},
    "code": "123456",
    "question": "ابزار را خودمان بیاوریم؟",
    "wish": "شنا برای بانوان",
    "program_title": {"fa": "شنا", "en": "Swimming"},
    "program_slug": "swimming",
    "answer": "نه، همه چیز هست.",
    "workgroup": {"fa": "کارگروه محیط زیست", "en": "Environment workgroup"},
    "workgroup_slug": "environment",
    "number": 7,
    "meeting_at": "2026-12-08T06:30:00+00:00",
    "room": "سالن ۲",
    "role": "coordinator",
    "from_on": "2026-12-01",
    "until_on": "2027-12-01",
    "decision": 1,
    "text": {"fa": "یک کلاس تفکیک پسماند در منطقهٔ ۸", "en": "One waste-sorting class in District 8"},
    "due_on": "2027-01-20",
    "decide_on": "2026-12-03",
    "taken": 4,
    "minimum": 8,
    "queue": 0,
    "question_id": 1,
    "title": {"fa": "جشنوارهٔ یادگیری", "en": "Learning festival"},
    "summary": {"fa": "سه روز کلاس رایگان در همهٔ محله‌ها", "en": "Three days of free classes in all neighbourhoods"},
    "slug": "festival",
    "items": [{"title": "جشنواره", "summary": "سه روز", "url": "http://127.0.0.1:8000/fa/announcements/festival/"}],
}
SENT = {"seated", "waiting", "offered", "lapsed", "declined", "withdrawn", "unplaced", "cancelled", "moved"}
SENT |= {"starts_tomorrow", "clash", "missing", "message", "asked", "answered", "wish_answered"}


def test_every_event_has_its_words() -> None:
    assert {f"programs/{event}" for event in SENT} <= set(KINDS)
    others = {"moved", "starts_tomorrow", "clash", "missing", "message", "asked", "answered", "wish_answered"}
    assert SENT - others <= set(Enrolment.State.values)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_words_in_both_languages(kind: str, language: str) -> None:
    text = texts.render(kind, VALUES, language)
    for words in (text.subject, text.inbox, text.email, text.sms):
        assert words
        assert "{" not in words
        assert "None" not in words
    assert text.path.startswith(f"/{language}/") or kind == "members/code"
    assert len(text.sms) <= 320


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_needs_no_more_than_is_always_known(kind: str) -> None:
    least = {
        name: VALUES[name]
        for name in (
            "course_title",
            "other_title",
            "course_slug",
            "learner",
            "expires_at",
            "code",
            "text",
            "question",
            "question_id",
            "answer",
            "wish",
            "program_title",
            "program_slug",
            "title",
            "summary",
            "slug",
            "items",
            "decide_on",
            "taken",
            "minimum",
            "queue",
        )
    }
    least |= {name: VALUES[name] for name in ("workgroup", "workgroup_slug", "number", "meeting_at", "role", "from_on")}
    least |= {name: VALUES[name] for name in ("decision", "text", "due_on")} | {"until_on": None, "room": ""}
    text = texts.render(kind, least | {"starts_at": None, "starts_on": None, "venue": {}, "reason": ""}, "en")
    assert "None" not in text.email + text.sms
    assert "\n\n\n" not in text.email  # no gap where a part is missing


def test_a_text_in_one_language_stands_for_the_other() -> None:
    assert "سفال" in texts.render("programs/seated", VALUES | {"course_title": {"fa": "سفال"}}, "en").subject


def test_a_reason_ends_once() -> None:
    assert "Reason: Snow. " in texts.render("programs/cancelled", VALUES | {"reason": "Snow. "}, "en").inbox


@pytest.mark.parametrize("kind", KINDS)
def test_the_day_and_place_of_a_seat_that_is_no_more_are_not_told(kind: str) -> None:
    email = texts.render(kind, VALUES | {"items": []}, "en").email
    assert ["Sunday 6 December, 16:00" in email, "Elahieh house" in email] == [kind not in rules.GONE] * 2
    assert set(KINDS) > rules.GONE


def test_the_first_class_is_said_once() -> None:
    assert texts.render("programs/seated", VALUES | {"items": []}, "en").email.count("Sunday 6 December, 16:00") == 1


@pytest.mark.parametrize(
    ("text", "parts"), [("a" * 160, 1), ("[" + "a" * 159, 2), ("س" * 70, 1), ("🌱" + "س" * 69, 2), ("س" * 135, 3)]
)
def test_signs_that_take_the_room_of_two_count_as_two(text: str, parts: int) -> None:
    assert texts.parts_of(text) == parts


def test_days_and_digits_are_the_readers() -> None:
    assert "یکشنبه ۱۵ آذر" in texts.render("programs/seated", VALUES, "fa").inbox
    assert "Sunday 6 December, 16:00" in texts.render("programs/seated", VALUES, "en").inbox


def test_a_value_cannot_begin_a_part() -> None:
    """T12."""
    text = texts.render("programs/withdrawn", VALUES | {"reason": "x\n--- link\n//evil.example"}, "en")
    assert text.path == "/en/courses/first-aid/"


def test_a_text_is_not_written_for_html() -> None:
    assert (
        "Tom & <Jerry>"
        in texts.render("programs/seated", VALUES | {"course_title": {"en": "Tom & <Jerry>"}}, "en").subject
    )


def test_a_language_that_the_portal_does_not_speak_reads_persian() -> None:
    assert texts.render("programs/seated", VALUES, "ku").path.startswith("/fa/")


def test_every_group_names_kinds_that_exist() -> None:
    named = {kind for group in rules.GROUPS for kind in group.kinds} - {"programs/called_off"}
    assert named <= set(KINDS)
