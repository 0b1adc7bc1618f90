"""The roster: who may read what of it (P1), contacts masked until asked (T23), people enrolled at the desk, moved up, withdrawn,
written to; limits (R1).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members.models import Audit, Care, Learner, Member
from notifications.models import Channel, Delivery, Notice
from programs import rules, services
from programs.invariants import broken
from programs.models import Course, Enrolment, Teaching
from programs.rosters import heads_of, roster_of
from tests.programs.town import DAY, Town, crowd, enrol, person
from workgroups.models import Appointment, Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
WALK_IN = {"contact": "+989181112233", "name": "مینا رستمی", "birth_year": 1380, "relation": "self"}


def coordinator_of(town: Town) -> Member:
    member = person("سارا")[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    return member


def staff() -> Member:
    member = person("بهروز")[0]
    city = Organisation.objects.create(slug="municipality", kind=Organisation.Kind.MUNICIPALITY)
    Appointment.objects.create(member=member, role="staff", organisation=city, from_on=clock.today() - DAY)
    return member


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.refusal.code


def admit(actor: Member, course: Course, *, asked: str = "desk", consents: bool = True, **facts: Any) -> Enrolment:
    course.refresh_from_db()
    return services.admit(actor=actor, course=course, person=WALK_IN | facts, asked=asked, consents=consents)[0]


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


# Reading


def page_of(client: Client, course: Course, query: str = "") -> str:
    answer = client.get(f"/fa/work/courses/{course.slug}/roster/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_coordinators_read_name_age_and_a_masked_contact(town: Town, desk: Member) -> None:
    """T23."""
    member = person("ژینا حیدری", born=2000)[0]
    course = town.course()
    enrol(course, member)
    text = page_of(signed_in(desk), course)
    assert "ژینا حیدری" in text
    assert "•••" in text
    assert str(member.phone)[3:] not in text.translate({0x6F0 + n: str(n) for n in range(10)}).replace(" ", "")
    assert "۱۳۷۸" not in text


def test_one_tap_shows_one_contact_and_leaves_a_line(town: Town, desk: Member) -> None:
    """T23."""
    place = enrol(town.course(), person()[0])
    address = f"/fa/work/courses/{place.course.slug}/roster/{place.pk}/contact/"
    for headers in ({}, {"HX-Request": "true"}):
        text = signed_in(desk).post(address, headers=headers).content.decode()
        assert f"tel:{place.asked_by.phone}" in text
    lines = Audit.objects.filter(verb="read_contact", actor_id=desk.pk)
    assert list(lines.values_list("for_id", flat=True)) == [place.learner_id] * 2
    assert list(broken()) == []


def test_instructors_read_names_alone_and_only_while_they_teach(town: Town) -> None:
    """P1."""
    course, teacher = town.course(), person("استاد")[0]
    place = enrol(course, person("ژینا حیدری")[0])
    teaching = Teaching.objects.create(course=course, member=teacher, from_on=clock.today() - DAY)
    text = page_of(signed_in(teacher), course)
    assert ("ژینا حیدری" in text, "•••" in text, f"/roster/{place.pk}/" in text) == (True, False, False)
    assert signed_in(teacher).get(f"/fa/work/courses/{course.slug}/roster/{place.pk}/").status_code == 404
    Teaching.objects.filter(pk=teaching.pk).update(until_on=clock.today())
    assert signed_in(teacher).get(f"/fa/work/courses/{course.slug}/roster/").status_code == 404


def test_only_readers_by_an_office_of_the_city_are_recorded(town: Town, desk: Member) -> None:
    """T23."""
    course = town.course()
    page_of(signed_in(desk), course)
    assert Audit.objects.filter(verb="read_roster").count() == 0
    reader = staff()
    page_of(signed_in(reader), course)
    assert list(Audit.objects.filter(verb="read_roster").values_list("actor_id", "object_id")) == [
        (reader.pk, course.pk)
    ]


def test_a_place_of_another_course_is_not_there(town: Town, desk: Member) -> None:
    """P3."""
    mine, theirs = town.course(), Town().course()
    place = enrol(theirs, person()[0])
    for part in ("", "contact/", "withdraw/", "promote/"):
        address = f"/fa/work/courses/{mine.slug}/roster/{place.pk}/{part}"
        client = signed_in(desk)
        answer = client.post(address) if part else client.get(address)
        assert (part, answer.status_code) == (part, 404)


@pytest.mark.parametrize("tab", ["seated", "waiting", "left"])
def test_the_number_of_queries_is_the_same_for_one_and_for_many(town: Town, desk: Member, tab: str) -> None:
    client = signed_in(desk)
    found = []
    for many in (1, 30):
        course = town.course(capacity=many)
        places = crowd(course, 2 * many)
        leavers = crowd(town.course(capacity=many), many)
        for place in leavers if tab == "left" else []:
            services.withdraw(actor=place.asked_by, enrolment=place)
        course = leavers[0].course if tab == "left" else places[0].course
        page_of(client, course)
        with CaptureQueriesContext(
            connection,
        ) as counted:
            text = page_of(client, course, f"?tab={tab}")
        assert text.count('scope="row"') == many
        found.append(len(counted))
    assert found[0] == found[1] <= 14


def test_names_stand_in_the_order_of_the_persian_alphabet_and_the_queue_by_place(town: Town) -> None:
    course = town.course(capacity=5)
    for name in ("کاوه", "پروین", "گلاره", "بهمن", "ژیلا"):
        enrol(course, person(name)[0])
    for name in ("زهرا", "آرش"):
        enrol(course, person(name)[0])
    names = [(one.state, one.name) for one in heads_of(course)]
    assert [name for state, name in names if state == "seated"] == ["بهمن", "پروین", "ژیلا", "کاوه", "گلاره"]
    assert [name for state, name in names if state == "waiting"] == ["زهرا", "آرش"]


@pytest.mark.parametrize(
    ("query", "found"), [("حيدري", 1), ("ژینا", 1), ("علی پور", 1), ("علي‌پور", 1), ("هیچ‌کس", 0), ("", 2)]
)
def test_names_are_found_in_every_spelling(town: Town, query: str, found: int) -> None:
    course = town.course()
    for name in ("ژینا حیدری", "رضا علی‌پور"):
        enrol(course, person(name)[0])
    assert len(roster_of(course, query=query).lines) == found


# Enrolled at the desk


def test_who_comes_to_the_desk_is_written_down_enrolled_and_told(town: Town, desk: Member) -> None:
    place = admit(desk, town.course())
    member = Member.objects.get(phone="+989181112233")
    care = Care.objects.get(guardian=member)
    assert (place.state, place.asked_by, place.learner.name) == ("seated", desk, "مینا رستمی")
    assert (care.relation, care.consent_version) == ("self", services.assisting.CONSENT_VERSION)
    line = Audit.objects.get(verb="enrol", object_id=place.pk)
    assert (line.actor_id, line.for_id, line.changes["assisted"]) == (desk.pk, place.learner_id, "desk")
    told = Delivery.objects.filter(member=member, notice__kind="programs/seated")
    assert sorted(told.values_list("channel", flat=True)) == [Channel.INBOX, Channel.SMS]
    assert "organiser" in render(told.first(), "en")
    assert list(broken()) == []


def render(delivery: Delivery, language: str) -> str:
    from notifications import texts

    return texts.render(delivery.notice.kind, delivery.notice.values, language).inbox


def test_again_changes_nothing(town: Town, desk: Member) -> None:
    course = town.course()
    first = admit(desk, course)
    again = admit(desk, course)
    assert (again.pk, Learner.objects.filter(name="مینا رستمی").count()) == (first.pk, 1)
    assert Audit.objects.filter(verb="consent").count() == 1


def test_a_known_learner_keeps_their_facts_and_a_stranger_name_becomes_its_own(town: Town, desk: Member) -> None:
    member, learner = person("مینا رستمي", born=2001)
    known = admit(desk, town.course(), contact=str(member.phone))
    assert known.learner == learner
    other = admit(desk, town.course(first=clock.now() + 60 * DAY), contact=str(member.phone), name="لیلا مرادی")
    assert other.learner != learner
    assert Care.objects.get(learner=other.learner).relation == "other"
    learner.refresh_from_db()
    assert (learner.name, learner.born_from) == ("مینا رستمي", dt.date(2001, 1, 1))


def test_the_answer_is_the_same_whether_the_number_was_known(town: Town, desk: Member) -> None:
    """T6."""
    member = person("کسی دیگر")[0]
    course, client = town.course(), signed_in(desk)
    answers = []
    for contact in (str(member.phone), "0918 765 4321"):
        data = {
            "contact": contact, "name": "مینا رستمی", "birth": "1380", "relation": "self", "asked": "phone",
            "consents": "on",
        }  # fmt: skip
        answer = client.post(f"/fa/work/courses/{course.slug}/roster/add/save/", data, follow=True)
        said = [str(one) for one in answer.context["messages"]]
        answers.append((answer.redirect_chain, said))
    assert answers[0] == answers[1]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no consent": ({"consents": False}, "consent"),
    "no way of asking": ({"asked": "dream"}, "asked"),
    "no name": ({"name": ""}, "name_short"),
    "a year to come": ({"birth_year": 1480}, "birth_year"),
    "too young": ({"birth_year": 1400}, "age"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_writes_nobody_down(town: Town, desk: Member, case: str) -> None:
    facts, code = REFUSED[case]
    course = town.course(age_min=12)
    before = Member.objects.count(), Learner.objects.count(), Enrolment.objects.count()
    assert code_of(lambda: admit(desk, course, **facts)) == code
    assert (Member.objects.count(), Learner.objects.count(), Enrolment.objects.count()) == before


def test_strangers_and_instructors_admit_nobody(town: Town) -> None:
    """P1."""
    course = town.course()
    teacher = person()[0]
    Teaching.objects.create(course=course, member=teacher, from_on=clock.today() - DAY)
    for actor in (teacher, coordinator_of(Town())):
        assert code_of(lambda actor=actor: admit(actor, course)) == "not_yours"


def test_a_coordinator_looks_up_twenty_numbers_a_day_and_the_line_stays(
    town: Town, desk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R1."""
    course = town.course(age_min=60)
    for _ in range(20):
        assert code_of(lambda: admit(desk, course)) == "age"
    assert code_of(lambda: admit(desk, course)) == "too_many"
    assert rules.why_not_find_person(staff()) is None
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert code_of(lambda: admit(desk, course)) == "age"


