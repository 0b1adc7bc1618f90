"""What goes in time of accounts: codes, answers kept for a day, devices, and the trail itself after years. How long is said by
`privacy.retention`; each call takes a bounded part and answers how much it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from base import clock
from members.models import Audit, CodeTry, IdempotencyKey, Seal, Session, SignInCode
from members.trail import ONE_DAY, lines_of

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

MOST = 2000


def _drop(rows: QuerySet[Any]) -> int:
    some = list(rows.order_by().values_list("pk", flat=True)[:MOST])
    rows.model._base_manager.filter(pk__in=some).delete()  # noqa: SLF001 - Django's documented name
    return len(some)


def forget_codes(older_than: dt.timedelta) -> int:
    """Askings for sign-in codes, and typed ones that were counted. Limits look back a day at most."""
    since = clock.now() - older_than
    return _drop(SignInCode.objects.filter(asked_at__lt=since)) + _drop(CodeTry.objects.filter(at__lt=since))


def forget_answers_of_the_api(older_than: dt.timedelta) -> int:
    """Answers that a repeated request would have got again; their day is over by themselves or by `older_than`."""
    return _drop(IdempotencyKey.objects.filter(expires_at__lt=clock.now() + ONE_DAY - older_than))


def forget_sessions(older_than: dt.timedelta) -> int:
    """Devices that open nothing any more, or were not used for so long."""
    unused = Q(expire_date__lt=clock.now()) | Q(seen_on__lt=clock.today() - older_than)
    return _drop(Session.objects.filter(unused))


@transaction.atomic
def forget_trail(older_than: dt.timedelta) -> int:
    """The lines of the oldest sealed day, whole, once they are so old; its seal stays, so that the chain still holds."""
    last = clock.today() - older_than - ONE_DAY
    first = Audit.objects.order_by("at", "pk").first()
    if first is None or clock.day_of(first.at) >= last:
        return 0
    day = clock.day_of(first.at)
    if not Seal.objects.filter(day=day).exists():
        return 0
    lines = lines_of(day)
    gone = lines.count()
    lines.order_by().delete()
    return gone
