"""People at the city's desk: found on the record (T23), their devices ended, two accounts made one."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit, Care, Invitation, Learner, Member, Session
from members.services import make_token, save_profile
from notifications.models import Delivery
from notifications.services import post
from programs import people, services
from programs.invariants import broken
from programs.models import Course, Enrolment, Follow
from programs.services.merging import ENDED, preview, relations
from records.models import PassportLink
from records.services import share
from tests import builders
from tests.programs.town import DAY, Town, enrol, own, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
HELD = {"seated", "offered"}


@pytest.fixture
def town() -> Town:
    return Town()


def code(work: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.refusal.code


# Finding


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("مریم کریمی", "كريمي"),
        ("علی‌اکبر رضایی", "علیاکبر"),
        ("مُحَمَّد نوری", "محمد"),
        ("آذر آزاد", "اذر ازاد"),
        ("Sara Ahmadi", "ahmadi SARA"),
        ("مؤمنی", "مومنی"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(staff: Member, stored: str, asked: str) -> None:
    member = person()[0]
    save_profile(actor=member, name=stored, birth_year=1370)
    person("دیگری")
    assert [one.pk for one in services.find_people(actor=staff, asked=asked)] == [member.pk]


def test_a_number_is_found_in_any_notation_and_only_in_full(staff: Member) -> None:
    member = Member.objects.create(phone="+989187654321", email="m@example.org")
    for asked in ("09187654321", "۰۹۱۸ ۷۶۵ ۴۳۲۱", "+98 918 765 4321", "M@example.org"):
        assert [one.pk for one in services.find_people(actor=staff, asked=asked)] == [member.pk]
    assert services.find_people(actor=staff, asked="0918765") == []


def test_a_guardian_is_found_by_the_childs_name(staff: Member) -> None:
    member = person("سارا")[0]
    builders.make_learner(member, name="نیلوفر", relation=Care.Relation.CHILD)
    assert [one.pk for one in services.find_people(actor=staff, asked="نیلوفر")] == [member.pk]


def test_a_search_is_on_the_record_without_its_words(staff: Member) -> None:
    """T23."""
    person("نیلوفر")
    services.find_people(actor=staff, asked="نیلوفر")
    line = Audit.objects.get(verb="find_person")
    assert (line.actor_id, line.changes) == (staff.pk, {"by": "name", "found": 1})


def test_signs_of_an_expression_are_only_signs(staff: Member) -> None:
    person("سارا")
    for asked in (".*", "[", "(س+)+$", "\\"):
        assert services.find_people(actor=staff, asked=asked) == []


def test_many_are_cut_at_twenty_and_said_to_be_more(staff: Member, client: Client) -> None:
    for _ in range(people.MOST_FOUND + 1):
        person("نیلوفر")
    client.force_login(staff)
    answer = client.post("/fa/city/people/find/", {"asked": "نیلوفر"})
    assert (len(answer.context["found"]), answer.context["is_more"]) == (20, True)


def test_a_persons_page_masks_the_contact_until_a_reason_is_given(staff: Member, client: Client) -> None:
    """T23: the look at the page and the one at the contact are two lines, the second with its reason."""
    member = Member.objects.create(phone="+989187654321")
    client.force_login(staff)
    page = f"/en/city/people/{member.pk}/"
    assert "7654321" not in client.get(page).content.decode().replace(" ", "")
    assert client.post(f"{page}contact/", {"reason": " "}).status_code == 422
    shown = client.post(f"{page}contact/", {"reason": "asked at the counter"})
    assert "09187654321" in shown.content.decode().replace(" ", "")
    assert Audit.objects.get(verb="read_contact", object_id=member.pk).changes == {"reason": "asked at the counter"}
    assert Audit.objects.filter(verb="read_person", object_id=member.pk).exists()


@pytest.mark.parametrize("who", ["coordinator", "citizen"])
def test_nobody_else_looks_at_people(who: str, request: pytest.FixtureRequest, client: Client) -> None:
    actor, other = request.getfixturevalue(who), person()[0]
    assert code(lambda: services.find_people(actor=actor, asked="سارا")) == "not_yours"
    assert code(lambda: services.read_person(actor=actor, member=other)) == "not_yours"
    assert code(lambda: services.show_contact_of(actor=actor, member=other, reason="x")) == "not_yours"
    assert code(lambda: services.end_sessions(actor=actor, member=other)) == "not_yours"
    assert code(lambda: services.merge(actor=actor, gone=other, kept=person()[0])) == "not_yours"


def test_staff_end_every_session_of_a_person_and_of_no_superuser(staff: Member) -> None:
    member, boss = person()[0], person()[0]
    Member.objects.filter(pk=boss.pk).update(is_superuser=True)
    boss.refresh_from_db()
    for one in (member, boss):
        browser = Client()
        browser.force_login(one)
    assert services.end_sessions(actor=staff, member=member) == 1
    assert not Session.objects.filter(member=member).exists()
    assert code(lambda: services.end_sessions(actor=staff, member=boss)) == "superuser"
    assert Session.objects.filter(member=boss).exists()


# Two accounts, one person


def test_everything_of_one_account_becomes_the_others(town: Town, staff: Member) -> None:
    gone, kept = person("مریم")[0], person("مريم کریمی")[0]
    child = builders.make_learner(gone, name="آرش", relation=Care.Relation.CHILD)
    seat = enrol(town.course(), gone)
    builders.appoint(gone, Appointment.Role.COORDINATOR, town.workgroup)
    services.follow(actor=gone, thing=town.area)
    post(key="x", kind="programs/seated", members=[gone.pk], values={})
    learner = own(kept)
    moved = services.merge(actor=staff, gone=gone, kept=kept)
    seat.refresh_from_db()
    assert (seat.learner, seat.asked_by, seat.state) == (learner, kept, "seated")
    assert set(Learner.objects.visible_to(kept)) == {learner, child}
    assert Follow.objects.get().member == kept
    assert Delivery.objects.filter(notice__key="x").values_list("member", flat=True)[0] == kept.pk
    assert Appointment.objects.coordinating(kept).exists()
    assert moved["programs.follow"] == 1
    line = Audit.objects.get(verb="merge")
    assert (line.object_id, line.changes["gone"]) == (kept.pk, gone.pk)
    assert Audit.objects.get(verb="merged_away").object_id == gone.pk
    assert list(broken()) == []


def test_no_row_points_to_the_account_that_is_no_more(town: Town, staff: Member) -> None:
    """Every relation to a member is either handed over or ended, those of rooms that come later, too."""
    gone, kept = person()[0], person()[0]
    enrol(town.course(), gone)
    make_token(actor=gone, name="x", scope="me")
    services.ask(actor=gone, course=town.course(), text="کجا؟")
    services.merge(actor=staff, gone=gone, kept=kept)
    fields = Member._meta.get_fields(include_hidden=True)  # noqa: SLF001
    every = [one for one in fields if one.auto_created and not one.concrete]
    assert {one.related_model for one in every} - {one.related_model for one in relations()} == set(ENDED)
    for one in every:
        assert one.related_model._base_manager.filter(**{one.field.name: gone}).count() == 0, one  # noqa: SLF001


def test_no_row_points_to_the_learner_that_is_no_more(town: Town, staff: Member) -> None:
    """Attendance, answers, parties and certificates follow the place; what hangs on the learner itself goes over too."""
    gone, kept = person("مریم")[0], person("مریم")[0]
    learner, other = own(gone), own(kept)
    place = enrol(town.course(), gone)
    share(actor=gone, learner=learner)
    Invitation.objects.create(learner=learner, made_by=gone, contact="a@example.org", expires_at=clock.now() + DAY)
    child = builders.make_learner(gone, name="آرش", relation=Care.Relation.CHILD)
    Care.objects.create(guardian=kept, learner=child, relation="other", from_on=builders.LONG_AGO)
    services.merge(actor=staff, gone=gone, kept=kept)
    fields = Learner._meta.get_fields(include_hidden=True)  # noqa: SLF001
    for one in [one for one in fields if one.auto_created and not one.concrete]:
        assert one.related_model._base_manager.filter(**{one.field.name: learner}).count() == 0, one  # noqa: SLF001
    assert PassportLink.objects.open().get().learner == other
    assert Care.objects.filter(guardian=kept, learner=child).count() == 1
    assert list(Enrolment.objects.visible_to(kept)) == [place]


def test_an_account_whose_number_was_passed_on_is_found_and_comes_back(staff: Member) -> None:
    lost, learner = person("پرنیا رضایی")
    Member.objects.filter(pk=lost.pk).update(phone=None, parted_at=clock.now())
    new = Member.objects.create(phone="+989181112233")
    assert [one.pk for one in services.find_people(actor=staff, asked="پرنیا رضایی")] == [lost.pk]
    services.merge(actor=staff, gone=lost, kept=new)
    assert list(Learner.objects.visible_to(new)) == [learner]
    new.refresh_from_db()
    assert (new.phone, new.parted_at) == ("+989181112233", None)


def test_the_merged_account_opens_nothing(staff: Member) -> None:
    gone, kept = person()[0], person()[0]
    browser = Client()
    browser.force_login(gone)
    token = make_token(actor=gone, name="x", scope="me")
    services.merge(actor=staff, gone=gone, kept=kept)
    assert browser.get("/fa/me/").status_code == 302
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    gone.refresh_from_db()
    assert (gone.phone, gone.email, gone.is_active) == (None, None, False)


def test_a_contact_that_the_other_lacks_comes_over(staff: Member) -> None:
    gone, kept = Member.objects.create(email="m@example.org", phone="+989181112233"), person()[0]
    phone = kept.phone
    services.merge(actor=staff, gone=gone, kept=kept)
    kept.refresh_from_db()
    assert (kept.phone, kept.email) == (phone, "m@example.org")


def test_what_both_have_stays_as_the_remaining_one_has_it(town: Town, staff: Member) -> None:
    gone, kept = person()[0], person()[0]
    for one in (gone, kept):
        services.follow(actor=one, thing=town.area)
    services.follow(actor=gone, thing=town.program)
    post(key="x", kind="programs/seated", members=[gone.pk, kept.pk], values={})
    services.merge(actor=staff, gone=gone, kept=kept)
    assert Follow.objects.filter(member=kept).count() == 2
    assert Delivery.objects.filter(notice__key="x", channel="inbox").count() == 1


def test_an_account_without_a_person_takes_the_others(staff: Member) -> None:
    gone, kept = person("مریم")[0], Member.objects.create(email="m@example.org")
    services.merge(actor=staff, gone=gone, kept=kept)
    assert own(kept).name == "مریم"


def test_facts_that_were_not_known_come_over_and_known_ones_stay(staff: Member) -> None:
    (gone, _), (kept, learner) = person("یکی", 1980, gender="female"), person("دیگری", 1990)
    services.merge(actor=staff, gone=gone, kept=kept)
    learner.refresh_from_db()
    assert (learner.name, learner.born_from, learner.gender) == ("دیگری", dt.date(1990, 1, 1), "female")


def test_who_else_cares_for_the_person_cares_for_them_still(staff: Member) -> None:
    gone, kept, daughter = person("مادر")[0], person("مادر")[0], person("دختر")[0]
    since = dt.date(2020, 1, 1)
    Care.objects.create(guardian=daughter, learner=own(gone), relation=Care.Relation.PARENT, from_on=since)
    Care.objects.create(guardian=kept, learner=own(gone), relation=Care.Relation.OTHER, from_on=since)
    learner = own(kept)
    services.merge(actor=staff, gone=gone, kept=kept)
    assert learner in Learner.objects.visible_to(daughter)
    assert list(Learner.objects.visible_to(kept)) == [learner]


def test_two_places_in_one_course_stand_in_the_way_until_one_is_given_back(town: Town, staff: Member) -> None:
    gone, kept, course = person()[0], person()[0], town.course()
    enrol(course, gone)
    mine = enrol(course, kept)
    assert preview(actor=staff, gone=gone, kept=kept).both == [course.pk]
    assert code(lambda: services.merge(actor=staff, gone=gone, kept=kept)) == "both_enrolled"
    gone.refresh_from_db()
    assert gone.is_active
    services.withdraw(actor=kept, enrolment=mine)
    services.merge(actor=staff, gone=gone, kept=kept)
    assert Enrolment.objects.live().get(course=course).learner == own(kept)
    course.refresh_from_db()
    assert course.seats_taken == 1


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("same", "same_person"),
        ("merged", "gone"),
        ("superuser goes", "superuser"),
        ("superuser stays", "superuser"),
        ("own account", "own_account"),
        ("into own account", "own_account"),
        ("colleague goes", "staff_account"),
        ("colleague stays", "staff_account"),
    ],
)
def test_nobody_gains_rights_by_a_merge(staff: Member, case: str, expected: str) -> None:
    one, two, boss, colleague = (person()[0] for _ in range(4))
    Member.objects.filter(pk=boss.pk).update(is_superuser=True)
    boss.refresh_from_db()
    builders.appoint(colleague, Appointment.Role.STAFF, builders.municipality())
    if case == "merged":
        services.merge(actor=staff, gone=one, kept=person()[0])
    one.refresh_from_db()
    pairs = {
        "same": (one, one),
        "merged": (one, two),
        "superuser goes": (boss, two),
        "superuser stays": (one, boss),
        "own account": (staff, two),
        "into own account": (one, staff),
        "colleague goes": (colleague, two),
        "colleague stays": (one, colleague),
    }
    gone, kept = pairs[case]
    assert code(lambda: services.merge(actor=staff, gone=gone, kept=kept)) == expected


def test_a_preview_names_what_a_merge_then_moves(town: Town, staff: Member, client: Client) -> None:
    gone, kept = person("مریم")[0], person("مریم")[0]
    services.follow(actor=gone, thing=town.area)
    enrol(town.course(), gone)
    client.force_login(staff)
    seen = client.post(f"/en/city/people/{kept.pk}/merge/", {"other": gone.phone})
    assert seen.status_code == 200
    counts = dict(seen.context["preview"].moves)
    assert counts["follows"] == 1
    assert Member.objects.get(pk=gone.pk).is_active
    done = client.post(f"/en/city/people/{kept.pk}/merge/confirm/", {"gone": gone.pk})
    assert done.status_code == 302
    assert not Member.objects.get(pk=gone.pk).is_active


def test_a_merge_that_cannot_be_says_what_to_do(town: Town, staff: Member, client: Client) -> None:
    gone, kept, course = person()[0], person()[0], town.course()
    for one in (gone, kept):
        enrol(course, one)
    client.force_login(staff)
    seen = client.post(f"/en/city/people/{kept.pk}/merge/", {"other": gone.phone}).content.decode()
    assert "Withdraw one of the two places" in seen
    assert course.slug in seen
    assert "merge/confirm/" not in seen
    assert client.post(f"/en/city/people/{kept.pk}/merge/confirm/", {"gone": gone.pk}).status_code == 409
    assert client.post(f"/en/city/people/{kept.pk}/merge/", {"other": "0918"}).status_code == 422


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(6))
def test_an_enrolment_that_races_a_merge_neither_doubles_nor_loses_a_place(
    town: Town, staff: Member, round_: int
) -> None:
    """Both people press at the instant at which staff merge them: the course counts what it holds."""
    gone, kept, course = person()[0], person()[0], town.course()
    start = threading.Barrier(3)

    def run(work: Callable[[], Any]) -> None:
        try:
            start.wait()
            work()
        except (Refused, Learner.DoesNotExist):
            pass
        finally:
            connection.close()

    learners = {one.pk: own(one) for one in (gone, kept)}
    acts = [
        lambda: services.enrol(actor=gone, course=Course.objects.get(pk=course.pk), learner=learners[gone.pk]),
        lambda: services.enrol(actor=kept, course=Course.objects.get(pk=course.pk), learner=learners[kept.pk]),
        lambda: services.merge(actor=staff, gone=gone, kept=kept),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    course.refresh_from_db()
    live = Enrolment.objects.live().filter(course=course)
    assert course.seats_taken == live.count()
    assert list(broken()) == []
    if not Member.objects.get(pk=gone.pk).is_active:
        assert list(live.values_list("learner", flat=True)) in ([], [learners[kept.pk].pk])


# Municipal staff


def test_superusers_appoint_staff_and_staff_see_who_they_are(staff: Member, client: Client) -> None:
    boss, new = person()[0], person("نیلوفر")[0]
    typed = {"person": new.phone, "from_on": clock.today().isoformat()}
    client.force_login(staff)
    assert "city/staff/appoint" not in client.get("/fa/city/staff/").content.decode()
    assert client.post("/fa/city/staff/appoint/", typed).status_code == 422
    Member.objects.filter(pk=boss.pk).update(is_superuser=True)
    client.force_login(boss)
    assert client.post("/fa/city/staff/appoint/", typed).status_code == 302
    assert Appointment.objects.staff(new).exists()
    cache.clear()
    assert "نیلوفر" in client.get("/fa/city/staff/").content.decode()


def test_the_last_of_the_staff_is_ended_only_by_who_is_sure(staff: Member, client: Client) -> None:
    boss = person()[0]
    Member.objects.filter(pk=boss.pk).update(is_superuser=True)
    client.force_login(boss)
    term = Appointment.objects.get(member=staff)
    page, today = f"/en/city/staff/{term.pk}/", {"until_on": clock.today().isoformat()}
    assert "Today nobody else of the municipality" in client.get(page).content.decode()
    answer = client.post(f"{page}save/", today)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["is_sure"])
    assert client.post(f"{page}save/", today | {"is_sure": "on"}).status_code == 302
    assert not Appointment.objects.staff(staff).exists()
