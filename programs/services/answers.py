"""What a course asks at enrolment: written in versions, answered with a place, corrected, erased when its time is over."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from base import clock
from base.persian import has_hidden_controls, normalise
from base.refusal import Refusal, Refused, refuse_if
from base.uploads import MOST_BYTES, document, picture
from members.services import record
from programs.models import AnswerFile, AnswerSheet, Course, Item, Questionnaire
from programs.rosters import is_reader_on_record
from programs.rules import why_not_answer_for, why_not_version
from programs.rules.answers import read_sheet, why_not_ask_for, why_not_correct
from programs.services.seats import lock_course

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.core.files.base import File

    from members.models import Member
    from programs.models import Enrolment
    from programs.rules.answers import Read

UNCLAIMED_FOR = dt.timedelta(days=1)
PDF_BEGINS = b"%PDF-"
LONGEST_NAME = 120
NO_FILE_ASKED = Refusal("no_file_asked", _("This course does not ask for a file there"))
FILE_GONE = Refusal("file_gone", _("Choose the file again"))
FIELDS = ("kind", "text_fa", "text_en", "choices_fa", "choices_en", "is_required", "is_sensitive")


def ask_for(
    *, actor: Member, course: Course, version: int, consent: Mapping[str, str], items: Sequence[Mapping[str, Any]]
) -> Course:
    """Decides what the course asks whoever enrols from now on; who answered before keeps the questions they were asked.

    `version` is that of the questions which were read, 0 where there were none; `items` in their order, each with the
    columns of `Item`. The same again changes nothing. Locks the course.

    Raises:
        Refused: `not_yours`, `changed_meanwhile`; `too_many_questions`, `text_missing`, `text_long`, `text_hidden`,
            `choices`, `consent_missing`.
    """
    refuse_if(why_not_answer_for(course, actor) or why_not_ask_for(consent, items))
    with transaction.atomic():
        course = lock_course(course.pk)
        if course.asks_version == version and _is_same(course, consent, items):
            return course
        refuse_if(why_not_version(Questionnaire(version=course.asks_version), version))
        found = Questionnaire.objects.create(
            course=course,
            version=course.asks_version + 1,
            consent_fa=consent["fa"],
            consent_en=consent["en"],
            made_by=actor,
            made_at=clock.now(),
        )
        for number, item in enumerate(items, start=1):
            Item.objects.create(questionnaire=found, number=number, **{name: item[name] for name in FIELDS})
        Course.objects.filter(pk=course.pk).update(asks_version=found.version)
        record(actor=actor, verb="ask_for", row=course, changes={"questions": [course.asks_version, found.version]})
        course.asks_version = found.version
    return course


def _is_same(course: Course, consent: Mapping[str, str], items: Sequence[Mapping[str, Any]]) -> bool:
    now = Questionnaire.objects.filter(course=course, version=course.asks_version).first()
    if now is None:
        return not items and not any(consent.values())
    rows = [dict(zip(FIELDS, row, strict=True)) for row in now.items.values_list(*FIELDS)]
    wanted = [{name: item[name] for name in FIELDS} for item in items]
    return rows == wanted and (now.consent_fa, now.consent_en) == (consent["fa"], consent["en"])


def copy_questions(*, actor: Member, course: Course, to: Course) -> Course:
    """Lets a new run ask what the run it was made from asks."""
    now = Questionnaire.objects.filter(course=course, version=course.asks_version).first()
    if now is None:
        return to
    items = [dict(zip(FIELDS, row, strict=True)) for row in now.items.values_list(*FIELDS)]
    consent = {"fa": now.consent_fa, "en": now.consent_en}
    return ask_for(actor=actor, course=to, version=to.asks_version, consent=consent, items=items)


# Files


def hand_over(*, actor: Member, course: Course, number: int, file: File[bytes]) -> AnswerFile:
    """Takes the file that answers a question, before the place or the correction that it belongs to is asked for.

    It waits a day for that; another one for the same question takes its stead. A PDF stays as it is, a picture is drawn anew.

    Raises:
        Refused: `no_file_asked`; those of `document` and `picture`.
    """
    wanted = Item.objects.filter(questionnaire__course=course, number=number, kind=Item.Kind.FILE)
    refuse_if(None if wanted.exists() else NO_FILE_ASKED)
    kind, content = _known(file)
    name = _plain_name(file.name or "", kind)
    with transaction.atomic():
        AnswerFile.objects.filter(by=actor, course=course, number=number, sheet=None).delete()
        found: AnswerFile = AnswerFile.objects.create(
            by=actor, course=course, number=number, name=name, kind=kind, content=content, made_at=clock.now()
        )
        record(actor=actor, verb="hand_over", row=found)
    return found


def _known(file: File[bytes]) -> tuple[str, bytes]:
    begins = file.read(len(PDF_BEGINS))
    file.seek(0)
    upload = document(file) if begins == PDF_BEGINS or file.size > MOST_BYTES else picture(file)
    return upload.name.rpartition(".")[2], upload.content


def _plain_name(name: str, kind: str) -> str:
    """The name under which it is handed out: one line, nothing hidden, with the ending that its content has."""
    stem = "".join(sign for sign in name.rpartition(".")[0] or name if not has_hidden_controls(sign))
    plain = normalise(stem.replace("/", " ").replace("\\", " ").replace('"', " "))
    return f"{plain[: LONGEST_NAME - 5] or 'file'}.{kind}"


def read_answer_file(*, actor: Member, file: AnswerFile) -> bytes:
    """What is in the file; the look of somebody who reads by an office of the city is in the trail."""
    if file.sheet is not None and is_reader_on_record(file.course, actor):
        record(actor=actor, verb="read_file", row=file, on_behalf=file.sheet.enrolment.learner_id)
    return bytes(file.content)


# Answers


def keep_answers(enrolment: Enrolment, read: Read) -> None:
    """Keeps what was answered with a new place, in the transaction that gives the place.

    Raises:
        Refused: `file_gone` when a file belongs to somebody else's answers meanwhile.
    """
    if read.questionnaire is not None:
        sheet = AnswerSheet.objects.create(
            enrolment=enrolment, questionnaire=read.questionnaire, given=read.given, given_at=clock.now()
        )
        _claim(sheet, read.files)


def _claim(sheet: AnswerSheet, files: Mapping[int, int]) -> None:
    """Makes the files part of the answers; those that were there before go."""
    AnswerFile.objects.filter(sheet=sheet).exclude(pk__in=files.values()).delete()
    for pk in files.values():
        claimed = AnswerFile.objects.filter(Q(sheet=None) | Q(sheet=sheet), pk=pk).update(sheet=sheet)
        if not claimed:
            raise Refused(FILE_GONE)


def correct(*, actor: Member, enrolment: Enrolment, answers: Mapping[str, Any]) -> AnswerSheet:
    """Answers anew what was asked for a place, until the course begins. The same again changes nothing.

    The caller has seen to it that the actor may act for the learner (`Enrolment.objects.visible_to`). Locks the answers.

    Raises:
        Refused: `no_answers`, `over`, `begun`; `answers` with what is wrong by number; `file_gone`.
    """
    refuse_if(why_not_correct(enrolment))
    with transaction.atomic():
        rows = AnswerSheet.objects.select_for_update(no_key=True, of=("self",)).select_related("questionnaire")
        sheet = rows.get(enrolment=enrolment)
        before = sheet.given | {str(one.number): one.pk for one in _files_of(sheet)}
        own = frozenset(value for one, value in before.items() if one not in sheet.given)
        read = read_sheet(actor, sheet.questionnaire, answers, own)
        refuse_if(read.refusal)
        after = read.given | {str(number): pk for number, pk in read.files.items()}
        changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        if changed:
            _claim(sheet, read.files)
            sheet.given, sheet.given_at = read.given, clock.now()
            sheet.save(update_fields=["given", "given_at"])
            record(
                actor=actor,
                verb="correct",
                row=enrolment,
                on_behalf=enrolment.learner_id,
                changes={"questions": changed},
            )
    return sheet


def _files_of(sheet: AnswerSheet) -> list[AnswerFile]:
    return list(sheet.files.defer("content").order_by("number"))


# The end


def erase_answers(older_than: dt.timedelta) -> int:
    """Erases what is sensitive, and every file, so long after the course, and files that nobody claimed for a day.

    One transaction and one audit line a course; answers how many courses there were. Repeating it changes nothing.
    """
    AnswerFile.objects.filter(sheet=None, made_at__lt=clock.now() - UNCLAIMED_FOR).delete()
    last = Coalesce(
        "questionnaire__course__ends_on", "questionnaire__course__starts_on", "questionnaire__course__sort_on"
    )
    old = AnswerSheet.objects.alias(last=last).filter(erased_at=None, last__lt=clock.today() - older_than)
    courses = sorted(set(old.values_list("questionnaire__course", flat=True)))
    for course in courses:
        _erase(course)
    return len(courses)


@transaction.atomic
def _erase(course_id: int) -> None:
    course = lock_course(course_id)
    kept = AnswerSheet.objects.filter(questionnaire__course=course, erased_at=None)
    sheets = list(kept.select_for_update(no_key=True, of=("self",)).prefetch_related("questionnaire__items"))
    for sheet in sheets:
        hidden = {str(item.number) for item in sheet.questionnaire.items.all() if item.is_sensitive}
        sheet.given = {name: value for name, value in sheet.given.items() if name not in hidden}
        sheet.erased_at = clock.now()
    AnswerSheet.objects.bulk_update(sheets, ["given", "erased_at"], batch_size=500)
    AnswerFile.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).delete()
    if sheets:
        record(actor=None, verb="erase_answers", row=course, changes={"people": len(sheets)})
