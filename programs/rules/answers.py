"""What a course may ask at enrolment, and whether what was answered will do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from base.persian import latin_digits, normalise
from base.refusal import Refusal
from programs.models import AnswerFile, Item, Questionnaire
from programs.models.questionnaire import MOST_ITEMS
from programs.rules.desk import why_not_text
from programs.rules.places import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from members.models import Member
    from programs.models import Course, Enrolment
    from programs.models.standing import Standing

LONGEST_ANSWER = 2000
LONGEST_ITEM = 300
LONGEST_CONSENT = 1000
LONGEST_CHOICE = 120
FEWEST_CHOICES, MOST_CHOICES = 2, 20
YES, NO = "yes", "no"


@dataclass(slots=True)
class Read:
    """Answers as they were read: what will be kept, by the number of the question, or why they will not do."""

    questionnaire: Questionnaire | None = None
    given: dict[str, Any] = field(default_factory=dict)
    files: dict[int, int] = field(default_factory=dict)
    refusal: Refusal | None = None


def questionnaire_of(course: Standing) -> Questionnaire | None:
    """What the course asks now: no query for one that never asked, two for the others; None where it asks nothing."""
    if not course.asks_version:
        return None
    wanted = Questionnaire.objects.filter(course=course.pk, version=course.asks_version).prefetch_related("items")
    found = wanted.first()
    return found if found is not None and found.items.all() else None


def read_answers(actor: Member, course: Course, answers: Mapping[str, Any] | None) -> Read:
    """The answers to what the course asks now: `version`, `consent` and `given`, by the number of the question."""
    asked = questionnaire_of(course)
    if asked is None:
        return Read()
    if answers and answers.get("version") not in {None, asked.version}:
        return Read(refusal=Refusal("answers_changed", _("The questions have changed meanwhile; answer them again")))
    return read_sheet(actor, asked, answers or {})


def read_sheet(
    actor: Member, asked: Questionnaire, answers: Mapping[str, Any], kept: frozenset[int] = frozenset()
) -> Read:
    """The answers to that questionnaire; `kept` are ids of files that belong to them already."""
    read, wrong = Read(asked), {}
    given = answers.get("given") or {}
    for item in asked.items.all():
        value = given.get(str(item.number))
        try:
            _answer(read, item, value, actor, kept)
        except _WrongError as error:
            wrong[str(item.number)] = str(error.args[0])
    unknown = given.keys() - {str(item.number) for item in asked.items.all()}
    wrong |= {name: str(_("There is no such question")) for name in map(str, unknown)}
    if asked.consent_fa and answers.get("consent") is not True:
        wrong["consent"] = str(_("Read this and agree, or do not enrol"))
    if wrong:
        read.refusal = Refusal("answers", _("Some answers are missing or wrong"), {"fields": wrong})
    return read


class _WrongError(ValueError):
    """An answer that will not do, with the words that say why."""


def _answer(read: Read, item: Item, value: Any, actor: Member, kept: frozenset[int]) -> None:
    if value is None or value == "":
        if item.is_required:
            raise _WrongError(_("Answer this question"))
        return
    if item.kind == Item.Kind.FILE:
        read.files[item.number] = _file(item, value, actor, kept)
    else:
        read.given[str(item.number)] = _READERS[Item.Kind(item.kind)](item, value)


def _text(_item: Item, value: Any) -> str:
    if not isinstance(value, str):
        raise _WrongError(_("Write a text"))
    refusal = why_not_text(value, LONGEST_ANSWER)
    if refusal is not None:
        raise _WrongError(refusal.message)
    return "\n".join(normalise(line) for line in value.replace("\r", "").split("\n")).strip()


def _choice(item: Item, value: Any) -> int:
    count = len(item.choices_fa.splitlines())
    plain = latin_digits(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (plain.isascii() and plain.isdecimal() and len(plain) < FEWEST_CHOICES + 1 and 1 <= int(plain) <= count):
        raise _WrongError(_("Choose one of the options"))
    return int(plain)


def _yes_no(_item: Item, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value not in {YES, NO}:
        raise _WrongError(_("Choose one of the options"))
    return bool(value == YES)


def _file(item: Item, value: Any, actor: Member, kept: frozenset[int]) -> int:
    plain = str(value)
    pk = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 19 else 0  # noqa: PLR2004 - digits of a bigint
    if isinstance(value, bool) or not pk:
        raise _WrongError(_("Choose the file again"))
    course = item.questionnaire.course_id
    mine = AnswerFile.objects.filter(pk=pk, by=actor, sheet=None, number=item.number, course=course)
    if pk not in kept and not mine.exists():
        raise _WrongError(_("Choose the file again"))
    return pk


_READERS = {Item.Kind.TEXT: _text, Item.Kind.CHOICE: _choice, Item.Kind.YES_NO: _yes_no}


def why_not_correct(enrolment: Enrolment) -> Refusal | None:
    """Whether the answers for a place stay as they are: nothing was asked, the place is gone, the course has begun."""
    sheet = getattr(enrolment, "sheet", None)
    if sheet is None or sheet.erased_at is not None:
        return Refusal("no_answers", _("There are no answers to correct"))
    if enrolment.state not in enrolment.OPEN:
        return Refusal("over", _("The course is over"))
    first = enrolment.course.starts_on
    if first is not None and first <= clock.today():
        return Refusal("begun", _("The course has begun; its answers stay as they are"))
    return None


def why_not_ask_for(consent: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> Refusal | None:
    """Whether these questions cannot be put to people as they are; `number` in the values is that of the question."""
    if len(items) > MOST_ITEMS:
        text = format_lazy(_("A course asks at most {most} questions"), most=number(MOST_ITEMS))
        return Refusal("too_many_questions", text)
    for place, item in enumerate(items, start=1):
        refusal = _why_not_item(item)
        if refusal is not None:
            return Refusal(refusal.code, refusal.message, {"number": place})
    return _why_not_consent(consent, items)


def _why_not_item(item: Mapping[str, Any]) -> Refusal | None:
    for language in ("fa", "en"):
        refusal = why_not_text(item[f"text_{language}"], LONGEST_ITEM)
        if refusal is not None:
            return refusal if refusal.code != "text_missing" else _BOTH
    if item["kind"] != Item.Kind.CHOICE:
        return None
    fa, en = (item[f"choices_{language}"].splitlines() for language in ("fa", "en"))
    if len(fa) != len(en) or not FEWEST_CHOICES <= len(fa) <= MOST_CHOICES:
        return Refusal("choices", _("Write two to twenty choices, one a line, the same number in both languages"))
    return next(filter(None, (why_not_text(one, LONGEST_CHOICE) for one in [*fa, *en])), None)


_BOTH = Refusal("text_missing", _("Write the question in both languages"))


def _why_not_consent(consent: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> Refusal | None:
    texts = [consent["fa"], consent["en"]]
    is_needed = any(item["is_sensitive"] or item["kind"] == Item.Kind.FILE for item in items)
    if (is_needed or any(texts)) and not all(texts):
        words = _(
            "Say in both languages what the answers are for and who reads them: something sensitive or a file is asked"
        )
        return Refusal("consent_missing", words)
    return next(filter(None, (why_not_text(one, LONGEST_CONSENT) for one in texts if one)), None)
