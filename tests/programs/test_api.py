"""The API: what it answers is what its schema says; its pages, its caching, its errors; one's own places."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework import serializers

from base import clock
from members import services as accounts
from members.models import IdempotencyKey, Member
from programs.api import shapes
from programs.models import Course, Enrolment, Program
from tests.programs import town as towns
from tests.programs.town import DAY, STATES, Town, crowd, enrol, offered, person

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db
LISTS = ("courses", "programs", "areas", "organisations", "workgroups", "venues")
OUT = {"courses": shapes.CourseOut, "programs": shapes.ProgramOut} | dict.fromkeys(LISTS[2:], shapes.NamedOut)
PROBLEM = "application/problem+json"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person()[0]


def as_bearer(member: Member, scope: str = "me") -> dict[str, str]:
    """The headers of a program with a token of the member."""
    return {"Authorization": f"Bearer {accounts.make_token(actor=member, name='test', scope=scope)}"}


def post(client: Client, address: str, data: Any = None, **headers: str) -> HttpResponse:
    return client.post(address, json.dumps(data or {}), content_type="application/json", headers=headers)


def queries(client: Client, address: str) -> int:
    """How many statements an answer asks when the names of areas and venues are known."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# Shapes

PLAIN: list[tuple[type[serializers.Field[Any, Any, Any, Any]], Any]] = [
    (serializers.ChoiceField, lambda value, field: value in field.choices),
    (serializers.BooleanField, lambda value, _: isinstance(value, bool)),
    (serializers.DateTimeField, lambda value, _: "T" in value and parse_datetime(value).tzinfo is not None),
    (serializers.DateField, lambda value, _: parse_date(value) is not None),
    (serializers.TimeField, lambda value, _: dt.time.fromisoformat(value) is not None),
    (serializers.IntegerField, lambda value, _: isinstance(value, int) and not isinstance(value, bool)),
    (serializers.URLField, lambda value, _: bool(urlsplit(value).netloc)),
    (serializers.CharField, lambda value, _: isinstance(value, str)),
]


def misfits(value: Any, field: Any, path: str = "") -> list[str]:
    """Where a value is not what the field of a schema says."""
    if value is None:
        return [] if field.allow_null else [f"{path} is null"]
    if isinstance(field, serializers.ListSerializer | serializers.ListField):
        return [one for number, item in enumerate(value) for one in misfits(item, field.child, f"{path}[{number}]")]
    if isinstance(field, serializers.Serializer):
        found = [f"{path}.{name} is not told or not known" for name in field.fields.keys() ^ value.keys()]
        return found + [
            one
            for name in field.fields.keys() & value.keys()
            for one in misfits(value[name], field.fields[name], f"{path}.{name}")
        ]
    fits = next(check for kind, check in PLAIN if isinstance(field, kind))
    return [] if fits(value, field) else [f"{path} is {value!r}"]


def test_the_check_of_shapes_can_fail() -> None:
    right = {"slug": "a", "name": "b"}
    assert misfits(right, shapes.Ref()) == []
    assert misfits(right | {"more": 1}, shapes.Ref()) == [".more is not told or not known"]
    assert misfits({"slug": 1, "name": None}, shapes.Ref()) != []
    assert misfits([{"weekday": "someday", "starts": "09:00", "ends": None}], shapes.SlotOut(many=True)) != []


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_what_its_schema_says(client: Client, town: Town, name: str, language: str) -> None:
    for state in ("open", "full", "not_open", "closed", "partner", "paused"):
        STATES[state](town, person()[0])
    town.course(venue=None, online=True, capacity=None, starts_on=None, ends_on=None, opens_at=None, closes_at=None)
    town.course(program=town.new_program("سفالگری", None), age_min=6, fee_min=None, fee_max=None)
    answer = client.get(f"/api/v1/{name}/?lang={language}&past=1&page_size=100")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["results"]
    assert misfits(answer.json(), shapes.page_of(OUT[name])) == []


