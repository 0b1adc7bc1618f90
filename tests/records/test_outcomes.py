"""Outcomes and certificates: the table of the rule, corrections both ways, a certificate only with completion and one valid
a place (I13), a genuine, a revoked and a forged code told apart, the limit of checks (R1).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit, Learner
from notifications.models import Notice
from programs import paper
from programs.invariants import broken
from programs.models import ClassMeeting, Course
from records import codes, services
from records.models import Attendance, Certificate
from records.outcomes import Tally, standings, tally
from tests.programs.town import DAY
from tests.records.conftest import Class, signed_in

if TYPE_CHECKING:
    from pathlib import Path

    from members.models import Member

pytestmark = pytest.mark.django_db
REASON = "بیماری"

P, L, A, E = "present", "late", "absent", "excused"
# marks, meetings with a sheet, per cent -> at how many of how many, and whether that is enough
RULE: list[tuple[list[str], int, int, Tally, bool | None]] = [
    ([P, P, P, A], 4, 75, Tally(3, 4), True),
    ([P, P, A, A], 4, 75, Tally(2, 4), False),
    ([L, L, L, A], 4, 75, Tally(3, 4), True),
    ([P, P, E, A], 4, 75, Tally(2, 3), False),
    ([P, P, E, A], 4, 66, Tally(2, 3), True),
    ([P, P, P, E], 4, 100, Tally(3, 3), True),
    ([P, P, P], 4, 75, Tally(3, 4), True),
    ([P, P], 4, 75, Tally(2, 4), False),
    ([E, E], 2, 75, Tally(0, 0), None),
    ([], 0, 75, Tally(0, 0), None),
    ([], 3, 0, Tally(0, 3), True),
    ([P, P, P, P, P, P, A], 7, 86, Tally(6, 7), False),
    ([P, P, P, P, P, P, A], 7, 85, Tally(6, 7), True),
]


@pytest.mark.parametrize(("marks", "recorded", "percent", "found", "passes"), RULE)
def test_the_rule(marks: list[str], recorded: int, percent: int, found: Tally, passes: bool | None) -> None:  # noqa: FBT001
    assert (tally(marks, recorded), found.passes(percent)) == (found, passes)


@pytest.fixture
def over(room: Class) -> Class:
    """A course whose last class was yesterday: one learner was always there, one never, of the third nobody knows."""
    room.begin(-22 * DAY)
    marks = [[P, L, P, P], [A, A, A, A], [E, E, E, E]]
    for place, own in zip(room.places, marks, strict=True):
        for meeting, mark in zip(room.meetings, own, strict=True):
            Attendance.objects.create(enrolment=place, meeting=meeting, mark=mark, by=room.instructor)
    return room


def states(room: Class) -> list[str]:
    return [type(one).objects.get(pk=one.pk).state for one in room.places]


def code_of(work: Any) -> str:
    before = Audit.objects.count(), list(Certificate.objects.values())
    with pytest.raises(Refused) as caught:
        work()
    assert (Audit.objects.count(), list(Certificate.objects.values())) == before
    return caught.value.refusal.code


def test_one_button_records_what_the_rule_says_and_gives_certificates(over: Class) -> None:
    """I13: twice changes nothing, seats stay taken, everybody is told once."""
    seats = Course.objects.get(pk=over.course.pk).seats_taken
    assert services.confirm(actor=over.coordinator, course=over.course) == 2
    assert services.confirm(actor=over.coordinator, course=over.course) == 0
    assert states(over) == ["completed", "absent", "seated"]
    assert [one.enrolment_id for one in Certificate.objects.all()] == [over.places[0].pk]
    assert Course.objects.get(pk=over.course.pk).seats_taken == seats
    kinds = ("programs/completed", "programs/absent")
    assert sorted(Notice.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == sorted(kinds)
    assert Audit.objects.filter(verb="conclude").count() == 2
    assert [row for row in broken() if "I10" not in row.invariant] == []


def test_a_correction_revokes_and_one_back_issues_anew(over: Class) -> None:
    """I13, both ways, each with its line."""
    first, second, _ = over.places
    services.confirm(actor=over.coordinator, course=over.course)
    old = Certificate.objects.get()
    for place, completed in ((first, False), (first, False), (second, True), (first, True)):
        services.decide(actor=over.coordinator, enrolment=place, completed=completed, reason=REASON)
    assert states(over) == ["completed", "completed", "seated"]
    old.refresh_from_db()
    assert (old.is_revoked, old.reason) == (True, REASON)
    assert Certificate.objects.valid().count() == 2
    assert Certificate.objects.filter(enrolment=first).count() == 2
    assert Audit.objects.filter(verb="conclude").count() == 5
    assert (Audit.objects.filter(verb="issue").count(), Audit.objects.filter(verb="revoke").count()) == (3, 1)


def test_what_is_refused(over: Class, stranger: Member) -> None:
    place = over.places[0]
    good: dict[str, Any] = {"actor": over.coordinator, "enrolment": place, "completed": True, "reason": REASON}
    assert code_of(lambda: services.decide(**good | {"actor": over.instructor})) == "not_yours"
    assert code_of(lambda: services.confirm(actor=stranger, course=over.course)) == "not_yours"
    assert code_of(lambda: services.decide(**good | {"reason": " "})) == "reason_missing"
    assert code_of(lambda: services.issue_again(actor=over.coordinator, enrolment=place)) == "not_completed"
    ClassMeeting.objects.filter(pk=over.meetings[-1].pk).update(ends_at=clock.now() + DAY)
    assert code_of(lambda: services.confirm(actor=over.coordinator, course=over.course)) == "not_over"
    Course.objects.filter(pk=over.course.pk).update(state="cancelled")
    assert code_of(lambda: services.confirm(actor=over.coordinator, course=over.course)) == "cancelled"


def test_a_meeting_that_was_called_off_or_has_no_sheet_is_left_out(over: Class) -> None:
    ClassMeeting.objects.filter(pk=over.meetings[0].pk).update(state="cancelled")
    Attendance.objects.filter(meeting=over.meetings[1]).delete()
    assert [one.tally for one in standings(over.course)] == [Tally(2, 2), Tally(0, 2), Tally(0, 0)]


def test_the_database_itself_keeps_one_valid_certificate_and_a_reason_for_the_others(over: Class) -> None:
    """I13."""
    services.confirm(actor=over.coordinator, course=over.course)
    row = Certificate.objects.get()
    odd: list[dict[str, Any]] = [
        {"code": codes.new_code()},
        {"code": row.code, "revoked_at": clock.now(), "reason": "x"},
    ]
    for columns in odd:
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.create(enrolment=row.enrolment, frozen={}, issued_on=row.issued_on, **columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.update(revoked_at=clock.now())


def test_a_coordinator_walks_through_the_pages(over: Class) -> None:
    client, base = signed_in(over.coordinator), f"/en/work/courses/{over.course.slug}/outcomes/"
    text = client.get(base).content.decode()
    assert [words in text for words in ("Proposed: completed", "Proposed: not enough", "You decide")] == [True] * 3
    client.post(f"{base}confirm/")
    one = f"{base}{over.places[0].pk}/"
    assert client.post(f"{one}revoke/", {"revoke-reason": ""}).status_code == 422
    client.post(f"{one}revoke/", {"revoke-reason": REASON})
    assert "Issue a certificate" in client.get(one).content.decode()
    client.post(f"{one}issue/")
    assert (Certificate.objects.count(), Certificate.objects.valid().count()) == (2, 1)
    assert client.post(f"{one}decide/", {"outcome-completed": "no"}).status_code == 422
    client.post(f"{one}decide/", {"outcome-completed": "no", "outcome-reason": REASON})
    assert (states(over)[0], Certificate.objects.valid().count()) == ("absent", 0)


def test_page_and_api_refuse_the_same(over: Class) -> None:
    client = signed_in(over.coordinator)

    def post(path: str, data: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/work/{path}", data, content_type="application/json")

    answer = post(f"courses/{over.course.pk}/outcomes/", {}).json()["outcomes"]
    assert [one["state"] for one in answer] == ["completed", "absent", "seated"]
    code = answer[0]["certificate"]
    missing = post(f"enrolments/{over.places[0].pk}/outcome/", {"completed": False, "reason": "a\u202eb"})
    assert (missing.status_code, missing.json()["code"]) == (409, "text_hidden")
    assert post(f"certificates/{code}/revoke/", {"reason": REASON}).json()["state"] == "revoked"
    assert client.get(f"/api/v1/verify/{code}/").json()["reason"] == REASON
    holder = signed_in(over.places[0].asked_by)
    assert [one["code"] for one in holder.get("/api/v1/me/certificates/").json()["results"]] == [code]


# Checking


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_genuine_a_revoked_a_forged_and_an_erased_one_are_told_apart(over: Class, language: str) -> None:
    """Whoever checks learns what the paper says; of a revoked one no name, of an erased one nothing."""
    services.confirm(actor=over.coordinator, course=over.course)
    row = Certificate.objects.select_related("enrolment__learner").get()
    address, visitor = codes.address(row.code, language).removeprefix("http://127.0.0.1:8000"), Client()
    said = {
        "fa": ("این گواهی معتبر است", "این گواهی باطل شده است", "گواهی‌ای با این کد نداریم", "داده‌هایش پاک شده"),
        "en": ("is genuine", "was revoked", "no certificate with this code", "data erased"),
    }[language]
    name, own = row.enrolment.learner.name, str(row.enrolment.asked_by.phone)[3:]

    def answer(path: str) -> tuple[list[bool], bool]:
        found = visitor.get(path)
        text = found.content.decode()
        assert (found.status_code, found["X-Robots-Tag"], own in text) == (200, "noindex", False)
        main = text[text.index("<main") :]
        return [words in main for words in said], name in main

    assert answer(address) == ([True, False, False, False], True)
    assert answer(address.lower().replace("-", "")) == ([True, False, False, False], True)
    forged = address[:-2] + ("A/" if address[-2] != "A" else "B/")
    assert answer(forged) == ([False, False, True, False], False)
    services.revoke(actor=over.coordinator, certificate=row, reason=REASON)
    assert answer(address) == ([False, True, False, False], False)
    new = services.issue_again(actor=over.coordinator, enrolment=row.enrolment)
    Learner.objects.filter(pk=row.enrolment.learner_id).update(name="", erased_at=clock.now())
    gone = codes.address(new.code, language).removeprefix("http://127.0.0.1:8000")
    assert answer(gone) == ([False, False, False, True], False)
    assert visitor.get(f"/api/v1/verify/{new.code}/").json()["name"] is None


def test_codes_have_eighty_bits_and_are_read_in_any_spelling() -> None:
    code = codes.new_code()
    assert (len(codes.LETTERS) ** codes.LENGTH, set("01OI") & set(codes.LETTERS)) == (2**80, set())
    for typed in (code, codes.spelt(code), codes.spelt(code).lower().replace("-", " "), f" {code} "):
        assert codes.read(typed) == code
    assert [codes.read(odd) for odd in ("", "KSH-1", code + "A", "0" * 16, "x" * 9999)] == [""] * 5


def test_thirty_checks_a_minute() -> None:
    """R1."""
    cache.clear()
    visitor = Client()
    statuses = [visitor.get("/en/verify/KSH-2222-2222-2222-2222/").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert visitor.get("/api/v1/verify/x/").status_code == 429


# Paper


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_paper_is_one_page_with_our_letters_and_the_days_of_both_calendars(
    over: Class, language: str, tmp_path: Path
) -> None:
    """F6 for this paper: another reader opens it; its letters are inside."""
    if not paper.can_draw() or not shutil.which("pdffonts"):
        pytest.skip("needs Pango and poppler-utils")
    services.confirm(actor=over.coordinator, course=over.course)
    row = Certificate.objects.get()
    holder = signed_in(over.places[0].asked_by)
    answer = holder.get(f"/{language}/me/certificates/{codes.spelt(row.code)}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    file = tmp_path / "paper.pdf"
    file.write_bytes(answer.content)
    facts, fonts = (
        subprocess.run([tool, str(file)], capture_output=True, text=True, check=True).stdout  # noqa: S603
        for tool in ("pdfinfo", "pdffonts")
    )
    assert re.search(r"Pages:\s+1\b", facts)
    lines = fonts.splitlines()[2:]
    assert lines
    assert all("Vazirmatn" in line and re.search(r"\byes\s+yes\s+(?:yes|no)\b", line) for line in lines)
    page = holder.get(f"/{language}/me/certificates/{codes.spelt(row.code)}/").content.decode()
    assert ("میلادی" if language == "fa" else "Jalali") in page
    assert signed_in(over.places[1].asked_by).get(f"/{language}/me/certificates/{row.code}/").status_code == 404


def test_where_nothing_can_draw_the_way_to_print_is_shown(over: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "_library", lambda: None)
    services.confirm(actor=over.coordinator, course=over.course)
    code = codes.spelt(Certificate.objects.get().code)
    answer = signed_in(over.places[0].asked_by).get(f"/en/me/certificates/{code}/pdf/")
    assert (answer.status_code, f"/en/me/certificates/{code}/" in answer.content.decode()) == (503, True)
