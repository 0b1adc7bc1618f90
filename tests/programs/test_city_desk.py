"""The first page of the city's desk: what needs staff, the city's numbers, its rooms."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base import clock
from programs import services
from programs.city import needs_staff, numbers
from programs.models import Program, Question
from tests import builders
from tests.programs.town import DAY, Town, person
from tests.workgroups.rooms import Room
from workgroups.models import Appointment, Decision

if TYPE_CHECKING:
    from django.test import Client

    from members.models import Member
    from workgroups.models import Workgroup

pytestmark = pytest.mark.django_db


def tags() -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(todo.level, todo.tag) for todo in needs_staff(builders.make_member())]


def test_a_workgroup_that_nobody_coordinates_comes_first_and_one_whose_term_ends_is_warned_of() -> None:
    ending, _nobody, safe = (builders.make_workgroup() for _ in range(3))
    until = {ending.pk: clock.today() + 20 * DAY, safe.pk: clock.today() + 60 * DAY}
    for group in (ending, safe):
        row = builders.appoint(person()[0], Appointment.Role.COORDINATOR, group)
        Appointment.objects.filter(pk=row.pk).update(until_on=until[group.pk])
    assert tags() == [("danger", "Nobody coordinates"), ("warn", "Term ends")]


def test_only_decisions_that_staff_were_told_of_are_theirs() -> None:
    room = Room()
    decision = room.decide(room.begun())
    late = [tag for tag in tags() if tag[1] == "Overdue"]
    assert late == []
    Decision.objects.filter(pk=decision.pk).update(due_on=clock.today() - 15 * DAY)
    assert ("danger", "Overdue") in tags()


def test_a_question_waits_for_staff_after_three_days(coordinator: Member) -> None:
    town = Town()
    builders.appoint(coordinator, Appointment.Role.COORDINATOR, town.workgroup)
    question = services.ask(actor=person()[0], course=town.course(), text="کجا؟")
    assert ("warn", "A question") not in tags()
    Question.objects.filter(pk=question.pk).update(asked_at=clock.now() - 3 * DAY - dt.timedelta(minutes=1))
    assert ("warn", "A question") in tags()


def test_a_program_in_review_and_a_file_that_was_refused_are_shown(coordinator: Member, workgroup: Workgroup) -> None:
    Town().new_program(workgroup=workgroup, state=Program.State.REVIEW)
    run = services.hand_in(
        actor=coordinator, workgroup=workgroup, profile="mft", name="a.csv", content=b"x", language="fa", options={}
    )
    services.work_imports()
    run.refresh_from_db()
    assert run.state == "failed"
    assert {("info", "In review"), ("warn", "Refused")} <= set(tags())


def test_groups_of_people_under_five_are_not_counted_out(staff: Member) -> None:
    """V5."""
    with translation.override("en"):
        assert dict(numbers())["Members"] is None
        for _ in range(5):
            person()
        assert dict(numbers())["Members"] == 6


def test_the_desk_leads_to_every_room_and_ones_own_page_to_the_desk(
    staff: Member, workgroup: Workgroup, client: Client
) -> None:
    client.force_login(staff)
    page = client.get("/fa/city/").content.decode()
    rooms = ("people", "workgroups", "staff", "districts", "areas", "venues", "organisations", "audit", "settings")
    for room in rooms:
        assert f'href="/fa/city/{room}/"' in page
    assert 'href="/fa/city/"' in client.get("/fa/me/").content.decode()


def test_the_page_asks_as_much_for_thirty_as_for_one(staff: Member, client: Client) -> None:
    client.force_login(staff)

    def more() -> None:
        town = Town()
        town.new_program(state=Program.State.REVIEW)
        question = services.ask(actor=person()[0], course=town.course(), text="کجا؟")
        Question.objects.filter(pk=question.pk).update(asked_at=clock.now() - 9 * DAY)

    def count() -> int:
        client.get("/fa/city/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/fa/city/").status_code == 200
        return len(asked)

    more()
    one = count()
    for _ in range(30):
        more()
    assert count() == one
