"""A partner's catalogue of the usual size: how fast it comes in, and how fast it is seen that nothing changed."""

from __future__ import annotations

import csv
import io
import random
import time
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.measuring import queries
from benchmarks.table import Result
from programs.imports import PROFILES, read
from programs.models import Course, Feed
from programs.services.importing import import_courses
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, LESSONS, SEED = 3374, 240, 9
HEADER = [
    "id", "title", "department", "center", "start_date", "end_date", "capacity", "duration_hours", "days", "min_price",
    "max_price", "course_url", "is_active",
]  # fmt: skip
SUBJECTS = ("حسابداری", "عکاسی", "برنامه‌نویسی", "نقشه‌کشی", "طراحی لباس", "تعمیر موتور", "زبان انگلیسی", "شبکه")
DAYS = ("شنبه", "یکشنبه", "دوشنبه", "سه شنبه", "چهارشنبه", "پنج شنبه")


def table(rows: int) -> bytes:
    """A file of vocational courses, the same one each time."""
    chance = random.Random(SEED)  # noqa: S311 - the same file each time
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number in range(rows):
        lesson, day, month = chance.randrange(LESSONS), chance.randrange(1, 28), chance.randrange(1, 6)
        hours = [f"{one} ساعت ۰۹:۰۰ تا ۱۱:۳۰" for one in chance.sample(DAYS, 2)]
        price = f"{chance.randrange(10, 90)},000,000"
        writer.writerow([
            f"k{number:06}", f"{SUBJECTS[lesson % len(SUBJECTS)]} سطح {lesson}", SUBJECTS[lesson % len(SUBJECTS)],
            f"شعبه {chance.randrange(40)}", f"1406-{month:02}-{day:02}", f"1406-{month + 3:02}-{day:02}",
            chance.randrange(5, 30), chance.randrange(20, 90), " | ".join(hours), price, price,
            f"https://partner.example/lesson/{lesson}/course?refp={number}", 1,
        ])  # fmt: skip
    return out.getvalue().encode()


def take_in(workgroup: Workgroup, raw: bytes, **options: Any) -> None:
    """Reads the file and brings the workgroup's courses in line with it."""
    import_courses(workgroup=workgroup, catalogue=read(raw, PROFILES["mft"]), **options)


def rate(work: Callable[[], object], rows: int = ROWS) -> float:
    """Rows a second."""
    begun = time.perf_counter()
    work()
    return rows / (time.perf_counter() - begun)


def run(rounds: int) -> list[Result]:
    """First import and the same file again, beside plain reading; the queries of files of one batch; a dry run."""
    raw = table(ROWS)
    limit, first, again = [], [], []
    for number in range(rounds):
        workgroup = Workgroup.objects.create(slug=f"partner-{number}")
        limit.append(rate(lambda: list(csv.DictReader(io.StringIO(raw.decode())))))
        first.append(rate(lambda one=workgroup: take_in(one, raw)))
        again.append(rate(lambda one=workgroup: take_in(one, raw)))
    sizes = (200, 900) if connection.vendor == "postgresql" else (20, 22)  # SQLite takes few values in one statement
    few, many = (queries(lambda n=n: take_in(Workgroup.objects.create(slug=f"queries-{n}"), table(n))) for n in sizes)
    dry = Workgroup.objects.create(slug="dry")
    before = Course.objects.count(), Feed.objects.count()
    take_in(dry, raw, dry_run=True)
    written = (Course.objects.count(), Feed.objects.count()) != before
    return [
        Result(f"import of {ROWS:,} rows, first", "rate", first, "rows/s", limit, 0.03, is_least=True),
        Result(f"import of {ROWS:,} rows, unchanged", "rate", again, "rows/s", limit, 0.15, is_least=True),
        Result(f"import: queries for {sizes[1]} rows over those for {sizes[0]}", "queries", [many], "", [few], 1),
        Result("import: a dry run writes", "queries", [float(written)], "", [], 0),
    ]
