"""Writing programs and courses: every change kept as a version, and published once nothing is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import slugify

from base import clock
from base.refusal import refuse_if
from members.services import record
from programs.checklist import course_steps, program_steps, texts_of
from programs.models import Course, Program, Remark, Revision
from programs.rules import (
    why_not_archive,
    why_not_plan_for,
    why_not_publish,
    why_not_turn,
    why_not_version,
)
from programs.services.indexing import index
from programs.services.notices import post_to_planners
from programs.services.pinning import pin
from programs.services.seats import lock_course

if TYPE_CHECKING:
    from members.models import Member
    from workgroups.models import LiteracyArea, Workgroup

PROGRAM_FACTS = ("area_id", "level", "joining")
COURSE_FACTS = (
    *("venue_id", "online", "opens_at", "closes_at", "age_min", "age_max", "audience", "audience_words"),
    *("fee_min", "fee_max", "fee_currency", "languages", "minimum", "decide_on", "selection"),
)
FACTS = {Program: PROGRAM_FACTS, Course: COURSE_FACTS}
Texts = dict[str, dict[str, str]]


def create_program(*, actor: Member, workgroup: Workgroup, area: LiteracyArea, texts: Texts) -> Program:
    """Begins a program of a workgroup as a draft that its coordinators and staff alone see.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_plan_for(workgroup, actor))
    with transaction.atomic():
        name = next((slugify(own.get("title", ""))[:60] for own in reversed(texts.values()) if own.get("title")), "")
        slug = _free_slug(Program, name or f"{workgroup.slug[:50]}-program")
        program = Program.objects.create(workgroup=workgroup, area=area, slug=slug)
        _write_texts(program, texts)
        _keep(actor, program)
        record(actor=actor, verb="create", row=program)
    return program


def create_course(*, actor: Member, program: Program) -> Course:
    """Begins a run of a program as a draft without days.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_plan_for(program.workgroup, actor))
    with transaction.atomic():
        course = Course.objects.create(
            program=program,
            slug=course_slug(program),
            sort_on=clock.today(),
            languages=" fa ",
            audience_words=" everyone ",
            fee_min=0,
            fee_max=0,
            fee_currency="IRR",
            capacity=20,
            waiting_size=10,
        )
        _keep(actor, course)
        index([course.pk])
        record(actor=actor, verb="create", row=course)
    return course


def course_slug(program: Program) -> str:
    """A free address for a new run: the program's, the month, a counter."""
    return _free_slug(Course, f"{program.slug[:80]}-{clock.today():%Y-%m}", first=1)


def _free_slug(model: type[Program | Course], stem: str, first: int = 0) -> str:
    """The stem, or the stem with the first number that nobody has."""
    taken = set(model.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if not first and stem not in taken:
        return stem
    number = first or 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def edit_program(*, actor: Member, program: Program, version: int, facts: dict[str, Any], texts: Texts) -> Program:
    """Changes facts and texts of a program that was read in that version; what does not differ is not written.

    Raises:
        Refused: `not_yours`, `changed_meanwhile`; for a published one the step that would be missing then.
    """
    refuse_if(why_not_plan_for(program.workgroup, actor))
    with transaction.atomic():
        program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        refuse_if(why_not_version(program, version))
        if _rewrite(actor, program, facts, texts):
            if program.state == Program.State.PUBLISHED:
                refuse_if(why_not_publish(program_steps(_afresh(program))))
            index(program.courses.values_list("pk", flat=True))
    return program


def rewrite_course(actor: Member, course: Course, facts: dict[str, Any], texts: Texts) -> list[str]:
    """Writes what differs into a locked course, one version on; the names of what changed."""
    changed = _rewrite(actor, course, facts, texts)
    if changed and course.state == Course.State.PUBLISHED:
        refuse_if(why_not_publish(step for step in course_steps(course) if step.code != "window"))
    return changed


def _rewrite(actor: Member, row: Program | Course, facts: dict[str, Any], texts: Texts) -> list[str]:
    before = content_of(row)
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    changed += [f"{name}_{language}" for language, name in _write_texts(row, texts)]
    if changed:
        if not _revisions(row).exists():
            Revision.objects.create(**_whose(row), version=row.version, content=before)
        row.version += 1
        names = [name for name in FACTS[type(row)] if name in changed]
        moved = ["updated_at"] if isinstance(row, Course) else []
        if isinstance(row, Course):
            row.updated_at = clock.now()
        row.save(update_fields=[*names, *moved, "version"])
        pin(row, {name.removesuffix("_id").removesuffix("_fa").removesuffix("_en") for name in changed})
        _keep(actor, row)
        record(actor=actor, verb="edit", row=row, changes={"fields": changed, "version": row.version})
    return changed


def _afresh(program: Program) -> Program:
    return Program.objects.prefetch_related("translations").get(pk=program.pk)


def _write_texts(row: Any, texts: Texts) -> list[tuple[str, str]]:
    """Writes the texts that differ; which they were, as (language, field). A language without a word gets no row."""
    model = row.translations.model
    kept = {one.language_code: one for one in model.objects.filter(master_id=row.pk)}
    changed, now = [], clock.now()  # one instant for all: what is written together is not older than its original
    for language, fields in texts.items():
        own = kept.get(language)
        differing = [name for name, text in fields.items() if (getattr(own, name) or "" if own else "") != text]
        if differing:
            own = own or model(master_id=row.pk, language_code=language)
            for name in differing:
                setattr(own, name, fields[name])
            own.written_at = now
            own.save()
            changed += [(language, name) for name in differing]
    return changed


# Versions


def content_of(row: Program | Course) -> dict[str, Any]:
    """All that a version keeps: `facts` as plain JSON, `texts` by language and field."""
    facts = {name: getattr(row, name) for name in FACTS[type(row)]}
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()}
    fresh: Any = type(row).objects.prefetch_related("translations").get(pk=row.pk)
    return {"facts": plain, "texts": texts_of(fresh)}


