"""Erasing an account (V3): nothing of the person is left anywhere, figures and the trail stay (U1), nothing goes by a slip, and
no queue stands still for it (I1, I2, I5, I20).
"""

from __future__ import annotations

import datetime as dt
import io
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import transaction

from base import clock
from base.refusal import Refused
from learningcity.logs import JsonLine
from members import services as accounts
from members import trail
from members.models import Audit, Care, Invitation, Learner, Member, Session
from members.services import seal_trail
from notifications.models import Delivery, Notice
from notifications.services import post
from notifications.texts import render
from privacy import services
from privacy.owners import NOBODY
from privacy.services.erasing import erase
from programs import services as programs
from programs.invariants import broken
from programs.models import Enrolment, RollLine, Wish
from records.invariants import broken as broken_records
from records.models import Certificate
from records.papers import state_of
from records.services import confirm as conclude
from records.services import issue_again
from tests import builders
from tests.privacy import life
from tests.privacy.life import EMAIL, PHONE, Life
from tests.programs.town import DAY, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.timedelta], None]:
    """Moves the clock on from now."""
    true = clock.now

    def move(step: dt.timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: true() + step)

    return move


@pytest.fixture
def somebody() -> Life:
    return Life()


def gone(one: Life, later: Any) -> None:
    """The whole way: asked for, waited, erased."""
    services.ask_to_leave(actor=one.member, typed=PHONE)
    later(dt.timedelta(hours=72, minutes=1))
    assert services.erase_due() == 1


def code_of(work: Any) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.refusal.code


def test_nothing_is_left_in_any_table(somebody: Life, later: Any) -> None:
    """V3: the search finds the person in all these tables before, and nowhere afterwards."""
    before = set(life.left_in_tables(life.forms()))
    assert before >= {
        "members_member.phone",
        "members_member.email",
        "members_learner.name",
        "members_signincode.contact",
        "members_invitation.contact",
        "members_apitoken.name",
        "members_idempotencykey.body",
        "notifications_notice.values",
        "programs_rollline.digest",
        "programs_question.text",
        "programs_question.answer",
        "programs_wish.text",
        "programs_answersheet.given",
        "programs_answerfile.name",
        "programs_answerfile.content",
        "programs_enrolment.reason",
        "programs_course_translation.instructors",
        "programs_course.search_text",
        "programs_revision.content",
        "records_certificate.frozen",
        "records_feedback.comment",
    }
    gone(somebody, later)
    assert life.left_in_tables(life.forms()) == {}


