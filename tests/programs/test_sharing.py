"""Two guardians for one learner, and the account of their own at eighteen: who may ask, answer and end, and who sees what."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from base import clock
from members.models import Audit, Care, Invitation, Learner, Member
from members.rules import year_interval
from members.services import Person, care_for, edit_learner, forget_invitations, introduce
from notifications.models import Delivery, Notice
from notifications.texts import render
from programs import services
from programs.models import Enrolment
from records.models import PassportLink
from records.services import share
from tests import builders
from tests.programs import town as towns
from tests.programs.test_family import refused
from tests.programs.town import DAY, Town, enrol, person

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
SARA = Person("سارا کریمی", 1393)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def mother() -> Member:
    return person("پرنیا کریمی")[0]


@pytest.fixture
def father() -> Member:
    return person("بهرام کریمی")[0]


@pytest.fixture
def child(mother: Member) -> Learner:
    return care_for(actor=mother, person=SARA, relation="child", consents=True)


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def asked(mother: Member, child: Learner, father: Member, **how: Any) -> Invitation:
    return services.invite(actor=mother, learner=child, contact=father.contact, **how)


def accepted(mother: Member, child: Learner, father: Member) -> Care:
    row = asked(mother, child, father)
    return services.accept_invitation(actor=father, invitation=row, relation="child", consents=True)


def told(member: Member) -> list[str]:
    rows = Delivery.objects.filter(member=member, channel="inbox").order_by("pk")
    return [row.notice.kind.removeprefix("programs/") for row in rows.select_related("notice")]


# Asking


def someone(_mother: Member) -> str:
    return "+989181112233"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _m, _c: {}, ""),
        (lambda _m, _c: {"contact": "omid@example.org"}, ""),
        (lambda m, _c: {"contact": m.phone}, "own_contact"),
        (lambda m, _c: {"learner": towns.own(m)}, "oneself"),
        (lambda _m, _c: {"actor": person()[0]}, "not_yours"),
        (lambda _m, _c: {"learner": person()[1]}, "not_yours"),
        (lambda m, c: asked(m, c, Member(phone="+989181112233")) and {}, "invited_already"),
        (lambda _m, c: Care.objects.create(guardian=person()[0], learner=c, relation="child") and {}, "guardians_full"),
        (
            lambda _m, c: Care.objects.create(guardian=builders.make_member(), learner=c, relation="self") and {},
            "own_account",
        ),
        (lambda m, c: services.end_care(actor=m, learner=c) or {}, "not_yours"),
        (lambda _m, c: Care.objects.filter(learner=c).update(relation="other") and {"is_own": True}, "no_child"),
    ],
)
def test_who_may_ask_whom(
    mother: Member, child: Learner, change: Callable[[Member, Learner], dict[str, Any]], code: str
) -> None:
    how = {"actor": mother, "learner": child, "contact": "+989181112233"} | change(mother, child)
    before = Invitation.objects.count()
    assert refused(lambda: services.invite(**how)) == code
    assert Invitation.objects.count() - before == (not code)


def test_five_questions_wait_at_most(mother: Member, child: Learner) -> None:
    for number in range(5):
        services.invite(actor=mother, learner=child, contact=f"a{number}@example.org")
    assert refused(lambda: services.invite(actor=mother, learner=child, contact="b@example.org")) == "invitations_full"


def test_the_answer_is_the_same_whether_the_number_is_known(mother: Member, child: Learner, father: Member) -> None:
    """T6: who asks does not learn who has an account."""
    client = signed_in(mother)
    pages = []
    for contact in (father.phone, "+989189998877"):
        Invitation.objects.all().delete()
        answer = client.post(f"/fa/me/family/{child.pk}/invite/", {"contact": contact}, follow=True)
        pages.append((answer.redirect_chain, answer.status_code, Notice.objects.count()))
    assert pages[0][:2] == pages[1][:2]
    assert told(father) == ["invited"]


def test_before_the_answer_only_given_names_are_told(mother: Member, child: Learner, father: Member) -> None:
    row = asked(mother, child, father)
    page = signed_in(father).get(f"/fa/me/invitations/{row.pk}/").content.decode()
    assert "سارا" in page
    assert "پرنیا" in page
    assert "کریمی" not in page.replace("بهرام کریمی", "")
    values = Notice.objects.get(kind="programs/invited").values
    assert "کریمی" not in json.dumps(values, ensure_ascii=False)


def test_who_signs_in_later_with_the_number_finds_the_question(mother: Member, child: Learner) -> None:
    row = services.invite(actor=mother, learner=child, contact="+989181112233")
    late = Member.objects.create(phone="+989181112233")
    page = signed_in(late).get("/fa/me/family/").content.decode()
    assert f"/fa/me/invitations/{row.pk}/" in page


def test_an_invitation_is_there_for_nobody_else(mother: Member, child: Learner, father: Member) -> None:
    """T5: its number is no permission."""
    row = asked(mother, child, father)
    for member in (mother, person()[0]):
        client = signed_in(member)
        assert client.get(f"/fa/me/invitations/{row.pk}/").status_code == 404
        for verb in ("accept", "decline"):
            data = {"relation": "child", "consents": "on"}
            assert client.post(f"/fa/me/invitations/{row.pk}/{verb}/", data).status_code == 404
    assert Client().get(f"/fa/me/invitations/{row.pk}/").status_code == 302
    assert signed_in(father).post(f"/fa/me/invitations/{row.pk}/revoke/").status_code == 404
    row.refresh_from_db()
    assert row.answer is None


# Answering


def test_two_guardians_see_enrol_and_withdraw(town: Town, mother: Member, child: Learner, father: Member) -> None:
    """I15: who does not care for the child at that instant does not enrol it."""
    course = town.course()
    assert refused(lambda: services.enrol(actor=father, course=course, learner=child)) == "not_yours"
    care = accepted(mother, child, father)
    assert (care.consent_version != "", care.until_on) == (True, dt.date(2033, 3, 20))
    place = services.enrol(actor=father, course=course, learner=child)[0]
    assert told(mother) == ["invitation_answered", "seated"]
    assert told(father) == ["invited", "seated"]
    client = signed_in(mother)
    assert course.slug in client.get("/fa/me/").content.decode()
    client.post(f"/fa/me/enrolments/{place.pk}/withdraw/", {"from": "me"})
    place.refresh_from_db()
    assert place.state == "withdrawn"


def test_each_sees_the_others_name_and_no_more(mother: Member, child: Learner, father: Member) -> None:
    accepted(mother, child, father)
    other = care_for(actor=father, person=Person("مینا ناشناس", 1390), relation="child", consents=True)
    page = signed_in(mother).get(f"/fa/me/family/{child.pk}/").content.decode()
    assert "بهرام کریمی" in page
    assert str(father.phone) not in page
    assert "ناشناس" not in page
    assert signed_in(mother).get(f"/fa/me/family/{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("change", "relation", "consents", "code"),
    [
        (lambda _r, _f: None, "child", True, ""),
        (lambda _r, _f: None, "other", True, ""),
        (lambda _r, _f: None, "self", True, "unknown_choice"),
        (lambda _r, _f: None, "child", False, "consent"),
        (lambda _r, _f: Invitation.objects.update(expires_at=clock.now()), "child", True, "invitation_over"),
        (lambda r, f: services.decline_invitation(actor=f, invitation=r), "child", True, "invitation_over"),
        (lambda r, _f: services.end_care(actor=r.made_by, learner=r.learner), "child", True, "invitation_over"),
        (lambda _r, f: care_for(actor=f, person=SARA, relation="child", consents=True), "child", True, "duplicate"),
        (lambda _r, _f: Learner.objects.update(erased_at=clock.now()), "child", True, "invitation_over"),
        (
            lambda _r, _f: Learner.objects.update(born_from=dt.date(1990, 1, 1), born_until=dt.date(1990, 1, 1)),
            "child",
            True,
            "grown",
        ),
        (
            lambda r, _f: Care.objects.create(guardian=person()[0], learner=r.learner, relation="child"),
            "child",
            True,
            "guardians_full",
        ),
    ],
)
def test_what_may_be_accepted(
    mother: Member,
    child: Learner,
    father: Member,
    change: Callable[[Invitation, Member], Any],
    relation: str,
    *,
    consents: bool,
    code: str,
) -> None:
    row = asked(mother, child, father)
    change(row, father)
    accept = lambda: services.accept_invitation(actor=father, invitation=row, relation=relation, consents=consents)  # noqa: E731
    assert refused(accept) == code
    assert Care.objects.open_on(clock.today()).filter(guardian=father, learner=child).exists() == (not code)
    if not code:
        assert refused(accept) == "invitation_over"


def test_a_contact_is_forgotten_with_the_answer_and_the_rest_a_month_later(
    mother: Member, child: Learner, father: Member
) -> None:
    """V4."""
    accepted(mother, child, father)
    assert Invitation.objects.get().contact == ""
    assert forget_invitations(30 * DAY) == 0
    Invitation.objects.update(answered_at=clock.now() - 31 * DAY)
    assert forget_invitations(30 * DAY) == 1
    services.end_care(actor=father, learner=child)
    asked(mother, child, father)
    Invitation.objects.update(expires_at=clock.now() - 31 * DAY)
    assert forget_invitations(30 * DAY) == 1
    assert not Invitation.objects.exists()


def test_the_trail_knows_who_asked_and_no_number(mother: Member, child: Learner, father: Member) -> None:
    accepted(mother, child, father)
    lines = Audit.objects.filter(verb__in=["invite", "accept_invitation"]).order_by("pk")
    assert [(one.actor_id, one.for_id) for one in lines] == [(mother.pk, child.pk), (father.pk, child.pk)]
    assert father.phone not in json.dumps([one.changes for one in lines])


def test_a_question_taken_back_is_over(mother: Member, child: Learner, father: Member) -> None:
    row = asked(mother, child, father)
    for _ in range(2):
        answer = signed_in(mother).post(f"/fa/me/invitations/{row.pk}/revoke/")
        assert answer["Location"] == f"/fa/me/family/{child.pk}/"
    assert signed_in(father).get(f"/fa/me/invitations/{row.pk}/").status_code == 404
    assert Audit.objects.filter(verb="revoke_invitation").count() == 1


def test_the_pages_ask_and_answer(mother: Member, child: Learner, father: Member) -> None:
    client = signed_in(mother)
    wrong = client.post(f"/fa/me/family/{child.pk}/invite/", {"contact": "081"})
    assert (wrong.status_code, 'value="081"' in wrong.content.decode()) == (422, True)
    client.post(f"/fa/me/family/{child.pk}/invite/", {"contact": father.phone})
    row, other = Invitation.objects.get(), signed_in(father)
    assert other.post(f"/fa/me/invitations/{row.pk}/accept/", {"relation": "child"}).status_code == 422
    answer = other.post(f"/fa/me/invitations/{row.pk}/accept/", {"relation": "child", "consents": "on"})
    assert answer["Location"] == "/fa/me/family/"
    assert "سارا کریمی" in other.get("/fa/me/family/").content.decode()


# Ending


def test_who_added_the_learner_ends_the_others_care_and_not_the_other_way(
    mother: Member, child: Learner, father: Member
) -> None:
    accepted(mother, child, father)
    end = lambda actor, who: services.dismiss_guardian(actor=actor, learner=child, guardian=who.pk)  # noqa: E731
    assert refused(lambda: end(father, mother)) == "not_first"
    assert refused(lambda: end(person()[0], father)) == "not_yours"
    assert refused(lambda: end(mother, mother)) == "not_yours"
    for _ in range(2):
        signed_in(mother).post(f"/fa/me/family/{child.pk}/dismiss/", {"guardian": father.pk})
    assert not Learner.objects.visible_to(father).filter(pk=child.pk).exists()
    assert Learner.objects.visible_to(mother).filter(pk=child.pk).exists()
    assert told(father)[-1] == "care_ended"
    assert Audit.objects.filter(verb="dismiss_guardian").count() == 1


def test_either_leaves_while_the_other_stays(town: Town, mother: Member, child: Learner, father: Member) -> None:
    """P7: the places stay with who stays."""
    accepted(mother, child, father)
    services.enrol(actor=mother, course=town.course(), learner=child)
    services.end_care(actor=mother, learner=child)
    assert refused(lambda: services.end_care(actor=father, learner=child)) == "has_places"
    again = asked(father, child, mother)
    services.accept_invitation(actor=mother, invitation=again, relation="child", consents=True)
    assert Care.objects.filter(guardian=mother, learner=child).count() == 1


def test_a_passport_that_was_shared_ends_with_the_care(mother: Member, child: Learner, father: Member) -> None:
    """P7."""
    accepted(mother, child, father)
    share(actor=father, learner=child)
    assert PassportLink.objects.open().exists()
    services.dismiss_guardian(actor=mother, learner=child, guardian=father.pk)
    assert not PassportLink.objects.open().exists()


# Eighteen


def turning(member: Member, *, days: int, name: str = "سارا کریمی") -> Learner:
    """A child who has certainly turned eighteen in so many days."""
    learner = care_for(actor=member, person=Person(name, 1393), relation="child", consents=True)
    day = clock.today() + days * DAY
    born = day.replace(year=day.year - 18) if (day.month, day.day) != (2, 29) else dt.date(day.year - 18, 3, 1)
    Learner.objects.filter(pk=learner.pk).update(born_from=born - 364 * DAY, born_until=born)
    Care.objects.filter(learner=learner).update(until_on=born.replace(year=born.year + 18), from_on=builders.LONG_AGO)
    learner.refresh_from_db()
    return learner


def year_of(learner: Learner) -> int:
    return learner.born_until.year


def test_the_care_for_a_child_ends_on_the_eighteenth_birthday(mother: Member, child: Learner) -> None:
    """P7: the year is kept as an interval, and eighteen counts from its last day."""
    care = Care.objects.get(learner=child)
    assert care.until_on == dt.date(2033, 3, 20)
    assert Care.objects.open_on(dt.date(2033, 3, 19)).filter(pk=care.pk).exists()
    assert not Care.objects.open_on(dt.date(2033, 3, 20)).filter(pk=care.pk).exists()


@pytest.mark.parametrize(("relation", "ends"), [("child", True), ("parent", False), ("other", False)])
def test_only_a_child_comes_of_age(mother: Member, relation: str, *, ends: bool) -> None:
    learner = care_for(actor=mother, person=SARA, relation=relation, consents=True)
    assert (Care.objects.get(learner=learner).until_on is not None) == ends


def test_a_corrected_birth_or_relation_moves_the_end(mother: Member, child: Learner, father: Member) -> None:
    accepted(mother, child, father)
    edit_learner(actor=mother, learner=child, person=SARA._replace(birth_year=1394), relation="child")
    assert set(Care.objects.filter(learner=child).values_list("until_on", flat=True)) == {dt.date(2034, 3, 19)}
    edit_learner(actor=mother, learner=child, person=SARA, relation="other")
    ends = dict(Care.objects.filter(learner=child).values_list("guardian", "until_on"))
    assert ends == {mother.pk: None, father.pk: dt.date(2033, 3, 20)}


@pytest.mark.parametrize(("relation", "code"), [("child", "grown"), ("parent", ""), ("other", "")])
def test_nobody_adds_a_grown_child(mother: Member, relation: str, code: str) -> None:
    grown = Person("نیما کریمی", 1370)
    assert refused(lambda: care_for(actor=mother, person=grown, relation=relation, consents=True)) == code
    learner = care_for(actor=mother, person=SARA, relation="child", consents=True)
    assert refused(lambda: edit_learner(actor=mother, learner=learner, person=grown, relation=relation)) in {
        code,
        "duplicate",
    }


def test_a_grown_child_at_the_desk_is_somebody_they_care_for(mother: Member) -> None:
    facts = {"birth_year": 1370, "relation": "child", "consent_version": "1"}
    _member, learner = introduce(actor=mother, contact=mother.phone, name="نیما کریمی", **facts)
    assert Care.objects.filter(learner=learner).values_list("relation", "until_on").get() == ("other", None)
    facts["birth_year"] = 1393
    _member, learner = introduce(actor=mother, contact=mother.phone, name="مانی کریمی", **facts)
    assert Care.objects.get(learner=learner).until_on == dt.date(2033, 3, 20)


@pytest.mark.parametrize(
    ("days", "kinds"), [(61, []), (60, [True]), (1, [True]), (0, [False]), (-6, [False]), (-7, [])]
)
def test_guardians_are_told_two_months_before_and_on_the_day(mother: Member, days: int, kinds: list[bool]) -> None:
    turning(mother, days=days)
    for _ in range(2):
        services.tell_of_age()
    notices = Notice.objects.filter(kind="programs/of_age")
    assert [one.values["is_soon"] for one in notices] == kinds
    for one in notices:
        for language in ("fa", "en"):
            assert "سارا کریمی" in render(one.kind, one.values, language).subject


def test_nobody_is_told_of_who_has_an_account_or_was_let_go(mother: Member) -> None:
    own, gone = turning(mother, days=5), turning(mother, days=5, name="مانی کریمی")
    Care.objects.create(guardian=builders.make_member(), learner=own, relation="self")
    services.end_care(actor=mother, learner=gone)
    assert services.tell_of_age() == 0


@pytest.mark.parametrize(("days", "status"), [(61, 404), (60, 200), (0, 200), (-364, 200), (-366, 404)])
def test_until_when_a_child_can_be_handed_over(mother: Member, days: int, status: int) -> None:
    learner = turning(mother, days=days)
    client = signed_in(mother)
    assert client.get(f"/fa/me/family/{learner.pk}/own/").status_code == status
    assert signed_in(person()[0]).get(f"/fa/me/family/{learner.pk}/own/").status_code == 404
    assert client.get(f"/fa/me/family/{learner.pk}/").status_code == (200 if days > 0 else 404)


def test_who_was_let_go_is_not_handed_over(mother: Member) -> None:
    learner = turning(mother, days=20)
    services.end_care(actor=mother, learner=learner)
    assert signed_in(mother).get(f"/fa/me/family/{learner.pk}/own/").status_code == 404


def test_a_young_adult_takes_over_everything(town: Town, mother: Member) -> None:
    """P7: the history goes over, the guardian's right is gone."""
    learner = turning(mother, days=20)
    place = services.enrol(actor=mother, course=town.course(), learner=learner)[0]
    client = signed_in(mother)
    assert client.post(f"/fa/me/family/{learner.pk}/own/ask/", {"contact": "sara@example.org"}).status_code == 302
    sara = Member.objects.create(email="sara@example.org")
    row, own = Invitation.objects.get(), signed_in(sara)
    path = f"/fa/me/invitations/{row.pk}/accept/"
    assert own.get(f"/fa/me/invitations/{row.pk}/").status_code == 200
    early = own.post(path, {"birth": str(year_of(learner))})
    assert (early.status_code, Care.objects.filter(guardian=sara).exists()) == (422, False)
    moved = clock.today() - 20 * DAY
    Learner.objects.filter(pk=learner.pk).update(born_until=learner.born_until - 21 * DAY)
    Care.objects.filter(learner=learner).update(until_on=clock.today() - DAY)
    assert moved < clock.today()
    assert not Learner.objects.visible_to(mother).filter(pk=learner.pk).exists()
    assert own.post(path, {"birth": str(year_of(learner))})["Location"] == "/fa/me/"
    assert list(Enrolment.objects.visible_to(sara)) == [place]
    assert not Enrolment.objects.visible_to(mother).exists()
    assert told(mother)[-1] == "invitation_answered"
    services.withdraw(actor=sara, enrolment=place)
    assert told(sara)[-1] == "withdrawn"
    assert Audit.objects.get(verb="come_of_age").for_id == learner.pk