@pytest.mark.parametrize("state", STATES)
def test_a_course_is_what_its_schema_says(client: Client, town: Town, state: str) -> None:
    course = STATES[state](town, person()[0])
    assert misfits(client.get(f"/api/v1/courses/{course.pk}/").json(), shapes.CourseFullOut()) == []


def test_a_course_tells_everything_in_the_language_asked_for(client: Client, town: Town) -> None:
    course = town.course(age_min=12, age_max=15, fee_max=2_500_000, fee_min=2_500_000, fee_currency="IRR", meetings=1)
    found = client.get(f"/api/v1/courses/{course.pk}/?lang=en").json()
    meeting = course.meetings.get()
    assert {name: found[name] for name in ("title", "lang", "url", "status", "age", "fee", "audience")} == {
        "title": "Photography with a phone",
        "lang": "en",
        "url": f"http://127.0.0.1:8000/en/courses/{course.slug}/",
        "status": "open",
        "age": {"min": 12, "max": 15},
        "fee": {"min": 2_500_000, "max": 2_500_000, "currency": "IRR", "note": ""},
        "audience": ["everyone"],
    }
    assert found["venue"] == {"slug": town.venue.slug, "name": "City Hall"}
    assert found["seats"] == {"capacity": 20, "taken": 0, "free": 20, "waiting": 0}
    assert [parse_datetime(one["starts_at"]) for one in found["meetings"]] == [meeting.starts_at]
    assert (found["slots"][0]["starts"][:5], found["slots"][0]["ends"][:5]) == ("16:00", "18:00")


def test_a_course_in_persian_alone_says_in_which_language_it_is(client: Client, town: Town) -> None:
    course = town.course(program=town.new_program("سفالگری", None))
    found = client.get(f"/api/v1/courses/{course.pk}/?lang=en").json()
    assert (found["lang"], found["title"]) == ("fa", "سفالگری")


STATUS = {
    "open": "open", "few": "open", "full": "full", "queue_full": "full", "not_open": "soon", "closed": "closed",
    "cancelled": "cancelled", "partner": "open", "paused": "open",
}  # fmt: skip


@pytest.mark.parametrize("state", STATUS)
def test_a_courses_status_is_one_of_seven_words(client: Client, town: Town, state: str) -> None:
    course = STATES[state](town, person()[0])
    assert client.get(f"/api/v1/courses/{course.pk}/").json()["status"] == STATUS[state]


# Lists


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_twice_however_long_it_is(client: Client, town: Town, name: str) -> None:
    town.course()
    assert queries(client, f"/api/v1/{name}/?page_size=100") == 2
    town.courses(29)
    for _ in range(3):
        Town()
    assert queries(client, f"/api/v1/{name}/?page_size=100") == 2


def test_a_course_asks_twice(client: Client, town: Town) -> None:
    assert queries(client, f"/api/v1/courses/{town.course().pk}/") == 2


def walk(client: Client, address: str, to: str) -> list[list[int]]:
    """The ids of each page from there on."""
    found = []
    while address:
        page = client.get(address).json()
        found.append([one["id"] for one in page["results"]])
        address = (page[to] or "").removeprefix("http://127.0.0.1:8000")
    return found


@pytest.mark.parametrize("sort", ["soonest", "newest", "relevance"])
def test_pages_lead_forward_and_back_over_the_same_rows(client: Client, town: Town, sort: str) -> None:
    town.courses(7)
    for _ in range(2):  # courses of one day
        town.course(first=clock.at(clock.today() + 12 * DAY, dt.time(9)))
    forward = walk(client, f"/api/v1/courses/?page_size=2&sort={sort}&q=photography", "next")
    assert [len(page) for page in forward] == [2, 2, 2, 2, 1]
    ids = [pk for page in forward for pk in page]
    assert (len(ids), len(set(ids))) == (9, 9)
    last = f"/api/v1/courses/?page_size=2&sort={sort}&q=photography"
    while (following := client.get(last).json()["next"]) is not None:
        last = following.removeprefix("http://127.0.0.1:8000")
    back = walk(client, last, "previous")
    assert [pk for page in back[::-1] for pk in page] == ids


