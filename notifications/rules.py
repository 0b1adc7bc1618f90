"""When and by which channels a person is told: quiet hours, groups of kinds, defaults."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from base import clock
from notifications.models import Channel, Notice

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

QUIET_FROM = dt.time(22)
QUIET_UNTIL = dt.time(8)
NEAR = dt.timedelta(hours=12)
CHANGES = frozenset({"programs/cancelled", "programs/moved", "programs/called_off", "programs/changed"})
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
    )
)
PLANNING = frozenset(f"programs/{event}" for event in ("review", "remark", "asked", "teaching", "teaching_ended"))
EVERY_KIND = "*"
PASSES_NIGHT, OWN_ACT, USUAL = 1, 2, 5  # priorities; the first is never held back, of the second no e-mail is
CHOSEN_CHANNELS = (Channel.SMS, Channel.EMAIL)


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
    Group("classes", _("Changes to classes"), _("time, place, cancelled meetings"), CHANGES | {"programs/clash"}),
    Group(
        "workgroups",
        _("My workgroup"),
        _("appointments, meetings, decisions that one owes, programs to review, questions of residents"),
        WORKGROUPS | PLANNING,
    ),
    Group("reminders", _("Reminders"), _("the day before class"), frozenset({"programs/starts_tomorrow"})),
    Group(
        "organisers",
        _("Messages from organisers"),
        _("what they write to a class, answers to my questions and wishes"),
        frozenset({"programs/message", "programs/answered", "programs/wish_answered"}),
    ),
)


def group_of(kind: str) -> Group:
    """The group that a kind belongs to; what is about nothing else is about one's enrolments."""
    return next((group for group in GROUPS if kind in group.kinds), OTHER)


def priority_of(notice: Notice, now: dt.datetime) -> int:
    """How early it is handed over: urgent ones and changes to a class that begins within twelve hours first."""
    if notice.urgency in {Notice.Urgency.URGENT, Notice.Urgency.CODE} or is_near(notice.kind, notice.values, now):
        return PASSES_NIGHT
    return OWN_ACT if notice.urgency == Notice.Urgency.ANSWER else USUAL


def is_near(kind: str, values: dict[str, Any], now: dt.datetime) -> bool:
    """Whether it changes a class that begins within twelve hours."""
    starts_at = values.get("starts_at")
    if kind not in CHANGES or not starts_at:
        return False
    return now <= dt.datetime.fromisoformat(starts_at) < now + NEAR


def is_quiet(now: dt.datetime) -> bool:
    """Whether the city sleeps, between 22:00 and 08:00."""
    hour = timezone.localtime(now, timezone.get_default_timezone()).time()
    return hour >= QUIET_FROM or hour < QUIET_UNTIL


def is_held(channel: str, priority: int) -> bool:
    """Whether the night holds such a delivery back; its e-mail answers one's own act at once."""
    return priority > (OWN_ACT if channel == Channel.EMAIL else PASSES_NIGHT)


def may_go(now: dt.datetime) -> Q:
    """Of the deliveries, those that the hour lets go."""
    if not is_quiet(now):
        return Q()
    return Q(priority__lte=PASSES_NIGHT) | Q(channel=Channel.EMAIL, priority__lte=OWN_ACT)


def due_from(channel: str, priority: int, now: dt.datetime) -> dt.datetime:
    """When such a delivery may go first: now, or the next 08:00."""
    if not is_quiet(now) or not is_held(channel, priority):
        return now
    today = timezone.localtime(now, timezone.get_default_timezone())
    day = today.date() + dt.timedelta(days=1 if today.time() >= QUIET_FROM else 0)
    return clock.at(day, QUIET_UNTIL)


def channels_for(*, phone: str | None, email: str | None, wishes: dict[str, bool]) -> list[Channel]:
    """The channels besides the inbox: what a person wishes, else e-mail where there is one, else text message."""
    usual = {Channel.EMAIL: bool(email), Channel.SMS: bool(phone) and not email}
    reachable = {Channel.EMAIL: bool(email), Channel.SMS: bool(phone)}
    return [channel for channel in usual if reachable[channel] and wishes.get(channel, usual[channel])]
