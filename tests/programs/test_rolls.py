"""Who may join: districts, people of an organisation by list or code, once a season; the same on page and API (rule 5)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from base import clock
from base.refusal import Refused
from members.models import Audit, Care, District, Learner
from programs import services
from programs.models import Course, Enrolment, Program, Roll, RollLine, RollProof
from programs.rules import Places, why_not_enrol
from programs.rules.joining import season_key
from programs.services.indexing import index
from programs.services.rolls import MOST_TRIES_AN_HOUR
from tests import builders
from tests.programs.test_rosters import coordinator_of, signed_in
from tests.programs.town import DAY, Town, _bare, both, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
PHONE = "09181112233"


def elsewhere() -> District:
    """Another district."""
    row = _bare(District, slug="district-far")
    both(row, {"name": "منطقهٔ ۸"}, {"name": "District 8"})
    return row


def asked(member: Member, course: Course, learner: Learner, **more: Any) -> tuple[int, Any]:
    """What the API answers to who wants a place."""
    sent = json.dumps({"learner": learner.pk, **more})
    answer = signed_in(member).post(f"/api/v1/courses/{course.pk}/enrolments/", sent, "application/json")
    return answer.status_code, answer.json()


# Districts


@pytest.mark.parametrize(
    ("own", "of_program", "lives", "code"),
    [
        ([], [], None, "seated"),
        (["here"], [], "here", "seated"),
        (["here"], [], "far", "district"),
        (["here", "far"], [], "far", "seated"),
        (["here"], [], None, "needs_profile"),
        ([], ["here"], "here", "seated"),
        ([], ["here"], "far", "district"),
        (["far"], ["here"], "far", "seated"),
    ],
)
def test_a_course_for_districts(own: list[str], of_program: list[str], lives: str | None, code: str) -> None:
    town = Town()
    places = {"here": town.district, "far": elsewhere()}
    joining = {"districts": [places[one].pk for one in of_program]} if of_program else {}
    Program.objects.filter(pk=town.program.pk).update(joining=joining)
    audience = {"districts": [places[one].pk for one in own]} if own else {}
    course = town.course(audience=audience)
    member, learner = person(district=places[lives] if lives else None)
    status, answer = asked(member, course, learner)
    assert answer.get("code", answer.get("state")) == code
    assert status == (201 if code == "seated" else 409)
    if code == "needs_profile":
        assert answer["data"]["missing"] == ["district"]
    page = signed_in(member).get(f"/en/courses/{course.slug}/").content.decode()
    assert ("For people who live in" in page) is bool(own or of_program)


def test_an_unknown_district_is_asked_for_and_one_goes_on() -> None:
    town, (member, learner) = Town(), person()
    course = town.course(audience={"districts": [town.district.pk]})
    client = signed_in(member)
    moved = client.post(f"/en/courses/{course.slug}/enrol/", {"learner": learner.pk})
    page = client.get(moved["Location"]).content.decode()
    assert "in which district do you live" in page
    assert "a woman or a man" not in page
    sent = {"name": "پرنیا کریمی", "birth": "1369", "ask": "district", "next": f"/en/courses/{course.slug}/#seat"}
    assert client.post("/en/accounts/profile/save/", sent).status_code == 422
    back = client.post("/en/accounts/profile/save/", sent | {"district": town.district.slug})
    assert back["Location"] == f"/en/courses/{course.slug}/#seat"
    assert client.post(f"/en/courses/{course.slug}/enrol/", {"learner": learner.pk}).status_code == 302
    assert Enrolment.objects.get().state == "seated"


def test_the_refusal_names_the_district_in_both_languages() -> None:
    town = Town()
    member, learner = person(district=elsewhere())
    course = town.course(audience={"districts": [town.district.pk]})
    words = [signed_in(member).get(f"/{language}/courses/{course.slug}/").content.decode() for language in ("fa", "en")]
    assert "This course is for people who live in District 3" in words[1]
    assert "منطقهٔ ۳" in words[0]
    assert "Other courses of this program" in words[1]
    assert asked(member, course, learner)[1]["data"]["districts"] == [town.district.slug]


# Lists


def roll_of(town: Town, text: str = "", kind: str = "pupils") -> tuple[Member, Roll]:
    """A coordinator, and a list of the town's library with those people."""
    desk = coordinator_of(town)
    facts = {"workgroup": town.workgroup, "organisation": town.organisation, "kind": kind}
    roll = services.open_roll(actor=desk, until_on=clock.today() + 90 * DAY, **facts)
    if text:
        services.write_lines(actor=desk, roll=roll, text=text)
    return desk, roll