def test_a_row_that_comes_or_goes_moves_no_other_page(client: Client, town: Town) -> None:
    courses = town.courses(6)
    first = client.get("/api/v1/courses/?page_size=3").json()
    town.course(first=clock.now() + 2 * DAY)
    Course.objects.filter(pk=courses[0].pk).update(state=Course.State.DRAFT)
    second = client.get(first["next"].removeprefix("http://127.0.0.1:8000")).json()
    assert [one["id"] for one in second["results"]] == [course.pk for course in courses[3:]]


def test_the_address_of_the_next_page_keeps_the_filters(client: Client, town: Town) -> None:
    town.courses(3)
    following = client.get(
        "/api/v1/courses/?page_size=1&free=1&weekday=sat&weekday=sun&weekday=mon&weekday=tue&weekday=wed&weekday=thu&weekday=fri&lang=en"
    ).json()["next"]
    asked = parse_qs(urlsplit(following).query)
    assert {name: asked[name] for name in ("free", "lang", "page_size")} == {
        "free": ["1"],
        "lang": ["en"],
        "page_size": ["1"],
    }
    assert len(asked["weekday"]) == 7


@pytest.mark.parametrize(
    "query",
    [
        "free=1",
        "open=1",
        "open=soon",
        "weekday=sat",
        "audience=children",
        "age=8",
        "q=عکاسی",
        "past=1",
        "seats=1&free=1",
    ],
)
def test_the_address_of_the_page_finds_the_same_courses_in_the_api(client: Client, town: Town, query: str) -> None:
    town.courses(4)
    town.course(fee_max=100, audience_words=" children ", age_max=9, opens_at=clock.now() + DAY)
    town.course(first=clock.now() - 40 * DAY, meetings=2)
    page = {course.pk for course in client.get(f"/en/courses/?{query}").context["courses"]}
    api = {one["id"] for one in client.get(f"/api/v1/courses/?{query}").json()["results"]}
    assert api == page


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "AAAA", "%00", "é", "A" * 3000),
        *([], None, {}, [1, 2, 3, 4, 5], [0, "x", "y"], [0, "x"], [7, 1], [0, [1], [2]], [0, None, None]),
        *([0, "2026-13-40", 1], [0, "\0", 1], [0, 1.5, 1]),
    ],
)
@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_that_nobody_gave_out_is_400(client: Client, town: Town, name: str, cursor: Any) -> None:
    town.course()
    text = cursor if isinstance(cursor, str) else base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
    answer = client.get(f"/api/v1/{name}/", {"cursor": text})
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert answer.json() | {"errors": None} == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "errors": None,
    }


@pytest.mark.parametrize("size", ["0", "101", "-1", "x", "", "1.5", "۵"])
def test_a_page_has_from_one_to_a_hundred_rows(client: Client, size: str) -> None:
    answer = client.get("/api/v1/courses/", {"page_size": size})
    assert (answer.status_code, answer["Content-Type"]) in {(400, PROBLEM), (200, "application/json")}
    assert answer.status_code == 200 if size == "۵" else answer.status_code == 400


# Caching, other sites, errors


