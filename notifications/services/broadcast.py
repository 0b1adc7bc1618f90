"""One notice to very many: its row first, then deliveries by the thousand, made by the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Case, CharField, DateTimeField, F, Func, IntegerField, UUIDField, Value, When

from base import clock
from notifications import reaching, rules
from notifications.models import Channel, Delivery, Notice
from notifications.services.post import insert
from notifications.services.wake import wake

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from members.models import Member

BATCH = 5000
_INTO = """INSERT INTO notifications_delivery
(attempts, error, provider, receipt, notice_id, member_id, channel, priority, reference, state, due_at, sent_at) """
State = Delivery.State


class NewReference(Func):
    """A reference that no other row has, drawn by the database."""

    template = "gen_random_uuid()"
    output_field = UUIDField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        """SQLite draws bytes."""
        return self.as_sql(compiler, connection, template="lower(hex(randomblob(16)))", **more)


def open_notice(
    *,
    key: str,
    kind: str,
    values: dict[str, Any],
    urgency: Notice.Urgency = Notice.Urgency.NEWS,
    channels: Iterable[str] | None = None,
    expires_at: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
) -> Notice:
    """Writes a notice without any delivery, in the caller's transaction; the same one for a key that was said before.

    `channels` are those besides the inbox that it may take (None: all that its readers chose); nothing is handed over
    before `due_at`.
    """
    ways = None if channels is None else sorted({str(channel) for channel in channels})
    columns = {"kind": kind, "values": values, "urgency": urgency, "expires_at": expires_at, "due_at": due_at}
    notice = Notice(key=key, channels=ways, created_at=clock.now(), **columns)
    return notice if insert(notice) else Notice.objects.get(key=key)


def spread(*, notice: Notice, members: QuerySet[Member], after: int = 0, limit: int = BATCH) -> int | None:
    """Writes the deliveries of the next members by id, in one transaction; the last one's id, None when there are none.

    Repeating it adds nothing. A notice that was withdrawn gets no more deliveries.
    """
    if Notice.objects.filter(pk=notice.pk, withdrawn_at__isnull=False).exists():
        return None
    ids = list(members.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return None
    here = members.model._default_manager.filter(pk__in=ids)  # noqa: SLF001 - Django's documented name
    with transaction.atomic():
        for channel in _channels(notice):
            _insert(_rows(notice, here, channel))
        wake()
    return ids[-1]


def _channels(notice: Notice) -> list[Channel]:
    chosen = (Channel.EMAIL, Channel.SMS, Channel.PUSH)
    return [Channel.INBOX, *(one for one in chosen if notice.channels is None or one in notice.channels)]


def _rows(notice: Notice, members: QuerySet[Member], channel: Channel) -> QuerySet[Member, Any]:
    """The columns of the deliveries of one channel, in the order of `_INTO`."""
    now = max(clock.now(), notice.due_at or notice.created_at)
    priority = rules.priority_of(notice, now)
    state, due_at = _state_and_due(notice, channel, priority, now)
    sent_at = clock.now() if channel == Channel.INBOX else None
    columns = {
        "attempts_": Value(0, IntegerField()),
        "error_": Value("", CharField()),
        "provider_": Value("", CharField()),
        "receipt_": Value("", CharField()),
        "notice_": Value(notice.pk, IntegerField()),
        "member_": F("pk"),
        "channel_": Value(str(channel), CharField()),
        "priority_": Value(priority, IntegerField()),
        "reference_": NewReference(),
        "state_": state,
        "due_": due_at,
        "sent_": Value(sent_at, DateTimeField()),
    }
    return reaching.wanting(members, notice.kind, channel).order_by().annotate(**columns).values_list(*columns)


def _state_and_due(notice: Notice, channel: Channel, priority: int, now: dt.datetime) -> tuple[Combinable, Combinable]:
    """Read at once in the inbox; else queued until the reader's rest is over, or collected for their digest."""
    if channel == Channel.INBOX:
        return Value(str(State.SENT), CharField()), Value(clock.now(), DateTimeField())
    due_at, queued = reaching.due_at(channel, priority, now), Value(str(State.QUEUED), CharField())
    if not rules.is_digested(notice.kind, notice.urgency):
        return queued, due_at
    digests = [
        When(rhythm__digest=name, then=Value(rules.next_digest(name, now), DateTimeField()))
        for name in ("daily", "weekly")
    ]
    collected = When(rhythm__digest__in=("daily", "weekly"), then=Value(str(State.DIGEST), CharField()))
    return Case(collected, default=queued), Case(*digests, default=due_at, output_field=DateTimeField())


def _insert(rows: QuerySet[Member, Any]) -> None:
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{_INTO}{sql} ON CONFLICT (notice_id, member_id, channel) DO NOTHING", params)
