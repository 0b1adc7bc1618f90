"""Partners' files that coordinators hand in: taken, mapped, confirmed, undone; workers do the reading and the writing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import clock
from base.persian import normalise
from base.refusal import refuse_if
from members.services import record
from programs.models import Course, Feed, Import
from programs.rules import why_not_confirm, why_not_hand_in, why_not_resize, why_not_undo
from programs.services.courses import resize
from workgroups.models import Venue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from members.models import Member
    from workgroups.models import Workgroup

LONGEST_NAME, LONGEST_PARTNER = 200, 80


def hand_in(
    *,
    actor: Member,
    workgroup: Workgroup,
    profile: str,
    name: str,
    content: bytes,
    language: str,
    options: Mapping[str, Any],
    partner: str = "",
) -> Import:
    """Takes a file for a worker to read; nothing of the catalogue changes. The reasons are given in `language`.

    `partner` tells the lists of several partners of one format apart: each has its own columns, places and courses.

    `options` are those of `import_courses`: `mode`, `area` (an id), `accept_missing`.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_hand_in(workgroup, actor))
    with transaction.atomic():
        feed, _ = Feed.objects.get_or_create(
            workgroup=workgroup, profile=profile, partner=normalise(partner)[:LONGEST_PARTNER]
        )
        run = Import.objects.create(
            feed=feed,
            member=actor,
            name=normalise(name)[-LONGEST_NAME:],
            digest=hashlib.sha256(content).hexdigest(),
            content=content,
            language=language,
            options=dict(options),
            made_at=clock.now(),
        )
        record(actor=actor, verb="hand_in", row=run)
    return run


def map_columns(*, actor: Member, run: Import, columns: Mapping[str, str], language: str) -> Import:
    """Says which column of the file holds which field; the feed remembers it, and the file is read again.

    Raises:
        Refused: `not_yours`, `not_waiting`.
    """
    refuse_if(why_not_confirm(run, actor, Import.State.MAPPING, Import.State.READ))
    known = {field: column for field, column in columns.items() if column in dict(run.columns)}
    return _remember(actor, run, "map_columns", columns=known, language=language)


def map_places(*, actor: Member, run: Import, places: Mapping[str, int | None]) -> Import:
    """Says which of our venues the partner's places are, None for none of them; the feed remembers it.

    Raises:
        Refused: `not_yours`, `not_waiting`.
    """
    refuse_if(why_not_confirm(run, actor, Import.State.READ))
    venues = set(Venue.objects.filter(pk__in=[pk for pk in places.values() if pk]).values_list("pk", flat=True))
    known = {place: pk if pk in venues else None for place, pk in places.items()}
    return _remember(actor, run, "map_places", places=run.feed.mapping.get("places", {}) | known)


def _remember(actor: Member, run: Import, verb: str, **mapping: Any) -> Import:
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).get(pk=run.feed_id)
        feed.mapping |= mapping
        feed.save(update_fields=["mapping"])
        _turn(run, Import.State.QUEUED)
        record(actor=actor, verb=verb, row=run)
    run.feed = feed
    return run


def confirm(*, actor: Member, run: Import) -> Import:
    """Says yes to what was shown; a worker saves it. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `not_waiting`.
    """
    if run.state in {Import.State.CONFIRMED, Import.State.SAVED}:
        return run
    refuse_if(why_not_confirm(run, actor, Import.State.READ))
    with transaction.atomic():
        _turn(run, Import.State.CONFIRMED)
        record(actor=actor, verb="confirm_import", row=run)
    return run


def undo(*, actor: Member, run: Import) -> Import:
    """Takes the whole import back, for a day; a worker does it. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `not_saved`, `too_late`, `later_import`.
    """
    if run.state in {Import.State.UNDOING, Import.State.UNDONE}:
        return run
    refuse_if(why_not_undo(run, actor))
    with transaction.atomic():
        _turn(run, Import.State.UNDOING)
        record(actor=actor, verb="undo_import", row=run)
    return run


def accept_seats(*, actor: Member, run: Import, courses: Iterable[int] | None = None) -> tuple[int, list[Course]]:
    """Takes over the organiser's number of seats in those courses of the partner's, or in all where it is another one.

    Answers how many changed, and the courses in which more people have a seat than that; these stay as they are.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_hand_in(run.feed.workgroup, actor))
    found = run.feed.courses.with_other_seats()
    if courses is not None:
        found = found.filter(pk__in=list(courses))
    with transaction.atomic():
        rows = list(found.order_by("pk"))
        full = [course for course in rows if why_not_resize(course, course.source_capacity)]
        for course in rows:
            if course not in full:
                resize(actor=actor, course=course, capacity=course.source_capacity, waiting_size=course.waiting_size)
    return len(rows) - len(full), full


def _turn(run: Import, state: Import.State) -> None:
    """Hands the import to the workers."""
    turned = Import.objects.filter(pk=run.pk, state=run.state).update(state=state, leased_until=None, attempts=0)
    if turned:
        run.state = state


def forget_files(older_than: dt.timedelta) -> int:
    """Drops the contents of files that nobody confirmed for so long; how many there were."""
    old = Import.objects.filter(
        made_at__lt=clock.now() - older_than, state__in=[Import.State.READ, Import.State.MAPPING]
    )
    failure = {"state": Import.State.FAILED, "content": None}
    return old.update(**failure)
