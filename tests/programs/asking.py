"""A course that asks its people something, and somebody who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from base import clock
from programs import services
from tests.programs.town import DAY, own

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course, Enrolment
    from tests.programs.town import Town

PDF = b"%PDF-1.4\nmedical paper\n%%EOF\n"
CONSENT = {"fa": "پاسخ‌ها را فقط مسئول دوره می‌بیند", "en": "Only the organiser reads the answers"}


KINDS = {"text": "متنی", "choice": "گزینه‌ای", "yes_no": "بله یا نه", "file": "پرونده"}


def item(kind: str = "text", **columns: Any) -> dict[str, Any]:
    """A question as the service takes it."""
    lines = (
        {"choices_fa": "قرمز\nآبی", "choices_en": "Red\nBlue"}
        if kind == "choice"
        else {"choices_fa": "", "choices_en": ""}
    )
    texts = {"text_fa": f"پرسش {KINDS[kind]}", "text_en": f"Question {kind}"}
    return {"kind": kind, "is_required": True, "is_sensitive": False} | texts | lines | columns


ITEMS = [item(), item("choice"), item("yes_no", is_sensitive=True), item("file", is_required=False)]
GIVEN = {"1": "قد ۱۷۰", "2": 2, "3": True}


def pdf(name: str = "paper.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, "application/pdf")


def asking(town: Town, actor: Member, items: list[dict[str, Any]] | None = None, **columns: Any) -> Course:
    """A published course of the town that asks."""
    course = town.course(**{"first": clock.now() + 45 * DAY, "meetings": 1} | columns)
    asked = ITEMS if items is None else items
    return services.ask_for(actor=actor, course=course, version=0, consent=CONSENT, items=asked)


def answers(**given: Any) -> dict[str, Any]:
    """What answers all that `ITEMS` ask; `_1="..."` answers one otherwise."""
    return {"version": 1, "consent": True, "given": GIVEN | {name[1:]: value for name, value in given.items()}}


def answered(course: Course, member: Member) -> Enrolment:
    """A place of the member, with a file among the answers."""
    file = services.hand_over(actor=member, course=course, number=4, file=pdf())
    place, _is_new = services.enrol(actor=member, course=course, learner=own(member), answers=answers(_4=file.pk))
    return place
