"""The demo city's programs and courses, with their hours, meetings and instructors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from base.calendar import WEEKDAYS
from programs.deadlines import moves_until
from programs.demo.days import days_of
from programs.demo.files import LANGUAGES, courses, rows, texts
from programs.models import ClassMeeting, Course, Program, Slot, Teaching
from programs.services.demo.people import person_called
from programs.services.demo.rows import absent, ids, line, write, write_texts
from programs.services.demo.rules import joining_of, rules_of
from workgroups.models import LiteracyArea, Venue, Workgroup

if TYPE_CHECKING:
    import datetime as dt

    from members.models import Member
    from programs.demo.files import Entry

RIALS_A_TOMAN = 10
COMMA = {"fa": "، ", "en": ", "}
WORD_OF_RULE = {"women_only": "women", "girls_only": "girls", "boys_only": "boys"}
LOADED = "load_demo"


def load_programs() -> None:
    """Writes the programs that are missing, published."""
    entries = absent(Program, rows("programs"))
    areas, workgroups = ids(LiteracyArea), ids(Workgroup)
    programs = write(
        Program(
            slug=one["slug"],
            workgroup_id=workgroups[one["workgroup"]],
            area_id=areas[one["area"]],
            state=Program.State.PUBLISHED,
            level=one["level"],
            joining=joining_of(one["slug"]),
        )
        for one in entries
    )
    found = zip(programs, entries, strict=True)
    write_texts(Program, {program.pk: _program_texts(one) for program, one in found})
    write(line(program, "publish", changes={"state": [None, program.state]}) for program in programs)


def _program_texts(entry: Entry) -> dict[str, dict[str, str]]:
    plain = texts(**{name: entry[name] for name in ("title", "summary", "description", "audience")})
    for language, fields in plain.items():
        fields["outcomes"] = "\n".join(outcome[language] for outcome in entry["outcomes"])
        fields["keywords"] = COMMA[language].join(tag[language] for tag in entry["tags"])
    return plain


def load_courses(today: dt.date) -> dict[str, Course]:
    """Writes the courses that are missing, published and empty; returns them by slug."""
    entries = absent(Course, courses().values())
    programs = {row["slug"]: row for row in rows("programs")}
    program_ids, venues = ids(Program), ids(Venue)
    found = write(_course(one, programs[one["program"]], program_ids, venues, today) for one in entries)
    pairs = list(zip(found, entries, strict=True))
    write_texts(Course, {course.pk: _course_texts(one, programs[one["program"]]) for course, one in pairs})
    write(hour for course, one in pairs for hour in _hours(course, one))
    write(meeting for course, one in pairs for meeting in _meetings(course, one, today))
    write(
        Teaching(
            course=course, member=person_called(one["instructor"]["person"]), from_on=clock.day_of(course.opens_at)
        )
        for course, one in pairs
        if one["instructor"]["person"] and course.opens_at
    )
    write(line(course, LOADED, changes={"on": today.isoformat()}) for course in found)
    return {course.slug: course for course in found}


def _course(entry: Entry, program: Entry, programs: dict[str, int], venues: dict[str, int], today: dt.date) -> Course:
    days = days_of(entry, today)
    rule, fee = entry["audience_rule"], entry["fee_toman"] * RIALS_A_TOMAN
    words = dict.fromkeys([program["audience"]["code"], *([WORD_OF_RULE[rule]] if rule else [])])
    starts_on = clock.day_of(days.meetings[0][0])
    who, columns = rules_of(entry["slug"], today)
    return Course(
        slug=entry["slug"],
        program_id=programs[entry["program"]],
        state=Course.State.PUBLISHED,
        starts_on=starts_on,
        ends_on=clock.day_of(days.meetings[-1][1]),
        sort_on=starts_on,
        opens_at=days.opens_at,
        closes_at=days.closes_at,
        moves_until=moves_until(days.meetings[0][0]),
        venue_id=venues[entry["venue"]] if entry["venue"] else None,
        online=entry["mode"] == "online",
        age_min=entry["age"]["min"],
        age_max=entry["age"]["max"],
        audience=({"rule": rule} if rule else {}) | who,
        joining=joining_of(entry["program"]),
        **columns,
        audience_words=f" {' '.join(words)} ",
        languages=f" {' '.join(entry['teaching_languages'])} ",
        fee_min=fee,
        fee_max=fee,
        fee_currency="IRR",
        capacity=entry["capacity"],
        waiting_size=entry["waiting_size"],
        selection=entry["selection"],
    )


def _course_texts(entry: Entry, program: Entry) -> dict[str, dict[str, str]]:
    teacher, policy = entry["instructor"], program["fee_policy"]
    notes = [entry["note"], *([entry["link_policy"]] if entry["link_policy"] else [])]
    return {
        language: {
            "note": "\n\n".join(note[language] for note in notes),
            "fee_note": policy[language] if entry["fee_toman"] else "",
            "instructors": COMMA[language].join([teacher["name"][language], teacher["role"][language]]),
        }
        for language in LANGUAGES
    }


def _hours(course: Course, entry: Entry) -> list[Slot]:
    times = {"starts": entry["start_time"], "ends": entry["end_time"]}
    return [Slot(course=course, weekday=WEEKDAYS.index(name), **times) for name in entry["weekdays"]]


def _meetings(course: Course, entry: Entry, today: dt.date) -> list[ClassMeeting]:
    return [
        ClassMeeting(course=course, starts_at=starts_at, ends_at=ends_at, venue_id=course.venue_id)
        for starts_at, ends_at in days_of(entry, today).meetings
    ]


def coordinator_of(course: Course) -> Member:
    """The member who coordinates the course's workgroup in the demo city."""
    workgroup = Workgroup.objects.get(programs=course.program_id).slug
    found = next(one for one in rows("people") if one["workgroup"] == workgroup and "coordinator" in one["roles"])
    return person_called(found["slug"])
