"""Somebody who has used everything that the portal offers, and a search for what is left of them anywhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from base import clock
from base.persian import fold
from members import services as accounts
from members.models import Care, IdempotencyKey, Learner, Member, digests
from members.rules import masked, spelt, year_interval
from notifications.models import PushAddress, Rhythm
from programs import services
from programs.models import Course, Enrolment, Question, Revision, Roll, RollLine, RollProof, Teaching
from programs.services.demand import wish
from programs.services.indexing import index
from records.models import Attendance, Certificate, Feedback
from records.services import share
from tests import builders
from tests.programs.asking import answers, asking, pdf
from tests.programs.town import DAY, Town, crowd, enrol, person
from workgroups.models import Appointment, Decision, Meeting
from workgroups.models import Attendance as AtMeeting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME, CHILD = "ژاله گلستانیان‌پور", "کیانوش گلستانیان‌پور"
PHONE, EMAIL = "+989187654321", "jaleh.golestan@example.org"


class Life:
    """A member with everything: places in every state, a child of their own and one with a second guardian, duties, words of
    theirs in every text, and others who wrote about them.
    """

    def __init__(self) -> None:
        self.town = Town()
        self.coordinator = person("مریم")[0]
        since = clock.today() - 400 * DAY
        Appointment.objects.create(
            member=self.coordinator, role="coordinator", workgroup=self.town.workgroup, from_on=since
        )
        self.member = Member.objects.create(phone=PHONE, email=EMAIL)
        self.own = accounts.save_profile(actor=self.member, name=NAME, birth_year=1361)
        self.child = self._child(CHILD)
        self.shared = self._child("رها گلستانیان‌پور")
        self.other = person("بهرام")[0]
        Care.objects.create(guardian=self.other, learner=self.shared, relation="child", from_on=since)
        self._courses()
        self._words()
        self._ways_in()
        self._duties()

    def _child(self, name: str) -> Learner:
        return accounts.care_for(actor=self.member, person=accounts.Person(name, 1394), relation="child", consents=True)

    def _courses(self) -> None:
        town, member = self.town, self.member
        noon = clock.at(clock.today() + 30 * DAY, dt.time(16))
        self.seated = enrol(town.course(first=noon, meetings=1, capacity=1), member)
        self.behind = crowd(Course.objects.get(pk=self.seated.course_id), 1)[0]
        full = town.course(first=noon + DAY, meetings=1, capacity=1)
        crowd(full, 1)
        self.waiting = enrol(full, member)
        together = town.course(first=noon + 2 * DAY, meetings=1)
        self.party, _new = services.enrol_together(
            actor=member, course=together, learners=[self.child, self.shared], wait=True
        )
        self.withdrawn = enrol(town.course(first=noon + 3 * DAY, meetings=1), member)
        services.withdraw(actor=member, enrolment=self.withdrawn, reason=f"{NAME} بیمار است")
        over = town.course(first=noon + 4 * DAY, meetings=1)
        self.completed = enrol(over, member)
        Enrolment.objects.filter(pk=self.completed.pk).update(state="completed", reason=NAME)
        accounts.record(actor=None, verb="conclude", row=self.completed, changes={"state": ["seated", "completed"]})
        meeting = over.meetings.get()
        Attendance.objects.create(enrolment=self.completed, meeting=meeting, mark="present", by=self.coordinator)
        frozen = {language: {"name": NAME, "title": "x", "minutes": 60} for language in ("fa", "en")}
        today = clock.today()
        Certificate.objects.create(enrolment=self.completed, code="A" * 16, frozen=frozen, issued_on=today)
        Feedback.objects.create(enrolment=self.completed, stars=5, comment=f"{NAME} راضی بود", given_on=today)
        share(actor=member, learner=self.own)
        asked = asking(town, self.coordinator)
        file = services.hand_over(
            actor=member, course=asked, number=4, file=pdf(f"{NAME}.pdf", b"%PDF-1.4\n" + PHONE.encode() + b"\n%%EOF\n")
        )
        self.answered, _new = services.enrol(
            actor=member, course=asked, learner=self.own, answers=answers(_1=NAME, _4=file.pk)
        )
        self._lists()

    def _lists(self) -> None:
        until = clock.today() + 100 * DAY
        roll = Roll.objects.create(
            workgroup=self.town.workgroup, organisation=self.town.organisation, kind="pupils", until_on=until
        )
        text = f"{PHONE}\n{EMAIL}\n{CHILD}، 1394\nناشناس دیگر، 1390"
        services.write_lines(actor=self.coordinator, roll=roll, text=text)
        RollProof.objects.create(roll=roll, learner=self.child)

    def _words(self) -> None:
        member = self.member
        course = self.town.course(first=clock.now() + 60 * DAY, meetings=1)
        services.ask(actor=member, course=course, text=f"من {NAME} هستم، شماره‌ام {PHONE}")
        services.reply(actor=self.coordinator, question=Question.objects.get(), text=f"سلام {NAME}")
        self.alone, _new = wish(actor=member, text=f"درس با {NAME}", language="fa")
        self.together, _new = wish(actor=member, text="خوشنویسی با قلم", language="fa")
        wish(actor=self.other, text="خوشنویسی با قلم", language="fa")
        services.follow(actor=member, thing=self.town.area)
        services.remind(actor=member, course=self.town.course(opens_at=clock.now() + DAY, first=clock.now() + 70 * DAY))
        services.invite(actor=member, learner=self.child, contact="+989180000001")
        services.invite(actor=self.coordinator, learner=_child_of(self.coordinator), contact=PHONE)

    def _ways_in(self) -> None:
        member = self.member
        accounts.make_token(actor=member, name=f"برنامهٔ {NAME}", scope="me")
        accounts.draw_code(accounts.ask_code(contact=PHONE, client="192.0.2.9", language="fa"))
        accounts.ask_code(contact=EMAIL, client="192.0.2.9", language="fa")
        self.client = Client()
        self.client.force_login(member)
        PushAddress.objects.create(
            member=member, endpoint="https://updates.push.services.mozilla.com/x", public_key="k", shared_secret="s"
        )
        member.preferences.create(kind="news", channel="email", wanted=True)
        Rhythm.objects.create(member=member, digest="daily")
        IdempotencyKey.objects.create(
            member=member,
            key=uuid.uuid4().hex,
            digest="d" * 64,
            status=201,
            body={"name": NAME},
            expires_at=clock.now() + DAY,
        )

    def _duties(self) -> None:
        member, group = self.member, builders.make_workgroup()
        self.appointment = builders.appoint(member, Appointment.Role.COORDINATOR, group)
        course = self.town.course(first=clock.now() + 80 * DAY, meetings=1)
        Teaching.objects.create(course=course, member=member, from_on=clock.today() - DAY)
        texts: Any = Course._parler_meta.root_model  # noqa: SLF001 - parler's documented name
        for language, words in (("fa", f"{NAME}، مدرس"), ("en", f"{NAME}, instructor")):
            texts.objects.update_or_create(master=course, language_code=language, defaults={"instructors": words})
        index([course.pk])
        self.taught = course
        content = {"facts": {}, "texts": {"fa": {"instructors": f"{NAME}، مدرس"}}}
        Revision.objects.create(course=course, version=900, content=content, by=member)
        meeting = Meeting.objects.create(
            workgroup=group,
            number=1,
            starts_at=clock.now() - DAY,
            ends_at=clock.now() - DAY + dt.timedelta(hours=1),
            place="تالار",
        )
        AtMeeting.objects.create(meeting=meeting, member=member, mark="present")
        self.decision = Decision.objects.create(
            workgroup=group, meeting=meeting, number=1, owner=member, due_on=clock.today() + 10 * DAY
        )
        for language, text in (("fa", "فهرست کلاس‌ها"), ("en", "A list of classes")):
            self.decision.create_translation(language, text=text)


def _child_of(member: Member) -> Learner:
    days = dict(zip(("born_from", "born_until"), year_interval(1395), strict=True))
    learner = Learner.objects.create(name="ناشناس کوچک", **days)
    Care.objects.create(guardian=member, learner=learner, relation="child", from_on=clock.today() - 9 * DAY)
    return learner


# The search


def forms(*, names: tuple[str, ...] = (NAME, CHILD), contacts: tuple[str, ...] = (PHONE, EMAIL)) -> dict[str, str]:
    """Every way in which names and contacts may stand somewhere: as typed, folded, spelt, hashed, and as digests of ours."""
    found = {}
    for text in (*names, *contacts):
        whole = {text, fold(text), fold(text).replace(" ", ""), text.replace("‌", " "), json.dumps(text)[1:-1]}
        if text in contacts:
            whole |= {spelt(text), spelt(text).replace(" ", ""), text.removeprefix("+"), masked(text)}
        found |= dict.fromkeys(whole, f"{text} itself")
        for form in whole | {f"{fold(text)}|{year}" for year in (1361, 1394, 1982, 1983, 2015, 2016)}:
            for kind in ("md5", "sha1", "sha256"):
                found[hashlib.new(kind, form.encode()).hexdigest()] = f"{kind} of {text}"
            for purpose in ("roll", "signin", "api-token", "member-session"):
                found |= dict.fromkeys(digests(purpose, form), f"digest of {text}")
    return {form: what for form, what in found.items() if len(form) > 3}


def rows() -> Iterator[tuple[str, str]]:
    """Every cell of every table as text, those of other packages too."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - a table's own name
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return text + json.dumps(json.loads(text), ensure_ascii=False) if text[:1] in "{[" and _is_json(text) else text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def left_in_tables(wanted: dict[str, str]) -> dict[str, str]:
    """Where one of these forms stands, and which."""
    return {where: wanted[form] for where, text in rows() for form in wanted if form in text}


