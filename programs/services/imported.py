"""Writes the programs, courses and weekly hours that a partner's catalogue describes, by the thousand."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F

from base import clock
from programs.models import Course, Enrolment, Feed, Program, Slot
from programs.services.indexing import Sources, batches
from programs.services.notices import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from programs.imports import Catalogue, Row

ProgramText = Program.translations.field.model
CourseText = Course.translations.field.model
COLUMNS = (
    "starts_on",
    "ends_on",
    "fee_min",
    "fee_max",
    "partner_url",
    "online",
    "source_capacity",
    "mode",
    "program_id",
)
TEXTS = ("title", "note", "instructors")
WRITTEN = [
    *(name.removesuffix("_id") for name in COLUMNS),
    *("opens_at", "closes_at", "capacity", "fingerprint", "missing_since", "version", "updated_at"),
]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the file, or a course without one, and what became of it: `rejected`, `updated`, `missing`.

    `fields` are those that changed; `reason` says why it was rejected, or which fields were left because they were
    edited here.
    """

    line: int | None
    key: str
    what: str
    fields: str
    reason: str


def code_of(*parts: object) -> str:
    """A short code of lower-case letters and digits that stays the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return base64.b32encode(digest).decode().lower()[:12]


def _values(row: Row, mode: str, programs: Mapping[str, int]) -> dict[str, Any]:
    return {
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "fee_min": row.fee_min,
        "fee_max": row.fee_max,
        "partner_url": row.partner_url,
        "online": row.online,
        "source_capacity": row.capacity,
        "mode": mode,
        "program_id": programs[row.program_key],
    }


def _texts(row: Row) -> dict[str, str | None]:
    return {"title": row.title, "note": row.note, "instructors": row.instructors}


def _closing(starts_on: dt.date | None) -> dt.datetime | None:
    """Enrolment here ends as the first day begins."""
    return clock.at(starts_on, dt.time()) if starts_on else None


def open_here(course: Course) -> None:
    """Opens enrolment in a course that is enrolled in here for the first time: its seats are the partner's, once.

    Where the partner does not say how many or from when, nobody can enrol until a coordinator has said so.
    """
    course.capacity = course.source_capacity or 0
    closes_at, now = _closing(course.starts_on), clock.now()
    if course.source_capacity is not None and closes_at is not None and closes_at > now:
        course.opens_at, course.closes_at = now, closes_at


class Writer:
    """Writes what one file says about the courses of one feed. With `dry_run` it compares and writes nothing."""

    def __init__(self, feed: Feed, catalogue: Catalogue, *, dry_run: bool) -> None:
        self.feed, self.catalogue, self.dry_run = feed, catalogue, dry_run
        self.now, self.today = clock.now(), clock.today()

    # Programs

    def _programs(self, rows: Iterable[Row]) -> dict[str, int]:
        """Ids of the programs of these rows by key; made or renamed where need be, as the file's first row has it."""
        wanted = {row.program_key for row in rows}
        firsts: dict[str, Row] = {}
        for row in self.catalogue.rows.values():
            if row.program_key in wanted:
                firsts.setdefault(row.program_key, row)
        found = dict(Program.objects.filter(feed=self.feed).values_list("feed_key", "pk")) if self.feed.pk else {}
        if not self.dry_run:
            self._rename({found[key]: row for key, row in firsts.items() if key in found})
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
                    title=row.program_title,
                    keywords=row.keywords,
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
            texts = list(ProgramText.objects.filter(master_id__in=ids))
            changed = [text for text in texts if _renamed(text, firsts[text.master_id])]
            ProgramText.objects.bulk_update(changed, ["title", "keywords"])

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
                CourseText(master_id=course.pk, language_code=row.language, **_texts(row))
                for course, row in zip(courses, some, strict=True)
            )
            self._write_hours({course.pk: row for course, row in zip(courses, some, strict=True)})

    def _course(self, row: Row, programs: Mapping[str, int]) -> Course:
        course = Course(
            slug=f"{self.feed.profile}-{code_of('course', self.feed.pk, row.key)}",
            state=Course.State.PUBLISHED,
            source_language=row.language,
            sort_on=row.starts_on or self.today,
            fee_currency=self.feed.currency,
            feed=self.feed,
            feed_key=row.key,
            fingerprint=row.fingerprint(self.feed.mode),
            updated_at=self.now,
            **_values(row, self.feed.mode, programs),
        )
        if self.feed.mode == Feed.Mode.PORTAL:
            open_here(course)
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
        compared = [_Compared(course, rows[course.pk], self.feed.mode, programs) for course in courses]
        hours = _hours(rows)
        texts = {(text.master_id, text.language_code): text for text in CourseText.objects.filter(master_id__in=rows)}
        for one in compared:
            one.compare(texts.get((one.course.pk, one.row.language)), hours.get(one.course.pk, set()))
        if not self.dry_run:
            self._save(compared)
        return [one.change(self.catalogue.lines[one.row.key]) for one in compared]

    def _save(self, compared: list[_Compared]) -> None:
        for one in compared:
            one.course.version += 1
            one.course.updated_at = self.now
        Course.objects.bulk_update([one.course for one in compared], WRITTEN)
        CourseText.objects.bulk_update([one.text for one in compared if one.text], TEXTS)
        moved = {one.course.pk: one.row for one in compared if "hours" in one.changed}
        if moved:
            Slot.objects.filter(course__in=moved).delete()
            self._write_hours(moved)
        self._tell([one for one in compared if one.has_moved and not one.course.is_past(self.today)])

    def _tell(self, moved: list[_Compared]) -> None:
        """Tells everyone with a place in a course whose days moved."""
        places = _places(one.course.pk for one in moved)
        for one in moved:
            about = f"{one.course.starts_on}:{one.course.version}"
            tell(places.get(one.course.pk, []), "moved", about=about, **one.days)

    def mark_missing(self, ids: Iterable[int]) -> None:
        """Notes since when courses are no longer in the catalogue, and tells everyone with a place in one not yet over."""
        for some in batches(ids):
            absent = Course.objects.filter(pk__in=some)
            absent.update(missing_since=self.today, version=F("version") + 1, updated_at=self.now)
            for places in _places(absent.exclude(ends_on__lt=self.today).values_list("pk", flat=True)).values():
                tell(places, "missing", about=self.today.isoformat())


