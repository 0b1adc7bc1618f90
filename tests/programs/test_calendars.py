"""Calendar files: one's own behind a secret address, the catalogue's for everybody, both read by an independent reader."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from icalendar import Calendar

from base import clock
from members.models import Member
from programs import calendars, services
from programs.models import ClassMeeting, Course
from tests.programs.town import DAY, Town, enrol, offered, person

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person()[0]


def path_of(member: Member) -> str:
    return calendars.address_of(member).removeprefix(settings.SITE_URL)


def events(content: bytes) -> list[dict[str, str]]:
    """The events of a file as an independent reader understands them."""
    found = Calendar.from_ical(content).walk("VEVENT")
    return [
        {name.lower(): str(one[name].dt if hasattr(one[name], "dt") else one[name]) for name in one} for one in found
    ]


def test_a_seats_meetings_stand_in_the_members_calendar(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=3)
    enrol(course, member)
    offered(town, member, first=clock.now() + 12 * DAY)
    found = events(client.get(path_of(member)).content)
    starts = [str(clock.wall(one.starts_at)) for one in course.meetings.order_by("starts_at")]
    assert [one["dtstart"] for one in found] == starts
    assert {(one["summary"], one["status"], one["location"]) for one in found} == {
        ("عکاسی با تلفن همراه", "CONFIRMED", "تالار شهر")
    }


def test_the_calendar_is_in_the_members_language(client: Client, town: Town, member: Member) -> None:
    enrol(town.course(), member)
    Member.objects.filter(pk=member.pk).update(language="en")
    member.refresh_from_db()
    text = client.get(path_of(member)).content.decode()
    assert "SUMMARY:Photography with a phone" in text
    assert "LOCATION:City Hall" in text


def test_a_calendar_names_nobody(client: Client, town: Town, member: Member) -> None:
    """T15."""
    enrol(town.course(), member)
    text = client.get(path_of(member)).content.decode()
    assert "پرنیا" not in text
    assert str(member.phone) not in text


def test_a_new_address_ends_the_old_one(client: Client, town: Town, member: Member) -> None:
    """T15."""
    old = path_of(member)
    assert client.get(old).status_code == 200
    client.force_login(member)
    assert client.post("/fa/me/calendar/renew/")["Location"] == "/fa/me/calendar/"
    member.refresh_from_db()
    assert path_of(member) != old
    assert (client.get(old).status_code, client.get(path_of(member)).status_code) == (404, 200)


@pytest.mark.parametrize(
    "secret", ["1", "-", "1-", "x-y", "0-" + "0" * 40, "9" * 30 + "-" + "0" * 40, "{pk}-é", "۱-" + "0" * 40]
)
def test_a_guessed_address_opens_nothing(client: Client, member: Member, secret: str) -> None:
    """T15."""
    assert client.get(f"/calendar/{secret.format(pk=member.pk)}.ics").status_code == 404


def test_an_erased_members_calendar_is_gone(client: Client, member: Member) -> None:
    address = path_of(member)
    Member.objects.filter(pk=member.pk).update(erased_at=clock.now())
    assert client.get(address).status_code == 404


def test_the_address_is_told_to_no_other_site(client: Client, member: Member) -> None:
    """T15."""
    assert client.get(path_of(member))["Referrer-Policy"] == "no-referrer"


def test_who_asks_every_hour_gets_few_bytes(client: Client, town: Town, member: Member) -> None:
    enrol(town.course(), member)
    first = client.get(path_of(member))
    again = client.get(path_of(member), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_moved_meeting_keeps_its_name_and_counts_up(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=1)
    enrol(course, member)
    (before,) = events(client.get(path_of(member)).content)
    ClassMeeting.objects.filter(course=course).update(
        starts_at=course.meetings.get().starts_at + DAY, ends_at=course.meetings.get().ends_at + DAY
    )
    Course.objects.filter(pk=course.pk).update(version=course.version + 1)
    (after,) = events(client.get(path_of(member)).content)
    assert before["uid"] == after["uid"]
    assert int(after["sequence"]) == int(before["sequence"]) + 1


def test_a_meeting_that_is_called_off_says_so(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=2)
    enrol(course, member)
    last = course.meetings.order_by("starts_at").last()
    ClassMeeting.objects.filter(pk=last.pk).update(state=ClassMeeting.State.CANCELLED)
    text = client.get(path_of(member)).content.decode()
    assert [line for line in text.splitlines() if line.startswith("STATUS")] == ["STATUS:CONFIRMED", "STATUS:CANCELLED"]


def test_who_withdrew_has_it_in_the_calendar_no_more(client: Client, town: Town, member: Member) -> None:
    place = enrol(town.course(), member)
    services.withdraw(actor=member, enrolment=place)
    assert events(client.get(path_of(member)).content) == []


def test_times_are_the_citys(client: Client, town: Town, member: Member) -> None:
    enrol(town.course(meetings=1, first=clock.at(clock.today() + 40 * DAY, dt.time(18))), member)
    text = client.get(path_of(member)).content.decode()
    assert "DTSTART;TZID=Asia/Tehran:" in text
    assert "T180000" in text
    assert "BEGIN:VTIMEZONE" in text


@pytest.mark.parametrize(
    ("query", "title"), [("?lang=fa", "عکاسی با تلفن همراه"), ("?lang=en", "Photography with a phone")]
)
def test_the_catalogue_is_a_calendar_in_either_language(client: Client, town: Town, query: str, title: str) -> None:
    town.course(meetings=2)
    town.course(meetings=2, fee_max=1000)
    response = client.get(f"/api/v1/courses/feed.ics{query}&free=1")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.content.decode().replace("\r\n ", "").count(f"SUMMARY:{title}") == 2
