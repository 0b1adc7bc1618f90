"""What was edited here stays, whatever the partner's next file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.models import Course, Program


def pin(row: Course | Program, fields: Iterable[str]) -> bool:
    """Pins fields of an imported course or program, by the names of their columns, texts among them, and `hours`.

    To be called by whoever changes the row here, inside the same transaction and under the row's lock; that service
    leaves the audit line. Later files report the difference and leave the field. A row that no partner sends is left as
    it is, and pinning twice changes nothing; whether something was pinned anew is told.
    """
    wanted = sorted({*row.pinned, *fields})
    if row.feed_id is None or wanted == sorted(row.pinned):
        return False
    row.pinned = wanted
    type(row).objects.filter(pk=row.pk).update(pinned=wanted)
    return True
