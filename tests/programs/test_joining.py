"""Who may join: what must be completed first, the same on page and API; planned, shown and kept in versions (rule 5)."""

from __future__ import annotations

import json

import pytest

from programs import services
from programs.models import Enrolment, Revision
from tests.programs.test_rosters import coordinator_of, signed_in
from tests.programs.town import Town, enrol, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("had", "state", "code"),
    [
        ("the required", "completed", "seated"),
        ("the required", "absent", "requires"),
        ("the required", "withdrawn", "requires"),
        ("another", "completed", "requires"),
        ("", "", "requires"),
    ],
)
def test_a_completed_course_of_the_required_program_opens_the_next(had: str, state: str, code: str) -> None:
    town, (member, learner) = Town(), person()
    base_program = town.program
    if had:
        before = town.course(program=base_program if had == "the required" else town.new_program())
        enrol(before, member)
        Enrolment.objects.update(state=state)
    course = town.course(program=town.new_program(), audience={"program": base_program.pk})
    client = signed_in(member)
    page = client.get(f"/en/courses/{course.slug}/").content.decode()
    assert f"/en/programs/{base_program.slug}/" in page
    by_page = client.post(f"/en/courses/{course.slug}/enrol/", {"learner": learner.pk})
    assert by_page.status_code == (302 if code == "seated" else 409)
    Enrolment.objects.filter(course=course).delete()
    type(course).objects.filter(pk=course.pk).update(seats_taken=0)
    answer = client.post(f"/api/v1/courses/{course.pk}/enrolments/", "{}", "application/json").json()
    assert answer.get("code", answer.get("state")) == code
    assert answer.get("data") == ({"program": base_program.slug} if code == "requires" else None)


def test_it_is_planned_by_api_and_page_and_kept_in_versions() -> None:
    town = Town()
    desk, course, required = coordinator_of(town), town.course(), town.new_program()
    client, address = signed_in(desk), f"/api/v1/work/courses/{course.pk}/"
    sent = json.dumps({"version": course.version, "requires": required.slug})
    assert client.patch(address, sent, "application/json").json()["requires"] == required.slug
    course.refresh_from_db()
    assert course.audience == {"program": required.pk}
    assert (
        f'<option value="{required.pk}" selected lang="und">'
        in client.get(f"/en/work/courses/{course.slug}/").content.decode()
    )
    public = client.get(f"/api/v1/courses/{course.pk}/").json()["requires"]
    assert public["slug"] == required.slug
    assert services.copy_course(actor=desk, course=course, firsts=[course.starts_on])[0].audience == course.audience
    first = Revision.objects.filter(course=course).order_by("version").first()
    back = services.restore_course(actor=desk, revision=first, version=course.version)
    assert back.audience == {}