def child_of(member: Member, **facts: Any) -> Learner:
    """A learner for whom the member acts."""
    usual = {"name": "آرش کریمی", "born_from": dt.date(2013, 3, 21), "born_until": dt.date(2014, 3, 20)}
    learner = Learner.objects.create(**usual | facts)
    Care.objects.create(guardian=member, learner=learner, relation="child", from_on=dt.date(2020, 1, 1))
    return learner


@pytest.mark.parametrize(
    ("line", "kind", "who", "is_in"),
    [
        ("۰۹۱۸ ۱۱۱ ۲۲۳۳", "pupils", "self", True),
        ("+98 918 111 2233", "pupils", "child", True),
        ("09181112233", "staff", "self", True),
        ("09181112233", "staff", "child", False),
        ("09181112234", "pupils", "child", False),
        ("آرش كريمي، ۱۳۹۲", "pupils", "child", True),
        ("آرش کریمی, 2013", "pupils", "child", True),
        ("آرش کریمی, 2014", "pupils", "child", True),
        ("آرش کریمی;1391", "pupils", "child", False),
        ("آرش کریمی,1392", "pupils", "self", False),
        ("", "pupils", "self", False),
    ],
)
def test_a_list_knows_its_people(line: str, kind: str, who: str, *, is_in: bool) -> None:
    town = Town()
    _desk, roll = roll_of(town, f"Somebody Else, 1380\n{line}\n", kind)
    member, own = person(district=None)
    member.phone = "+989181112233"
    member.save()
    learner = own if who == "self" else child_of(member)
    course = town.course(audience={"roll": roll.pk})
    status, answer = asked(member, course, learner)
    assert (status, answer.get("code")) == ((201, None) if is_in else (409, "belongs"))
    if not is_in:
        assert answer["data"] == {"organisation": town.organisation.slug, "code": False}
        assert "Central Library" in signed_in(member).get(f"/en/courses/{course.slug}/").content.decode()


def test_a_list_with_a_line_that_is_nobody_stays_as_it_was() -> None:
    town = Town()
    desk, roll = roll_of(town, "09181112233")
    with pytest.raises(Refused) as refused:
        services.write_lines(actor=desk, roll=roll, text="09181112234\nفقط نام\n\n02144332211\nنام, 99\n")
    assert refused.value.refusal.code == "lines_wrong"
    assert refused.value.refusal.values["lines"] == [2, 4, 5]
    assert roll.lines.count() == 1


def test_nothing_of_the_people_is_kept_but_digests() -> None:
    town = Town()
    _desk, roll = roll_of(town, "09181112233\nآرش کریمی، ۱۳۹۲")
    kept = " ".join(RollLine.objects.values_list("digest", flat=True))
    assert all(len(one) == 64 for one in kept.split())
    told = json.dumps(list(Audit.objects.filter(object_id=roll.pk).values_list("changes", flat=True)))
    assert "9181112233" not in kept + told
    assert "آرش" not in told


def test_a_list_whose_day_has_come_is_forgotten_with_its_code_and_who_came_in() -> None:
    town, (member, learner) = Town(), person()
    desk, roll = roll_of(town, "09181112233")
    course = town.course(audience={"roll": roll.pk})
    services.prove(actor=member, course=course, learner=learner, code=services.make_code(actor=desk, roll=roll))
    assert services.forget_rolls(0 * DAY) == 0
    Roll.objects.filter(pk=roll.pk).update(until_on=clock.today())
    refusal = why_not_enrol(course, learner, Places.of(learner))
    assert refusal is not None
    assert refusal.code == "belongs"
    assert services.forget_rolls(0 * DAY) == 1
    assert services.forget_rolls(0 * DAY) == 0
    roll.refresh_from_db()
    assert (roll.code_digest, RollLine.objects.count(), RollProof.objects.count()) == (None, 0, 0)
    assert Audit.objects.filter(verb="forget_roll").count() == 1


# The code


