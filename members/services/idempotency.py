"""Answers a repeated request of the API with the answer that its first one got."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from base import clock
from base.refusal import Refused
from members import rules
from members.models import IdempotencyKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import Member

LIFE_OF_A_KEY = dt.timedelta(hours=24)


def answer_once(*, member: Member, key: str, digest: str, work: Callable[[], tuple[int, Any]]) -> tuple[int, Any]:
    """Does the work and keeps its answer (status, plain JSON) under the member's key for a day; again gives it back.

    Work and answer are one transaction. Of two at once the unique key lets one work while the other waits for its
    answer. A work that is refused leaves nothing, so that it can be tried again. `digest` stands for the request.

    Raises:
        Refused: `key_reused` when the key was used for another request; whatever the work refuses.
    """
    with transaction.atomic():
        IdempotencyKey.objects.filter(member=member, key=key, expires_at__lte=clock.now()).delete()
        row = _claimed(member, key, digest)
        if row is not None:
            status, answer = work()
            row.status, row.body = status, {"answer": answer}
            row.save(update_fields=["status", "body"])
            return status, answer
        kept = IdempotencyKey.objects.get(member=member, key=key)
    if kept.digest != digest:
        raise Refused(rules.KEY_REUSED)
    return kept.status, kept.body["answer"]


def _claimed(member: Member, key: str, digest: str) -> IdempotencyKey | None:
    """The key's new row, or None where another request has it; waits for one that is under way."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                member=member, key=key, digest=digest, status=0, body={}, expires_at=clock.now() + LIFE_OF_A_KEY
            )
    except IntegrityError:
        return None
