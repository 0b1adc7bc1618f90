"""T4: a fault after any statement of any service leaves the database as it was; D6 shows what a held lock does."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from base import clock
from base.refusal import Refused
from members.models import Audit, Care, Invitation, Learner, Member
from members.services import Person, care_for, edit_learner
from notifications.models import Delivery, Notice
from programs import services
from programs.models import (
    ClassMeeting,
    Course,
    Enrolment,
    Feed,
    Import,
    Offer,
    Program,
    Question,
    Remark,
    Revision,
    Slot,
    Support,
    Teaching,
    Wish,
)
from tests.programs import world

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


class Fault(Exception):  # noqa: N818 - it is what happens
    """What is thrown into a service."""


class FaultAfter:
    """Lets so many statements pass and fails at the next one."""

    def __init__(self, passed: int) -> None:
        self.left = passed

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if "SAVEPOINT" in sql:
            return execute(sql, params, many, context)
        if self.left == 0:
            raise Fault
        self.left -= 1
        return execute(sql, params, many, context)


def everything() -> list[list[Any]]:
    """All that a service of this room may write."""
    plans = (Program, Course, ClassMeeting, Slot, Teaching, Revision, Remark)
    models = (
        *plans,
        Enrolment,
        Offer,
        Question,
        Wish,
        Support,
        Member,
        Learner,
        Care,
        Invitation,
        Audit,
        Notice,
        Delivery,
    )
    return [list(model.objects.order_by("pk").values()) for model in models]


def queued(people: int, **columns: Any) -> tuple[Course, list[Enrolment]]:
    course = world.course(**({"capacity": 1} | columns))
    found = []
    for _ in range(people):
        member, learner = world.person()
        course.refresh_from_db()
        found.append(services.enrol(actor=member, course=course, learner=learner)[0])
    return course, found


def to_enrol(wait: bool) -> Callable[[], Any]:  # noqa: FBT001 - the table reads better
    course, _ = queued(1 if wait else 0)
    course.refresh_from_db()
    member, learner = world.person()
    return lambda: services.enrol(actor=member, course=course, learner=learner)


def to_withdraw() -> Callable[[], Any]:
    _, (seated, *_) = queued(3)
    return lambda: services.withdraw(actor=seated.asked_by, enrolment=seated)


def to_answer(verb: Callable[..., Any]) -> Callable[[], Any]:
    _, (seated, first, _) = queued(3)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    first.refresh_from_db()
    return lambda: verb(actor=first.asked_by, enrolment=first)


def to_lapse() -> Callable[[], Any]:
    course, (seated, *_) = queued(3)
    services.withdraw(actor=seated.asked_by, enrolment=seated)
    Offer.objects.update(expires_at=seated.asked_at)
    return lambda: services.sweeping.sweep_course(course.pk)


def to_resize() -> Callable[[], Any]:
    course, _ = queued(3)
    actor = world.coordinator(course)
    return lambda: services.resize(actor=actor, course=course, capacity=3, waiting_size=None)


def to_cancel() -> Callable[[], Any]:
    course, _ = queued(3)
    actor = world.coordinator(course)
    return lambda: services.cancel(actor=actor, course=course, reason={"fa": "برف", "en": "Snow"})


def to_conclude() -> Callable[[], Any]:
    course, (seated,) = queued(1)
    actor = world.coordinator(course)
    return lambda: services.conclude(actor=actor, enrolment=seated, completed=True)


def to_plan(verb: str) -> Callable[[], Any]:
    course, _ = queued(2)
    actor, program = world.coordinator(course), course.program
    Program.objects.update(state=Program.State.DRAFT)
    program.refresh_from_db()
    facts = {"fee_min": 1, "fee_max": 1, "age_min": 7, "online": True}
    pattern = services.Pattern([0, 2], clock.today() + dt.timedelta(days=30), 3, dt.time(9), dt.time(11))
    course.refresh_from_db()
    return {
        "edit program": lambda: services.edit_program(
            actor=actor, program=program, version=program.version, facts={"level": "beginner"}, texts={}
        ),
        "edit course": lambda: services.edit_course(
            actor=actor, course=course, version=course.version, facts=facts, texts={"fa": {"note": "آب"}}, seats=(2, 5)
        ),
        "make meetings": lambda: services.make_meetings(actor=actor, course=course, pattern=pattern),
        "copy course": lambda: services.copy_course(
            actor=actor, course=course, firsts=[clock.today() + dt.timedelta(days=90)]
        ),
        "create course": lambda: services.create_course(actor=actor, program=program),
        "remark": lambda: services.remark(actor=actor, program=program, text="خوب"),
    }[verb]


def to_admit() -> Callable[[], Any]:
    course, _ = queued(1)
    actor = world.coordinator(course)
    course.refresh_from_db()
    person = {"contact": "+989181112233", "name": "مینا رستمی", "birth_year": 1380, "relation": "self"}
    return lambda: services.admit(actor=actor, course=course, person=person, asked="desk", consents=True)


def to_withdraw_for() -> Callable[[], Any]:
    course, (seated, *_) = queued(2)
    actor = world.coordinator(course)
    return lambda: services.withdraw_for(actor=actor, enrolment=seated, reason="به خواست خودش")


def to_promote() -> Callable[[], Any]:
    course, (*_, last) = queued(3)
    actor = world.coordinator(course)
    return lambda: services.promote(actor=actor, enrolment=last, reason="ویلچر", extra_seat=True)


def to_message() -> Callable[[], Any]:
    course, _ = queued(2)
    actor = world.coordinator(course)
    return lambda: services.message(actor=actor, course=course, texts={"fa": "برف", "en": "Snow"}, to="all")


def to_reply() -> Callable[[], Any]:
    course, _ = queued(0)
    actor = world.coordinator(course)
    question = services.ask(actor=world.person()[0], course=course, text="کجا؟")
    return lambda: services.reply(actor=actor, question=question, text="همین‌جا")


def to_ask() -> Callable[[], Any]:
    course, _ = queued(0)
    member = world.person()[0]
    return lambda: services.ask(actor=member, course=course, text="کجا؟")


def to_wish() -> Callable[[], Any]:
    member = world.person()[0]
    return lambda: services.wish(actor=member, text="شنا", language="fa")


def to_support() -> Callable[[], Any]:
    wish, _ = to_wish()()
    member = world.person()[0]
    return lambda: services.support(actor=member, wish=wish)


def to_fulfil() -> Callable[[], Any]:
    wish, _ = to_wish()()
    course = world.course()
    actor = world.coordinator(course)
    return lambda: services.fulfil(actor=actor, wish=wish, program=course.program, course=course)


def to_set_aside() -> Callable[[], Any]:
    wish, _ = to_wish()()
    actor = world.coordinator(world.course())
    return lambda: services.set_aside(actor=actor, wish=wish)


def to_change_class(verb: str) -> Callable[[], Any]:
    course, _ = queued(2)
    actor, one = world.coordinator(course), course.meetings.get()
    later = one.starts_at + dt.timedelta(days=7)
    course.meetings.create(starts_at=later, ends_at=later + dt.timedelta(hours=2))
    if verb == "call_off_class":
        return lambda: services.call_off_class(actor=actor, meeting=one, reason={"fa": "برف"})
    at = one.starts_at + dt.timedelta(days=1)
    return lambda: services.move_class(actor=actor, meeting=one, starts_at=at, ends_at=at + dt.timedelta(hours=1))


def to_assign() -> Callable[[], Any]:
    course, _ = queued(0)
    actor, teacher = world.coordinator(course), world.person()[0]
    return lambda: services.assign(actor=actor, course=course, contact=teacher.email or "", from_on=clock.today())


def to_end_teaching() -> Callable[[], Any]:
    course, _ = queued(0)
    actor, teacher = world.coordinator(course), world.person()[0]
    row = services.assign(actor=actor, course=course, contact=teacher.email or "", from_on=clock.today())
    return lambda: services.end_teaching(actor=actor, teaching=row, until_on=clock.today())


def to_accept_seats() -> Callable[[], Any]:
    course, _ = queued(3)
    actor = world.coordinator(course)
    feed = Feed.objects.create(workgroup=course.program.workgroup, profile="mft")
    Course.objects.filter(pk=course.pk).update(feed=feed, feed_key="a", source_capacity=3)
    run = Import.objects.create(feed=feed, member=actor, name="a.csv", digest="", language="fa")
    return lambda: services.accept_seats(actor=actor, run=run)


FATHER = Person("محمود کریمی", 1331, "male")


def to_care(verb: str) -> Callable[[], Any]:
    member = world.person()[0]
    if verb == "care_for":
        return lambda: care_for(actor=member, person=FATHER, relation="parent", consents=True)
    learner = care_for(actor=member, person=FATHER, relation="parent", consents=True)
    if verb == "end_care":
        return lambda: services.end_care(actor=member, learner=learner)
    named = FATHER._replace(name="محمود کرمی")
    return lambda: edit_learner(actor=member, learner=learner, person=named, relation="other")


def to_share(verb: str) -> Callable[[], Any]:
    mother, other = world.person()[0], world.person()[0]
    learner = care_for(actor=mother, person=Person("سارا", 1393), relation="child", consents=True)
    contact = other.email or other.phone or ""
    if verb == "invite":
        return lambda: services.invite(actor=mother, learner=learner, contact=contact)
    row = services.invite(actor=mother, learner=learner, contact=contact)
    accept = lambda: services.accept_invitation(actor=other, invitation=row, relation="child", consents=True)  # noqa: E731
    if verb == "dismiss_guardian":
        accept()
    return {
        "accept_invitation": accept,
        "decline_invitation": lambda: services.decline_invitation(actor=other, invitation=row),
        "dismiss_guardian": lambda: services.dismiss_guardian(actor=mother, learner=learner, guardian=other.pk),
    }[verb]


def to_come_of_age() -> Callable[[], Any]:
    """Who had an account already and has a place in a course by each of the two learners."""
    mother, (member, own) = world.person()[0], world.person()
    learner = care_for(actor=mother, person=Person("سارا", 1393), relation="child", consents=True)
    services.enrol(actor=mother, course=world.course(), learner=learner)
    services.enrol(actor=member, course=world.course(), learner=own)
    row = services.invite(actor=mother, learner=learner, contact=member.email or member.phone or "", is_own=True)
    Learner.objects.filter(pk=learner.pk).update(born_from=dt.date(1990, 1, 1), born_until=dt.date(1990, 12, 31))
    return lambda: services.come_of_age(actor=member, invitation=row, birth_year=1990)


SHARING = ("invite", "accept_invitation", "decline_invitation", "dismiss_guardian")
SERVICES = {
    **{verb: lambda verb=verb: to_share(verb) for verb in SHARING},
    "come_of_age": to_come_of_age,
    **{verb: lambda verb=verb: to_care(verb) for verb in ("care_for", "edit_learner", "end_care")},
    "move_class": lambda: to_change_class("move_class"),
    "call_off_class": lambda: to_change_class("call_off_class"),
    "assign": to_assign,
    "end_teaching": to_end_teaching,
    "accept_seats": to_accept_seats,
    "enrol": lambda: to_enrol(wait=False),
    "queue": lambda: to_enrol(wait=True),
    "withdraw": to_withdraw,
    "accept": lambda: to_answer(services.accept),
    "decline": lambda: to_answer(services.decline),
    "lapse": to_lapse,
    "resize": to_resize,
    "cancel": to_cancel,
    "conclude": to_conclude,
    **{
        verb: lambda verb=verb: to_plan(verb)
        for verb in ("edit program", "edit course", "make meetings", "copy course", "create course", "remark")
    },
    "admit": to_admit,
    "withdraw_for": to_withdraw_for,
    "promote": to_promote,
    "message": to_message,
    "ask": to_ask,
    "reply": to_reply,
    "wish": to_wish,
    "support": to_support,
    "fulfil": to_fulfil,
    "set_aside": to_set_aside,
}


@pytest.mark.parametrize("prepare", SERVICES.values(), ids=SERVICES.keys())
def test_t4_a_fault_after_any_statement_leaves_nothing_behind(prepare: Callable[[], Callable[[], Any]]) -> None:
    call = prepare()
    before = everything()
    for passed in range(200):
        try:
            with transaction.atomic(), connection.execute_wrapper(FaultAfter(passed)):
                call()
        except Fault:
            assert everything() == before, f"after {passed} statements"
        else:
            break
    assert passed > 3
    assert everything() != before


def test_t4_a_refusal_after_the_seat_was_taken_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard can fail: what is written before a rule speaks is undone with it."""
    from programs.services import enrolling

    call = to_enrol(wait=False)
    before = everything()
    monkeypatch.setattr(
        enrolling, "tell", lambda *_args, **_values: (_ for _ in ()).throw(Refused(enrolling.Refusal("no", "")))
    )
    with pytest.raises(Refused):
        call()
    assert everything() == before