def handed(mother: Member, member: Member, days: int = 0) -> tuple[Learner, Invitation]:
    learner = turning(mother, days=days)
    return learner, asked(mother, learner, member, is_own=True)


def test_a_wrong_year_has_three_tries(mother: Member) -> None:
    sara = builders.make_member()
    learner, row = handed(mother, sara)
    claim = lambda year: services.come_of_age(actor=sara, invitation=row, birth_year=year)  # noqa: E731
    wrong = year_of(learner) - 5
    assert [refused(lambda: claim(wrong)) for _ in range(4)] == ["birth_wrong"] * 3 + ["invitation_over"]
    assert refused(lambda: claim(year_of(learner))) == "invitation_over"
    assert Learner.objects.visible_to(sara).count() == 0
    assert Invitation.objects.get().contact == ""


def test_who_had_an_account_keeps_it_and_is_one_learner(town: Town, mother: Member) -> None:
    sara, own = person("سارا کریمی", 2008)
    learner, row = handed(mother, sara, days=20)
    first = services.enrol(actor=mother, course=town.course(), learner=learner)[0]
    second = enrol(town.course(first=clock.now() + 90 * DAY), sara)
    Learner.objects.filter(pk=learner.pk).update(born_until=learner.born_until - 21 * DAY)
    assert services.come_of_age(actor=sara, invitation=row, birth_year=year_of(learner)) == own
    assert set(Enrolment.objects.visible_to(sara)) == {first, second}
    assert Care.objects.open_on(clock.today()).filter(learner=own).count() == 1
    assert Learner.objects.get(pk=learner.pk).name == ""


