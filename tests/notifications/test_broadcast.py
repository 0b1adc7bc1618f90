"""A notice to very many: once to each, by the channels they chose, in their hours, stopped and taken back (D2, I8, I17)."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from members.models import Member
from notifications import inbox, reaching, rules, services, texts
from notifications.models import Delivery, Notice, Preference, PushAddress, Rhythm
from notifications.services.post import _people
from tests.notifications.conftest import NIGHT, NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notifications.servers import Gateway, MailHandler

    At = Callable[[dt.datetime], None]

pytestmark = pytest.mark.django_db(transaction=True)
VALUES: dict[str, Any] = {
    "title": {"fa": "جشنوارهٔ یادگیری", "en": "Learning festival"},
    "summary": {"fa": "سه روز کلاس رایگان", "en": "Three days of free classes"},
    "slug": "festival",
}
KINDS = ("announcements/news", "announcements/urgent", "programs/opening", "programs/seated")
HOUR = dt.timedelta(hours=1)


def news(key: str = "k", kind: str = "announcements/news", **more: Any) -> Notice:
    return services.open_notice(key=key, kind=kind, values=VALUES, **({"urgency": Notice.Urgency.NEWS} | more))


def spread(notice: Notice, limit: int = 5000) -> int:
    """All of them; in how many batches."""
    after, batches = 0, 0
    while (last := services.spread(notice=notice, members=Member.objects.all(), after=after, limit=limit)) is not None:
        after, batches = last, batches + 1
    return batches


CONTACTS = ("phone", "email", "both")
WISHES = (None, "sms+", "sms-", "email-", "email+")
STOPS = (None, "email", "sms")


def people() -> list[Member]:
    """One of each: with and without each contact, and each wish of the group and of all."""
    each = itertools.product(CONTACTS, WISHES, STOPS)
    return [person(number, *facts) for number, facts in enumerate(each)]


def person(number: int, contact: str, wish: str | None, stopped: str | None) -> Member:
    columns: dict[str, Any] = {"language": "en" if number % 2 else "fa"}
    columns["phone"] = None if contact == "email" else f"+98918{number:07}"
    columns["email"] = None if contact == "phone" else f"p{number}@example.org"
    member = Member.objects.create(**columns)
    for group in ("news", "reminders", "enrolments") if wish else ():
        Preference.objects.create(member=member, kind=group, channel=wish[:-1], wanted=wish[-1] == "+")
    if stopped:
        Preference.objects.create(member=member, kind="*", channel=stopped, wanted=False)
    if number % 5 == 0:
        PushAddress.objects.create(member=member, endpoint=f"https://push.example.org/{number}")
    return member


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_chooses_channels_as_the_rule_does(at: At, kind: str) -> None:
    """I8."""
    members = people()
    notice = services.open_notice(key="k", kind=kind, values=VALUES)
    spread(notice)
    told = {(row.member_id, row.channel) for row in Delivery.objects.all()}
    chosen = {
        (person.pk, str(channel))
        for person, wishes in _people(kind, {one.pk for one in members}).items()
        for channel in person.channels(kind, wishes)
    }
    assert told == chosen | {(one.pk, "inbox") for one in members}
    assert len({channel for _, channel in told}) == 4


def test_everyone_is_told_once_however_often_it_is_spread(at: At) -> None:
    """D2."""
    people()
    notice = news()
    assert spread(notice, limit=7) == -(-Member.objects.count() // 7)
    before = set(Delivery.objects.values_list("pk", "reference"))
    spread(notice, limit=11)
    assert set(Delivery.objects.values_list("pk", "reference")) == before
    assert len({reference for _, reference in before}) == len(before)


def test_a_batch_takes_the_same_queries_for_1_and_for_30(at: At) -> None:
    people()
    counts = []
    for limit in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            services.spread(notice=news(key=str(limit)), members=Member.objects.all(), limit=limit)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_notice_is_opened_once(at: At) -> None:
    """T3."""
    first, again = news(channels=["sms", "inbox"]), news(kind="announcements/call")
    assert (again.pk, again.kind, Notice.objects.count()) == (first.pk, "announcements/news", 1)
    first.refresh_from_db()
    assert first.channels == ["inbox", "sms"]


def test_a_notice_takes_no_channel_but_those_it_may(at: At) -> None:
    people()
    spread(news(channels=["email"]))
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"inbox", "email"}


def test_an_erased_member_is_in_no_batch_and_in_no_count(at: At) -> None:
    """I20."""
    Member.objects.create(erased_at=NOON)
    spread(news())
    assert not Delivery.objects.exists()
    assert reaching.counts(members=Member.objects.all(), kind="announcements/news").people == 0


@pytest.mark.parametrize(
    ("hours", "now", "due"),
    [
        (None, NIGHT, "08:00"),
        (None, NOON, "12:00"),
        ((22, 10), NIGHT, "10:00"),
        ((0, 0), NIGHT, "00:00"),
        ((1, 6), NIGHT, "00:00"),
        ((11, 14), NOON, "14:00"),
        ((12, 13), NOON, "13:00"),
        ((10, 12), NOON, "12:00"),
        ((23, 1), NIGHT, "01:00"),
    ],
)
def test_each_reader_rests_in_their_own_hours(
    at: At, hours: tuple[int, int] | None, now: dt.datetime, due: str
) -> None:
    """I17: by the database for many, by the rule for one, and at hand-over the same."""
    at(now)
    member = Member.objects.create(email="a@example.org", language="en")
    if hours:
        Rhythm.objects.create(member=member, quiet_from=hours[0], quiet_until=hours[1])
    spread(news())
    services.post(key="one", kind="programs/starts_tomorrow", members=[member.pk], values={})
    rows = Delivery.objects.filter(channel="email").order_by("pk")
    assert [clock.wall(row.due_at).strftime("%H:%M") for row in rows] == [due, due]


def test_what_is_urgent_goes_through_everybodys_night(at: At) -> None:
    """I17."""
    at(NIGHT)
    member = Member.objects.create(phone="+989181234567")
    Rhythm.objects.create(member=member, quiet_from=20, quiet_until=11, digest="weekly")
    spread(news(kind="announcements/urgent", urgency=Notice.Urgency.URGENT))
    row = Delivery.objects.get(channel="sms")
    assert (row.due_at, row.priority, row.state) == (NIGHT, rules.PASSES_NIGHT, "queued")


def test_news_waits_until_its_time_and_is_behind_all_else(at: At) -> None:
    people()
    spread(news(due_at=NOON + HOUR))
    queued = Delivery.objects.exclude(channel="inbox")
    assert set(queued.values_list("due_at", "priority")) == {(NOON + HOUR, rules.LAST)}


def test_people_are_counted_as_they_are_told(at: At) -> None:
    people()
    counted = reaching.counts(members=Member.objects.all(), kind="announcements/news")
    spread(news())
    rows = list(Delivery.objects.values_list("channel", "member__language"))
    assert counted.people == Member.objects.count()
    for channel in ("inbox", "email", "sms", "push"):
        assert counted.channels[channel] == sum(one == channel for one, _ in rows)
        spoken = counted.languages[channel]
        if None not in spoken.values():
            assert spoken == {
                language: sum((one, lang) == (channel, language) for one, lang in rows) for language in spoken
            }


def test_counting_takes_the_same_queries_for_1_and_for_30(at: At) -> None:
    counts = []
    for make in (lambda: Member.objects.create(email="a@example.org"), people):
        make()
        with CaptureQueriesContext(connection) as queries:
            reaching.counts(members=Member.objects.all(), kind="announcements/news")
        counts.append(len(queries))
    assert counts == [4, 4]


def test_fewer_than_five_are_not_counted_out(at: At) -> None:
    for number in range(9):
        Member.objects.create(phone=f"+98918{number:07}", language="en" if number < 4 else "fa")
    everyone = Member.objects.all()
    whole = reaching.counts(members=everyone, kind="announcements/news")
    part = reaching.counts(members=everyone.filter(language="en"), kind="announcements/news")
    none = reaching.counts(members=everyone.filter(language="xx"), kind="announcements/news")
    assert (whole.people, whole.languages["sms"]) == (9, {"fa": None, "en": None})
    assert (part.people, part.channels["sms"]) == (None, None)
    assert (none.people, none.channels["email"]) == (0, 0)


def test_a_persian_text_of_71_letters_counts_as_two_parts(at: At) -> None:
    for number in range(5):
        Member.objects.create(phone=f"+98918{number:07}")
    counted = reaching.counts(members=Member.objects.all(), kind="announcements/news")
    link = len(texts.links.sample()) + 1
    for letters, parts in ((70, 5), (71, 10)):
        values = VALUES | {"title": {"fa": "ا" * (letters - link), "en": "a"}}
        words = {language: texts.render("announcements/news", values, language) for language in ("fa", "en")}
        assert len(words["fa"].sms) == letters
        assert counted.sms_parts(words) == parts


def test_a_pause_stops_it_and_nothing_else(at: At, mail: MailHandler) -> None:
    member = Member.objects.create(email="a@example.org", language="en")
    paused, other = news(), news(key="other")
    spread(paused)
    spread(other)
    services.pause(paused)
    services.deliver_due()
    services.deliver_due()
    assert [message["Subject"] for message in mail.received] == ["Learning festival"]
    assert Delivery.objects.get(notice=paused, channel="email").state == "paused"
    services.resume(paused)
    services.deliver_due()
    services.deliver_due()
    assert len(mail.received) == 2
    assert not Notice.objects.filter(has_parked=True).exists()
    assert Delivery.objects.filter(member=member, channel="email", state="sent").count() == 2


def test_a_pause_is_seen_in_the_middle_of_a_batch(at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.services.watch.EVERY", 0)
    for number in range(5):
        Member.objects.create(email=f"p{number}@example.org")
    notice = news()
    spread(notice)
    calls = itertools.count()
    services.deliver_due(rest=lambda: services.pause(notice) if next(calls) == 2 else None)
    assert len(mail.received) == 2
    services.deliver_due()
    assert services.progress(notice).channels["email"] == {"sent": 2, "paused": 3}


def test_a_paused_notice_costs_the_others_no_claims_later(at: At, mail: MailHandler) -> None:
    for number in range(30):
        Member.objects.create(email=f"p{number}@example.org")
    paused, other = news(), news(key="other")
    spread(paused)
    services.pause(paused)
    while services.deliver_due(limit=10):
        pass
    spread(other)
    assert services.deliver_due(limit=30) == 30
    assert len(mail.received) == 30


def test_what_is_withdrawn_is_not_sent_and_leaves_the_inbox(at: At, mail: MailHandler) -> None:
    """D12."""
    member = Member.objects.create(email="a@example.org")
    notice = news()
    spread(notice)
    services.withdraw(notice)
    notice.refresh_from_db()
    assert services.progress(notice).channels["email"] == {"dropped": 1}
    services.deliver_due()
    assert (mail.received, Delivery.objects.get(channel="email").error) == ([], "withdrawn")
    assert not inbox.messages_of(member).exists()
    assert services.spread(notice=notice, members=Member.objects.all()) is None


def test_what_failed_is_tried_again_when_asked(at: At, mail: MailHandler) -> None:
    Member.objects.create(email="a@example.org")
    mail.answers["a@example.org"] = "550 no"
    notice = news()
    spread(notice)
    services.deliver_due()
    assert services.progress(notice).reasons == {"email": {"refused 550": 1}}
    mail.answers.clear()
    assert services.resend_failed(notice) == 1
    services.deliver_due()
    assert services.progress(notice).of("sent") == 1


def test_who_unsubscribes_gets_nothing_from_that_second(
    at: At, mail: MailHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.services.watch.EVERY", 0)
    members = [Member.objects.create(email=f"p{number}@example.org") for number in range(3)]
    spread(news())

    def leave() -> None:
        Preference.objects.update_or_create(member=members[1], kind="news", channel="email", defaults={"wanted": False})

    services.deliver_due(rest=leave)
    assert sorted(str(message["To"])[:2] for message in mail.received) == ["p0", "p2"]
    assert Delivery.objects.get(member=members[1], channel="email").error == "unwanted"


def test_news_in_a_digest_is_one_message_a_day_by_each_channel(at: At, mail: MailHandler, sms: Gateway) -> None:
    member = Member.objects.create(email="a@example.org", phone="+989181234567", language="en")
    Preference.objects.create(member=member, kind="news", channel="sms", wanted=True)
    Rhythm.objects.create(member=member, digest="daily")
    notices = [news(key=str(number)) for number in range(3)]
    for notice in notices:
        spread(notice)
    services.deliver_due()
    assert (mail.received, sms.posts) == ([], [])
    services.withdraw(notices[1])
    morning = clock.at(dt.date(2026, 11, 25), dt.time(9))
    for minutes in (0, 2, 4, 60):
        at(morning + dt.timedelta(minutes=minutes))
        services.deliver_due()
    (message,), (text,) = mail.received, sms.posts
    assert message["Subject"] == "2 announcements of the city"
    assert message.get_body(("plain",)).get_content().count("Three days of free classes") == 2
    assert text["text"].startswith("2 announcements of the city")
    assert services.progress(notices[0]).of("digested") == 2


def test_a_digest_of_which_nothing_is_left_is_not_sent(at: At, mail: MailHandler) -> None:
    member = Member.objects.create(email="a@example.org")
    Rhythm.objects.create(member=member, digest="daily")
    notice = news()
    spread(notice)
    services.withdraw(notice)
    at(clock.at(dt.date(2026, 11, 25), dt.time(9)))
    services.deliver_due()
    at(clock.at(dt.date(2026, 11, 25), dt.time(9, 2)))
    services.deliver_due()
    assert mail.received == []


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        ("daily", "2026-11-24T08:59", "2026-11-24T09:00"),
        ("daily", "2026-11-24T09:00", "2026-11-25T09:00"),
        ("daily", "2026-11-24T23:59", "2026-11-25T09:00"),
        ("weekly", "2026-11-24T12:00", "2026-11-28T09:00"),
        ("weekly", "2026-11-28T08:59", "2026-11-28T09:00"),
        ("weekly", "2026-11-28T09:00", "2026-12-05T09:00"),
        ("daily", "2026-03-20T23:30", "2026-03-21T09:00"),
        ("weekly", "2026-03-20T23:30", "2026-03-21T09:00"),
    ],
)
def test_a_digest_has_its_hour_also_at_the_turn_of_the_year(digest: str, now: str, due: str) -> None:
    """1 Farvardin 1405 is Saturday, 21 March 2026: a public holiday, on which the post of the city comes as on other days."""
    instant = clock.at(dt.date.fromisoformat(now[:10]), dt.time.fromisoformat(now[11:]))
    assert clock.wall(rules.next_digest(digest, instant)).strftime("%Y-%m-%dT%H:%M") == due


@pytest.mark.parametrize(
    ("hour", "due"),
    [
        ("21:59:59", "2026-03-20T21:59"),
        ("22:00:00", "2026-03-21T08:00"),
        ("23:59:59", "2026-03-21T08:00"),
    ],
)
def test_the_last_evening_of_the_year_ends_at_ten(at: At, hour: str, due: str) -> None:
    """I17: 29 Esfand 1404, at 22:00 exactly and around midnight."""
    at(clock.at(dt.date(2026, 3, 20), dt.time.fromisoformat(hour)))
    Member.objects.create(phone="+989181234567")
    spread(news())
    assert clock.wall(Delivery.objects.get(channel="sms").due_at).strftime("%Y-%m-%dT%H:%M") == due