def _places(course_ids: Iterable[int]) -> dict[int, list[Enrolment]]:
    """The live places in those courses, by course."""
    found: dict[int, list[Enrolment]] = {}
    live = Enrolment.objects.live().filter(course__in=list(course_ids))
    for place in live.select_related("learner").order_by("course", "pk"):
        found.setdefault(place.course_id, []).append(place)
    return found


def _renamed(text: Any, row: Row) -> bool:
    if text.language_code != row.language or (text.title, text.keywords) == (row.program_title, row.keywords):
        return False
    text.title, text.keywords = row.program_title, row.keywords
    return True


def _hours(ids: Iterable[int]) -> dict[int, set[tuple[Any, ...]]]:
    found: dict[int, set[tuple[Any, ...]]] = {}
    for pk, *hour in Slot.objects.filter(course__in=list(ids)).values_list("course", "weekday", "starts", "ends"):
        found.setdefault(pk, set()).add(tuple(hour))
    return found


class _Compared:
    """A course beside the row that a later file has for it."""

    def __init__(self, course: Course, row: Row, mode: str, programs: Mapping[str, int]) -> None:
        self.course, self.row, self.mode = course, row, mode
        self.values = _values(row, mode, programs)
        self.before = {name: getattr(course, name) for name in ("starts_on", "ends_on", "mode")}
        self.text: Any = None
        self.changed: list[str] = []
        self.left: list[str] = []

    def compare(self, text: Any, hours: set[tuple[Any, ...]]) -> None:
        """Takes over into the course what differs and was not edited here."""
        self.text = text
        if self.course.missing_since is not None:
            self.course.missing_since = None
            self.changed.append("missing_since")
        for name in COLUMNS:
            self._take(self.course, name, self.values[name])
        for name, value in _texts(self.row).items() if text is not None else ():
            self._take(text, name, value)
        if hours != set(self.row.hours):
            self._note("hours")
        self.course.fingerprint = self.row.fingerprint(self.mode)
        self._follow()

    def _take(self, target: Any, name: str, value: object) -> None:
        if getattr(target, name) != value and self._note(name.removesuffix("_id")):
            setattr(target, name, value)

    def _note(self, name: str) -> bool:
        is_pinned = name in self.course.pinned
        (self.left if is_pinned else self.changed).append(name)
        return not is_pinned

    def _follow(self) -> None:
        """Brings the enrolment window along."""
        course = self.course
        if "mode" in self.changed and course.mode == Course.Mode.PORTAL and course.capacity is None:
            open_here(course)
        elif course.closes_at is not None and course.closes_at == _closing(self.before["starts_on"]):
            closes_at = _closing(course.starts_on)
            course.closes_at = max(closes_at, course.opens_at or closes_at) if closes_at else None

    @property
    def has_moved(self) -> bool:
        """Whether it now begins or ends on another day."""
        return "starts_on" in self.changed or "ends_on" in self.changed

    @property
    def days(self) -> dict[str, Any]:
        """First and last day, old and new, as ISO text."""
        days = {"old_starts_on": self.before["starts_on"], "new_starts_on": self.course.starts_on}
        days |= {"old_ends_on": self.before["ends_on"], "new_ends_on": self.course.ends_on}
        return {name: day and day.isoformat() for name, day in days.items()}

    def change(self, line: int) -> Change:
        """What to report of it."""
        left = ", ".join(self.left)
        return Change(line, self.row.key, "updated", ", ".join(self.changed), left and f"pinned: {left}")