def left_elsewhere(wanted: dict[str, str], media: Path, logged: str) -> dict[str, str]:
    """The same in the cache, in files and in what was logged."""
    texts = {
        "log": logged,
        **{str(one): one.read_bytes().decode("utf-8", "replace") for one in media.rglob("*") if one.is_file()},
    }
    texts |= {f"cache {key}": key + _read(value) for key, value in _cached().items()}
    return {where: wanted[form] for where, text in texts.items() for form in wanted if form in text}


def _read(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)


def _cached() -> dict[str, Any]:
    if settings.REDIS_URL:
        client: Any = cache._cache.get_client()  # noqa: SLF001 - Django shows its client in no other way
        return {key.decode(): client.get(key) for key in client.keys("*") if client.type(key) == b"string"}
    inner: dict[str, Any] = getattr(cache, "_cache", {})
    return dict(inner)


def totals() -> dict[str, Any]:
    """The figures that an erasure leaves as they are."""
    courses = Course.objects.order_by("pk").values_list("pk", "capacity", "drawn_at")
    return {
        "outcomes": Enrolment.objects.filter(state__in=["completed", "absent"]).count(),
        "places": Enrolment.objects.count(),
        "attendance": Attendance.objects.count(),
        "certificates": Certificate.objects.count(),
        "stars": sorted(Feedback.objects.values_list("stars", flat=True)),
        "courses": list(courses),
        "lists": RollLine.objects.count() and True,
    }
