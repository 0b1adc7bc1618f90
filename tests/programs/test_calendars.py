"""Calendar files: one's own behind a secret address, the catalogue's for everybody, both read by an independent reader."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from icalendar import Calendar

from base import clock
from members.models import Audit, Care, Member
from members.services import Person, care_for
from programs import calendars, services
from programs.models import ClassMeeting, Course
from tests import builders
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


def path_of(holder: Member | Care) -> str:
    return calendars.address_of(holder).removeprefix(settings.SITE_URL)


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
    "secret",
    [
        "1",
        "-",
        "1-",
        "x-y",
        "0-" + "0" * 40,
        "9" * 30 + "-" + "0" * 40,
        "{pk}-é",
        "۱-" + "0" * 40,
        "l",
        "l{pk}-",
        "ll{pk}-0",
        "l-1",
    ],
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


def test_a_called_off_course_says_so_under_the_same_name(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=2)
    enrol(course, member)
    before = events(client.get(path_of(member)).content)
    desk = builders.make_member(is_superuser=True)
    services.cancel(actor=desk, course=course, reason={"fa": "برف", "en": "Snow"})
    after = events(client.get(path_of(member)).content)
    assert [one["uid"] for one in after] == [one["uid"] for one in before]
    assert {one["status"] for one in after} == {"CANCELLED"}
    assert min(int(one["sequence"]) for one in after) > max(int(one["sequence"]) for one in before)


def test_a_new_rhythm_keeps_the_names_of_the_meetings(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=3)
    enrol(course, member)
    before = events(client.get(path_of(member)).content)
    first = clock.today() + 50 * DAY
    hours = (dt.time(10), dt.time(11))
    weekday = (first.weekday() + 2) % 7
    desk = builders.make_member(is_superuser=True)
    pattern = services.Pattern([weekday], first, 2, *hours, skips_holidays=False)
    services.make_meetings(actor=desk, course=course, pattern=pattern)
    after = events(client.get(path_of(member)).content)
    assert [one["uid"] for one in after] == [one["uid"] for one in before[:2]]
    assert after[0]["dtstart"] == str(clock.wall(clock.at(first, dt.time(10))))


def test_a_class_held_elsewhere_says_where(client: Client, town: Town, member: Member) -> None:
    course = town.course(meetings=1)
    enrol(course, member)
    elsewhere = Town().venue
    ClassMeeting.objects.filter(course=course).update(venue=elsewhere)
    elsewhere.set_current_language("fa")
    elsewhere.name = "باغ موزه"
    elsewhere.save()
    (found,) = events(client.get(path_of(member)).content)
    assert found["location"] == "باغ موزه"


def test_what_was_completed_stays_in_the_calendar(client: Client, town: Town, member: Member) -> None:
    place = enrol(town.course(meetings=1), member)
    desk = builders.make_member(is_superuser=True)
    services.conclude(actor=desk, enrolment=place, completed=True)
    assert len(events(client.get(path_of(member)).content)) == 1


# One learner's


def child_of(member: Member) -> Care:
    learner = care_for(actor=member, person=Person("سارا کریمی", 1393), relation="child", consents=True)
    return Care.objects.select_related("learner", "guardian").get(learner=learner)


def test_each_learner_has_a_calendar_and_one_holds_all(client: Client, town: Town, member: Member) -> None:
    care = child_of(member)
    enrol(town.course(meetings=1), member)
    services.enrol(actor=member, course=town.course(meetings=2, first=clock.now() + 9 * DAY), learner=care.learner)
    assert len(events(client.get(path_of(member)).content)) == 3
    content = client.get(path_of(care)).content
    assert len(events(content)) == 2
    assert "سارا" not in content.decode()


def test_a_learners_address_ends_alone_when_it_is_renewed(client: Client, member: Member) -> None:
    """T15."""
    care = child_of(member)
    whole, old = path_of(member), path_of(care)
    client.force_login(member)
    assert old in client.get("/fa/me/calendar/").content.decode()
    answer = client.post("/fa/me/calendar/renew/", {"learner": care.learner_id})
    assert answer["Location"] == "/fa/me/calendar/"
    assert (client.get(old).status_code, client.get(whole).status_code) == (404, 200)
    care.refresh_from_db()
    assert client.get(path_of(care)).status_code == 200
    line = Audit.objects.get(verb="renew_calendar")
    assert (line.actor_id, line.for_id) == (member.pk, care.learner_id)


def test_a_learners_address_ends_with_the_care(client: Client, member: Member) -> None:
    """T15, P7."""
    care = child_of(member)
    address = path_of(care)
    assert client.get(address).status_code == 200
    services.end_care(actor=member, learner=care.learner)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["{other}", "", "x", "-1"])
def test_nobody_renews_the_address_of_others_learners(client: Client, member: Member, typed: str) -> None:
    care, stranger = child_of(member), person()[0]
    client.force_login(stranger)
    assert client.post("/fa/me/calendar/renew/", {"learner": typed.format(other=care.learner_id)}).status_code == 404
    care.refresh_from_db()
    assert care.calendar_version == 1


def test_the_secret_of_a_member_opens_no_learner(client: Client, member: Member) -> None:
    """T15: two kinds of numbers, two kinds of seals."""
    care, other = child_of(member), builders.make_member()
    Care.objects.filter(pk=other.pk).exclude(pk=care.pk).delete()
    Care.objects.filter(pk=care.pk).update(id=other.pk)
    mark = path_of(other).rpartition("-")[2]
    assert client.get(f"/calendar/l{other.pk}-{mark}").status_code == 404
    assert client.get(path_of(Care.objects.get(pk=other.pk))).status_code == 200


def test_r1_a_calendar_is_read_thirty_times_an_hour(client: Client, member: Member) -> None:
    """R1."""
    codes = [client.get(path_of(member)).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]


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
