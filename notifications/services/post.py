"""Posts a notice: the rows from which every message is later made."""

from __future__ import annotations

import json
import uuid
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Exists, FilteredRelation, OuterRef, Q

from base import clock
from base.prepared import prepared
from members.models import Member
from notifications import rules
from notifications.models import Channel, Delivery, Notice, PushAddress
from notifications.services.wake import wake

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

BATCH = 1000
_INSERT = """
INSERT INTO notifications_notice (key, kind, "values", urgency, created_at, expires_at, due_at, channels, has_parked)
VALUES {rows} ON CONFLICT (key) DO NOTHING RETURNING id, key
"""
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


class Said(NamedTuple):
    """One notice of several: its key, to whom it goes (ids), and its values."""

    key: str
    members: Iterable[int]
    values: dict[str, Any]


def post(
    *,
    key: str,
    kind: str,
    members: Iterable[int],
    values: dict[str, Any],
    urgency: Notice.Urgency = Notice.Urgency.SERVICE,
    expires_at: dt.datetime | None = None,
) -> None:
    """Says something to members (ids) in the caller's transaction; the inbox shows it at once. A key is said once.

    `kind` names the text (`programs/seated`); `values` are plain JSON, from which it is made at hand-over.
    E-mails and text messages go to those who want them, held back at night. Erased members are left out.
    """
    post_all([Said(key, members, values)], kind=kind, urgency=urgency, expires_at=expires_at)


def post_all(
    said: Sequence[Said],
    *,
    kind: str,
    urgency: Notice.Urgency = Notice.Urgency.SERVICE,
    expires_at: dt.datetime | None = None,
) -> None:
    """Says each of several things of one kind to its members, as `post` says one: a few queries for each thousand."""
    columns = {"kind": kind, "urgency": urgency, "expires_at": expires_at, "created_at": clock.now()}
    for start in range(0, len(said), BATCH):
        some = said[start : start + BATCH]
        notices = [Notice(key=one.key, values=one.values, **columns) for one in some]
        _insert(notices)
        new = [(notice, set(one.members)) for notice, one in zip(notices, some, strict=True) if notice.pk is not None]
        if new:
            Delivery.objects.bulk_create(_deliveries(new), batch_size=BATCH)
            wake()


def insert(notice: Notice) -> bool:
    """Writes the notice unless its key was said before."""
    _insert([notice])
    return notice.pk is not None


def _insert(notices: Sequence[Notice]) -> None:
    """Writes those whose key was not said before, and gives them their id; one statement, where asking first would take four."""
    rows = [_row(notice) for notice in notices]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(rows=", ".join([_ROW] * len(rows))), [value for row in rows for value in row])
        found = {key: pk for pk, key in cursor.fetchall()}
    for notice in notices:
        notice.pk = found.pop(notice.key, None)


def _row(notice: Notice) -> list[Any]:
    instants = [
        value and connection.ops.adapt_datetimefield_value(value)
        for value in (notice.created_at, notice.expires_at, notice.due_at)
    ]
    channels = None if notice.channels is None else json.dumps(notice.channels)
    return [notice.key, notice.kind, json.dumps(notice.values), str(notice.urgency), *instants, channels, False]


def _deliveries(said: Sequence[tuple[Notice, set[int]]]) -> Iterable[Delivery]:
    """Those of notices of one kind; one query for all the people."""
    people = _people(said[0][0].kind, {pk for _notice, members in said for pk in members})
    known = {person.pk: (person, wishes) for person, wishes in people.items()}
    for notice, members in said:
        yield from _deliveries_of(notice, [known[pk] for pk in sorted(members) if pk in known])


def _deliveries_of(notice: Notice, people: Iterable[tuple[Person, dict[str, bool]]]) -> Iterable[Delivery]:
    now = notice.created_at
    priority = rules.priority_of(notice, now)
    for person, wishes in people:
        own: dict[str, Any] = {"notice": notice, "member_id": person.pk, "priority": priority}
        yield Delivery(
            **own, channel=Channel.INBOX, state=Delivery.State.SENT, due_at=now, sent_at=now, reference=uuid.uuid4()
        )
        for channel in person.channels(notice.kind, wishes):
            due_at = rules.due_from(channel, priority, now, rules.quiet_of(person.quiet_from, person.quiet_until))
            yield Delivery(**own, channel=channel, due_at=due_at, reference=uuid.uuid4())


class Person(NamedTuple):
    """What the choice of channels and hours depends on."""

    pk: int
    phone: str | None
    email: str | None
    has_push: bool
    quiet_from: int | None
    quiet_until: int | None

    def channels(self, kind: str, wishes: dict[str, bool]) -> list[Channel]:
        """By which they are told of that kind."""
        everywhere = kind in rules.EVERYBODY
        return rules.channels_for(
            phone=self.phone, email=self.email, has_push=self.has_push, wishes=wishes, everywhere=everywhere
        )


class Reach(NamedTuple):
    """How many members a notice would reach: in all, by each channel, in each language."""

    members: int
    channels: dict[str, int]
    languages: dict[str, int]


def reach(kind: str, members: Iterable[int]) -> Reach:
    """Counts beforehand what `post` would do: two queries."""
    people = _people(kind, set(members))
    channels = Counter(str(channel) for person, wishes in people.items() for channel in person.channels(kind, wishes))
    spoken = Member.objects.filter(pk__in=[person.pk for person in people]).values_list("language", flat=True)
    return Reach(len(people), {str(Channel.INBOX): len(people), **channels}, dict(Counter(spoken)))


@prepared
def _wishes(group: str, members: list[int]) -> QuerySet[Member, Any]:
    asked = Q(preferences__kind__in=[group, rules.EVERY_KIND])
    has_push = Exists(PushAddress.objects.filter(member=OuterRef("pk")))
    here = Member.objects.filter(erased_at__isnull=True, pk__in=members)
    rows = here.annotate(wish=FilteredRelation("preferences", condition=asked), has_push=has_push)
    columns = ("pk", "phone", "email", "has_push", "rhythm__quiet_from", "rhythm__quiet_until")
    return rows.order_by("pk", "-wish__kind").values_list(*columns, "wish__channel", "wish__wanted")  # "*" wins


def _people(kind: str, members: set[int]) -> dict[Person, dict[str, bool]]:
    """Who is still here, and what each wants of that kind by channel; a channel stopped for every kind stays stopped."""
    found: dict[Person, dict[str, bool]] = defaultdict(dict)
    for *who, channel, wanted in _wishes(rules.asked_for(kind), sorted(members)):
        wishes = found[Person(*who)]
        if channel is not None:
            wishes[channel] = wanted
    return found