def test_nothing_is_left_in_caches_files_and_the_log(
    somebody: Life, later: Any, caplog: pytest.LogCaptureFixture, settings: SettingsWrapper
) -> None:
    """V3."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(JsonLine())
    for path in ("/fa/me/", "/fa/me/data/", "/fa/me/family/", f"/fa/courses/{somebody.taught.slug}/"):
        assert somebody.client.get(path).status_code == 200
    answer = somebody.client.post("/fa/me/data/erase/confirm/", {"contact": PHONE})
    assert answer.status_code == 302
    later(dt.timedelta(hours=73))
    assert services.erase_due() == 1
    media: Path = settings.MEDIA_ROOT
    assert life.left_elsewhere(life.forms(), media, caplog.text) == {}


def test_figures_stay_and_queues_move(somebody: Life, later: Any) -> None:
    """V3, I1, I2, I5: nobody has a seat who is nobody; who waited behind them is offered it."""
    before = life.totals()
    gone(somebody, later)
    assert life.totals() == before
    assert [*broken(), *broken_records()] == []
    states = dict(Enrolment.objects.filter(learner__in=[somebody.own, somebody.child]).values_list("pk", "state"))
    assert states[somebody.completed.pk] == "completed"
    assert {states[one.pk] for one in (somebody.seated, somebody.waiting, somebody.answered)} == {"withdrawn"}
    assert Enrolment.objects.get(pk=somebody.behind.pk).state in {"offered", "seated"}


def test_a_child_with_a_second_guardian_stays_with_its_place(somebody: Life, later: Any) -> None:
    """V3: whoever acts for it goes on doing so; the other child, for whom nobody would, goes."""
    gone(somebody, later)
    shared, child = Learner.objects.get(pk=somebody.shared.pk), Learner.objects.get(pk=somebody.child.pk)
    assert (shared.name, shared.erased_at) == ("رها گلستانیان‌پور", None)
    assert child.erased_at is not None
    assert [one.guardian_id for one in Care.objects.filter(learner=shared)] == [somebody.other.pk]
    kept, left = somebody.party[1], somebody.party[0]
    assert Enrolment.objects.get(pk=kept.pk).state == "seated"
    assert Enrolment.objects.get(pk=left.pk).state == "withdrawn"
    for notice in Notice.objects.filter(deliveries__member=somebody.other):
        assert life.CHILD not in render(notice.kind, notice.values, "fa").email


def test_a_message_about_another_invitation_keeps_its_name() -> None:
    """V3: the number of one invitation is the beginning of the other's."""
    going, staying = person("پرنیا")[0], person("نیلوفر")[0]
    child = accounts.care_for(actor=going, person=accounts.Person("سارا کریمی", 1394), relation="child", consents=True)
    asked = programs.invite(actor=going, learner=child, contact="other@example.org")
    for number, name in ((f"{asked.pk}", "سارا کریمی"), (f"{asked.pk}0", "نیکی")):
        values = {"learner": name, "answer": "accepted", "is_own": False}
        key = f"invitation:{number}:accepted"
        post(key=key, kind="programs/invitation_answered", members=[staying.pk], values=values)
    with transaction.atomic():
        erase(Member.objects.get(pk=going.pk))
    assert [one.values["learner"] for one in Notice.objects.filter(key__endswith=":accepted").order_by("pk")] == [
        NOBODY,
        "نیکی",
    ]


def test_a_learner_with_an_account_of_their_own_stays(later: Any) -> None:
    """V3."""
    mother, daughter = person("مادر")[0], person("دختر بزرگ")[0]
    learner = Learner.objects.get(cares__guardian=daughter)
    Care.objects.create(guardian=mother, learner=learner, relation="child", until_on=clock.today())
    services.ask_to_leave(actor=mother, typed=mother.phone or "")
    later(73 * DAY / 24)
    assert services.erase_due() == 1
    learner.refresh_from_db()
    assert (learner.name, learner.erased_at) == ("دختر بزرگ", None)


def test_the_trail_keeps_acts_of_a_number_that_leads_nowhere(somebody: Life, later: Any) -> None:
    """V3, U1: not one line is changed, and the chain of seals holds before and after."""
    later(2 * DAY)
    seal_trail()
    whole = trail.verify()
    kept = list(Audit.objects.order_by("pk").values())
    services.ask_to_leave(actor=somebody.member, typed=EMAIL)
    later(6 * DAY)
    assert services.erase_due() == 1
    assert list(Audit.objects.filter(pk__in=[one["id"] for one in kept]).order_by("pk").values()) == kept
    after = trail.verify()
    assert (after.broken_on, after.days, after.lines) == (None, whole.days, whole.lines)
    assert whole.lines > 20
    row = Member.objects.get(pk=somebody.member.pk)
    assert (row.phone, row.email, row.contact, row.is_active) == (None, None, "", False)
    assert Audit.objects.filter(actor_id=row.pk).count() > 10
    line = Audit.objects.get(verb="erase")
    assert line.changes["learners"] == sorted([somebody.own.pk, somebody.child.pk])


