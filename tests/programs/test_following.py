"""Following areas, workgroups and programs with one tap, and hearing when a course opens: once, by day, and only if it did."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members.models import Audit, Member
from notifications.models import Delivery, Notice
from notifications.texts import render
from programs import services
from programs.models import Course, Follow, Program, Reminder
from tests.programs.town import DAY, Town, enrol, person

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
NOON = dt.time(12)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """The clock stands still at noon of a day to come, so that no night falls into a test."""
    now = clock.at(clock.today() + DAY, NOON)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def told() -> list[int]:
    rows = Delivery.objects.filter(notice__kind="programs/opening", channel="inbox").order_by("member")
    return list(rows.values_list("member", flat=True))


def later(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


def things(town: Town) -> list[Any]:
    return [town.area, town.workgroup, town.program]


def test_each_way_of_following_hears_of_an_opening_once(town: Town, noon: dt.datetime) -> None:
    members = [person()[0] for _ in range(3)]
    for member, thing in zip(members, things(town), strict=True):
        services.follow(actor=member, thing=thing)
    for thing in things(town):
        services.follow(actor=members[0], thing=thing)
    person()
    town.course(area=town.area, opens_at=noon - HOUR)
    assert services.tell_of_openings() == 1
    assert services.tell_of_openings() == 0
    assert told() == [one.pk for one in members]


def test_who_asked_to_be_reminded_hears_when_it_opens_and_not_before(
    town: Town, noon: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, course = person()[0], town.course(opens_at=noon + 2 * HOUR)
    services.remind(actor=member, course=course)
    assert services.tell_of_openings() == 0
    later(monkeypatch, noon + 2 * HOUR)
    assert services.tell_of_openings() == 1
    assert told() == [member.pk]


def test_following_twice_is_following_once(town: Town, client: Client) -> None:
    member = person()[0]
    client.force_login(member)
    for _ in range(2):
        assert client.post(f"/fa/follow/programs/{town.program.slug}/", {"on": "1"}).status_code == 302
    assert Follow.objects.filter(member=member, program=town.program).count() == 1
    assert Audit.objects.filter(verb="follow").count() == 1
    for _ in range(2):
        client.post(f"/fa/follow/programs/{town.program.slug}/", {"on": "0"})
    assert not Follow.objects.exists()
    assert Audit.objects.filter(verb="unfollow").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_instant_follows_once(town: Town) -> None:
    member, course = person()[0], town.course(opens_at=clock.now() + DAY)

    def press(number: int) -> None:
        try:
            if number % 2:
                services.follow(actor=member, thing=town.area)
            else:
                services.remind(actor=member, course=course)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(press, range(16)))
    assert (Follow.objects.count(), Reminder.objects.count()) == (1, 1)
    assert Audit.objects.filter(verb__in=["follow", "remind"]).count() == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_tell_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.at(clock.today() + DAY, NOON)
    later(monkeypatch, now)
    services.follow(actor=person()[0], thing=town.program)
    town.course(opens_at=now - HOUR)

    def work(_number: int) -> None:
        try:
            services.tell_of_openings()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len(told()) == 1
    assert Notice.objects.filter(kind="programs/opening").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"state": Course.State.CANCELLED},
        {"state": Course.State.DRAFT},
        {"opens_at": 5 * HOUR},
        {"opens_at": -3 * DAY},
        {"closes_at": -HOUR / 2},
        {"missing_since": True},
        {"mode": Course.Mode.PARTNER},
        {"capacity": 0},
    ],
    ids=str,
)
def test_nobody_is_told_of_a_course_that_is_not_open(town: Town, noon: dt.datetime, change: dict[str, Any]) -> None:
    services.follow(actor=person()[0], thing=town.program)
    columns = {name: noon + value if isinstance(value, dt.timedelta) else value for name, value in change.items()}
    if "missing_since" in columns:
        columns["missing_since"] = clock.today()
    course = town.course(opens_at=noon - HOUR)
    Course.objects.filter(pk=course.pk).update(**columns)
    assert services.tell_of_openings() == 0


def test_a_window_that_moved_is_told_when_it_truly_opens(
    town: Town, noon: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, course = person()[0], town.course(opens_at=noon + HOUR)
    services.remind(actor=member, course=course)
    Course.objects.filter(pk=course.pk).update(opens_at=noon + DAY)
    later(monkeypatch, noon + 2 * HOUR)
    assert services.tell_of_openings() == 0
    later(monkeypatch, noon + DAY + HOUR)
    assert services.tell_of_openings() == 1


def test_a_course_called_off_between_the_look_and_the_lock_is_not_told(
    town: Town, noon: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D12: the sweep looks again under the course's lock."""
    services.follow(actor=person()[0], thing=town.program)
    course = town.course(opens_at=noon - HOUR)
    Course.objects.filter(pk=course.pk).update(state=Course.State.CANCELLED)
    monkeypatch.setattr(type(Course.objects.all()), "public", lambda rows: rows)
    assert services.tell_of_openings() == 0
    assert told() == []