# Withdrawn and moved up


def test_withdrawing_for_somebody_needs_a_reason_that_they_read(town: Town, desk: Member) -> None:
    place = enrol(town.course(), person()[0])
    assert code_of(lambda: services.withdraw_for(actor=desk, enrolment=place, reason=" ")) == "reason_missing"
    assert code_of(lambda: services.withdraw_for(actor=person()[0], enrolment=place, reason="x")) == "not_yours"
    gone = services.withdraw_for(actor=desk, enrolment=place, reason="به خواست خودش")
    assert (gone.state, gone.reason) == ("withdrawn", "به خواست خودش")
    told = Notice.objects.get(kind="programs/withdrawn")
    assert told.values["reason"] == "به خواست خودش"
    assert services.withdraw_for(actor=desk, enrolment=place, reason="دوباره").reason == "به خواست خودش"


def queue(town: Town, waiting: int = 3, **columns: Any) -> tuple[Course, list[Enrolment]]:
    course = town.course(capacity=1, **columns)
    _, *rest = crowd(course, 1 + waiting)
    course.refresh_from_db()
    return course, rest


def test_moving_up_adds_a_seat_and_leaves_the_order_of_all_others(town: Town, desk: Member) -> None:
    """I5: nobody in the queue loses a seat by the exception."""
    course, (first, second, third) = queue(town)
    moved = services.promote(actor=desk, enrolment=third, reason="ویلچر", extra_seat=True)
    course.refresh_from_db()
    assert (moved.state, moved.exception_by, moved.exception_reason) == ("offered", desk, "ویلچر")
    assert (course.capacity, course.seats_taken, course.waiting) == (2, 2, 2)
    assert [services.enrolling.position(one) for one in (first, second)] == [1, 2]
    assert services.accept(actor=third.asked_by, enrolment=moved).exception_reason == "ویلچر"
    assert list(broken()) == []