def test_a_code_lets_in_page_and_api() -> None:
    town, (member, learner) = Town(), person()
    desk, roll = roll_of(town)
    code, course = services.make_code(actor=desk, roll=roll), town.course(audience={"roll": roll.pk})
    client = signed_in(member)
    assert asked(member, course, learner)[1]["data"]["code"] is True
    assert 'name="code"' in client.get(f"/en/courses/{course.slug}/").content.decode()
    wrong = client.post(f"/en/courses/{course.slug}/code/", {"learner": learner.pk, "code": "AAAAAAAAAA"})
    assert (wrong.status_code, "not right" in wrong.content.decode()) == (409, True)
    right = client.post(
        f"/en/courses/{course.slug}/code/", {"learner": learner.pk, "code": f" {code[:5]}-{code[5:].lower()} "}
    )
    assert right.status_code == 302
    assert asked(member, course, learner)[0] == 201
    other, second = person()
    by_api = signed_in(other)
    address, sent = f"/api/v1/courses/{course.pk}/code/", json.dumps({"code": code})
    assert by_api.post(address, sent, "application/json").status_code == 204
    assert by_api.post(address, sent, "application/json").status_code == 204
    assert asked(other, course, second)[0] == 201
    assert RollProof.objects.count() == 2


def test_a_new_code_ends_the_old_one_and_who_came_in_stays() -> None:
    town, (member, learner) = Town(), person()
    desk, roll = roll_of(town)
    old, course = services.make_code(actor=desk, roll=roll), town.course(audience={"roll": roll.pk})
    services.prove(actor=member, course=course, learner=learner, code=old)
    services.make_code(actor=desk, roll=roll)
    late, second = person()
    with pytest.raises(Refused) as refused:
        services.prove(actor=late, course=course, learner=second, code=old)
    assert refused.value.refusal.code == "code_wrong"
    assert enrol(course, member).state == "seated"


