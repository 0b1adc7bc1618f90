"""What the demo city's coordinators have under way: drafts, a review, further runs, a stale translation, a partner's file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from django.db.models import F

from base import clock
from members.models import Audit
from programs.demo.files import content, rows
from programs.models import Course, Feed, Import, Program, Revision
from programs.services.courses import reschedule
from programs.services.demo.moving import WEEK, touched
from programs.services.demo.people import person_called
from programs.services.demo.rows import DOOR, ids, line, write
from programs.services.handing_in import hand_in
from programs.services.planning import create_course, create_program, remark, submit
from programs.services.scheduling import Pattern, copy_course, edit_course, make_meetings
from programs.services.working import work_imports
from workgroups.models import LiteracyArea, Venue, Workgroup

if TYPE_CHECKING:
    from programs.demo.files import Entry

PLANNED, SHIFTED, REWRITTEN = "load_plan", "move_plan", "load_rewritten"
OPEN_FOR = dt.timedelta(days=21)


def load(today: dt.date) -> None:
    """Writes what is missing; hands the partner's file in again once the last one was forgotten."""
    plans = content("plans")
    for entry in rows("plans"):
        if not Program.objects.filter(slug=entry["slug"]).exists():
            _begin(entry, today)
    _copy(plans["copies"], today)
    for entry in plans["rewritten"]:
        _let_go_stale(entry, today)
    _hand_in(plans["file"], today)


def _begin(entry: Entry, today: dt.date) -> None:
    actor, workgroup = person_called(entry["person"]), Workgroup.objects.get(slug=entry["workgroup"])
    area = LiteracyArea.objects.get(slug=entry["area"])
    program = create_program(actor=actor, workgroup=workgroup, area=area, texts=entry["texts"])
    course = create_course(actor=actor, program=program)
    if entry["weekdays"]:
        first = today + dt.timedelta(days=entry["first_offset_days"])
        closes_at = clock.at(first - dt.timedelta(days=2), dt.time(20))
        facts = {"venue_id": ids(Venue)[entry["venue"]], "opens_at": closes_at - OPEN_FOR, "closes_at": closes_at}
        course = edit_course(actor=actor, course=course, version=course.version, facts=facts, texts={})
        starts, ends = (dt.time.fromisoformat(entry[name]) for name in ("starts", "ends"))
        pattern = Pattern(entry["weekdays"], first, entry["meetings"], starts, ends)
        make_meetings(actor=actor, course=course, pattern=pattern)
    if entry["review"]:
        program = submit(actor=actor, program=program)
        remark(actor=person_called(entry["review"]["person"]), program=program, text=entry["review"]["text"])
    write([line(course, PLANNED, changes={"on": today.isoformat()})])


def _copy(entry: Entry, today: dt.date) -> None:
    """Plans further runs of a course, unless its program has one that is planned in the portal."""
    actor, course = person_called(entry["person"]), Course.objects.get(slug=entry["course"])
    if Revision.objects.filter(course__program=course.program_id).exists():
        return
    firsts = [today + dt.timedelta(days=days) for days in entry["first_offset_days"]]
    copies = copy_course(actor=actor, course=course, firsts=firsts)
    write([line(copy, PLANNED, changes={"on": today.isoformat()}) for copy in copies])


def _let_go_stale(entry: Entry, today: dt.date) -> None:
    """Dates the texts of a program or a course, once, so that the English one is older than the Persian original."""
    model: Any = Course if "course" in entry else Program
    row = model.objects.get(slug=entry.get("course") or entry["program"])
    label = model._meta.label_lower  # noqa: SLF001 - Django's documented name
    if Audit.objects.filter(object_type=label, object_id=row.pk, door=DOOR, verb=REWRITTEN).exists():
        return
    texts = row.translations
    for language, days in (("en", entry["english_days_ago"]), ("fa", entry["persian_days_ago"])):
        written_at = clock.at(today - dt.timedelta(days=days), dt.time(10))
        texts.filter(language_code=language).update(written_at=written_at)
    write([line(row, REWRITTEN)])


def _hand_in(entry: Entry, today: dt.date) -> None:
    workgroup = Workgroup.objects.get(slug=entry["workgroup"])
    if Import.objects.filter(feed__workgroup=workgroup).exclude(state=Import.State.FAILED).exists():
        return
    mapping = {"columns": entry["columns"], "language": "fa"}
    Feed.objects.get_or_create(
        workgroup=workgroup, profile="generic", partner=entry["partner"], defaults={"mapping": mapping}
    )
    run = hand_in(
        actor=person_called(entry["person"]),
        workgroup=workgroup,
        profile="generic",
        name=entry["name"],
        content=_table(entry, today),
        language="fa",
        partner=entry["partner"],
        options={"mode": Feed.Mode.PARTNER, "area": ids(LiteracyArea)[entry["area"]]},
    )
    while run.state == Import.State.QUEUED and work_imports():
        run.refresh_from_db()


def _table(entry: Entry, today: dt.date) -> bytes:
    """The partner's file, for the city of that day."""
    out = io.StringIO()
    table = csv.DictWriter(out, entry["columns"].values())
    table.writeheader()
    for one in entry["lines"]:
        days = zip(("starts_on", "ends_on"), one["offset_days"], strict=True)
        cells = one | {name: (today + dt.timedelta(days=offset)).isoformat() for name, offset in days}
        table.writerow({column: cells[field] for field, column in entry["columns"].items()})
    return out.getvalue().encode()


def move_forward(today: dt.date) -> None:
    """Plans the runs that nobody touched that many whole weeks later."""
    label = Course._meta.label_lower  # noqa: SLF001 - Django's documented name
    lines = Audit.objects.filter(object_type=label, door=DOOR, verb__in=[PLANNED, SHIFTED]).order_by("pk")
    belongs = {pk: dt.date.fromisoformat(told["on"]) for pk, told in lines.values_list("object_id", "changes")}
    old = [pk for pk, day in belongs.items() if (today - day).days >= WEEK]
    for course in Course.objects.filter(pk__in=set(old) - touched(old)).order_by("pk").select_for_update(no_key=True):
        weeks = (today - belongs[course.pk]).days // WEEK
        _shift(course, belongs[course.pk], dt.timedelta(weeks=weeks))


def _shift(course: Course, day: dt.date, shift: dt.timedelta) -> None:
    course.meetings.update(starts_at=F("starts_at") + shift, ends_at=F("ends_at") + shift)
    Course.objects.filter(pk=course.pk).update(
        opens_at=F("opens_at") + shift, closes_at=F("closes_at") + shift, version=F("version") + 1
    )
    reschedule(course=course)
    write([line(course, SHIFTED, changes={"on": (day + shift).isoformat()})])