def test_what_opened_the_account_and_what_was_to_be_sent_are_gone(somebody: Life, later: Any) -> None:
    """V3, I20."""
    assert Delivery.objects.filter(member=somebody.member, state="queued").exists()
    gone(somebody, later)
    member = somebody.member
    assert not Delivery.objects.filter(member=member).exists()
    assert not Notice.objects.filter(deliveries__isnull=True).exclude(kind="workgroups/left_alone").exists()
    assert not Session.objects.filter(member=member).exists()
    assert somebody.client.get("/fa/me/").status_code == 302
    assert not Care.objects.filter(guardian=member).exists()
    assert not Invitation.objects.filter(contact=PHONE).exists()
    assert list(Wish.objects.values_list("pk", flat=True)) == [somebody.together.pk]
    assert list(somebody.together.supports.values_list("member", flat=True)) == [somebody.other.pk]
    assert RollLine.objects.count() == 1, "the other person of the list stays"
    assert state_of(Certificate.objects.select_related("enrolment__learner").get()) == "erased"


def test_duties_end_and_staff_hear_of_a_workgroup_that_is_left_alone(somebody: Life, staff: Member, later: Any) -> None:
    """V3, P5."""
    gone(somebody, later)
    assert not Appointment.objects.open_on(clock.today()).filter(member=somebody.member).exists()
    assert not somebody.taught.teachings.filter(until_on=None).exists()
    somebody.decision.refresh_from_db()
    assert (somebody.decision.owner_id, somebody.decision.owner_role) == (None, "coordinator")
    told = Notice.objects.get(kind="workgroups/left_alone")
    assert list(told.deliveries.filter(channel="inbox").values_list("member", flat=True)) == [staff.pk]
    for language in ("fa", "en"):
        assert render(told.kind, told.values, language).path


def test_an_outcome_of_somebody_who_is_nobody_any_more_is_counted_and_gives_no_certificate(
    somebody: Life, later: Any
) -> None:
    """V3, I13: the course was over and its outcomes open when they left."""
    course = somebody.completed.course
    day = clock.today() - 2 * DAY
    Enrolment.objects.filter(pk=somebody.completed.pk).update(state="seated")
    Certificate.objects.all().delete()
    course.meetings.update(starts_at=clock.now() - 2 * DAY, ends_at=clock.now() - 2 * DAY + dt.timedelta(hours=2))
    type(course).objects.filter(pk=course.pk).update(starts_on=day, ends_on=day)
    gone(somebody, later)
    place = Enrolment.objects.get(pk=somebody.completed.pk)
    assert place.state == "seated", "the course is over: nothing is given back"
    assert conclude(actor=somebody.coordinator, course=type(course).objects.get(pk=course.pk)) == 1
    place.refresh_from_db()
    assert (place.state, Certificate.objects.count()) == ("completed", 0)
    assert code_of(lambda: issue_again(actor=somebody.coordinator, enrolment=place)) == "gone"
    assert [*broken(), *broken_records()] == []


# Asking, waiting, undoing


@pytest.mark.parametrize("typed", ["", "09181112233", "erase", EMAIL.replace("jaleh", "mina")])
def test_a_slip_erases_nothing(somebody: Life, typed: str) -> None:
    before = Audit.objects.count()
    assert code_of(lambda: services.ask_to_leave(actor=somebody.member, typed=typed)) == "not_typed"
    assert (Member.objects.get(pk=somebody.member.pk).leaving_at, Audit.objects.count()) == (None, before)


@pytest.mark.parametrize("typed", [PHONE, "0918 765 4321", "۰۹۱۸۷۶۵۴۳۲۱", EMAIL.upper()])
def test_it_waits_for_72_hours_and_one_tap_undoes_it(somebody: Life, later: Any, typed: str) -> None:
    """V3."""
    services.ask_to_leave(actor=somebody.member, typed=typed)
    assert services.ask_to_leave(actor=somebody.member, typed=typed).leaving_by == "self"
    assert Audit.objects.filter(verb="ask_erasure").count() == 1
    later(dt.timedelta(hours=71, minutes=59))
    assert services.erase_due() == 0
    services.keep(actor=somebody.member, member=somebody.member)
    services.keep(actor=somebody.member, member=somebody.member)
    later(dt.timedelta(hours=100))
    assert services.erase_due() == 0
    assert Member.objects.get(pk=somebody.member.pk).phone == PHONE
    assert Audit.objects.filter(verb="keep_account").count() == 1
    assert Notice.objects.get(kind="privacy/leaving").withdrawn_at is not None


