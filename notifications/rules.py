"""When and by which channels a person is told: quiet hours, groups of kinds, defaults."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from members.city import present
from notifications.channels import push
from notifications.models import Channel, Notice, PushAddress

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from members.models import Member

NEAR = dt.timedelta(hours=12)
CHANGES = frozenset({"programs/cancelled", "programs/moved", "programs/called_off", "programs/changed"})
RUNS = frozenset({"programs/confirmed", "programs/undecided"})
GONE = frozenset(f"programs/{event}" for event in ("cancelled", "withdrawn", "declined", "lapsed", "unplaced"))
WORKGROUPS = frozenset(
    f"workgroups/{event}"
    for event in (
        "appointed",
        "released",
        "invited",
        "meeting_moved",
        "meeting_off",
        "meeting_tomorrow",
        "decision_owed",
        "decision_due",
        "decision_overdue",
        "decision_escalated",
        "left_alone",
    )
)
PLANNING = frozenset(
    f"programs/{event}" for event in ("review", "remark", "asked", "decide", "teaching", "teaching_ended")
) | {"announcements/review"}
REMINDERS = frozenset({"programs/starts_tomorrow"})
EVERY_KIND = "*"
NEWS = frozenset(f"announcements/{event}" for event in ("news", "call", "event", "change", "correction", "digest"))
EVERYBODY = frozenset({"announcements/urgent"})  # kinds that nobody chooses: they take every way that reaches a person
PASSES_NIGHT, OWN_ACT, USUAL, LAST = 1, 2, 5, 8  # priorities; the first is never held back, of the second no e-mail is
CHOSEN_CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.PUSH)
DIGEST_AT, DIGEST_WEEKDAY = dt.time(9), 5  # Saturday
URGENCIES = {PASSES_NIGHT: "high", LAST: "low"}  # what push services spare a phone's battery by; others are "normal"
KEPT_BY_PUSH = dt.timedelta(hours=72)  # for how long a push service tries a device that is off
MOST_DEVICES = 10
LONGEST_ENDPOINT = 500
DAY = dt.timedelta(days=1)


class Quiet(NamedTuple):
    """Hours of rest of every day; they may pass midnight, and equal ones are none."""

    start: dt.time
    end: dt.time

    def holds(self, now: dt.datetime) -> bool:
        """Whether that instant lies in them: their first is, their last is not."""
        hour = clock.wall(now).time()
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def over(self, now: dt.datetime) -> dt.datetime:
        """The same instant outside of them, else when they end."""
        return next_at(self.end, now) if self.holds(now) else now


def next_at(time: dt.time, now: dt.datetime) -> dt.datetime:
    """The first instant after this one at which the city's clocks show that time."""
    local = clock.wall(now)
    return clock.at(local.date() + (DAY if local.time() >= time else dt.timedelta()), time)


def quiet_hours() -> Quiet:
    """The city's hours of rest."""
    city = present()
    return Quiet(city.quiet_from, city.quiet_until)


def quiet_of(quiet_from: int | None, quiet_until: int | None) -> Quiet:
    """A member's own hours of rest, else the city's."""
    if quiet_from is None or quiet_until is None:
        return quiet_hours()
    return Quiet(dt.time(quiet_from), dt.time(quiet_until))


def quiet_of_member(member: Member) -> Quiet:
    """The same of a member whose rhythm was read along."""
    rhythm = getattr(member, "rhythm", None)
    return quiet_of(rhythm and rhythm.quiet_from, rhythm and rhythm.quiet_until)


def next_digest(digest: str, now: dt.datetime) -> dt.datetime:
    """When the next daily or weekly digest is made."""
    at = next_at(DIGEST_AT, now)
    if digest == "weekly":
        at = clock.at(clock.day_of(at) + DAY * ((DIGEST_WEEKDAY - clock.day_of(at).weekday()) % 7), DIGEST_AT)
    return at


class Group(NamedTuple):
    """Kinds of notices that a person chooses channels for together."""

    name: str
    title: StrOrPromise
    hint: StrOrPromise
    kinds: frozenset[str]


OTHER = Group("enrolments", _("My enrolments"), _("seats, the line, withdrawals, certificates"), frozenset())
RARE = frozenset({"workgroups"})  # groups of kinds that most people never hear of
GROUPS = (
    OTHER,
    Group(
        "classes", _("Changes to classes"), _("time, place, cancelled meetings"), CHANGES | RUNS | {"programs/clash"}
    ),
    Group(
        "workgroups",
        _("My workgroup"),
        _("appointments, meetings, decisions that one owes, programs to review, questions of residents"),
        WORKGROUPS | PLANNING,
    ),
    Group(
        "reminders",
        _("Reminders"),
        _("the day before class, and when enrolment opens in what I follow"),
        frozenset({"programs/starts_tomorrow", "programs/opening"}),
    ),
    Group(
        "organisers",
        _("Messages from organisers"),
        _("what they write to a class, answers to my questions and wishes"),
        frozenset({"programs/message", "programs/answered", "programs/wish_answered", "programs/feedback"}),
    ),
    Group("news", _("Announcements"), _("news of the city, calls, events"), NEWS | EVERYBODY),
)


