"""Writes the programs, courses and weekly hours that a partner's catalogue describes, by the thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from base import clock
from programs.models import Course, Enrolment, Feed, Program, Slot
from programs.services.comparing import (
    TEXTS,
    WRITTEN,
    Change,
    Compared,
    code_of,
    fingerprint_of,
    open_here,
    texts_of,
    values_of,
    window_of,
)
from programs.services.indexing import Sources, batches
from programs.services.notices import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from programs.imports import Catalogue, Row

ProgramText = Program.translations.field.model
CourseText = Course.translations.field.model
PROGRAM_TEXTS = ("title", "keywords", "description")


class Writer:
    """Writes what one file says about the courses of one feed. With `dry_run` it compares and writes nothing."""

    def __init__(
        self, feed: Feed, catalogue: Catalogue, *, dry_run: bool, progress: Callable[[int], object] | None = None
    ) -> None:
        self.feed, self.catalogue, self.dry_run = feed, catalogue, dry_run
        self.now, self.today = clock.now(), clock.today()
        self.renamed: dict[str, tuple[str, str]] = {}
        self._done, self._progress = 0, progress

    def _tick(self, rows: int) -> None:
        self._done += rows
        if self._progress:
            self._progress(self._done)

    # Programs

    def _programs(self, rows: Iterable[Row]) -> dict[str, int]:
        """Ids of the programs of these rows by key; made or renamed where need be, as the file's first row has it."""
        wanted = {row.program_key for row in rows}
        firsts: dict[str, Row] = {}
        for row in self.catalogue.rows.values():
            if row.program_key in wanted:
                firsts.setdefault(row.program_key, row)
        found = dict(Program.objects.filter(feed=self.feed).values_list("feed_key", "pk")) if self.feed.pk else {}
        self._rename({found[key]: row for key, row in firsts.items() if key in found})
        if not self.dry_run:
            found |= self._create_programs([row for key, row in firsts.items() if key not in found])
        return {str(key): pk for key, pk in found.items()} | {key: 0 for key in wanted if key not in found}

    def _create_programs(self, firsts: list[Row]) -> dict[str | None, int]:
        found: dict[str | None, int] = {}
        for rows in batches(firsts):
            programs = Program.objects.bulk_create(self._program(row) for row in rows)
            ProgramText.objects.bulk_create(
                ProgramText(
                    master_id=program.pk,
                    language_code=row.language,
                    written_at=self.now,
                    **_program_texts(row),
                )
                for program, row in zip(programs, rows, strict=True)
            )
            found |= {program.feed_key: program.pk for program in programs}
        return found

    def _program(self, row: Row) -> Program:
        return Program(
            slug=f"{self.feed.profile}-{code_of('program', self.feed.pk, row.program_key)}",
            workgroup_id=self.feed.workgroup_id,
            state=Program.State.PUBLISHED,
            source_language=row.language,
            feed=self.feed,
            feed_key=row.program_key,
        )

    def _rename(self, firsts: Mapping[int, Row]) -> None:
        for ids in batches(firsts):
            pinned = dict(Program.objects.filter(pk__in=ids).values_list("pk", "pinned"))
            texts = list(ProgramText.objects.filter(master_id__in=ids))
            changed = [text for text in texts if self._is_renamed(text, firsts[text.master_id], pinned[text.master_id])]
            if not self.dry_run:
                ProgramText.objects.bulk_update(changed, [*PROGRAM_TEXTS, "written_at"])

    def _is_renamed(self, text: Any, row: Row, pinned: list[str]) -> bool:
        """Takes the program's texts over into `text`; whether any of them is another one now."""
        wanted = {name: value for name, value in _program_texts(row).items() if name not in pinned}
        if not row.description:
            wanted.pop("description", None)
        differs = {name: value for name, value in wanted.items() if getattr(text, name) != value}
        if text.language_code != row.language or not differs:
            return False
        if "title" in differs:
            self.renamed[row.program_key] = text.title, row.program_title
        for name, value in differs.items():
            setattr(text, name, value)
        text.written_at = self.now  # so that a translation made before it counts as stale
        return True

    # Courses

    def create(self, rows: list[Row]) -> None:
        """Makes a published course of each row, with the columns by which it is found."""
        programs = self._programs(rows) if rows else {}
        for some in batches(rows):
            courses = [self._course(row, programs) for row in some]
            sources = Sources(courses)
            for course, row in zip(courses, some, strict=True):
                hours = [(hour.weekday, hour.starts) for hour in row.hours]
                sources.copy(course, texts=[(row.title or "", row.instructors, row.note)], hours=hours)
            Course.objects.bulk_create(courses)
            CourseText.objects.bulk_create(
                CourseText(master_id=course.pk, language_code=row.language, written_at=self.now, **texts_of(row))
                for course, row in zip(courses, some, strict=True)
            )
            self._write_hours({course.pk: row for course, row in zip(courses, some, strict=True)})
            self._tick(len(some))

    def _course(self, row: Row, programs: Mapping[str, int]) -> Course:
        course = Course(
            slug=f"{self.feed.profile}-{code_of('course', self.feed.pk, row.key)}",
            state=Course.State.PUBLISHED,
            source_language=row.language,
            sort_on=row.starts_on or self.today,
            fee_currency=self.feed.currency,
            feed=self.feed,
            feed_key=row.key,
            fingerprint=fingerprint_of(self.feed, row),
            updated_at=self.now,
            **values_of(row, self.feed, programs),
            **window_of(row),
        )
        if self.feed.mode == Feed.Mode.PORTAL:
            open_here(course, row)
        return course

    def _write_hours(self, rows: Mapping[int, Row]) -> None:
        Slot.objects.bulk_create(
            Slot(course_id=pk, **hour._asdict()) for pk, row in rows.items() for hour in dict.fromkeys(row.hours)
        )

    def update(self, rows: Mapping[int, Row]) -> list[Change]:
        """Brings courses (by id) in line with their rows, but for the fields that were edited here."""
        programs = self._programs(rows.values()) if rows else {}
        changes = []
        for ids in batches(sorted(rows)):
            changes += self._update({pk: rows[pk] for pk in ids}, programs)
        return changes

    def _update(self, rows: Mapping[int, Row], programs: Mapping[str, int]) -> list[Change]:
        courses = list(Course.objects.filter(pk__in=rows).order_by("pk"))
        compared = [Compared(course, rows[course.pk], self.feed, programs) for course in courses]
        hours = _hours(rows)
        texts = {(text.master_id, text.language_code): text for text in CourseText.objects.filter(master_id__in=rows)}
        for one in compared:
            one.compare(texts.get((one.course.pk, one.row.language)), hours.get(one.course.pk, set()))
        if not self.dry_run:
            self._save(compared)
        self._tick(len(compared))
        return [
            one.change(self.catalogue.lines[one.row.key], self.renamed.get(one.row.program_key)) for one in compared
        ]

    def _save(self, compared: list[Compared]) -> None:
        for one in compared:
            one.course.version += 1
            one.course.updated_at = self.now
            if one.text and set(TEXTS) & set(one.changed):
                one.text.written_at = self.now  # so that a translation made before it counts as stale
        Course.objects.bulk_update([one.course for one in compared], WRITTEN)
        CourseText.objects.bulk_update([one.text for one in compared if one.text], [*TEXTS, "written_at"])
        moved = {one.course.pk: one.row for one in compared if "hours" in one.changed}
        if moved:
            Slot.objects.filter(course__in=moved).delete()
            self._write_hours(moved)
        self._tell([one for one in compared if one.has_moved and not one.course.is_past(self.today)])

    def _tell(self, moved: list[Compared]) -> None:
        """Tells everyone with a place in a course whose days moved."""
        places = places_in(one.course.pk for one in moved)
        for one in moved:
            about = f"{one.course.starts_on}:{one.course.version}"
            tell(places.get(one.course.pk, []), "moved", about=about, **one.days)

    def mark_missing(self, ids: Iterable[int]) -> None:
        """Notes since when courses are no longer in the catalogue, and tells everyone with a place in one not yet over."""
        for some in batches(ids):
            absent = Course.objects.filter(pk__in=some)
            absent.update(missing_since=self.today, version=F("version") + 1, updated_at=self.now)
            for places in places_in(absent.exclude(ends_on__lt=self.today).values_list("pk", flat=True)).values():
                tell(places, "missing", about=self.today.isoformat())


def places_in(course_ids: Iterable[int]) -> dict[int, list[Enrolment]]:
    """The live places in those courses, by course."""
    found: dict[int, list[Enrolment]] = {}
    live = Enrolment.objects.live().filter(course__in=list(course_ids))
    for place in live.select_related("learner").order_by("course", "pk"):
        found.setdefault(place.course_id, []).append(place)
    return found


def _program_texts(row: Row) -> dict[str, str]:
    return {"title": row.program_title, "keywords": row.keywords, "description": row.description}


def _hours(ids: Iterable[int]) -> dict[int, set[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = {}
    for pk, *hour in Slot.objects.filter(course__in=list(ids)).values_list("course", "weekday", "starts", "ends"):
        found.setdefault(pk, set()).add(tuple(hour))
    return found