@pytest.mark.parametrize("name", [*LISTS, "courses/{pk}"])
def test_what_has_not_changed_is_304(client: Client, town: Town, name: str) -> None:
    address = f"/api/v1/{name.format(pk=town.course().pk)}/"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Access-Control-Allow-Origin"] == "*"
    Program.objects.update(slug="another")
    Course.objects.update(slug="another-course")
    for model in (towns.LiteracyArea, towns.Organisation, towns.Workgroup, towns.Venue):
        model.objects.update(slug="another")
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_an_etag_belongs_to_a_language(client: Client, town: Town) -> None:
    address = f"/api/v1/courses/{town.course().pk}/"
    persian = client.get(address)["ETag"]
    assert client.get(f"{address}?lang=en", headers={"If-None-Match": persian}).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_public_reading_is_open_to_every_site_and_may_be_kept_for_seconds(
    client: Client, town: Town, name: str
) -> None:
    town.course()
    answer = client.get(f"/api/v1/{name}/", headers={"Origin": "https://elsewhere.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=10"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_what_is_ones_own_is_open_to_no_other_site(client: Client, member: Member) -> None:
    client.force_login(member)
    for address in ("/api/v1/me/", "/api/v1/me/enrolments/", "/api/v1/me/learners/"):
        answer = client.get(address, headers={"Origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["courses/999999/", "nothing/", "courses/x/", "me/enrolments/x/"])
def test_what_is_not_there_is_a_problem_that_programs_can_read(client: Client, address: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)
    assert answer.json() == {"type": "about:blank", "title": "Not Found", "status": 404}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_public_reading_takes_no_writing(client: Client, method: str) -> None:
    answer = getattr(client, method)("/api/v1/courses/")
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", '{"learner": "x"}', '{"if_full": "perhaps"}', '{"learner": 0}', "\x00"]
)
def test_what_cannot_be_read_is_400(client: Client, town: Town, member: Member, body: str) -> None:
    client.force_login(member)
    answer = client.post(f"/api/v1/courses/{town.course().pk}/enrolments/", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_a_draft_is_not_there_but_for_who_answers_for_it(client: Client, town: Town, member: Member) -> None:
    draft = town.course(state=Course.State.DRAFT)
    assert client.get(f"/api/v1/courses/{draft.pk}/").status_code == 404
    client.force_login(member)
    assert client.get(f"/api/v1/courses/{draft.pk}/").status_code == 404
    towns_coordinator = person("سارا")[0]
    towns_coordinator.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    client.force_login(towns_coordinator)
    assert client.get(f"/api/v1/courses/{draft.pk}/").status_code == 200


# One's own places


def test_enrolling_answers_201_and_the_second_time_200_with_the_same(
    client: Client, town: Town, member: Member
) -> None:
    course = town.course(capacity=1)
    address = f"/api/v1/courses/{course.pk}/enrolments/"
    headers = as_bearer(member)
    first, again = post(client, address, **headers), post(client, address, **headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"id": Enrolment.objects.get().pk, "state": "seated", "position": None}
    other = post(client, address, **as_bearer(person()[0]))
    assert (other.status_code, other.json()["state"], other.json()["position"]) == (201, "waiting", 1)
    assert misfits(other.json(), shapes.PlaceOut()) == []


def test_who_does_not_want_to_wait_is_refused_with_full(client: Client, town: Town, member: Member) -> None:
    course = STATES["full"](town, member)
    answer = post(
        client, f"/api/v1/courses/{course.pk}/enrolments/?lang=en", {"if_full": "refuse"}, **as_bearer(member)
    )
    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert answer.json() == {
        "type": "about:blank", "title": "Conflict", "status": 409, "code": "full", "message": "The course is full",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "words"), [("fa", "این دوره ویژهٔ بانوان است"), ("en", "This course is for women")]
)
def test_a_refusal_speaks_the_language_asked_for(
    client: Client, town: Town, member: Member, language: str, words: str
) -> None:
    course = STATES["audience"](town, member)
    answer = post(client, f"/api/v1/courses/{course.pk}/enrolments/?lang={language}", **as_bearer(member))
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (409, "audience", words)


def test_deleting_withdraws_and_again_changes_nothing(client: Client, town: Town, member: Member) -> None:
    place = enrol(town.course(), member)
    headers = as_bearer(member)
    statuses = [client.delete(f"/api/v1/me/enrolments/{place.pk}/", headers=headers).status_code for _ in range(2)]
    place.refresh_from_db()
    assert (statuses, place.state, place.course.enrolments.count()) == ([204, 204], "withdrawn", 1)


@pytest.mark.parametrize(("verb", "state"), [("accept", "seated"), ("decline", "declined")])
def test_an_offer_is_answered_and_the_second_time_the_same(
    client: Client, town: Town, member: Member, verb: str, state: str
) -> None:
    place = Enrolment.objects.get(course=offered(town, member), state="offered")
    answers = [post(client, f"/api/v1/me/enrolments/{place.pk}/{verb}/", **as_bearer(member)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json() for answer in answers] == [{"id": place.pk, "state": state, "position": None}] * 2


def test_my_places_are_what_their_schema_says(client: Client, town: Town, member: Member) -> None:
    offered(town, member)
    enrol(town.course(first=clock.now() + 3 * DAY, meetings=1), member)
    queue = town.course(first=clock.now() + 50 * DAY, capacity=1)
    crowd(queue, 2)
    enrol(queue, member)
    answer = client.get("/api/v1/me/enrolments/", headers=as_bearer(member)).json()
    assert misfits(answer, shapes.page_of(shapes.MyPlaceOut)) == []
    assert [(one["state"], one["position"]) for one in answer["results"]] == [
        ("waiting", 2), ("seated", None), ("offered", None),
    ]  # fmt: skip
    assert [one["expires_at"] is not None for one in answer["results"]] == [False, False, True]


# The same key, the same answer


def test_the_same_key_gets_the_same_answer(client: Client, town: Town, member: Member) -> None:
    """T2."""
    course = town.course()
    headers = as_bearer(member) | {"Idempotency-Key": "k1"}
    answers = [post(client, f"/api/v1/courses/{course.pk}/enrolments/", **headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.content for answer in answers}) == 1
    assert (Enrolment.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_key_used_for_another_request_is_refused(client: Client, town: Town, member: Member) -> None:
    """T2."""
    headers = as_bearer(member) | {"Idempotency-Key": "k1"}
    post(client, f"/api/v1/courses/{town.course().pk}/enrolments/", **headers)
    other = town.course(first=clock.now() + 60 * DAY)
    answer = post(client, f"/api/v1/courses/{other.pk}/enrolments/", **headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")
    assert not other.enrolments.exists()


def test_a_key_belongs_to_one_member(client: Client, town: Town, member: Member) -> None:
    """T2."""
    course = town.course()
    for one in (member, person()[0]):
        headers = as_bearer(one) | {"Idempotency-Key": "k1"}
        assert post(client, f"/api/v1/courses/{course.pk}/enrolments/", **headers).status_code == 201


def test_a_refused_request_may_be_tried_again_with_its_key(client: Client, town: Town, member: Member) -> None:
    course = STATES["not_open"](town, member)
    headers = as_bearer(member) | {"Idempotency-Key": "k1"}
    assert post(client, f"/api/v1/courses/{course.pk}/enrolments/", **headers).status_code == 409
    Course.objects.filter(pk=course.pk).update(opens_at=clock.now() - DAY)
    assert post(client, f"/api/v1/courses/{course.pk}/enrolments/", **headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 101, "a\tb"])
def test_a_key_is_a_short_printable_text(client: Client, town: Town, member: Member, key: str) -> None:
    headers = as_bearer(member) | {"Idempotency-Key": key}
    assert post(client, f"/api/v1/courses/{town.course().pk}/enrolments/", **headers).status_code == 400


# Who asks


def test_a_session_needs_the_sites_own_token_to_write(town: Town, member: Member) -> None:
    """T9: a page of another site cannot enrol somebody by their session."""
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(member)
    answer = post(client, f"/api/v1/courses/{town.course().pk}/enrolments/")
    assert (answer.status_code, answer["Content-Type"]) == (403, PROBLEM)
    assert not Enrolment.objects.exists()


def test_a_token_sees_the_catalogue_as_its_member_does(client: Client, town: Town, member: Member) -> None:
    town.course()
    answer = client.get("/api/v1/courses/", headers=as_bearer(member, "read"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
