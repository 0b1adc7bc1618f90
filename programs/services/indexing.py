"""The columns by which courses are found and filtered: copies of texts, place and weekly hours, in every language."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from base.calendar import weekday_mask
from base.persian import fold
from programs.models import Course, Program, Slot
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Texts = dict[int | None, list[tuple[str, ...]]]

T = TypeVar("T")
BATCH = 1000
COLUMNS = ["area", "district", "joining", "weekdays", "dayparts", "sort_on", "search_text", "search_joined"]
_ATTRIBUTES = ["area_id", "district_id", *COLUMNS[2:]]
NOON, EVENING = dt.time(12), dt.time(17)


def batches(things: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The things in lists of at most `size`."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def index(course_ids: Iterable[int]) -> None:
    """Brings the columns of these courses up to date with what they are copied from.

    A constant number of queries for each thousand, in a transaction that locks them. Rows that are up to date are not
    written, and never the engine's columns or `updated_at`. A course without a first day keeps its `sort_on`. Whoever
    renames a venue, program, area, workgroup or organisation calls it for the courses concerned.
    """
    for ids in batches(sorted(set(course_ids))):
        with transaction.atomic():
            _index_batch(ids)


def _index_batch(ids: list[int]) -> None:
    courses = list(Course.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    sources, hours = Sources(courses), _hours(ids)
    texts = _texts(Course, ids, "title", "instructors", "note")
    changed = []
    for course in courses:
        before = [getattr(course, name) for name in _ATTRIBUTES]
        sources.copy(course, texts=texts[course.pk], hours=hours[course.pk])
        if before != [getattr(course, name) for name in _ATTRIBUTES]:
            changed.append(course)
    # Every row is there and locked: this only updates, and much faster than a CASE for each row and column.
    Course.objects.bulk_create(changed, update_conflicts=True, update_fields=COLUMNS, unique_fields=["pk"])


def _hours(ids: list[int]) -> dict[int, list[tuple[int, dt.time | None]]]:
    found: dict[int, list[tuple[int, dt.time | None]]] = defaultdict(list)
    for course, weekday, starts in Slot.objects.filter(course__in=ids).values_list("course", "weekday", "starts"):
        found[course].append((weekday, starts))
    return found


def masks(hours: Iterable[tuple[int, dt.time | None]]) -> tuple[int, int]:
    """Weekdays (Saturday is bit 0) and times of day (morning, afternoon, evening) of weekly hours (weekday, start)."""
    hours = list(hours)
    parts = {1 if starts < NOON else 2 if starts < EVENING else 4 for _, starts in hours if starts is not None}
    return weekday_mask(weekday for weekday, _ in hours), sum(parts)


def searched(titles: Iterable[str], keywords: Iterable[str], others: Iterable[str]) -> tuple[str, str]:
    """The two searched columns: every text folded, titles first, a blank at both ends so that whole words can be looked for;
    and titles and keywords alone without gaps.
    """
    first = [text for text in dict.fromkeys([*titles, *keywords]) if text]
    text = fold(" ".join(dict.fromkeys([*first, *filter(None, others)])))
    return f" {text} ", fold(" ".join(first)).replace(" ", "")


class Sources:
    """What the columns of some courses are copied from, in every language; one query for each kind of thing."""

    def __init__(self, courses: list[Course]) -> None:
        self.programs = Program.objects.select_related("feed").in_bulk({course.program_id for course in courses})
        self.venues = Venue.objects.in_bulk({course.venue_id for course in courses if course.venue_id})
        programs, venues = self.programs.values(), self.venues.values()
        self.program_texts = _texts(
            Program, self.programs, "title", "keywords", "audience", "summary", "outcomes", "description"
        )
        self.areas = _texts(LiteracyArea, {_area(program) for program in programs}, "name")
        self.workgroups = _texts(Workgroup, {program.workgroup_id for program in programs}, "name")
        self.venue_texts = _texts(Venue, self.venues, "name")
        self.organisations = _texts(Organisation, {venue.organisation_id for venue in venues}, "name")

    def copy(self, course: Course, *, texts: list[tuple[str, ...]], hours: list[tuple[int, dt.time | None]]) -> None:
        """Sets the columns of one of the courses, saved or not; `texts` are (title, instructors, note) by language."""
        program, venue = self.programs[course.program_id], self.venues.get(course.venue_id or 0)
        course.area_id = _area(program)
        course.joining = program.joining
        course.district_id = venue.district_id if venue else None
        course.sort_on = course.starts_on or course.sort_on
        course.weekdays, course.dayparts = masks(hours)
        around = [self.areas[_area(program)], self.workgroups[program.workgroup_id], self.venue_texts[course.venue_id]]
        around.append(self.organisations[venue.organisation_id if venue else None])
        course.search_text, course.search_joined = self._searched(course, texts, around)

    def _searched(
        self, course: Course, texts: list[tuple[str, ...]], around: list[list[tuple[str, ...]]]
    ) -> tuple[str, str]:
        program = self.program_texts[course.program_id]
        titles = [title for title, *_ in [*texts, *program]]
        others = [name for rows in around for (name,) in rows]
        others += [text for _, _, *rest in program for text in rest]
        others += [instructors for _, instructors, _ in texts] + course.audience_words.split()
        if course.feed_id:  # what a partner tells of the place stands in the notes
            others += [note for *_, note in texts]
        return searched(titles, [keywords for _, keywords, *_ in program], others)


def _area(program: Program) -> int | None:
    return program.area_id or (program.feed.default_area_id if program.feed else None)


def _texts(model: Any, ids: Iterable[int | None], *fields: str) -> Texts:
    """The rows of those fields in all languages, by the id of what they translate."""
    found: Texts = defaultdict(list)
    rows = model._parler_meta.root_model.objects.filter(master_id__in=[one for one in ids if one])  # noqa: SLF001
    for master, *texts in rows.order_by("-language_code").values_list("master_id", *fields):
        found[master].append(tuple(texts))
    return found