def _whose(row: Program | Course) -> dict[str, Any]:
    return {"program": row} if isinstance(row, Program) else {"course": row}


def _revisions(row: Program | Course) -> Any:
    return Revision.objects.filter(**_whose(row))


def _keep(actor: Member, row: Program | Course) -> None:
    Revision.objects.create(**_whose(row), version=row.version, by=actor, content=content_of(row))


def restore(*, actor: Member, revision: Revision, version: int) -> Program:
    """Brings a program back to what it was in that revision, as a new version; nothing of the history goes.

    Raises:
        Refused: as `edit_program`.
    """
    program = revision.program
    assert program is not None  # noqa: S101 # nosec B101 - the caller looks among a program's revisions
    content = revision.content
    facts = {name: content["facts"][name] for name in PROGRAM_FACTS if name in content["facts"]}
    return edit_program(actor=actor, program=program, version=version, facts=facts, texts=content["texts"])


# States


def submit(*, actor: Member, program: Program) -> Program:
    """Asks the workgroup's other coordinators and staff to look a draft over. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `wrong_state`.
    """
    program = _turn(actor, program, Program.State.REVIEW, "submit")
    post_to_planners(program, "review", leaving_out=actor)
    return program


def remark(*, actor: Member, program: Program, text: str, send_back: bool = False) -> Remark:
    """Says something about a program to those who write it; with `send_back` it becomes a draft again.

    Raises:
        Refused: `not_yours`, `wrong_state`.
    """
    refuse_if(why_not_plan_for(program.workgroup, actor))
    with transaction.atomic():
        said = Remark.objects.create(program=program, by=actor, text=text)
        if send_back:
            _turn(actor, program, Program.State.DRAFT, "send_back")
        record(actor=actor, verb="remark", row=program)
        post_to_planners(program, "remark", leaving_out=actor, about=str(said.pk), text=text)
    return said


def publish(*, actor: Member, program: Program) -> tuple[Program, list[Course]]:
    """Shows a program to everyone, and with it those of its draft courses that lack nothing; these are answered too.

    Twice changes nothing.

    Raises:
        Refused: `not_yours`, `wrong_state`, or the first step of the checklist that is not done.
    """
    refuse_if(why_not_plan_for(program.workgroup, actor))
    refuse_if(None if program.state == Program.State.PUBLISHED else why_not_publish(program_steps(_afresh(program))))
    with transaction.atomic():
        program = _turn(actor, program, Program.State.PUBLISHED, "publish")
        drafts = program.courses.filter(state=Course.State.DRAFT).order_by("pk")
        ready = [course for course in drafts if why_not_publish(course_steps(course)) is None]
        shown = [publish_course(actor=actor, course=course) for course in ready]
    return program, shown


def archive(*, actor: Member, program: Program) -> Program:
    """Takes a program out of the public pages; nothing is deleted. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `courses_running`.
    """
    refuse_if(why_not_archive(program))
    return _turn(actor, program, Program.State.ARCHIVED, "archive")


def reopen(*, actor: Member, program: Program) -> Program:
    """Makes an archived program, or one in review, a draft again.

    Raises:
        Refused: `not_yours`, `wrong_state`.
    """
    return _turn(actor, program, Program.State.DRAFT, "reopen")


def _turn(actor: Member, program: Program, to: Program.State, verb: str) -> Program:
    refuse_if(why_not_plan_for(program.workgroup, actor))
    with transaction.atomic():
        program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
        if program.state == to:
            return program
        refuse_if(why_not_turn(program, to))
        was, program.state = program.state, to
        program.save(update_fields=["state"])
        record(actor=actor, verb=verb, row=program, changes={"state": [was, to]})
    return program


def publish_course(*, actor: Member, course: Course) -> Course:
    """Shows a course to everyone, as soon as its program is shown. Twice changes nothing.

    Raises:
        Refused: `not_yours`, or the first step of the checklist that is not done.
    """
    refuse_if(why_not_plan_for(course.program.workgroup, actor))
    with transaction.atomic():
        course = lock_course(course.pk)
        if course.state != Course.State.DRAFT:
            return course
        refuse_if(why_not_publish(course_steps(course)))
        Course.objects.filter(pk=course.pk).update(state=Course.State.PUBLISHED, updated_at=clock.now())
        course.state = Course.State.PUBLISHED
        index([course.pk])
        record(actor=actor, verb="publish", row=course, changes={"state": ["draft", "published"]})
    return course