def test_moving_up_twice_changes_nothing(town: Town, desk: Member) -> None:
    course, (_, second, _) = queue(town)
    for _ in range(2):
        services.promote(actor=desk, enrolment=second, reason="ویلچر", extra_seat=True)
    course.refresh_from_db()
    assert (course.capacity, Audit.objects.filter(verb="promote").count()) == (2, 1)


def test_an_offer_out_of_order_that_lapses_goes_to_the_first_in_line(
    town: Town, desk: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _course, (first, _, third) = queue(town)
    moved = services.promote(actor=desk, enrolment=third, reason="ویلچر", extra_seat=True)
    late = moved.offer.expires_at
    monkeypatch.setattr(clock, "now", lambda: late)
    services.sweep()
    states = dict(Enrolment.objects.values_list("pk", "state"))
    assert (states[third.pk], states[first.pk]) == ("lapsed", "offered")
    assert list(broken()) == []


def test_moving_up_is_refused_where_it_cannot_be(town: Town, desk: Member) -> None:
    course, (first, *_) = queue(town)

    def move(place: Enrolment, *, actor: Member = desk, reason: str = "ویلچر", extra_seat: bool = False) -> str:
        return code_of(lambda: services.promote(actor=actor, enrolment=place, reason=reason, extra_seat=extra_seat))

    assert move(first) == "full"
    assert move(first, reason="") == "reason_missing"
    assert move(first, actor=person()[0], extra_seat=True) == "not_yours"
    Course.objects.filter(pk=course.pk).update(moves_until=clock.now())
    assert move(first, extra_seat=True) == "queue_over"
    Course.objects.filter(pk=course.pk).update(moves_until=None)
    services.withdraw(actor=first.asked_by, enrolment=first)
    assert move(first, extra_seat=True) == "not_waiting"
    course.refresh_from_db()
    assert course.capacity == 1


# Messages

TEXTS = {"fa": "کلاس امروز در اتاق ۲۰۴ است.", "en": "Today in room 204."}


def test_a_message_reaches_each_family_once_by_the_channels_they_chose(town: Town, desk: Member) -> None:
    member, learner = person("مادر")
    child = Learner.objects.create(name="آرش", born_from=dt.date(2014, 1, 1), born_until=dt.date(2014, 12, 31))
    Care.objects.create(guardian=member, learner=child, relation="child", from_on=dt.date(2020, 1, 1))
    course = town.course(capacity=3)
    for one in (learner, child):
        course.refresh_from_db()
        services.enrol(actor=member, course=course, learner=one)
    crowd(course, 3)
    assert services.message(actor=desk, course=course, texts=TEXTS, to="seated") == 2
    got = Delivery.objects.filter(notice__kind="programs/message", member=member)
    assert sorted(got.values_list("channel", flat=True)) == [Channel.INBOX, Channel.SMS]
    assert services.message(actor=desk, course=course, texts=TEXTS, to="waiting") == 2
    assert services.message(actor=desk, course=course, texts=TEXTS, to="all") == 4


def test_some_are_chosen_and_nobody_of_another_course(town: Town, desk: Member) -> None:
    course = town.course()
    one, _two = crowd(course, 2)
    foreign = enrol(Town().course(), person()[0])
    send = {"actor": desk, "course": course, "texts": TEXTS, "to": "chosen"}
    assert services.message(**send, chosen=[one.pk, foreign.pk]) == 1
    assert not Delivery.objects.filter(member=foreign.asked_by, notice__kind="programs/message").exists()
    assert code_of(lambda: services.message(**send, chosen=[foreign.pk])) == "nobody"


def test_a_course_sends_five_messages_a_day(town: Town, desk: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """R1."""
    course = town.course()
    crowd(course, 1)

    def send() -> int:
        return services.message(actor=desk, course=course, texts=TEXTS, to="seated")

    assert [send() for _ in range(5)] == [1] * 5
    assert code_of(send) == "too_many"
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert send() == 1


@pytest.mark.parametrize(
    ("text", "code"), [("", "text_missing"), ("آ" * 601, "text_long"), ("الف\u202eب", "text_hidden")]
)
def test_a_text_that_cannot_be_read_is_not_sent(town: Town, desk: Member, text: str, code: str) -> None:
    course = town.course()
    crowd(course, 1)
    texts = TEXTS | {"en": text}
    assert code_of(lambda: services.message(actor=desk, course=course, texts=texts, to="all")) == code
    assert not Notice.objects.filter(kind="programs/message").exists()


def test_the_preview_shows_what_is_sent_and_sends_nothing(town: Town, desk: Member) -> None:
    course = town.course()
    enrol(course, person()[0])
    client = signed_in(desk)
    data = {"text_fa": TEXTS["fa"], "text_en": TEXTS["en"], "to": "seated"}
    answer = client.post(f"/fa/work/courses/{course.slug}/message/preview/", data)
    assert answer.context["reach"].members == 1
    assert answer.context["reach"].channels == {"inbox": 1, "sms": 1}
    assert answer.context["texts"]["en"].sms.startswith("Photography with a phone: Today in room 204.")
    assert Notice.objects.filter(kind="programs/message").count() == 0
    client.post(f"/fa/work/courses/{course.slug}/message/send/", data)
    assert Notice.objects.get(kind="programs/message").values["text"] == TEXTS
    shown = signed_in(Enrolment.objects.get(course=course).asked_by).get("/fa/me/inbox/").content.decode()
    assert TEXTS["fa"] in shown


def test_a_rejected_message_keeps_what_was_typed(town: Town, desk: Member) -> None:
    course = town.course()
    data = {"text_fa": TEXTS["fa"], "text_en": "", "to": "seated"}
    for button in ("preview", "send"):
        answer = signed_in(desk).post(f"/fa/work/courses/{course.slug}/message/{button}/", data)
        assert answer.status_code == 422
        assert TEXTS["fa"] in answer.content.decode()
