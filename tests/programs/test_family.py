"""Those for whom a member acts: who may be added, corrected and removed, and courses, calendars and messages for them."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members.models import Audit, Care, Learner, Member
from members.services import Person, care_for, edit_learner, save_profile
from notifications.models import Notice
from notifications.texts import render
from programs import calendars, services
from programs.family import Kin, ages_of
from programs.models import Course, Enrolment
from tests.programs import town as towns
from tests.programs.town import DAY, Town, crowd, enrol, person

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
SARA = Person("سارا کریمی", 1393, "female")
TYPED = {"name": "سارا کریمی", "birth": "۱۳۹۳", "relation": "child", "gender": "", "district": "", "consents": "on"}
SENT = {"name": "سارا کریمی", "birth_year": 1393, "relation": "child", "consents": True}


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person("پرنیا کریمی")[0]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def child_of(member: Member, who: Person = SARA) -> Learner:
    return care_for(actor=member, person=who, relation="child", consents=True)


def refused(work: Callable[[], Any]) -> str:
    """The code with which it was refused, "" where it was done."""
    try:
        work()
    except Refused as refusal:
        return refusal.refusal.code
    return ""


# Adding


@pytest.mark.parametrize(
    ("changes", "relation", "consents", "code"),
    [
        ({}, "child", True, ""),
        ({"birth_year": 2014}, "parent", True, ""),
        ({}, "other", True, ""),
        ({}, "self", True, "unknown_choice"),
        ({}, "uncle", True, "unknown_choice"),
        ({}, "child", False, "consent"),
        ({"name": "س"}, "child", True, "name_short"),
        ({"name": "سارا\u202e"}, "child", True, "name_hidden"),
        ({"name": "س" * 101}, "child", True, "name_long"),
        ({"birth_year": 1200}, "child", True, "birth_year"),
        ({"birth_year": 1499}, "child", True, "birth_year"),
        ({"gender": "x"}, "child", True, "unknown_choice"),
    ],
)
def test_who_may_be_added(member: Member, changes: dict[str, Any], relation: str, *, consents: bool, code: str) -> None:
    before = Learner.objects.count()
    add = lambda: care_for(actor=member, person=SARA._replace(**changes), relation=relation, consents=consents)  # noqa: E731
    assert refused(add) == code
    assert Learner.objects.count() - before == (not code)


def test_what_is_kept_of_somebody_and_the_line_in_the_trail(member: Member, town: Town) -> None:
    learner = child_of(member, SARA._replace(district=town.district))
    care = Care.objects.get(learner=learner)
    assert (learner.born_from, learner.born_until) == (dt.date(2014, 3, 21), dt.date(2015, 3, 20))
    assert (learner.gender, learner.district, care.relation) == ("female", town.district, "child")
    assert care.consent_version != ""
    line = Audit.objects.get(verb="care_for")
    assert (line.actor_id, line.for_id, line.object_id) == (member.pk, learner.pk, care.pk)
    assert "سارا" not in json.dumps(line.changes, ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "year", "code"),
    [
        ("سارا کریمی", 1393, "duplicate"),
        ("سارا كريمي", 1393, "duplicate"),  # with the letters of an Arabic keyboard
        ("سارا کریمی", 2014, "duplicate"),  # the same year in the other calendar
        ("سارا کریمی", 1390, ""),
        ("سوگند کریمی", 1393, ""),
        ("پرنیا کریمی", 1990, "duplicate"),  # the member
    ],
)
def test_nobody_is_added_twice(member: Member, name: str, year: int, code: str) -> None:
    child_of(member)
    assert refused(lambda: child_of(member, Person(name, year))) == code


def test_twelve_people_are_the_most(member: Member) -> None:
    for number in range(12):
        child_of(member, Person(f"سارا {number}", 1393))
    assert refused(lambda: child_of(member)) == "family_full"
    first = Care.objects.filter(guardian=member, relation="child").first()
    services.end_care(actor=member, learner=first.learner)
    assert refused(lambda: child_of(member)) == ""


# Correcting


def test_a_correction_is_kept_once_and_leaves_one_line(member: Member) -> None:
    learner = child_of(member)
    for _ in range(2):
        edit_learner(actor=member, learner=learner, person=Person("سارا کرمی", 1394), relation="other")
    learner.refresh_from_db()
    assert (learner.name, learner.gender, learner.born_from) == ("سارا کرمی", None, dt.date(2015, 3, 21))
    assert Care.objects.get(learner=learner).relation == "other"
    (line,) = Audit.objects.filter(verb="edit_learner")
    assert (line.for_id, set(line.changes)) == (learner.pk, {"name", "born_from", "born_until", "gender", "relation"})


def nobodys(_member: Member) -> Learner:
    return child_of(person()[0])


def oneself(member: Member) -> Learner:
    return towns.own(member)


def grown_up(member: Member) -> Learner:
    """Somebody for whom the member acts and who signs in themself."""
    learner = person("مادر")[1]
    Care.objects.create(guardian=member, learner=learner, relation="parent", from_on=clock.today())
    return learner


def former(member: Member) -> Learner:
    learner = child_of(member)
    services.end_care(actor=member, learner=learner)
    return learner


@pytest.mark.parametrize(
    ("who", "edit", "end"),
    [
        (child_of, "", ""),
        (nobodys, "not_yours", ""),
        (former, "not_yours", ""),
        (oneself, "oneself", "oneself"),
        (grown_up, "own_account", ""),
    ],
)
def test_whose_facts_may_be_changed_and_whose_care_ended(
    member: Member, who: Callable[[Member], Learner], edit: str, end: str
) -> None:
    learner = who(member)
    others = list(Care.objects.exclude(guardian=member).values())
    named = Person("نام تازه", 1370)
    assert refused(lambda: edit_learner(actor=member, learner=learner, person=named, relation="other")) == edit
    assert Learner.objects.filter(pk=learner.pk, name="نام تازه").exists() == (not edit)
    assert refused(lambda: services.end_care(actor=member, learner=learner)) == end
    assert list(Care.objects.exclude(guardian=member).values()) == others


def test_a_correction_makes_nobody_twice(member: Member) -> None:
    child_of(member)
    other = child_of(member, Person("سوگند کریمی", 1390))
    assert refused(lambda: edit_learner(actor=member, learner=other, person=SARA, relation="child")) == "duplicate"


# Removing


def seated(town: Town, member: Member, learner: Learner) -> Enrolment:
    return services.enrol(actor=member, course=town.course(), learner=learner)[0]


def waiting(town: Town, member: Member, learner: Learner) -> Enrolment:
    return services.enrol(actor=member, course=towns.full(town), learner=learner)[0]


def offered(town: Town, member: Member, learner: Learner) -> Enrolment:
    course = town.course(capacity=1)
    (first,) = crowd(course, 1)
    course.refresh_from_db()
    place = services.enrol(actor=member, course=course, learner=learner)[0]
    services.withdraw(actor=first.asked_by, enrolment=first)
    place.refresh_from_db()
    assert place.state == "offered"
    return place


def withdrawn(town: Town, member: Member, learner: Learner) -> Enrolment:
    return services.withdraw(actor=member, enrolment=seated(town, member, learner))


def over(town: Town, member: Member, learner: Learner) -> Enrolment:
    place = seated(town, member, learner)
    Course.objects.filter(pk=place.course_id).update(starts_on=clock.today() - 9 * DAY, ends_on=clock.today() - DAY)
    return place


@pytest.mark.parametrize(
    ("state", "code"),
    [(seated, "has_places"), (waiting, "has_places"), (offered, "has_places"), (withdrawn, ""), (over, "")],
)
def test_nobody_is_left_alone_with_a_place(
    town: Town, member: Member, state: Callable[[Town, Member, Learner], Enrolment], code: str
) -> None:
    learner = child_of(member)
    state(town, member, learner)
    assert refused(lambda: services.end_care(actor=member, learner=learner)) == code
    assert Learner.objects.visible_to(member).filter(pk=learner.pk).exists() == bool(code)


def test_a_second_guardian_lets_the_first_one_go(town: Town, member: Member) -> None:
    learner, other = child_of(member), person()[0]
    seated(town, member, learner)
    Care.objects.create(guardian=other, learner=learner, relation="child", from_on=clock.today())
    services.end_care(actor=member, learner=learner)
    assert not Learner.objects.visible_to(member).filter(pk=learner.pk).exists()
    assert Learner.objects.visible_to(other).filter(pk=learner.pk).exists()


def test_an_end_is_written_once(member: Member) -> None:
    learner = child_of(member)
    for _ in range(2):
        services.end_care(actor=member, learner=learner)
    assert Audit.objects.filter(verb="end_care", for_id=learner.pk).count() == 1


def test_care_that_ended_while_the_page_was_open_takes_no_seat(town: Town, member: Member) -> None:
    """P7: the door has looked, the care ends, and the service is called after that."""
    learner, course = child_of(member), town.course()
    services.end_care(actor=member, learner=learner)
    assert refused(lambda: services.enrol(actor=member, course=course, learner=learner)) == "not_yours"
    course.refresh_from_db()
    assert (course.seats_taken, Enrolment.objects.count()) == (0, 0)


def test_nothing_of_a_learner_is_left_when_the_care_ended(town: Town, member: Member) -> None:
    """P7: pages, calendar, API and buttons."""
    learner = child_of(member)
    place = seated(town, member, learner)
    shown = ["/fa/me/", "/fa/me/family/", f"/fa/courses/{place.course.slug}/", "/api/v1/me/learners/"]
    feed = calendars.address_of(member).removeprefix("http://127.0.0.1:8000")
    own = [f"/fa/me/family/{learner.pk}/", f"/fa/me/enrolments/{place.pk}/leave/"]
    client = signed_in(member)
    assert ["سارا" in client.get(address).content.decode() for address in shown] == [True] * len(shown)
    assert [client.get(address).status_code for address in own] == [200, 200]
    assert "BEGIN:VEVENT" in client.get(feed).content.decode()
    Care.objects.filter(learner=learner).update(until_on=clock.today())
    assert ["سارا" in client.get(address).content.decode() for address in shown] == [False] * len(shown)
    assert [client.get(address).status_code for address in own] == [404, 404]
    assert "BEGIN:VEVENT" not in client.get(feed).content.decode()
    posts = {
        f"/fa/me/family/{learner.pk}/save/": TYPED,
        f"/fa/me/family/{learner.pk}/end/": {},
        f"/fa/me/enrolments/{place.pk}/withdraw/": {},
        f"/fa/courses/{town.course(first=clock.now() + 80 * DAY).slug}/enrol/": {"learner": learner.pk},
    }
    assert [client.post(address, data).status_code for address, data in posts.items()] == [404] * 4
    place.refresh_from_db()
    assert place.state == "seated"


# Two doors, one answer


def typed(**changes: Any) -> dict[str, Any]:
    return TYPED | changes


def by_page(member: Member, data: dict[str, Any]) -> str:
    names = {"birth_year": "birth"}
    sent = {names.get(name, name): value for name, value in data.items() if value is not False and value is not None}
    answer = signed_in(member).post("/fa/me/family/add/", sent)
    if answer.status_code == 302:
        return ""
    errors = answer.context["form"].errors.as_data()
    return str(next(error.code for some in errors.values() for error in some))


def by_api(member: Member, data: dict[str, Any]) -> str:
    answer = signed_in(member).post("/api/v1/me/learners/", json.dumps(data), content_type="application/json")
    return "" if answer.status_code == 201 else str(answer.json()["code"])


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"birth_year": 2014, "relation": "other", "gender": "male"}, ""),
        ({"birth_year": 1200}, "birth_year"),
        ({"name": "1234"}, "name_short"),
        ({"name": "پرنیا کریمی", "birth_year": 1990}, "duplicate"),
    ],
)
def test_page_and_api_add_the_same_people(
    member: Member, door: Callable[[Member, dict[str, Any]], str], changes: dict[str, Any], code: str
) -> None:
    assert door(member, SENT | changes) == code
    assert Care.objects.filter(guardian=member).exclude(relation="self").count() == (not code)


def test_the_api_corrects_only_what_was_sent_and_ends_the_care(town: Town, member: Member) -> None:
    client, learner = signed_in(member), child_of(member, SARA._replace(district=town.district))
    address = f"/api/v1/me/learners/{learner.pk}/"
    answer = client.patch(address, json.dumps({"name": "سارا کرمی"}), content_type="application/json")
    expected = ("سارا کرمی", "2014-03-21", "female", town.district.slug)
    assert tuple(answer.json()[name] for name in ("name", "born_from", "gender", "district")) == expected
    answer = client.patch(address, json.dumps({"gender": None, "district": None}), content_type="application/json")
    assert (answer.json()["gender"], answer.json()["district"], answer.json()["name"]) == (None, None, "سارا کرمی")
    place = seated(town, member, learner)
    answer = client.delete(f"{address}?lang=en")
    assert (answer.status_code, answer.json()["code"]) == (409, "has_places")
    assert "withdraw" in answer.json()["message"]
    services.withdraw(actor=member, enrolment=place)
    assert [client.delete(address).status_code for _ in range(2)] == [204, 404]


def test_consent_is_asked_at_both_doors(member: Member) -> None:
    client = signed_in(member)
    answer = client.post("/fa/me/family/add/", {**TYPED, "consents": ""})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["consents"])
    data = json.dumps(SENT | {"consents": False})
    answer = client.post("/api/v1/me/learners/", data, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "consent")


# Pages


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_rejected_form_keeps_what_was_typed(member: Member, language: str) -> None:
    next_page = f"/{language}/courses/"
    data = TYPED | {"birth": "93", "gender": "female", "next": next_page, "name": "سارا  <b>"}
    answer = signed_in(member).post(f"/{language}/me/family/add/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="سارا  &lt;b&gt;"' in text
    assert 'value="93"' in text
    assert f'name="next" value="{next_page}"' in text
    assert '<details class="disclosure" open' in text
    assert Learner.objects.filter(name__startswith="سارا").count() == 0


def test_who_came_from_a_course_returns_to_it_with_the_learner_chosen(town: Town, member: Member) -> None:
    course = town.course(age_min=8, age_max=14)
    client = signed_in(member)
    page = client.get(f"/fa/courses/{course.slug}/").content.decode()
    assert f"/fa/me/family/new/?next=/fa/courses/{course.slug}/%23seat" in page
    answer = client.post("/fa/me/family/add/", TYPED | {"next": f"/fa/courses/{course.slug}/#seat"})
    learner = Learner.objects.get(name="سارا کریمی")
    assert answer["Location"] == f"/fa/courses/{course.slug}/?learner={learner.pk}#seat"
    panel = client.get(answer["Location"].partition("#")[0]).context["panel"]
    assert panel.first.learner == learner
    client.post(f"/fa/courses/{course.slug}/enrol/", {"learner": learner.pk})
    assert Enrolment.objects.get(learner=learner).state == "seated"


def test_nobody_is_led_to_another_site(member: Member) -> None:
    answer = signed_in(member).post("/fa/me/family/add/", TYPED | {"next": "//evil.example/x"})
    assert answer["Location"] == "/fa/me/family/"


def test_who_lacks_the_gender_for_a_course_is_asked_on_their_own_page(town: Town, member: Member) -> None:
    learner = child_of(member, SARA._replace(gender=None))
    course = town.course(audience={"rule": "girls_only"})
    client = signed_in(member)
    answer = client.post(f"/fa/courses/{course.slug}/enrol/", {"learner": learner.pk})
    assert answer["Location"].startswith(f"/fa/me/family/{learner.pk}/?next=")
    page = client.get(answer["Location"])
    assert page.context["opens"]
    data = TYPED | {"gender": "female", "next": page.context["next"]}
    back = client.post(f"/fa/me/family/{learner.pk}/save/", data)["Location"]
    assert back == f"/fa/courses/{course.slug}/?learner={learner.pk}#seat"
    client.post(f"/fa/courses/{course.slug}/enrol/", {"learner": learner.pk})
    assert Enrolment.objects.get().learner == learner


def test_the_page_of_somebody_with_places_says_what_to_do_first(town: Town, member: Member) -> None:
    learner = child_of(member)
    place = seated(town, member, learner)
    client = signed_in(member)
    page = client.get(f"/fa/me/family/{learner.pk}/").content.decode()
    assert f"/fa/me/enrolments/{place.pk}/leave/" in page
    assert f"/fa/me/family/{learner.pk}/end/" not in page
    answer = client.post(f"/fa/me/family/{learner.pk}/end/", follow=True)
    assert "انصراف" in answer.content.decode()
    services.withdraw(actor=member, enrolment=place)
    assert f"/fa/me/family/{learner.pk}/end/" in client.get(f"/fa/me/family/{learner.pk}/").content.decode()
    client.post(f"/fa/me/family/{learner.pk}/end/")
    assert "سارا" not in client.get("/fa/me/family/?").content.decode().replace("سارا کریمی از صفحهٔ شما", "")


def test_the_family_asks_as_much_for_twelve_as_for_one(town: Town, member: Member) -> None:
    client, course = signed_in(member), town.course(capacity=None)

    def queries() -> list[int]:
        found = []
        for address in ("/en/me/family/", f"/en/courses/{course.slug}/", "/en/me/"):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(address).status_code == 200
            found.append(len(captured))
        return found

    services.enrol(actor=member, course=course, learner=child_of(member))
    queries()
    one = queries()
    for number in range(11):
        learner = child_of(member, Person(f"سارا {number}", 1393))
        services.enrol(actor=member, course=course, learner=learner)
    assert queries() == one


# The panel


def panel_of(member: Member, course: Course) -> Any:
    return signed_in(member).get(f"/fa/courses/{course.slug}/").context["panel"]


def test_each_of_a_family_has_a_state_of_their_own(town: Town, member: Member) -> None:
    course = town.course(capacity=2, age_max=40, audience={})
    first, second = child_of(member), child_of(member, Person("سوگند کریمی", 1390))
    old = care_for(actor=member, person=Person("مادر بزرگ", 1320), relation="parent", consents=True)
    services.enrol(actor=member, course=course, learner=first)
    crowd(course, 1)
    course.refresh_from_db()
    services.enrol(actor=member, course=course, learner=second)
    panel = panel_of(member, course)
    places = [(one.learner, one.enrolment.state, one.position) for one in panel.standing]
    assert places == [(second, "waiting", 1), (first, "seated", None)]
    assert {one.learner: one.refusal and one.refusal.code for one in panel.choices} == {
        towns.own(member): None,
        old: "age",
    }
    text = signed_in(member).get(f"/fa/courses/{course.slug}/").content.decode()
    assert "جای سوگند کریمی در صف: ۱" in text
    assert "سارا کریمی ثبت‌نام شد" in text
    assert "ورود به صف انتظار" in text


def test_who_has_not_said_who_they_are_still_chooses_between_themself_and_the_child(town: Town) -> None:
    member = Member.objects.create(phone="+989359998877")
    learner, course = child_of(member), town.course()
    assert [one.learner.pk for one in panel_of(member, course).can_enrol] == [None, learner.pk]
    client = signed_in(member)
    assert "/accounts/profile/" in client.post(f"/fa/courses/{course.slug}/enrol/", {"learner": ""})["Location"]
    client.post(f"/fa/courses/{course.slug}/enrol/", {"learner": learner.pk})
    assert Enrolment.objects.get().learner == learner
    save_profile(actor=member, name="پرنیا کریمی", birth_year=1365)
    assert [one.is_self for one in panel_of(member, course).choices] == [True]


def test_nobody_suits_and_each_hears_why(town: Town, member: Member) -> None:
    boy = child_of(member, Person("آرش کریمی", 1393, "male"))
    Learner.objects.filter(cares__guardian=member, cares__relation="self").update(gender="female")
    course = town.course(age_min=6, age_max=14, audience={"rule": "girls_only"})
    panel = panel_of(member, course)
    assert (panel.state, panel.refusal.code, panel.can_enrol) == ("nobody", "nobody", [])
    text = signed_in(member).get(f"/fa/courses/{course.slug}/").content.decode()
    assert boy.name in text
    assert text.count("این دوره برای ۶ تا ۱۴ ساله‌هاست") == 1  # for the grown-up; the boy hears of the girls
    assert "/me/family/new/" in text


def test_answers_and_withdrawals_are_for_ones_own_family_alone(town: Town, member: Member) -> None:
    learner = child_of(member)
    place = offered(town, member, learner)
    stranger = signed_in(person()[0])
    verbs = ("accept", "decline", "withdraw")
    assert [stranger.post(f"/fa/me/enrolments/{place.pk}/{verb}/").status_code for verb in verbs] == [404] * 3
    client = signed_in(member)
    assert "یک جا برای سارا کریمی نگه داشته‌ایم" in client.get("/fa/me/").content.decode()
    client.post(f"/fa/me/enrolments/{place.pk}/accept/", {"from": "me"})
    place.refresh_from_db()
    assert place.state == "seated"
    client.post(f"/fa/me/enrolments/{place.pk}/withdraw/", {"from": "me"})
    place.refresh_from_db()
    assert place.state == "withdrawn"


# Calendar, messages, ages


def test_the_calendar_has_the_whole_familys_classes_and_nobodys_name(town: Town, member: Member) -> None:
    """T15: whoever has the secret address learns when and where, and not who."""
    child = child_of(member)
    theirs, own = town.course(), town.course(first=clock.now() + 60 * DAY)
    services.enrol(actor=member, course=theirs, learner=child)
    enrol(own, member)
    text = calendars.of_holder(member).decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 8
    assert not {"سارا", "پرنیا"} & set(re.findall(r"\w+", text))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_message_says_for_whom_unless_it_is_oneself(town: Town, member: Member, language: str) -> None:
    course = town.course()
    services.enrol(actor=member, course=course, learner=child_of(member))
    enrol(course, member)
    desk = person()[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    services.call_off_class(actor=desk, meeting=course.meetings.first(), reason={"fa": "برف", "en": "Snow"})
    told = [render(one.kind, one.values, language) for one in Notice.objects.filter(kind="programs/called_off")]
    start = {"fa": "برای سارا کریمی:", "en": "For سارا کریمی:"}[language]
    assert sorted(one.inbox.startswith(start) for one in told) == [False, True]
    assert sorted(one.sms.startswith(start) for one in told) == [False, True]


@pytest.mark.parametrize(
    ("day", "ages"),
    [(dt.date(2026, 3, 20), (11, 11)), (dt.date(2026, 3, 21), (11, 12)), (dt.date(2027, 3, 20), (12, 12))],
)
def test_an_age_is_as_exact_as_the_year_of_birth(day: dt.date, ages: tuple[int, int]) -> None:
    learner = Learner(born_from=dt.date(2014, 3, 21), born_until=dt.date(2015, 3, 20))
    assert ages_of(learner, day) == ages


@pytest.mark.parametrize(
    ("years", "relation", "is_near"), [(17, "child", False), (18, "child", True), (20, "other", False)]
)
def test_a_child_about_to_turn_eighteen_is_told_apart(years: int, relation: str, *, is_near: bool) -> None:
    born = (clock.today() + 30 * DAY).replace(day=1)
    born = born.replace(year=born.year - years)
    kin = Kin(Care(learner=Learner(born_from=born, born_until=born), relation=relation))
    assert (kin.turns_18_on is not None) is is_near
    kin.has_account = True
    assert kin.turns_18_on is None
