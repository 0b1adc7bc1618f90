"""Whom a notice to many reaches by which channel and when, asked of the database in whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, DateTimeField, Exists, OuterRef, Q, Value, When

from notifications import rules, texts
from notifications.models import Channel, Preference, PushAddress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from members.models import Member

FEW = 5  # smaller groups are not counted out
HAS = {
    Channel.EMAIL: Q(email__isnull=False) & ~Q(email=""),
    Channel.SMS: Q(phone__isnull=False) & ~Q(phone=""),
    Channel.PUSH: Q(Exists(PushAddress.objects.filter(member=OuterRef("pk")))),
}


def wanting(members: QuerySet[Member], kind: str, channel: str) -> QuerySet[Member]:
    """Of the members, those whom a notice of that kind reaches by that channel, as `rules.channels_for` says of one."""
    here = members.filter(erased_at__isnull=True)
    if channel == Channel.INBOX:
        return here
    said = Preference.objects.filter(member=OuterRef("pk"), channel=channel)
    asked = rules.asked_for(kind)
    reached = here.filter(HAS[Channel(channel)], ~Exists(said.filter(kind__in=[asked, rules.EVERY_KIND], wanted=False)))
    if channel != Channel.SMS or kind in rules.EVERYBODY:
        return reached
    return reached.filter(~HAS[Channel.EMAIL] | Q(Exists(said.filter(kind=asked, wanted=True))))


def due_at(channel: str, priority: int, now: dt.datetime) -> Combinable:
    """When a delivery to a member may go first, as `rules.due_from` says of one: at once, or when their rest is over."""
    usual = rules.due_from(channel, priority, now, rules.quiet_hours())
    if not rules.is_held(channel, priority):
        return _instant(usual)
    own = [When(own_rest(now, hour), then=_instant(rules.next_at(dt.time(hour), now))) for hour in range(24)]
    return Case(When(rhythm__quiet_from__isnull=True, then=_instant(usual)), *own, default=_instant(now))


def own_rest(now: dt.datetime, until: int) -> Q:
    """Of the members, those whose own hours of rest have begun and end at that hour."""
    begun = [start for start in range(24) if rules.quiet_of(start, until).holds(now)]
    return Q(rhythm__quiet_until=until, rhythm__quiet_from__in=begun)


def _instant(value: dt.datetime) -> Value:
    return Value(value, output_field=DateTimeField())


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people a notice reaches: in all, by channel, and by channel and language. None: fewer than five.

    Where one language of a channel has fewer than five, no language of it is told: the sum would give it away.
    """

    people: int | None
    channels: dict[str, int | None]
    languages: dict[str, dict[str, int | None]]

    def sms_parts(self, words: dict[str, texts.Text]) -> int | None:
        """How many text messages these words take for all whom they reach so; the most where languages are not told."""
        parts = {language: texts.parts_of(text.sms) for language, text in words.items()}
        people, spoken = self.channels.get(Channel.SMS, 0), self.languages.get(Channel.SMS, {})
        if people is None:
            return None
        if None in spoken.values():
            return people * max(parts.values())
        return sum((number or 0) * parts.get(language, parts["fa"]) for language, number in spoken.items())


def counts(*, members: QuerySet[Member], kind: str, channels: Iterable[str] | None = None) -> Counts:
    """Counts the members whom a notice of that kind would reach: one query for all and one for each channel."""
    ways = [Channel.INBOX, *(one for one in rules.CHOSEN_CHANNELS if channels is None or one in channels)]
    found = {str(channel): _by_language(wanting(members, kind, channel)) for channel in ways}
    sums = {channel: _few(sum(spoken.values())) for channel, spoken in found.items()}
    languages = {channel: _split(spoken) for channel, spoken in found.items()}
    return Counts(sums[Channel.INBOX], sums, languages)


def _by_language(members: QuerySet[Member]) -> dict[str, int]:
    rows: Any = members.order_by().values("language").annotate(people=Count("pk", distinct=True))
    found: dict[str, int] = {}
    for row in rows:  # whoever speaks another language reads Persian
        language = row["language"] if row["language"] in texts.LANGUAGES else "fa"
        found[language] = found.get(language, 0) + row["people"]
    return found


def _few(number: int) -> int | None:
    return None if 0 < number < FEW else number


def _split(spoken: dict[str, int]) -> dict[str, int | None]:
    is_told = all(_few(number) is not None for number in spoken.values())
    return {language: number if is_told else None for language, number in spoken.items()}
