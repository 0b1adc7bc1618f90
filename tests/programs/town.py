"""A small town in two languages in which every kind of page has something to show, and every state of the seat panel."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from django.utils import translation

from base import clock
from members.models import Care, District, Learner, Member
from programs import services
from programs.models import ClassMeeting, Course, Enrolment, Program, Slot
from programs.services.indexing import index
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from parler.models import TranslatableModel

_numbers = itertools.count(1)
DAY = dt.timedelta(days=1)
LATE = 22  # from then on a class of two hours would end tomorrow
WEEK = 7 * DAY
LATE = 22  # a class of two hours that begins then ends on the next day
ACCESS = {"step_free_entrance": True, "lift": "yes", "bus": {"fa": "خط ۱۲", "en": "Line 12"}}


def both(row: TranslatableModel, fa: dict[str, Any], en: dict[str, Any]) -> None:
    """Gives a row its words in both languages."""
    for language, words in (("fa", fa), ("en", en)):
        row.create_translation(language, **words)


def _bare(model: type[TranslatableModel], **columns: Any) -> Any:
    with translation.override("fa"):
        return model.objects.create(**columns)


class Town:
    """Its places and its workgroup; courses are added one by one."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.district = _bare(District, slug=f"district-{number}")
        both(self.district, {"name": "منطقهٔ ۳"}, {"name": "District 3"})
        self.organisation = _bare(Organisation, slug=f"library-{number}", kind=Organisation.Kind.PUBLIC_INSTITUTION)
        both(self.organisation, {"name": "کتابخانهٔ مرکزی"}, {"name": "Central Library"})
        self.area = _bare(LiteracyArea, slug=f"media-{number}", icon="media")
        both(self.area, {"name": "سواد رسانه‌ای"}, {"name": "Media literacy"})
        self.venue = _bare(
            Venue, slug=f"hall-{number}", district=self.district, organisation=self.organisation, access=ACCESS
        )
        both(
            self.venue,
            {"name": "تالار شهر", "address": "خیابان مدرس"},
            {"name": "City Hall", "address": "Modarres Street"},
        )
        self.workgroup = _bare(Workgroup, slug=f"group-{number}")
        both(
            self.workgroup,
            {"name": "کارگروه سواد رسانه‌ای", "purpose": "یادگیری رسانه برای همه"},
            {"name": "Media literacy workgroup", "purpose": "Learning about media for everyone"},
        )
        self.workgroup.areas.add(self.area)
        self.workgroup.organisations.add(self.organisation)
        self.program = self.new_program()

    def new_program(
        self, fa: str = "عکاسی با تلفن همراه", en: str | None = "Photography with a phone", **columns: Any
    ) -> Program:
        """A published program; without an English title it exists in Persian alone."""
        usual = {"workgroup": self.workgroup, "area": self.area, "state": Program.State.PUBLISHED}
        program = _bare(Program, slug=f"program-{next(_numbers)}", **usual | columns)
        program.create_translation(
            "fa", title=fa, summary="از نور تا قاب", outcomes="نور را می‌شناسید\nقاب می‌بندید", description="چهار جلسه"
        )
        if en:
            program.create_translation(
                "en", title=en, summary="From light to frame", outcomes="You see light", description="Four meetings"
            )
        return program

    def course(self, *, first: dt.datetime | None = None, meetings: int = 4, **columns: Any) -> Course:
        """A published course of weekly meetings, open now; the first one in thirty days at 16:00 unless `first` says when."""
        now = clock.now()
        first = first or clock.at(clock.today() + 30 * DAY, dt.time(16))
        last = first + (meetings - 1) * WEEK
        usual = {
            "slug": f"photography-{next(_numbers)}",
            "program": self.program,
            "state": Course.State.PUBLISHED,
            "venue": self.venue,
            "opens_at": now - DAY,
            "closes_at": now + 20 * DAY,
            "starts_on": clock.day_of(first),
            "ends_on": clock.day_of(last),
            "sort_on": clock.day_of(first),
            "capacity": 20,
            "fee_max": 0,
            "fee_min": 0,
            "languages": " fa ",
            "audience_words": " everyone ",
        }
        course = _bare(Course, **usual | columns)
        local = clock.wall(first)
        Slot.objects.create(
            course=course,
            weekday=(local.weekday() + 2) % 7,
            starts=local.time(),
            ends=dt.time(local.hour + 2, local.minute) if local.hour < LATE else dt.time.max,
        )
        starts = [first + number * WEEK for number in range(meetings)]
        two = dt.timedelta(hours=2)
        ClassMeeting.objects.bulk_create(
            ClassMeeting(course=course, starts_at=one, ends_at=one + two) for one in starts
        )
        index([course.pk])
        course.refresh_from_db()
        return course

    def courses(self, count: int) -> list[Course]:
        """So many courses of one meeting, each of a program of its own, on days that follow each other."""
        noon = clock.at(clock.today() + 10 * DAY, dt.time(16))
        return [
            self.course(program=self.new_program(), first=noon + number * DAY, meetings=1) for number in range(count)
        ]


