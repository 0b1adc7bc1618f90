"""Writes the trail: one line for every change, in the change's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base import clock, door
from members.models import Audit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models

    from members.models import Member

A_TIME = 1000


def record(
    *,
    actor: Member | None,
    verb: str,
    row: models.Model,
    on_behalf: int | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Leaves an audit line about a row.

    `actor` None is the portal itself; `on_behalf` is the learner's id; personal values in `changes` are given as the
    word "changed".
    """
    record_all(actor=actor, verb=verb, rows=[(row, on_behalf)], changes=changes)


def record_all(
    *,
    actor: Member | None,
    verb: str,
    rows: Iterable[tuple[models.Model, int | None]],
    changes: dict[str, Any] | None = None,
) -> None:
    """Leaves a line about each of many rows to which the same was done, each with the learner's id, as `record` does: one query
    a thousand.
    """
    entrance, now = door.current(), clock.now()
    Audit.objects.bulk_create(
        (
            Audit(
                at=now,
                actor_id=actor.pk if actor else None,
                for_id=on_behalf,
                verb=verb,
                object_type=row._meta.label_lower,  # noqa: SLF001 - Django's documented name
                object_id=row.pk,
                door=entrance.name,
                request_id=entrance.request_id,
                changes=changes or {},
            )
            for row, on_behalf in rows
        ),
        batch_size=A_TIME,
    )
