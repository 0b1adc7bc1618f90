"""Posting: whom a notice reaches by which channel, when, and only once (T3, T4, I8, I17, I20)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Member
from notifications import rules, services
from notifications.models import Channel, Delivery, Notice, Preference
from notifications.services import wake
from tests import builders
from tests.notifications.conftest import NIGHT, NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.django_db
VALUES: dict[str, Any] = {
    "course_title": {"fa": "سفال"},
    "course_slug": "pottery",
    "learner": "پرنیا",
    "starts_at": None,
}
EIGHT = dt.datetime(2026, 11, 25, 4, 30, tzinfo=dt.UTC)  # 8:00 in Tehran


def say(*members: Member, kind: str = "programs/seated", key: str = "k", **more: Any) -> None:
    services.post(key=key, kind=kind, members=[one.pk for one in members], **({"values": VALUES} | more))


def channels(member: Member) -> list[str]:
    return sorted(Delivery.objects.filter(member=member).values_list("channel", flat=True))


@pytest.mark.parametrize(
    ("contact", "wishes", "expected"),
    [
        ({"phone": "+989181"}, {}, ["inbox", "sms"]),
        ({"email": "a@example.org"}, {}, ["email", "inbox"]),
        ({"phone": "+989181", "email": "a@example.org"}, {}, ["email", "inbox"]),
        ({"phone": "+989181", "email": "a@example.org"}, {"sms": True}, ["email", "inbox", "sms"]),
        ({"phone": "+989181", "email": "a@example.org"}, {"email": False}, ["inbox"]),
        ({"phone": "+989181"}, {"sms": False}, ["inbox"]),
        ({"phone": "+989181"}, {"email": True}, ["inbox", "sms"]),
    ],
)
def test_a_member_is_told_where_they_want(
    contact: dict[str, str], wishes: dict[str, bool], expected: list[str]
) -> None:
    """I8."""
    member = Member.objects.create(**contact)
    for channel, wanted in wishes.items():
        Preference.objects.create(member=member, kind="enrolments", channel=channel, wanted=wanted)
    say(member)
    assert channels(member) == expected


def test_a_wish_counts_for_its_own_group_of_kinds() -> None:
    member = Member.objects.create(phone="+989181")
    Preference.objects.create(member=member, kind="reminders", channel="sms", wanted=False)
    say(member, key="a")
    say(member, key="b", kind="programs/starts_tomorrow")
    assert Delivery.objects.filter(channel="sms").values_list("notice__key", flat=True).get() == "a"


def test_a_stopped_channel_is_stopped_for_every_kind() -> None:
    member = Member.objects.create(email="a@example.org")
    Preference.objects.create(member=member, kind="*", channel="email", wanted=False)
    Preference.objects.create(member=member, kind="enrolments", channel="email", wanted=True)
    say(member)
    assert channels(member) == ["inbox"]


def test_the_same_key_is_said_once() -> None:
    """T3."""
    one, other = builders.make_member(), builders.make_member()
    say(one)
    say(one, other)
    assert (Notice.objects.count(), Delivery.objects.count()) == (1, 2)


def test_an_erased_member_is_told_nothing() -> None:
    """I20."""
    say(Member.objects.create(erased_at=clock.now()))
    assert Delivery.objects.count() == 0


def test_the_inbox_has_it_at_once_and_the_rest_is_queued() -> None:
    say(builders.make_member())
    assert set(Delivery.objects.values_list("channel", "state")) == {("inbox", "sent"), ("sms", "queued")}


def test_the_number_of_queries_does_not_grow_with_the_members() -> None:
    counts = []
    for number in (1, 30):
        members = [builders.make_member() for _ in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            say(*members, key=f"to {number}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("hour", "urgency", "channel", "due"),
    [
        (NOON, "service", Channel.SMS, NOON),
        (NIGHT, "service", Channel.SMS, EIGHT),
        (NIGHT, "answer", Channel.SMS, EIGHT),
        (NIGHT, "urgent", Channel.SMS, NIGHT),
        (NIGHT, "service", Channel.EMAIL, EIGHT),
        (NIGHT, "answer", Channel.EMAIL, NIGHT),
        (NIGHT, "urgent", Channel.EMAIL, NIGHT),
    ],
)
def test_the_night_holds_messages_back(
    at: Callable[[dt.datetime], None], hour: dt.datetime, urgency: str, channel: Channel, due: dt.datetime
) -> None:
    """I17."""
    at(hour)
    contact = {"phone": "+989181"} if channel == Channel.SMS else {"email": "a@example.org"}
    say(Member.objects.create(**contact), urgency=Notice.Urgency(urgency))
    assert Delivery.objects.get(channel=channel).due_at == due


@pytest.mark.parametrize(("hours", "due"), [(11, NIGHT), (12, EIGHT), (-1, EIGHT)])
def test_a_change_to_a_class_that_is_near_passes_the_night(
    at: Callable[[dt.datetime], None], hours: int, due: dt.datetime
) -> None:
    """I17."""
    at(NIGHT)
    near = VALUES | {"starts_at": (NIGHT + dt.timedelta(hours=hours)).isoformat()}
    say(Member.objects.create(phone="+989181"), kind="programs/cancelled", values=near)
    assert Delivery.objects.get(channel="sms").due_at == due


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [((21, 59), False), ((22, 0), True), ((23, 59), True), ((0, 0), True), ((7, 59), True), ((8, 0), False)],
)
def test_the_night_has_edges(hour: tuple[int, int], quiet: bool) -> None:  # noqa: FBT001 - a case
    assert rules.is_quiet(clock.at(dt.date(2026, 11, 24), dt.time(*hour))) is quiet


@pytest.fixture
def woken() -> Iterator[list[int]]:
    before = list(wake.listeners)
    calls: list[int] = []
    wake.connect(lambda: calls.append(1))
    yield calls
    wake.listeners[:] = before


@pytest.mark.django_db(transaction=True)
def test_whoever_delivers_is_woken_after_the_commit_only(woken: list[int]) -> None:
    """T4."""
    member = builders.make_member()
    with transaction.atomic():
        say(member)
        assert woken == []
    assert woken == [1]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_says_nothing(woken: list[int]) -> None:
    """T4."""
    member = builders.make_member()
    with transaction.atomic():
        say(member)
        transaction.set_rollback(True)
    assert (woken, Notice.objects.count(), Delivery.objects.count()) == ([], 0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("breaks_at", range(1, 7))
def test_a_break_after_any_statement_leaves_nothing(breaks_at: int) -> None:
    """T4."""
    member = builders.make_member()
    seen = 0

    def break_after(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        nonlocal seen
        result = execute(sql, params, many, context)
        seen += 1
        if seen == breaks_at:
            raise ConnectionError
        return result

    try:
        with transaction.atomic(), connection.execute_wrapper(break_after):
            say(member)
    except ConnectionError:
        assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)
    else:
        assert seen < breaks_at


def test_many_are_said_as_one_is_each_key_once_and_in_as_many_queries_as_three() -> None:
    people = [Member.objects.create(email=f"m{number}@example.org") for number in range(30)]
    gone = Member.objects.create(erased_at=clock.now())

    def said(members: list[Member]) -> list[services.Said]:
        return [services.Said(f"k{one.pk}", [one.pk, gone.pk], VALUES | {"learner": str(one.pk)}) for one in members]

    say(people[0], key=f"k{people[0].pk}")
    counts = []
    for some in (people[:4], people[3:]):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            services.post_all([*said(some), *said(some)], kind="programs/seated")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Notice.objects.count() == len(people)
    for one in people[1:]:
        notice = Notice.objects.get(key=f"k{one.pk}")
        assert notice.values["learner"] == str(one.pk)
        assert sorted(notice.deliveries.values_list("member", "channel")) == [(one.pk, "email"), (one.pk, "inbox")]
    assert Delivery.objects.count() == 2 * len(people)
