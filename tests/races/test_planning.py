"""Two coordinators at the same program at once, and two who end the appointments of the last two coordinators at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from base import clock
from programs import services
from programs.models import Program, Revision
from tests.programs.test_planning import coordinator_of, draft, form_of
from tests.programs.test_rosters import signed_in
from tests.programs.town import Town
from tests.races.test_seats import at_once
from tests.workgroups.rooms import Role, Room
from workgroups import services as groups
from workgroups.models import Appointment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]


def test_two_who_save_the_same_program_at_once_lose_nothing() -> None:
    """One is saved; the other is told, keeps what was typed, and sees what the first one wrote."""
    town = Town()
    people = [coordinator_of(town) for _ in range(2)]
    program = draft(town, people[0])
    titles = [
        "گیوه‌دوزی",
        "جاجیم‌بافی",
    ]  # neither is what the draft is called: a save that changes nothing is refused by nobody

    def save(number: int) -> Any:
        form = form_of(program, version=str(program.version), title_fa=titles[number])
        return signed_in(people[number]).post(f"/fa/work/programs/{program.slug}/save/", form)

    answers = at_once(save, range(2))
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    first = next(number for number, answer in enumerate(answers) if answer.status_code == 302)
    page = answers[1 - first].content.decode()
    assert [titles[first] in page, titles[1 - first] in page] == [True, True]
    program = Program.objects.get(pk=program.pk)
    assert program.safe_translation_getter("title", language_code="fa") == titles[first]
    assert Revision.objects.filter(program=program, version=2).count() == 1


def test_the_last_two_coordinators_are_not_released_at_once() -> None:
    """Each release alone would leave the other; both together would leave nobody."""
    room = Room()
    room.person("رها", Role.COORDINATOR, room.workgroup)
    rows = list(Appointment.objects.filter(workgroup=room.workgroup, role=Role.COORDINATOR))

    def release(row: Appointment) -> str:
        groups.release(actor=room.staff, appointment=row, until_on=clock.today())
        return "released"

    assert sorted(at_once(release, rows)) == ["last_coordinator", "released"]
    assert (
        Appointment.objects.open_on(clock.today()).filter(workgroup=room.workgroup, role=Role.COORDINATOR).count() == 1
    )


def test_the_last_coordinator_who_is_released_twice_at_once_stays() -> None:
    room = Room()
    (row,) = Appointment.objects.filter(workgroup=room.workgroup, role=Role.COORDINATOR)

    def release(_number: int) -> str:
        groups.release(actor=room.staff, appointment=row, until_on=clock.today())
        return "released"

    assert at_once(release, range(2)) == ["last_coordinator"] * 2


def test_a_class_that_two_call_off_at_once_is_told_once() -> None:
    town = Town()
    people = [coordinator_of(town) for _ in range(2)]
    course = town.course()
    one = course.meetings.order_by("starts_at").first()
    assert one is not None
    at_once(lambda who: services.call_off_class(actor=who, meeting=one), people)
    course.refresh_from_db()
    assert course.version == 2