def test_codes_cannot_be_guessed_by_trying() -> None:
    """R1."""
    town, (member, learner) = Town(), person()
    desk, roll = roll_of(town)
    code, course = services.make_code(actor=desk, roll=roll), town.course(audience={"roll": roll.pk})
    client, address = signed_in(member), f"/api/v1/courses/{course.pk}/code/"
    keys = [{"HTTP_IDEMPOTENCY_KEY": str(number)} for number in range(MOST_TRIES_AN_HOUR)]
    sent = json.dumps({"learner": learner.pk, "code": "WRONG"})
    codes = [client.post(address, sent, "application/json", **key).json()["code"] for key in keys]
    assert codes == ["code_wrong"] * MOST_TRIES_AN_HOUR
    right = client.post(address, json.dumps({"learner": learner.pk, "code": code}), "application/json")
    assert right.json()["code"] == "too_many"
    later = Audit.objects.filter(verb="try_roll_code").latest("at").at + dt.timedelta(hours=1, seconds=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        services.prove(actor=member, course=course, learner=learner, code=code)
    assert RollProof.objects.count() == 1


def test_only_its_own_workgroup_sees_a_list_or_names_it_in_a_course() -> None:
    town, other = Town(), Town()
    _desk, roll = roll_of(town)
    stranger, course = coordinator_of(other), other.course()
    client = signed_in(stranger)
    assert client.get(f"/en/work/rolls/{roll.pk}/").status_code == 404
    assert client.post(f"/api/v1/work/rolls/{roll.pk}/code/", "{}", "application/json").status_code == 404
    sent = json.dumps({"version": course.version, "roll": roll.pk})
    assert client.patch(f"/api/v1/work/courses/{course.pk}/", sent, "application/json").status_code == 400
    page = client.get(f"/en/work/courses/{course.slug}/").content.decode()
    assert "Pupils or students" not in page
    with pytest.raises(Refused):
        services.make_code(actor=stranger, roll=roll)


def test_the_desk_keeps_lists_by_page_and_api() -> None:
    town = Town()
    desk = coordinator_of(town)
    client = signed_in(desk)
    until = (clock.today() + 60 * DAY).isoformat()
    facts = {"workgroup": town.workgroup.pk, "organisation": town.organisation.pk, "kind": "staff", "until_on": until}
    made = client.post("/en/work/rolls/open/", facts)
    roll = Roll.objects.get()
    assert made["Location"] == f"/en/work/rolls/{roll.pk}/"
    late = facts | {"until_on": (clock.today() + 500 * DAY).isoformat()}
    assert client.post("/en/work/rolls/open/", late).status_code == 422
    pasted = client.post(f"/en/work/rolls/{roll.pk}/lines/", {"lines": "09181112233\nx"})
    assert (pasted.status_code, "2" in pasted.content.decode()) == (422, True)
    assert client.post(f"/en/work/rolls/{roll.pk}/lines/", {"lines": "09181112233"}).status_code == 302
    shown = client.post(f"/en/work/rolls/{roll.pk}/code/")
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"]
    again = client.get(f"/en/work/rolls/{roll.pk}/").content.decode()
    assert "There is a code" in again
    (row,) = client.get("/api/v1/work/rolls/").json()["results"]
    assert (row["people"], row["kind"], row["organisation"]) == (1, "staff", town.organisation.slug)
    lines = json.dumps({"lines": ["09181112233", "a@example.org"]})
    assert client.put(f"/api/v1/work/rolls/{roll.pk}/lines/", lines, "application/json").json()["people"] == 2
    wrong = client.put(f"/api/v1/work/rolls/{roll.pk}/lines/", '{"lines": ["x"]}', "application/json")
    assert wrong.json()["code"] == "lines_wrong"
    assert client.post(f"/en/work/rolls/{roll.pk}/forget/").status_code == 302
    assert client.get("/api/v1/work/rolls/").json()["results"][0]["people"] == 0


# Once a season


def once(town: Town) -> None:
    """The town's program lets everybody into one course a season."""
    Program.objects.filter(pk=town.program.pk).update(joining={"once": True})
    index(town.program.courses.values_list("pk", flat=True))


SPRING, LATER, SUMMER = (dt.datetime(2030, month, 1, 12, tzinfo=dt.UTC) for month in (4, 6, 7))


@pytest.mark.parametrize(
    ("first", "second", "state", "code"),
    [
        (SPRING, LATER, "seated", "once"),
        (SPRING, LATER, "waiting", "once"),
        (SPRING, LATER, "completed", "once"),
        (SPRING, LATER, "withdrawn", ""),
        (SPRING, SUMMER, "seated", ""),
    ],
)
def test_one_course_of_the_program_a_season(first: dt.datetime, second: dt.datetime, state: str, code: str) -> None:
    town, (member, learner) = Town(), person()
    courses = [town.course(first=one, meetings=1) for one in (first, second)]
    free = town.course(first=LATER + DAY, meetings=1, program=town.new_program())
    once(town)
    courses = [Course.objects.get(pk=one.pk) for one in courses]
    place = enrol(courses[0], member)
    assert place.once == season_key(courses[0])
    Enrolment.objects.filter(pk=place.pk).update(state=state)
    status, answer = asked(member, courses[1], learner)
    assert (status, answer.get("code", "")) == (409 if code else 201, code)
    assert asked(member, free, learner)[0] == 201


def test_a_course_that_moved_to_another_season_still_counts_where_it_was_asked_for() -> None:
    """The database keeps the season of the asking, so the rule must too: else the second place would be an error."""
    town, (member, learner) = Town(), person()
    spring = town.course(first=SPRING, meetings=1)
    later = town.course(first=LATER, meetings=1)
    summer = town.course(first=SUMMER, meetings=1)
    once(town)
    enrol(Course.objects.get(pk=spring.pk), member)
    Course.objects.filter(pk=spring.pk).update(sort_on=dt.date(2030, 7, 10))
    assert [asked(member, one, learner)[1].get("code") for one in (later, summer)] == ["once", "once"]


def test_the_database_keeps_it_too() -> None:
    town, (member, learner) = Town(), person()
    first = town.course(first=SPRING, meetings=1)
    second = town.course(first=LATER, meetings=1)
    once(town)
    place = enrol(Course.objects.get(pk=first.pk), member)
    with pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(course=second, learner=learner, state="seated", asked_by=member, once=place.once)


def test_a_program_says_it_by_page_and_api_and_its_courses_follow() -> None:
    town = Town()
    desk, course = coordinator_of(town), town.course()
    client = signed_in(desk)
    sent = json.dumps({"version": town.program.version, "once": True, "districts": [town.district.slug]})
    answer = client.patch(f"/api/v1/work/programs/{town.program.pk}/", sent, "application/json").json()
    assert (answer["once"], answer["districts"]) == (True, [town.district.slug])
    course.refresh_from_db()
    assert course.joining == {"districts": [town.district.pk], "once": True}
    joining = client.get(f"/api/v1/courses/{course.pk}/?lang=en").json()["joining"]
    assert joining["once"] is True
    assert joining["districts"] == [{"slug": town.district.slug, "name": "District 3"}]
    assert joining["words"] == [
        "For people who live in District 3",
        "One course of this program per person and season",
    ]
    page = client.get(f"/en/work/programs/{town.program.slug}/").content.decode()
    assert f'value="{town.district.pk}" id="id_districts_0" checked' in page.replace("\n", " ")


def test_a_course_says_it_by_page_and_api_and_versions_bring_it_back() -> None:
    town = Town()
    desk, roll = roll_of(town)
    course = town.course()
    client, address = signed_in(desk), f"/api/v1/work/courses/{course.pk}/"
    sent = {"version": course.version, "districts": [town.district.slug], "roll": roll.pk, "minimum": 6}
    answer = client.patch(address, json.dumps(sent), "application/json").json()
    assert [answer[name] for name in ("districts", "roll", "minimum")] == [[town.district.slug], roll.pk, 6]
    course.refresh_from_db()
    assert course.audience == {"districts": [town.district.pk], "roll": roll.pk}
    public = client.get(f"/api/v1/courses/{course.pk}/?lang=en").json()
    assert public["joining"]["organisation"] == {
        "slug": town.organisation.slug,
        "name": "Central Library",
        "kind": "pupils",
        "by_code": False,
    }
    assert public["minimum"]["people"] == 6
    history = client.get(f"/en/work/courses/{course.slug}/history/").content.decode()
    assert "For people who live in District 3" in history
    assert services.copy_course(actor=desk, course=course, firsts=[course.starts_on])[0].audience == course.audience
    first = course.revisions.order_by("version").first()
    back = services.restore_course(actor=desk, revision=first, version=course.version)
    assert (back.audience, back.minimum) == ({}, None)


# Exceptions


def walk_in(**more: Any) -> dict[str, Any]:
    """Somebody who calls the desk."""
    person_ = {"contact": "+989181112233", "name": "رضا کریمی", "birth_year": 1369, "relation": "self"}
    return {"person": person_ | more.pop("person", {}), "asked": "phone", "consents": True} | more


@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ({"age_max": 12}, ["age"]),
        ({"audience": {"rule": "women_only", "districts": True}, "age_max": 12}, ["age", "audience", "district"]),
        ({"audience": {"program": True}}, ["requires"]),
        ({"audience": {"roll": True}}, ["belongs"]),
    ],
)
def test_an_exception_has_its_reason_and_names_the_rules(rules: dict[str, Any], codes: list[str]) -> None:
    town = Town()
    desk, roll = roll_of(town)
    wanted = rules.get("audience", {})
    real = {"districts": [town.district.pk], "program": town.new_program().pk, "roll": roll.pk}
    audience = {name: real[name] if value is True else value for name, value in wanted.items()}
    course = town.course(**rules | {"audience": audience})
    facts = walk_in(person={"gender": "male", "district": elsewhere().slug})
    with pytest.raises(Refused) as refused:
        services.admit(actor=desk, course=course, **facts)
    assert refused.value.refusal.code == codes[0]
    place, is_new = services.admit(actor=desk, course=course, exception="همراهِ مادرش است", **facts)
    assert is_new
    assert (place.state, place.exception_rule.split(), place.exception_by) == ("seated", codes, desk)
    line = Audit.objects.get(verb="except")
    assert line.changes == {"rules": codes, "reason": "همراهِ مادرش است"}
    (row,) = signed_in(desk).get(f"/api/v1/work/courses/{course.pk}/roster/").json()["results"]
    assert (row["excepted"], row["exception_reason"], row["is_exception"]) == (codes, "همراهِ مادرش است", True)
    page = signed_in(desk).get(f"/en/work/courses/{course.slug}/roster/{place.pk}/").content.decode()
    assert "Exception from:" in page
    assert "همراهِ مادرش است" in page
    resident = signed_in(place.learner.cares.get().guardian)
    for address in ("/en/me/", f"/en/courses/{course.slug}/", "/api/v1/me/enrolments/"):
        assert "همراهِ مادرش" not in resident.get(address).content.decode()
        assert "xception" not in resident.get(address).content.decode()