def test_two_places_in_one_course_stop_it_with_nothing_done(town: Town, mother: Member) -> None:
    sara = person("سارا کریمی", 2008)[0]
    learner, row = handed(mother, sara, days=20)
    course = town.course()
    services.enrol(actor=mother, course=course, learner=learner)
    enrol(course, sara)
    Learner.objects.filter(pk=learner.pk).update(born_until=learner.born_until - 21 * DAY)
    claim = lambda: services.come_of_age(actor=sara, invitation=row, birth_year=year_of(learner))  # noqa: E731
    assert refused(claim) == "both_enrolled"
    row.refresh_from_db()
    assert row.answer is None
    assert Care.objects.filter(guardian=sara).count() == 1


def test_a_grandmother_who_cared_too_no_longer_does(mother: Member) -> None:
    sara, grandmother = builders.make_member(), person()[0]
    learner, row = handed(mother, sara)
    Care.objects.create(guardian=grandmother, learner=learner, relation="other", from_on=builders.LONG_AGO)
    services.come_of_age(actor=sara, invitation=row, birth_year=year_of(learner))
    assert not Learner.objects.visible_to(grandmother).filter(pk=learner.pk).exists()
    assert told(grandmother) == ["care_ended"]


def test_the_interval_of_a_year_is_the_one_that_was_typed() -> None:
    assert year_interval(1386) == (dt.date(2007, 3, 21), dt.date(2008, 3, 19))