@pytest.mark.parametrize(("hour", "count"), [((21, 59), 1), ((22, 0), 0), ((3, 0), 0), ((7, 59), 0), ((8, 0), 1)])
def test_nobody_is_told_at_night(
    town: Town, monkeypatch: pytest.MonkeyPatch, hour: tuple[int, int], count: int
) -> None:
    now = clock.at(clock.today() + DAY, dt.time(*hour))
    later(monkeypatch, now)
    services.follow(actor=person()[0], thing=town.program)
    town.course(opens_at=now - HOUR / 2)
    assert services.tell_of_openings() == count


def test_who_is_in_it_already_or_is_erased_hears_nothing(town: Town, noon: dt.datetime) -> None:
    inside, gone = person()[0], person()[0]
    for member in (inside, gone):
        services.follow(actor=member, thing=town.program)
    course = town.course(opens_at=noon - HOUR)
    enrol(course, inside)
    Member.objects.filter(pk=gone.pk).update(erased_at=noon, phone=None)
    services.tell_of_openings()
    assert told() == []


def test_what_is_hidden_is_not_followed_and_what_is_open_needs_no_reminder(town: Town, client: Client) -> None:
    member = person()[0]
    hidden = town.new_program(state=Program.State.DRAFT)
    for act, code in (
        (lambda: services.follow(actor=member, thing=hidden), "not_there"),
        (lambda: services.remind(actor=member, course=town.course()), "opened"),
        (lambda: services.remind(actor=member, course=town.course(state=Course.State.DRAFT)), "not_there"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.refusal.code == code
    client.force_login(member)
    assert client.post(f"/fa/follow/programs/{hidden.slug}/", {"on": "1"}).status_code == 404
    assert client.post("/fa/follow/castles/x/", {"on": "1"}).status_code == 404


def test_a_member_follows_two_hundred_things_at_most(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.rules.following.MOST_FOLLOWS", 2)
    member = person()[0]
    for thing in things(town)[:2]:
        services.follow(actor=member, thing=thing)
    with pytest.raises(Refused):
        services.follow(actor=member, thing=town.program)
    services.follow(actor=member, thing=town.area)


def test_a_row_names_one_thing(town: Town) -> None:
    member = person()[0]
    for columns in ({}, {"area": town.area, "program": town.program}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Follow.objects.create(member=member, **columns)


def test_a_visitor_is_led_to_sign_in_and_back_to_the_page(town: Town, client: Client) -> None:
    page = f"/fa/programs/{town.program.slug}/"
    assert f'/fa/accounts/signin/?next={page}"' in client.get(page).content.decode()
    pressed = client.post(f"/fa/follow/programs/{town.program.slug}/", {"on": "1"})
    assert pressed["Location"].startswith("/fa/accounts/signin/?next=")
    assert client.get(f"/fa/follow/programs/{town.program.slug}/")["Location"] == page


@pytest.mark.parametrize("kind", ["areas", "workgroups", "programs", "courses"])
def test_one_tap_on_each_page_follows_and_the_list_ends_it(town: Town, client: Client, kind: str) -> None:
    client.force_login(person()[0])
    course = town.course(opens_at=clock.now() + DAY)
    row = {"areas": town.area, "workgroups": town.workgroup, "programs": town.program, "courses": course}[kind]
    address = f"/fa/follow/{kind}/{row.slug}/"
    assert f'action="{address}"' in client.get(f"/fa/{kind}/{row.slug}/").content.decode()
    panel = client.post(address, {"on": "1"}, headers={"HX-Request": "true"})
    assert (panel.status_code, panel.context["follow"].is_on) == (200, True)
    assert f'action="{address}"' in client.get("/fa/me/follows/").content.decode()
    assert client.post(address, {"on": "0", "source": "me"})["Location"] == "/fa/me/follows/"
    assert f'action="{address}"' not in client.get("/fa/me/follows/").content.decode()


def test_a_refused_tap_says_why(town: Town, client: Client) -> None:
    client.force_login(person()[0])
    course = town.course()
    answer = client.post(f"/en/follow/courses/{course.slug}/", {"on": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "open already" in answer.content.decode()


def test_the_list_asks_as_much_for_thirty_as_for_one(town: Town, client: Client) -> None:
    member = person()[0]
    client.force_login(member)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/fa/me/follows/")
        return len(asked)

    for thing in things(town):
        services.follow(actor=member, thing=thing)
    services.remind(actor=member, course=town.course(opens_at=clock.now() + DAY))
    client.get("/fa/me/follows/")
    one = count()
    for _ in range(30):
        services.follow(actor=member, thing=town.new_program())
        services.remind(actor=member, course=town.course(opens_at=clock.now() + DAY))
    client.get("/fa/me/follows/")
    assert count() == one


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_message_is_whole_in_both_languages(town: Town, noon: dt.datetime, language: str) -> None:
    services.follow(actor=person()[0], thing=town.program)
    town.course(opens_at=noon - HOUR)
    services.tell_of_openings()
    notice = Notice.objects.get(kind="programs/opening")
    text = render(notice.kind, notice.values, language)
    title = {"fa": "عکاسی با تلفن همراه", "en": "Photography with a phone"}[language]
    assert title in text.subject
    assert title in text.sms
    assert notice.expires_at == Course.objects.get().closes_at