def test_twice_erases_once(somebody: Life, later: Any) -> None:
    gone(somebody, later)
    lines = Audit.objects.count()
    assert services.erase_due() == 0
    assert Audit.objects.count() == lines
    assert code_of(lambda: services.keep(actor=somebody.member, member=somebody.member)) == "gone"


def test_the_last_of_the_staff_and_the_last_superuser_do_not_vanish(staff: Member) -> None:
    """V3: they are told what to do first."""
    assert code_of(lambda: services.ask_to_leave(actor=staff, typed=staff.phone or "")) == "last_staff"
    chief = builders.make_member(is_superuser=True)
    assert code_of(lambda: services.ask_to_leave(actor=chief, typed=chief.phone or "")) == "last_superuser"
    second = person()[0]
    builders.appoint(second, Appointment.Role.STAFF, builders.municipality())
    services.ask_to_leave(actor=staff, typed=staff.phone or "")
    assert code_of(lambda: services.ask_to_leave(actor=second, typed=second.phone or "")) == "last_staff"


def test_who_became_the_last_meanwhile_is_put_off(staff: Member, later: Any) -> None:
    second = person()[0]
    role = builders.appoint(second, Appointment.Role.STAFF, builders.municipality())
    services.ask_to_leave(actor=staff, typed=staff.phone or "")
    role.until_on = clock.today()
    role.save()
    later(73 * DAY / 24)
    assert services.erase_due() == 0
    staff.refresh_from_db()
    assert staff.erased_at is None
    assert staff.leaving_at is not None
    assert staff.leaving_at > clock.now()
    assert Audit.objects.get(verb="put_off_erasure").changes == {"code": "last_staff"}


def test_a_restored_older_backup_erases_again(somebody: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """V3, B1: the list has numbers alone, and the second time nothing is left to do."""
    other = person("کس دیگر")[0]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{somebody.member.pk}\n999999\n"))
    said = io.StringIO()
    call_command("erasures", "--again", stdout=said)
    assert said.getvalue().strip() == "erased=1 listed=2"
    assert life.left_in_tables(life.forms()) == {}
    assert Member.objects.get(pk=other.pk).erased_at is None
    listed = io.StringIO()
    call_command("erasures", stdout=listed)
    assert listed.getvalue().split() == [str(somebody.member.pk)]
    assert services.erase_again([somebody.member.pk]) == 0


# At the desk


def test_staff_erase_for_whoever_asks_with_a_ground_and_the_same_wait(
    somebody: Life, staff: Member, later: Any
) -> None:
    """V3, T23."""
    member = somebody.member
    assert code_of(lambda: services.send_away(actor=staff, member=member, ground="")) == "why_missing"
    services.send_away(actor=staff, member=member, ground="present")
    line = Audit.objects.get(verb="ask_erasure")
    assert (line.actor_id, line.object_id, line.changes["ground"]) == (staff.pk, member.pk, "present")
    assert Delivery.objects.filter(member=member, notice__kind="privacy/leaving", channel="sms").exists() or (
        Delivery.objects.filter(member=member, notice__kind="privacy/leaving", channel="email").exists()
    )
    later(dt.timedelta(hours=71))
    assert services.erase_due() == 0
    later(dt.timedelta(hours=73))
    assert services.erase_due() == 1


@pytest.mark.parametrize(
    ("who", "whom", "code"),
    [
        ("coordinator", "member", "not_yours"),
        ("member", "other", "not_yours"),
        ("staff", "staff", "own_account"),
        ("staff", "superuser", "superuser"),
        ("superuser", "staff", "last_staff"),
    ],
)
def test_who_may_send_whom_away(somebody: Life, staff: Member, who: str, whom: str, code: str) -> None:
    """P1."""
    people = {
        "member": somebody.member,
        "other": somebody.other,
        "coordinator": somebody.coordinator,
        "staff": staff,
        "superuser": builders.make_member(is_superuser=True),
    }
    assert code_of(lambda: services.send_away(actor=people[who], member=people[whom], ground="present")) == code