def test_no_exception_from_seats_window_or_timetable() -> None:
    town = Town()
    desk = coordinator_of(town)
    full = town.course(capacity=0, waiting_size=0)
    shut = town.course(closes_at=clock.now() - DAY / 24, program=town.new_program())
    for course, code in ((full, "queue_full"), (shut, "closed")):
        with pytest.raises(Refused) as refused:
            services.admit(actor=desk, course=course, exception="مهمان", **walk_in())
        assert refused.value.refusal.code == code


def test_a_reason_where_no_rule_says_no_is_no_exception() -> None:
    town = Town()
    place, _ = services.admit(actor=coordinator_of(town), course=town.course(), exception="مهمان", **walk_in())
    assert (place.exception_rule, place.exception_reason, place.exception_by) == ("", "", None)


def test_the_desk_excepts_by_page() -> None:
    town = Town()
    desk, course = coordinator_of(town), town.course(age_max=12)
    client, address = signed_in(desk), f"/en/work/courses/{course.slug}/roster/add/save/"
    sent = {
        "contact": PHONE,
        "relation": "self",
        "name": "رضا کریمی",
        "birth": "1369",
        "asked": "desk",
        "consents": "on",
        "exception": "",
    }
    refused = client.post(address, sent)
    assert (refused.status_code, 'id="id_exception_error"' in refused.content.decode()) == (422, True)
    assert client.post(address, sent | {"exception": "پدرِ شاگرد"}).status_code == 302
    assert Enrolment.objects.get().exception_rule == "age"