def group_of(kind: str) -> Group:
    """The group that a kind belongs to; what is about nothing else is about one's enrolments."""
    return next((group for group in GROUPS if kind in group.kinds), OTHER)


def asked_for(kind: str) -> str:
    """The group whose wishes count for a kind; of what nobody chooses, none."""
    return "" if kind in EVERYBODY else group_of(kind).name


def is_digested(kind: str, urgency: str) -> bool:
    """Whether a reader may get it in a digest: news, never what is urgent."""
    return kind in NEWS and urgency == Notice.Urgency.NEWS


def priority_of(notice: Notice, now: dt.datetime) -> int:
    """How early it is handed over: urgent ones and changes to a class that begins within twelve hours first, news last."""
    if notice.urgency in {Notice.Urgency.URGENT, Notice.Urgency.CODE} or is_near(notice.kind, notice.values, now):
        return PASSES_NIGHT
    return {Notice.Urgency.ANSWER: OWN_ACT, Notice.Urgency.NEWS: LAST}.get(Notice.Urgency(notice.urgency), USUAL)


def is_near(kind: str, values: dict[str, Any], now: dt.datetime) -> bool:
    """Whether it changes a class that begins within twelve hours."""
    starts_at = values.get("starts_at")
    if kind not in CHANGES or not starts_at:
        return False
    return now <= dt.datetime.fromisoformat(starts_at) < now + NEAR


def is_begun(kind: str, values: dict[str, Any], now: dt.datetime) -> bool:
    """Whether it reminds of a class that has begun."""
    starts_at = values.get("starts_at")
    return kind in REMINDERS and bool(starts_at) and dt.datetime.fromisoformat(str(starts_at)) <= now


def lasts(notice: Notice, now: dt.datetime) -> int:
    """For how many seconds from now its words are of use to a device that is off, three days at most."""
    ends = [now + KEPT_BY_PUSH]
    if notice.expires_at is not None:
        ends.append(notice.expires_at)
    starts_at = notice.values.get("starts_at")
    if notice.kind in REMINDERS and starts_at:
        ends.append(dt.datetime.fromisoformat(str(starts_at)))
    return max(0, int((min(ends) - now).total_seconds()))


def why_not_tell_device(member: Member, address: push.Address) -> Refusal | None:
    """A browser's address is one of its maker's push service, with keys that can be used; a member has ten at most."""
    from notifications.channels import sealing  # cryptography is large, and few processes look at keys

    if not settings.VAPID_PRIVATE_KEY:
        return Refusal("push_is_off", _("This site does not send messages to devices yet."))
    are_keys = sealing.are_keys(address.public_key, address.shared_secret)
    if len(address.endpoint) > LONGEST_ENDPOINT or not push.is_service(address.endpoint) or not are_keys:
        return Refusal("not_a_device", _("This browser cannot be told. Try another browser, or choose e-mail."))
    others = PushAddress.objects.filter(member=member).exclude(endpoint=address.endpoint)
    if others.count() >= MOST_DEVICES:
        return Refusal("too_many_devices", _("Ten of your devices are told already. Remove one of them first."))
    return None


def is_quiet(now: dt.datetime) -> bool:
    """Whether the city sleeps."""
    return quiet_hours().holds(now)


def is_held(channel: str, priority: int) -> bool:
    """Whether the night holds such a delivery back; its e-mail answers one's own act at once."""
    return priority > (OWN_ACT if channel == Channel.EMAIL else PASSES_NIGHT)


def due_from(channel: str, priority: int, now: dt.datetime, quiet: Quiet) -> dt.datetime:
    """When such a delivery may go first: now, or when the receiver's rest is over."""
    return quiet.over(now) if is_held(channel, priority) else now


def channels_for(
    *, phone: str | None, email: str | None, wishes: dict[str, bool], has_push: bool = False, everywhere: bool = False
) -> list[Channel]:
    """The channels besides the inbox: what a person wishes, else e-mail where there is one, else text message.

    A browser that takes messages was asked for by its owner. `everywhere`: all that reach and were not stopped.
    """
    reachable = {Channel.EMAIL: bool(email), Channel.SMS: bool(phone), Channel.PUSH: has_push}
    usual = reachable | ({} if everywhere else {Channel.SMS: bool(phone) and not email})
    return [channel for channel in usual if reachable[channel] and wishes.get(channel, usual[channel])]
