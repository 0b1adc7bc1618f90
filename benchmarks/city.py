"""Loads a city of so many courses: the demo city's words, mixed anew for each program, from a fixed seed."""

from __future__ import annotations

import datetime as dt
import random
from itertools import count
from typing import TYPE_CHECKING, Any

from base import clock
from members.models import District
from programs.demo import files
from programs.models import ClassMeeting, Course, Program, Slot
from programs.services.indexing import Sources, batches
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RUNS = 8  # courses of one program
VENUES = 200
SEED = 20
LANGUAGES = ("fa", "en")
CourseText = Course.translations.field.model
ProgramText = Program.translations.field.model
LEVELS = (
    ("مقدماتی", "basics"),
    ("تکمیلی", "advanced"),
    ("فشرده", "intensive"),
    ("کارگاهی", "workshop"),
    ("عملی", "in practice"),
)
DAY = dt.timedelta(days=1)


def _named(model: Any, rows: Iterable[tuple[dict[str, Any], Mapping[str, Mapping[str, str]]]]) -> list[Any]:
    """Rows of a small kind with their texts by language."""
    rows = list(rows)
    made = model.objects.bulk_create(model(**columns) for columns, _ in rows)
    texts = model.translations.field.model
    texts.objects.bulk_create(
        texts(master_id=one.pk, language_code=language, **words)
        for one, (_, by_language) in zip(made, rows, strict=True)
        for language, words in by_language.items()
    )
    return list(made)


class City:
    """Its places; courses are added by the thousand, and more of them later."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311 - the same city each time
        self.numbers = count(1)
        self.now, self.today = clock.now(), clock.today()
        self.districts = self._kind(District, "districts")
        self.areas = self._kind(LiteracyArea, "areas", columns=("order", "icon"))
        self.organisations = self._kind(Organisation, "organisations", columns=("kind",))
        self.workgroups = self._kind(Workgroup, "workgroups", purpose="purpose")
        self.venues = self._venues()
        for number, workgroup in enumerate(self.workgroups):
            workgroup.areas.set(self.areas[number % len(self.areas) :][:2])
            workgroup.organisations.set(self.organisations[number % len(self.organisations) :][:2])

    @staticmethod
    def _kind(model: Any, name: str, columns: tuple[str, ...] = (), **texts: str) -> list[Any]:
        fields = {"name": "name"} | texts
        return _named(
            model,
            (
                (
                    {"slug": row["slug"], **{column: row[column] for column in columns}},
                    {language: {to: row[source][language] for to, source in fields.items()} for language in LANGUAGES},
                )
                for row in files.rows(name)
            ),
        )

    def _venues(self) -> list[Any]:
        known = files.rows("venues")

        def one(number: int) -> tuple[dict[str, Any], dict[str, dict[str, str]]]:
            row = known[number % len(known)]
            columns = {
                "slug": f"venue-{number}",
                "district": self.districts[number % len(self.districts)],
                "organisation": self.organisations[number % len(self.organisations)],
            }
            return columns, {
                code: {"name": f"{row['name'][code]} {number}", "address": row["address"][code]} for code in LANGUAGES
            }

        return _named(Venue, map(one, range(VENUES)))

    def grow(self, size: int) -> None:
        """Adds courses until there are so many."""
        wanted = size - Course.objects.count()
        for numbers in batches(range(max(0, wanted)), 2000):
            programs = self._programs(-(-len(numbers) // RUNS))
            self._courses([programs[at // RUNS] for at in range(len(numbers))])

    def _programs(self, size: int) -> list[Program]:
        words, chance = files.rows("programs"), self.chance
        rows = []
        for number, _ in zip(self.numbers, range(size), strict=False):
            first, second, level = chance.choice(words), chance.choice(words), chance.choice(LEVELS)
            columns = {
                "slug": f"program-{number}",
                "workgroup": chance.choice(self.workgroups),
                "area": chance.choice(self.areas),
                "state": Program.State.PUBLISHED,
            }
            texts = {
                code: {
                    "title": f"{first['title'][code]} {level[at]} {number}"[:200],
                    "summary": first["summary"][code],
                    "outcomes": second["summary"][code],
                    "description": first["description"][code],
                    "keywords": second["title"][code],
                }
                for at, code in enumerate(LANGUAGES)
                if code == "fa" or chance.random() < 0.7
            }
            rows.append((columns, texts))
        return _named(Program, rows)

    def _courses(self, programs: list[Program]) -> None:
        made = [self._course(program) for program in programs]
        hours = [self._hours() for _ in made]
        notes = [f"همراه داشتن دفتر لازم است {self.chance.randrange(100)}" for _ in made]
        sources = Sources(made)
        for course, weekly, note in zip(made, hours, notes, strict=True):
            sources.copy(course, texts=[("", "", note)], hours=weekly)
        Course.objects.bulk_create(made)
        CourseText.objects.bulk_create(
            CourseText(master_id=course.pk, language_code="fa", note=note)
            for course, note in zip(made, notes, strict=True)
        )
        Slot.objects.bulk_create(
            Slot(course=course, weekday=weekday, starts=starts, ends=dt.time(starts.hour + 2))
            for course, weekly in zip(made, hours, strict=True)
            for weekday, starts in weekly
        )
        ClassMeeting.objects.bulk_create(
            ClassMeeting(course=course, starts_at=starts, ends_at=starts + dt.timedelta(hours=2))
            for course in made
            for starts in [clock.at(course.starts_on, dt.time(17)), clock.at(course.ends_on, dt.time(17))]
        )

    def _hours(self) -> list[tuple[int, dt.time]]:
        return [
            (weekday, dt.time(self.chance.randrange(8, 19)))
            for weekday in self.chance.sample(range(7), self.chance.randrange(1, 3))
        ]

    def _course(self, program: Program) -> Course:
        chance = self.chance
        starts_on = self.today + chance.randrange(-60, 240) * DAY
        capacity = chance.choice([12, 20, 25, 40])
        is_over = starts_on < self.today
        return Course(
            program=program,
            slug=f"course-{next(self.numbers)}",
            state=Course.State.PUBLISHED,
            starts_on=starts_on,
            ends_on=starts_on + chance.randrange(7, 90) * DAY,
            sort_on=starts_on,
            opens_at=self.now - 90 * DAY if is_over or chance.random() < 0.7 else self.now + 5 * DAY,
            closes_at=clock.at(starts_on, dt.time(0)) if is_over else self.now + 200 * DAY,
            venue=chance.choice(self.venues),
            online=chance.random() < 0.1,
            age_min=chance.choice([None, None, 6, 18]),
            audience_words=chance.choice([" everyone ", " women ", " children parents "]),
            languages=chance.choice([" fa ", " fa ", " fa en ", " ckb "]),
            fee_min=0,
            fee_max=chance.choice([0, 0, 500_000, 2_000_000]),
            fee_currency="IRR",
            capacity=capacity,
            seats_taken=0,
        )