def test_an_offer_is_judged_again_but_for_what_was_excepted() -> None:
    town = Town()
    desk = coordinator_of(town)
    course = town.course(capacity=1, age_min=10)
    first = enrol(course, person()[0])
    excepted, _ = services.admit(actor=desk, course=course, exception="مهمان", **walk_in(person={"birth_year": 1400}))
    second = enrol(course, person()[0])
    services.withdraw(actor=first.asked_by, enrolment=first)
    excepted.refresh_from_db()
    guardian = excepted.learner.cares.get().guardian
    assert services.accept(actor=guardian, enrolment=excepted).state == "seated"
    Course.objects.filter(pk=course.pk).update(age_min=60, capacity=2)
    services.sweep()
    second.refresh_from_db()
    with pytest.raises(Refused) as refused:
        services.accept(actor=second.asked_by, enrolment=second)
    assert refused.value.refusal.code == "age"


def test_an_offer_needs_what_must_be_completed_still() -> None:
    town, (member, learner) = Town(), person()
    before = enrol(town.course(), member)
    Enrolment.objects.filter(pk=before.pk).update(state="completed")
    course = town.course(program=town.new_program(), capacity=1, audience={"program": town.program.pk})
    other = person()[0]
    Enrolment.objects.create(
        course=before.course, learner=Learner.objects.get(cares__guardian=other), state="completed", asked_by=other
    )
    first, mine = enrol(course, other), enrol(course, member)
    services.withdraw(actor=other, enrolment=first)
    Enrolment.objects.filter(pk=before.pk).update(state="absent")
    mine.refresh_from_db()
    with pytest.raises(Refused) as refused:
        services.accept(actor=member, enrolment=mine)
    assert refused.value.refusal.code == "requires"
    Enrolment.objects.filter(pk=before.pk).update(state="completed")
    assert services.accept(actor=member, enrolment=mine).state == "seated"
    assert learner.pk == mine.learner_id


def test_merging_two_accounts_keeps_the_proof_and_two_courses_of_a_season() -> None:
    town = Town()
    desk, roll = roll_of(town)
    code = services.make_code(actor=desk, roll=roll)
    spring = town.course(first=SPRING, meetings=1, audience={"roll": roll.pk})
    later = town.course(first=LATER, meetings=1, audience={"roll": roll.pk})
    once(town)
    (kept, own), (gone, theirs) = person(), person()
    for member, learner, course in ((kept, own, spring), (gone, theirs, later)):
        services.prove(actor=member, course=course, learner=learner, code=code)
        enrol(Course.objects.get(pk=course.pk), member)
    staff = builders.make_member()
    builders.appoint(staff, Appointment.Role.STAFF, builders.municipality())
    services.merge(actor=staff, gone=gone, kept=kept)
    assert set(RollProof.objects.values_list("learner", flat=True)) == {own.pk}
    assert Enrolment.objects.live().filter(learner=own).count() == 2
