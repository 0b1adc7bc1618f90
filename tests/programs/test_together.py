"""Families that ask together, lots that anyone can draw again, and applications that a coordinator decides on."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members.models import Audit, District, Learner
from notifications.models import Delivery, Notice
from programs import services
from programs.explaining import explain
from programs.invariants import broken
from programs.models import Course, Draw, Enrolment, Roll
from programs.services.drawing import draw, drawn_order
from programs.services.queue import units_of
from programs.services.seats import lock_course
from tests.programs import world
from workgroups.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import Member

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def family(heads: int = 3) -> tuple[Member, list[Learner]]:
    member, own = world.person("مهتاب")
    return member, [own, *(world.child_of(member, name) for name in ("نیکان", "آوا", "رها")[: heads - 1])]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.refusal.code


def full(seats: int = 3) -> Course:
    """A course that has as many seats as people in it, who asked first."""
    course = world.course(capacity=seats, waiting_size=10)
    for _ in range(seats):
        member, learner = world.person()
        services.enrol(actor=member, course=course, learner=learner)
    return fresh(course)


def states(course: Course) -> list[str]:
    return list(Enrolment.objects.filter(course=course).order_by("pk").values_list("state", flat=True))


def sound() -> None:
    assert list(broken()) == []


def fresh(course: Course) -> Course:
    return Course.objects.get(pk=course.pk)


# Together


def test_three_for_two_seats_take_none_and_may_wait_together() -> None:
    course, (member, learners) = world.course(capacity=3, waiting_size=10), family()
    single, alone = world.person()
    services.enrol(actor=single, course=course, learner=alone)
    ask = {"actor": member, "course": fresh(course), "learners": learners}
    assert code_of(lambda: services.enrol_together(**ask, wait=False)) == "full"
    assert states(course) == ["seated"]
    places, is_new = services.enrol_together(**ask)
    assert (is_new, [one.state for one in places], [one.place for one in places]) == (True, ["waiting"] * 3, [2, 3, 4])
    other, late = world.person()
    assert services.enrol(actor=other, course=fresh(course), learner=late)[0].state == "seated"
    sound()


def test_a_family_is_offered_its_seats_in_one_message_and_one_answer_takes_them() -> None:
    course, (member, learners) = full(), family()
    places, _ = services.enrol_together(actor=member, course=course, learners=learners)
    services.resize(actor=world.coordinator(course), course=course, capacity=6, waiting_size=10)
    assert states(course)[3:] == ["offered"] * 3
    told = Notice.objects.get(kind="programs/offered")
    assert told.values["learner"] == {"fa": "مهتاب، نیکان و آوا", "en": "مهتاب, نیکان and آوا"}
    assert Delivery.objects.filter(notice=told, channel="inbox").count() == 1
    services.accept(actor=member, enrolment=Enrolment.objects.get(pk=places[1].pk))
    assert states(course) == ["seated"] * 6
    sound()


def test_one_who_leaves_an_offered_family_gives_one_seat_on() -> None:
    course, (member, learners) = full(), family()
    places, _ = services.enrol_together(actor=member, course=course, learners=learners)
    single, alone = world.person()
    services.enrol(actor=single, course=fresh(course), learner=alone)
    services.resize(actor=world.coordinator(course), course=course, capacity=6, waiting_size=10)
    services.withdraw(actor=member, enrolment=places[0])
    assert states(course)[3:] == ["withdrawn", "offered", "offered", "offered"]
    sound()


def test_rules_are_judged_for_each_and_the_refusal_names_whom() -> None:
    course, (member, learners) = world.course(age_max=17, capacity=10), family()
    with pytest.raises(Refused) as caught:
        services.enrol_together(actor=member, course=course, learners=learners)
    assert caught.value.refusal.code == "age"
    assert str(caught.value.refusal.message).startswith("مهتاب: ")
    assert states(course) == []


@pytest.mark.parametrize(("capacity", "code"), [(2, "party_too_large"), (9, "standing")])
def test_more_than_the_course_holds_and_who_has_a_place_already(capacity: int, code: str) -> None:
    course, (member, learners) = world.course(capacity=capacity), family()
    if code == "standing":
        services.enrol(actor=member, course=course, learner=learners[1])
    before = states(course)
    ask = {"actor": member, "course": fresh(course), "learners": learners}
    assert code_of(lambda: services.enrol_together(**ask)) == code
    assert states(course) == before


def test_the_page_refuses_three_for_two_says_why_and_offers_the_line_together() -> None:
    course, (member, learners) = world.course(capacity=3, waiting_size=10), family()
    other, alone = world.person()
    services.enrol(actor=other, course=course, learner=alone)
    client, page = signed_in(member), f"/fa/courses/{course.slug}/"
    text = client.get(page).content.decode()
    assert text.count('type="checkbox"') >= len(learners)
    typed = {"together": "1", "learner": [one.pk for one in learners]}
    refused = client.post(f"{page}enrol/", typed)
    said = refused.content.decode()
    assert (refused.status_code, "برای ۳ نفر جا نیست" in said, "با هم در صف می‌مانیم" in said) == (409, True, True)
    assert said.count("checked") >= len(learners)
    assert states(course) == ["seated"]
    assert client.post(f"{page}enrol/", typed | {"if_full": "wait"}).status_code == 302
    assert states(course) == ["seated"] + ["waiting"] * 3
    assert client.get(page).status_code == 200


def test_a_line_too_short_for_a_family_says_how_many_it_holds() -> None:
    course, (member, learners) = full(), family()
    Course.objects.filter(pk=course.pk).update(waiting_size=2)
    with pytest.raises(Refused) as caught:
        services.enrol_together(actor=member, course=fresh(course), learners=learners)
    assert (caught.value.refusal.code, caught.value.refusal.values) == ("queue_full", {"left": 2})
    places, _ = services.enrol_together(actor=member, course=fresh(course), learners=learners[:2])
    assert [one.state for one in places] == ["waiting"] * 2


def test_nobody_chosen_is_said_and_a_stranger_is_not_there() -> None:
    course, (member, learners) = world.course(capacity=3), family()
    client, address = signed_in(member), f"/fa/courses/{course.slug}/enrol/"
    nobody = client.post(address, {"together": "1"})
    assert (nobody.status_code, "انتخاب کنید برای چه کسی است" in nobody.content.decode()) == (409, True)
    stranger = world.person()[1]
    assert client.post(address, {"together": "1", "learner": [learners[0].pk, stranger.pk]}).status_code == 404
    assert states(course) == []


def test_the_api_enrols_several_all_or_none() -> None:
    course, (member, learners) = world.course(capacity=2, waiting_size=0), family()
    client, address = signed_in(member), f"/api/v1/courses/{course.pk}/enrolments/"

    def ask(**content: Any) -> Any:
        return client.post(address, json.dumps(content), content_type="application/json")

    ids = [one.pk for one in learners]
    assert ask(learners=ids, if_full="refuse").json()["code"] == "party_too_large"
    assert ask(learners=ids, learner=ids[0]).status_code == 400
    assert ask(learners=[*ids[:1], world.person()[1].pk]).status_code == 404
    done = ask(learners=ids[:2])
    assert (done.status_code, [one["state"] for one in done.json()["learners"]]) == (201, ["seated"] * 2)
    again = ask(learners=ids[:2])
    assert (again.status_code, again.json()) == (200, done.json())


# Lots


def lottery(**columns: Any) -> Course:
    return world.course(selection="lottery", closes_at=clock.now() + HOUR, **columns)


def close(course: Course) -> Course:
    Course.objects.filter(pk=course.pk).update(closes_at=clock.now())
    services.sweep()
    return fresh(course)


def test_what_was_drawn_is_drawn_again_by_the_script_in_the_docs(tmp_path: Path) -> None:
    course = lottery(capacity=20, waiting_size=30)
    people = [world.person() for _ in range(40)]
    for member, learner in people:
        services.enrol(actor=member, course=course, learner=learner)
    member, learners = family()
    services.enrol_together(actor=member, course=course, learners=learners)
    page = Client().get(f"/fa/courses/{course.slug}/draw/").content.decode()
    draw = Draw.objects.get(course=course)
    assert (draw.commitment in page, draw.seed in page) == (True, False)
    assert Client().get(f"/api/v1/courses/{course.pk}/draw/").json()["seed"] is None
    course = close(course)
    assert course.drawn_at is not None
    assert sorted(set(states(course))) in (["offered", "waiting"], ["offered", "unplaced", "waiting"])
    told = Client().get(f"/api/v1/courses/{course.pk}/draw/")
    assert [told.json()["seed"], len(told.json()["tickets"])] == [draw.seed, 41]
    script = re.findall(r"```python\n(.*?)```", Path("docs/lottery.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    (tmp_path / "again.py").write_text(script, encoding="utf-8")

    def run(content: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        (tmp_path / "draw.json").write_text(json.dumps(content), encoding="utf-8")
        command = [sys.executable, str(tmp_path / "again.py"), str(tmp_path / "draw.json")]
        return subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own script

    assert run(told.json()).stdout.startswith("True: 41 tickets")
    turned = told.json() | {"tickets": told.json()["tickets"][::-1]}
    assert (run(turned).returncode, run(told.json() | {"seed": "0" * 64}).returncode) == (1, 1)
    page = Client().get(f"/en/courses/{course.slug}/draw/").content.decode()
    assert draw.seed in page
    sound()


def test_i14_the_same_seed_draws_the_same_order_of_a_thousand_anywhere() -> None:
    """The first three of a fixed seed were computed with sha256sum and sort."""
    order = drawn_order("seed", range(1, 1001))
    assert (len(set(order)), order[:3]) == (1000, [473, 270, 992])
    assert drawn_order("seed", reversed(range(1, 1001))) == order


def test_after_the_draw_nobody_applies_and_who_got_nothing_reads_why() -> None:
    course, people = lottery(capacity=1, waiting_size=1), [world.person() for _ in range(4)]
    for member, learner in people:
        services.enrol(actor=member, course=course, learner=learner)
    course = close(course)
    assert sorted(states(course)) == ["offered", "unplaced", "unplaced", "waiting"]
    services.sweep()
    assert sorted(states(course)) == ["offered", "unplaced", "unplaced", "waiting"]
    late, learner = world.person()
    assert code_of(lambda: services.enrol(actor=late, course=course, learner=learner)) == "drawn"
    lost = Enrolment.objects.filter(state="unplaced").order_by("-place")[0]
    why = explain(lost)
    assert (why.before, why.seated, why.rank, why.tickets) == (3, 1, 4, 4)
    for language in ("fa", "en"):
        page = signed_in(lost.asked_by).get(f"/{language}/me/enrolments/{lost.pk}/why/")
        assert page.status_code == 200
        others = [other.name for _member, other in people if other.pk != lost.learner_id]
        assert not any(name in page.content.decode() for name in others if name != lost.learner.name)
    assert signed_in(late).get(f"/fa/me/enrolments/{lost.pk}/why/").status_code == 404
    sound()


def applied_for(course: Course, units: int) -> None:
    """Every third is a family of three with one guardian."""
    for number in range(units):
        member, learners = family() if number % 3 == 0 else family(1)
        services.enrol_together(actor=member, course=course, learners=learners)


def test_a_draw_and_calling_off_ask_as_much_for_many_as_for_few_and_tell_each_their_own() -> None:
    counted = []
    for units in (6, 30):
        course = lottery(capacity=units // 2, waiting_size=units // 2)
        applied_for(course, units)
        Course.objects.filter(pk=course.pk).update(closes_at=clock.now())
        lines = Audit.objects.count()
        with CaptureQueriesContext(connection) as drawn, transaction.atomic():
            draw(lock_course(course.pk))
        heads = Enrolment.objects.filter(course=course).order_by("place")
        assert Audit.objects.count() - lines == 1 + 2 * heads.count() - heads.filter(state="waiting").count()
        waiting = units_of(heads.filter(state="waiting"))
        ahead, expected = 0, {}
        for unit in waiting:
            expected[f"enrolment:{unit[0].pk}:waiting"] = (ahead + 1, len(unit))
            ahead += len(unit)
        said = Notice.objects.filter(kind="programs/waiting", key__in=expected)
        found = {one.key: (one.values["position"], one.values.get("heads", 1)) for one in said}
        assert found == expected
        for one in Notice.objects.filter(kind="programs/waiting", key__in=expected):
            enrolment = Enrolment.objects.get(pk=one.values["enrolment"])
            assert set(one.deliveries.values_list("member", flat=True)) == {enrolment.asked_by_id}
        with CaptureQueriesContext(connection) as called_off:
            services.cancel(actor=world.coordinator(course), course=course, reason={"fa": "برف", "en": "Snow"})
        assert set(states(course)) <= {"cancelled", "unplaced"}
        counted.append((len(drawn), len(called_off)))
    assert counted[0] == counted[1]
    sound()


# The coordinator's word


def test_an_application_is_approved_refused_with_a_reason_or_waits() -> None:
    course = world.course(selection="approval", capacity=1, waiting_size=1)
    desk = world.coordinator(course)
    people = [world.person() for _ in range(4)]
    places = [services.enrol(actor=member, course=course, learner=learner)[0] for member, learner in people]
    assert states(course) == ["applied"] * 4
    assert code_of(lambda: services.approve(actor=people[0][0], enrolment=places[0])) == "not_yours"
    assert services.approve(actor=desk, enrolment=places[0]).state == "seated"
    assert services.approve(actor=desk, enrolment=places[0]).state == "seated"
    assert services.approve(actor=desk, enrolment=places[1]).state == "waiting"
    assert code_of(lambda: services.approve(actor=desk, enrolment=places[2])) == "queue_full"
    assert code_of(lambda: services.refuse(actor=desk, enrolment=places[2], reason=" ")) == "reason_missing"
    assert services.refuse(actor=desk, enrolment=places[2], reason="گروه پیشرفته است").state == "refused"
    assert code_of(lambda: services.approve(actor=desk, enrolment=places[2])) == "decided"
    assert code_of(lambda: services.refuse(actor=desk, enrolment=places[0], reason="پر است")) == "decided"
    page = signed_in(people[2][0]).get(f"/fa/me/enrolments/{places[2].pk}/why/").content.decode()
    assert "گروه پیشرفته است" in page
    sound()


def test_the_desk_decides_on_the_page_and_by_the_api() -> None:
    course = world.course(selection="approval", capacity=5)
    desk, (member, learners) = world.coordinator(course), family()
    places, _ = services.enrol_together(actor=member, course=course, learners=learners)
    single, alone = world.person()
    other, _ = services.enrol(actor=single, course=course, learner=alone)
    client, roster = signed_in(desk), f"/fa/work/courses/{course.slug}/roster/"
    assert client.get(f"{roster}?tab=applied").status_code == 200
    page = client.get(f"{roster}{places[0].pk}/").content.decode()
    assert all(name in page for name in ("نیکان", "آوا", "جا می‌دهم", "رد درخواست"))
    wrong = client.post(f"{roster}{other.pk}/refuse/", {"refuse-reason": ""})
    assert (wrong.status_code, states(course)[-1]) == (422, "applied")
    assert client.post(f"{roster}{other.pk}/refuse/", {"refuse-reason": "پر است"}).status_code == 302
    assert client.post(f"{roster}{places[0].pk}/approve/").status_code == 302
    assert states(course) == ["seated"] * 3 + ["refused"]
    answer = client.post(f"/api/v1/work/enrolments/{places[1].pk}/approve/", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "seated")
    sound()


def test_the_way_of_giving_seats_stays_once_somebody_asked() -> None:
    course = world.course(selection="approval", capacity=5)
    desk, (member, learner) = world.coordinator(course), world.person()
    services.enrol(actor=member, course=course, learner=learner)
    change = {"actor": desk, "course": course, "version": course.version, "texts": {}}
    assert code_of(lambda: services.edit_course(**change, facts={"selection": "lottery"})) == "selection_fixed"


def _older(course: Course, learner: Learner) -> None:
    Learner.objects.filter(pk=learner.pk).update(born_from=dt.date(1950, 1, 1), born_until=dt.date(1950, 12, 31))
    Course.objects.filter(pk=course.pk).update(age_max=40)


def _for_women(course: Course, learner: Learner) -> None:
    Learner.objects.filter(pk=learner.pk).update(gender=Learner.Gender.MALE)
    Course.objects.filter(pk=course.pk).update(audience={"rule": "women_only"})


def _moved_away(course: Course, learner: Learner) -> None:
    here, there = (District.objects.create(slug=f"of-approval-{name}", order=1) for name in ("a", "b"))
    Learner.objects.filter(pk=learner.pk).update(district=there)
    Course.objects.filter(pk=course.pk).update(audience={"districts": [here.pk]})


def _off_the_list(course: Course, learner: Learner) -> None:
    organisation = Organisation.objects.create(slug="school-of-approval", kind="school")
    roll = Roll.objects.create(
        workgroup=course.program.workgroup, organisation=organisation, kind="pupils", until_on=clock.today()
    )
    Course.objects.filter(pk=course.pk).update(audience={"roll": roll.pk})


def _unprepared(course: Course, learner: Learner) -> None:
    Course.objects.filter(pk=course.pk).update(audience={"program": world.program().pk})


def _again(course: Course, learner: Learner) -> None:
    other = world.course(program=course.program, meets=clock.now() + dt.timedelta(days=29))
    Course.objects.filter(pk=other.pk).update(sort_on=course.sort_on)
    services.enrol(actor=learner.cares.get().guardian, course=other, learner=learner)
    Course.objects.filter(pk=course.pk).update(joining={"once": True})


SINCE = {
    "age": _older,
    "audience": _for_women,
    "district": _moved_away,
    "belongs": _off_the_list,
    "requires": _unprepared,
    "once": _again,
}


@pytest.mark.parametrize("code", list(SINCE))
def test_a_yes_judges_by_the_rules_as_they_are_now_and_may_be_an_exception_with_a_reason(code: str) -> None:
    course = world.course(selection="approval", capacity=3)
    desk, (member, learner) = world.coordinator(course), world.person()
    place = services.enrol(actor=member, course=course, learner=learner)[0]
    SINCE[code](course, learner)
    lines = Audit.objects.count()
    assert code_of(lambda: services.approve(actor=desk, enrolment=place)) == code
    assert (states(course), Audit.objects.count()) == (["applied"], lines)
    told = services.approve(actor=desk, enrolment=place, exception="از سال پیش قول داده‌ایم")
    assert told.state == "seated"
    kept = Enrolment.objects.get(pk=place.pk)
    assert (kept.exception_rule, kept.exception_by, kept.exception_reason) == (code, desk, "از سال پیش قول داده‌ایم")
    assert Audit.objects.get(verb="except").changes == {"rules": [code], "reason": "از سال پیش قول داده‌ایم"}
    assert services.approve(actor=desk, enrolment=place).state == "seated"
    sound()


def test_a_yes_with_a_reason_excepts_nobody_whom_no_rule_keeps_out_and_nobody_from_the_timetable() -> None:
    course = world.course(selection="approval", capacity=3)
    desk, (member, learner) = world.coordinator(course), world.person()
    place = services.enrol(actor=member, course=course, learner=learner)[0]
    other = world.course()
    services.enrol(actor=member, course=other, learner=learner)
    assert code_of(lambda: services.approve(actor=desk, enrolment=place, exception="قول داده‌ایم")) == "clash"
    services.withdraw(actor=member, enrolment=Enrolment.objects.get(course=other))
    assert services.approve(actor=desk, enrolment=place, exception="قول داده‌ایم").state == "seated"
    assert Enrolment.objects.get(pk=place.pk).exception_by is None
    assert not Audit.objects.filter(verb="except").exists()


def test_who_was_excepted_before_stays_so_and_of_a_family_each_is_judged() -> None:
    course = world.course(selection="approval", capacity=5)
    desk, (member, learners) = world.coordinator(course), family()
    places = services.enrol_together(actor=member, course=course, learners=learners)[0]
    _older(course, learners[1])
    with pytest.raises(Refused) as refused:
        services.approve(actor=desk, enrolment=places[0])
    assert (refused.value.refusal.code, learners[1].name in str(refused.value.refusal.message)) == ("age", True)
    assert states(course) == ["applied"] * 3
    services.approve(actor=desk, enrolment=places[0], exception="مادربزرگشان است")
    assert states(course) == ["seated"] * 3
    found = Enrolment.objects.filter(course=course).order_by("pk").values_list("exception_rule", flat=True)
    assert sorted(found) == ["", "", "age"]


def test_the_desk_reads_the_rule_beside_the_reason_for_an_exception_on_page_and_by_api() -> None:
    course = world.course(selection="approval", capacity=3)
    desk, (member, learner) = signed_in(world.coordinator(course)), world.person()
    place = services.enrol(actor=member, course=course, learner=learner)[0]
    _older(course, learner)
    address = f"/en/work/courses/{course.slug}/roster/{place.pk}/approve/"
    page = desk.post(address, {"approve-exception": ""})
    assert page.status_code == 422
    assert "This course is for people up to the age of 40" in page.text
    assert desk.post(address, {"approve-exception": "x" * 1001}).status_code == 422
    api = f"/api/v1/work/enrolments/{place.pk}/approve/"
    answer = desk.post(api, "{}", "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "age")
    assert states(course) == ["applied"]
    answer = desk.post(api, json.dumps({"exception": "Promised"}), "application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "seated")
    other, learner = world.person()
    place = services.enrol(actor=other, course=world.course(selection="approval"), learner=learner)[0]
    desk = signed_in(world.coordinator(place.course))
    _older(place.course, learner)
    address = f"/en/work/courses/{place.course.slug}/roster/{place.pk}/approve/"
    assert desk.post(address, {"approve-exception": "Promised"}).status_code == 302
    shown = desk.get(f"/en/work/courses/{place.course.slug}/roster/{place.pk}/").text
    assert "Promised" in shown
