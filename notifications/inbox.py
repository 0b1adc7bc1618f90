"""A member's messages as pages and programs show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.template import TemplateDoesNotExist

from base import clock
from notifications import rules, texts
from notifications.models import Channel, Delivery, Preference, PushAddress, Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from members.models import Member

ASKS = frozenset({"programs/offered"})


@dataclass(frozen=True, slots=True)
class Shown:
    """One message in words: `path` leads to what it is about, `asks` whether an answer is still awaited."""

    id: int
    kind: str
    at: dt.datetime | None
    is_new: bool
    subject: str
    text: str
    path: str
    asks: bool


class Device(NamedTuple):
    """A browser that is told."""

    id: int
    agent: str
    since: dt.datetime
    mark: str


def messages_of(member: Member, *, group: str = "") -> QuerySet[Delivery]:
    """The member's messages, newest first; of one group of kinds where it is named."""
    mine = Delivery.objects.filter(member=member, channel=Channel.INBOX)
    mine = mine.filter(notice__withdrawn_at__isnull=True, notice__forgotten_at__isnull=True)
    mine = mine.select_related("notice").order_by("-pk")
    kinds = {one.name: one.kinds for one in rules.GROUPS}
    if group == rules.OTHER.name:
        return mine.exclude(notice__kind__in=frozenset().union(*kinds.values()))
    return mine.filter(notice__kind__in=kinds[group]) if group in kinds else mine


def groups_of(member: Member) -> list[rules.Group]:
    """The groups of kinds that concern the member; a rare one only once something of it was told to them."""
    rare = [group for group in rules.GROUPS if group.name in rules.RARE]
    mine = Delivery.objects.filter(member=member, channel=Channel.INBOX)
    told = {group.name for group in rare if mine.filter(notice__kind__in=group.kinds).exists()}
    return [group for group in rules.GROUPS if group.name not in rules.RARE or group.name in told]


def shown(rows: Iterable[Delivery], language: str) -> list[Shown]:
    """The messages in words; one whose kind has no words any more is left out."""
    found = (_shown(row, language) for row in rows)
    return [one for one in found if one]


def _shown(row: Delivery, language: str) -> Shown | None:
    values: dict[str, Any] = row.notice.values
    try:
        text = texts.render(row.notice.kind, values, language)
    except TemplateDoesNotExist:
        return None
    until = str(values.get("expires_at") or "")
    asks = row.notice.kind in ASKS and bool(until) and dt.datetime.fromisoformat(until) > clock.now()
    return Shown(row.pk, row.notice.kind, row.sent_at, row.read_at is None, text.subject, text.inbox, text.path, asks)


def reachable(member: Member) -> list[Channel]:
    """The channels besides the inbox that reach the member."""
    has = {Channel.SMS: member.phone, Channel.EMAIL: member.email, Channel.PUSH: _has_push(member)}
    return [one for one in rules.CHOSEN_CHANNELS if has[one]]


def _has_push(member: Member) -> bool:
    return bool(settings.VAPID_PRIVATE_KEY) and PushAddress.objects.filter(member=member).exists()


def devices_of(member: Member) -> list[Device]:
    """The member's browsers that are told, by a mark by which a browser knows itself; the address is kept secret."""
    rows = PushAddress.objects.filter(member=member).order_by("-created_at")
    return [Device(row.pk, row.agent, row.created_at, sha256(row.endpoint.encode()).hexdigest()) for row in rows]


def wishes_of(member: Member) -> dict[str, bool]:
    """What is ticked when the member opens their preferences, by `<group>_<channel>`."""
    kept = {(row.kind, row.channel): row.wanted for row in Preference.objects.filter(member=member)}
    found: dict[str, bool] = {}
    reached = reachable(member)
    for group in rules.GROUPS:
        own = {channel: wanted for (kind, channel), wanted in kept.items() if kind == group.name}
        has_push = Channel.PUSH in reached
        used = rules.channels_for(phone=member.phone, email=member.email, wishes=own, has_push=has_push)
        found |= {f"{group.name}_{channel}": channel in used for channel in reached}
    return found


def rhythm_of(member: Member) -> dict[str, object]:
    """What the form of preferences shows of the member's hours of rest and digest."""
    kept = Rhythm.objects.filter(member=member).first()
    city = rules.quiet_hours()
    if kept is None or kept.quiet_from is None or kept.quiet_until is None:
        hours: dict[str, object] = {"rest": "", "quiet_from": city.start.hour, "quiet_until": city.end.hour}
    elif kept.quiet_from == kept.quiet_until:
        hours = {"rest": "none", "quiet_from": city.start.hour, "quiet_until": city.end.hour}
    else:
        hours = {"rest": "own", "quiet_from": kept.quiet_from, "quiet_until": kept.quiet_until}
    return hours | {"digest": kept.digest if kept else ""}


def is_email_stopped(member: Member) -> bool:
    """Whether e-mail is stopped because it came back."""
    return Preference.objects.filter(member=member, kind=rules.EVERY_KIND, channel=Channel.EMAIL, wanted=False).exists()