def person(name: str = "پرنیا", born: int = 1990, **facts: Any) -> tuple[Member, Learner]:
    """A member with a mobile number, who is their own learner."""
    member = Member.objects.create(phone=f"+98918{next(_numbers):07}")
    days = {"born_from": dt.date(born, 1, 1), "born_until": dt.date(born, 12, 31)}
    learner = Learner.objects.create(**{"name": name, **days} | facts)
    Care.objects.create(guardian=member, learner=learner, relation=Care.Relation.SELF, from_on=dt.date(2020, 1, 1))
    return member, learner


def own(member: Member) -> Learner:
    """The learner that the member is."""
    return Learner.objects.get(cares__guardian=member, cares__relation="self")


def enrol(course: Course, member: Member) -> Enrolment:
    """The member's own place in the course, taken now."""
    course.refresh_from_db()
    return services.enrol(actor=member, course=course, learner=own(member))[0]


def crowd(course: Course, count: int) -> list[Enrolment]:
    """So many others in the course."""
    return [enrol(course, person("سارا")[0]) for _ in range(count)]


def offered(town: Town, member: Member, **columns: Any) -> Course:
    """A course whose one seat is offered to the member."""
    course = town.course(capacity=1, **columns)
    (first,) = crowd(course, 1)
    enrol(course, member)
    services.withdraw(actor=first.asked_by, enrolment=first)
    return course


def _waiting(town: Town, member: Member) -> Course:
    course = town.course(capacity=1)
    crowd(course, 1)
    enrol(course, member)
    return course


def _seated(town: Town, member: Member) -> Course:
    course = town.course()
    enrol(course, member)
    return course


def _clash(town: Town, member: Member) -> Course:
    enrol(town.course(), member)
    return town.course(program=town.new_program("نقاشی", "Painting"))


def full(town: Town, waiting: int = 0, **columns: Any) -> Course:
    """A course of one seat that somebody has, and for which so many wait."""
    course = town.course(capacity=1, **columns)
    crowd(course, 1 + waiting)
    return course


def _audience(town: Town, member: Member) -> Course:
    Learner.objects.filter(cares__guardian=member).update(gender=Learner.Gender.MALE)
    return town.course(audience={"rule": "women_only"})


def _cancelled(town: Town) -> Course:
    course = town.course(state=Course.State.CANCELLED)
    both(course, {"cancel_reason": "استاد بیمار است"}, {"cancel_reason": "The instructor is ill"})
    return course


# The state of the panel, and how a town and a member get there.
STATES: dict[str, Callable[[Town, Member], Course]] = {
    "open": lambda town, _: town.course(),
    "few": lambda town, _: town.course(capacity=2),
    "full": lambda town, _: full(town),
    "queue_full": lambda town, _: full(town, waiting=1, waiting_size=1),
    "waiting": _waiting,
    "offered": offered,
    "seated": _seated,
    "clash": _clash,
    "age": lambda town, _: town.course(age_min=6, age_max=9),
    "audience": _audience,
    "not_open": lambda town, _: town.course(opens_at=clock.now() + 2 * DAY),
    "closed": lambda town, _: town.course(closes_at=clock.now() - dt.timedelta(hours=1)),
    "cancelled": lambda town, _: _cancelled(town),
    "partner": lambda town, _: town.course(
        mode=Course.Mode.PARTNER, partner_url="https://library.example.org/1", capacity=None
    ),
    "paused": lambda town, _: town.course(missing_since=clock.today()),
}
