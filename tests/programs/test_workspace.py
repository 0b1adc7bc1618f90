"""The workspace opens with what needs its coordinator, the most urgent first."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base import clock
from programs import services
from programs.models import Course
from programs.workspace import classes_today, waiting_for
from tests.programs.feed import many
from tests.programs.test_handing_in import hand_in
from tests.programs.test_planning import coordinator_of, draft
from tests.programs.town import DAY, Town, crowd, full, person

pytestmark = pytest.mark.django_db


def kinds(town: Town, member: object) -> list[tuple[str, str]]:
    with translation.override("en"):
        return [(todo.level, todo.button) for todo in waiting_for(member)]


def test_nothing_waits_in_a_quiet_town() -> None:
    town = Town()
    assert kinds(town, coordinator_of(town)) == []


def test_what_waits_stands_in_the_order_of_its_haste() -> None:
    town = Town()
    member, other = coordinator_of(town), coordinator_of(town)
    full(town, waiting=3, first=clock.now() + 40 * DAY)
    services.submit(actor=other, program=draft(town, other))
    thin = town.course(first=clock.now() + 5 * DAY, capacity=20)
    crowd(thin, 2)
    services.ask(actor=person()[0], course=thin, text="ابزار را خودمان بیاوریم؟")
    assert kinds(town, member) == [
        ("warn", "Answer"), ("warn", "See who is in it"), ("info", "Look it over"), ("info", "Open another run"),
    ]  # fmt: skip


def test_a_partners_file_waits_for_a_word() -> None:
    town = Town()
    member = coordinator_of(town)
    hand_in(member, town.workgroup, many(1))
    hand_in(member, town.workgroup, "نام,شروع\nخط,1405/9/3\n", "generic")
    with translation.override("en"):
        found = [(todo.button, todo.text) for todo in waiting_for(member)]
    assert found == [
        ("Look at the file", "It asks what its columns mean."),
        ("Look at the file", "It waits for your yes."),
    ]
    assert waiting_for(coordinator_of(Town())) == []


def test_a_course_with_a_minimum_waits_to_be_decided_until_it_is() -> None:
    town = Town()
    member = coordinator_of(town)
    course = town.course(first=clock.now() + 9 * DAY, capacity=20, minimum=2)
    crowd(course, 1)
    assert len(kinds(town, member)) == 1
    crowd(course, 1)
    assert kinds(town, member) == []
    type(course).objects.filter(pk=course.pk).update(decide_on=clock.today())
    assert [todo.level for todo in waiting_for(member)] == ["danger"]
    services.confirm_course(actor=member, course=course)
    assert kinds(town, member) == []


def test_nobody_sees_what_waits_for_another_workgroup() -> None:
    town = Town()
    full(town, waiting=3, first=clock.now() + 40 * DAY)
    assert kinds(town, coordinator_of(Town())) == []
    assert len(kinds(town, coordinator_of(town))) == 1


def test_the_classes_of_today_stand_by_the_hour() -> None:
    town = Town()
    member = coordinator_of(town)
    today = clock.today()
    late, early = (town.course(first=clock.at(today, dt.time(hour)), meetings=1) for hour in (18, 9))
    town.course(first=clock.at(today + DAY, dt.time(9)), meetings=1)
    Course.objects.filter(pk=town.course(first=clock.at(today, dt.time(8)), meetings=1).pk).update(state="cancelled")
    assert [one.course.pk for one in classes_today(member)] == [early.pk, late.pk]


def test_the_page_asks_as_often_for_one_thing_as_for_many() -> None:
    town = Town()
    member = coordinator_of(town)
    client = Client()
    client.force_login(member)

    def one_of_each() -> None:
        full(town, waiting=3, first=clock.now() + 40 * DAY)
        services.submit(actor=member, program=draft(town, member))
        course = town.course(first=clock.now() + 5 * DAY, capacity=20)
        services.ask(actor=person()[0], course=course, text="کجا؟")
        hand_in(member, town.workgroup, many(1))
        town.course(first=clock.at(clock.today(), dt.time(12)), meetings=1)

    def asked() -> int:
        client.get("/fa/work/")
        with CaptureQueriesContext(connection) as found:
            assert client.get("/fa/work/").status_code == 200
        return len(found)

    one_of_each()
    before = asked()
    for _ in range(9):
        one_of_each()
    assert asked() == before
