"""The roster through the API: the same rows, rights and refusals as its pages (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Audit
from programs.api.rosters import LineOut, QuestionOut
from programs.models import Course, Enrolment, Teaching
from tests.programs.test_rosters import coordinator_of, queue, signed_in
from tests.programs.town import DAY, Town, crowd, enrol, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def post(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(data), content_type="application/json")


def test_the_list_has_the_shape_that_its_schema_says_and_no_open_contact(town: Town, desk: Member) -> None:
    """T23."""
    place = enrol(town.course(), person()[0])
    answer = signed_in(desk).get(f"/api/v1/work/courses/{place.course_id}/roster/")
    (row,) = answer.json()["results"]
    assert set(row) == set(LineOut().fields)
    assert (row["id"], row["state"], "•••" in row["contact"]) == (place.pk, "seated", True)
    shown = post(signed_in(desk), f"work/enrolments/{place.pk}/contact/", {})
    assert shown.json() == [{"phone": place.asked_by.phone, "email": None}]
    assert Audit.objects.filter(verb="read_contact", actor_id=desk.pk).count() == 1


def test_instructors_get_names_alone(town: Town) -> None:
    """P1."""
    place, teacher = enrol(town.course(), person("ژینا")[0]), person()[0]
    Teaching.objects.create(course=place.course, member=teacher, from_on=clock.today() - DAY)
    (row,) = signed_in(teacher).get(f"/api/v1/work/courses/{place.course_id}/roster/").json()["results"]
    shown = {"id": place.pk, "name": "ژینا", "answers": []}  # of what is not sensitive
    assert {name: value for name, value in row.items() if value is not None} == shown


def test_the_number_of_queries_is_the_same_for_one_and_for_many(town: Town, desk: Member) -> None:
    client, found = signed_in(desk), []
    for many in (1, 30):
        course = crowd(town.course(capacity=many), many)[0].course
        with CaptureQueriesContext(connection) as counted:
            rows = client.get(f"/api/v1/work/courses/{course.pk}/roster/?page_size=50").json()["results"]
        assert len(rows) == many
        found.append(len(counted))
    assert found[0] == found[1]


# One rule, one answer

WALK_IN = {"contact": "09181112233", "name": "مینا رستمی", "relation": "self", "asked": "desk"}


def admit_by_page(client: Client, course: Course, year: int) -> str:
    data = WALK_IN | {"birth": str(year), "consents": "on"}
    answer = client.post(f"/fa/work/courses/{course.slug}/roster/add/save/", data)
    return _first_code(answer) if answer.status_code == 422 else "done"


def admit_by_api(client: Client, course: Course, year: int) -> str:
    answer = post(client, f"work/courses/{course.pk}/roster/", WALK_IN | {"birth_year": year, "consents": True})
    return str(answer.json()["code"]) if answer.status_code == 409 else "done"


def _first_code(answer: Any) -> str:
    return str(next(iter(answer.context["form"].errors.as_data().values()))[0].code)


ADMITTED: dict[str, tuple[Callable[[Town], Course], int, str]] = {
    "open": (lambda town: town.course(), 1380, "done"),
    "closed": (lambda town: town.course(opens_at=clock.now() - 9 * DAY, closes_at=clock.now() - DAY), 1380, "closed"),
    "too young": (lambda town: town.course(age_min=40), 1380, "age"),
    "not born": (lambda town: town.course(), 1480, "birth_year"),
    "queue full": (lambda town: queue(town, waiting=1, waiting_size=1)[0], 1380, "queue_full"),
    "cancelled": (lambda town: town.course(state=Course.State.CANCELLED), 1380, "cancelled"),
}


@pytest.mark.parametrize("door", [admit_by_page, admit_by_api])
@pytest.mark.parametrize("case", ADMITTED)
def test_the_doors_admit_the_same_people(
    town: Town, desk: Member, case: str, door: Callable[[Client, Course, int], str]
) -> None:
    """P1."""
    where, year, code = ADMITTED[case]
    assert door(signed_in(desk), where(town), year) == code


def promote_by_page(client: Client, place: Enrolment, *, extra_seat: bool) -> str:
    data = {"promote-reason": "ویلچر"} | ({"promote-extra_seat": "on"} if extra_seat else {})
    answer = client.post(f"/fa/work/courses/{place.course.slug}/roster/{place.pk}/promote/", data)
    return _first_code(answer) if answer.status_code == 422 else "done"


def promote_by_api(client: Client, place: Enrolment, *, extra_seat: bool) -> str:
    answer = post(client, f"work/enrolments/{place.pk}/promote/", {"reason": "ویلچر", "extra_seat": extra_seat})
    return str(answer.json()["code"]) if answer.status_code == 409 else "done"


@pytest.mark.parametrize("door", [promote_by_page, promote_by_api])
@pytest.mark.parametrize(
    ("extra_seat", "is_over", "code"), [(True, False, "done"), (False, False, "full"), (True, True, "queue_over")]
)
def test_the_doors_move_the_same_people_up(
    town: Town, desk: Member, door: Callable[..., str], *, extra_seat: bool, is_over: bool, code: str
) -> None:
    """P1."""
    course, (first, *_) = queue(town)
    if is_over:
        Course.objects.filter(pk=course.pk).update(moves_until=clock.now())
    assert door(signed_in(desk), first, extra_seat=extra_seat) == code


def test_a_message_is_written_and_counted(town: Town, desk: Member) -> None:
    course = crowd(town.course(), 3)[0].course
    data = {"fa": "برف", "en": "Snow", "to": "seated"}
    answer = post(signed_in(desk), f"work/courses/{course.pk}/messages/", data)
    assert (answer.status_code, answer.json()) == (201, {"members": 3})


def test_a_question_goes_to_and_fro(town: Town, desk: Member) -> None:
    course, member = town.course(), person()[0]
    asked = post(signed_in(member), f"courses/{course.pk}/questions/", {"text": "کجا؟"})
    assert (asked.status_code, set(asked.json())) == (201, set(QuestionOut().fields))
    (row,) = signed_in(desk).get("/api/v1/work/questions/").json()["results"]
    answer = post(signed_in(desk), f"work/questions/{row['id']}/reply/", {"text": "تالار شهر"})
    assert answer.json()["answer"] == "تالار شهر"
    (mine,) = signed_in(member).get("/api/v1/me/questions/").json()["results"]
    assert mine["answer"] == "تالار شهر"
