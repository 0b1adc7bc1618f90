"""What workers do with files that were handed in: read and compare, save, take back. The row is the queue."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from base import clock
from members.services import record
from programs.imports import PROFILES, Unusable, generic, read
from programs.models import Enrolment, Import, ImportRow
from programs.services.imported import CourseText
from programs.services.importing import import_courses
from programs.services.indexing import batches
from programs.services.undoing import Journal, take_back
from workgroups.models import LiteracyArea, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.imports import Catalogue
    from programs.services.comparing import Change
    from programs.services.importing import Outcome

LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 3
MOST_PLACES = 200
KEPT_PROGRESS = 600
logger = logging.getLogger(__name__)


class _ChangedMeanwhile(Exception):  # noqa: N818 - it is an answer
    """What would be saved is no longer what was shown."""


def work_imports() -> bool:
    """Does what one file waits for, the oldest first; whether there was one. Harmless to run many times at once."""
    run = _claim()
    if run is None:
        return False
    steps = {Import.State.QUEUED: _read, Import.State.CONFIRMED: _save, Import.State.UNDOING: _undo}
    with translation.override(run.language):
        if run.attempts > MOST_ATTEMPTS:
            _fail(run, _("The file could not be worked on; nothing was changed"))
            return True
        try:
            steps[Import.State(run.state)](run)
        except Unusable as unusable:
            _fail(run, str(unusable))
        except Exception:
            logger.exception("an import failed", extra={"import": run.pk})
            Import.objects.filter(pk=run.pk).update(leased_until=None)
    return True


def _claim() -> Import | None:
    now = clock.now()
    with transaction.atomic():
        due = Import.objects.filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=now), state__in=Import.FOR_WORKERS
        )
        run = due.order_by("made_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if run is None:
            return None
        Import.objects.filter(pk=run.pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    run.attempts += 1
    return Import.objects.select_related("feed__workgroup", "member").get(pk=run.pk)


def _fail(run: Import, reason: str) -> None:
    """A file that is refused is not kept; a taking back that failed can be asked for again."""
    if run.state == Import.State.UNDOING:
        Import.objects.filter(pk=run.pk).update(state=Import.State.SAVED, leased_until=None, failure=reason)
        return
    columns: dict[str, Any] = {"state": Import.State.FAILED, "failure": reason, "content": None, "leased_until": None}
    Import.objects.filter(pk=run.pk).update(**columns)


# How far it is


def progress_of(run: Import) -> tuple[int, int]:
    """Rows done and rows in all, as far as it is known."""
    found: tuple[int, int] = cache.get(f"import:{run.pk}") or (0, 0)
    return found


def _progress(run: Import, total: int = 0) -> Any:
    return lambda done: cache.set(f"import:{run.pk}", (done, total), KEPT_PROGRESS)


# Reading


def _read(run: Import) -> None:
    raw = bytes(run.content or b"")
    columns: dict[str, list[str]] = {}
    if run.feed.profile == generic.NAME:
        columns = generic.columns_of(raw) if raw.strip() else {}
        if columns and not generic.fits(run.feed.mapping.get("columns", {}), columns):
            waiting = {"state": Import.State.MAPPING, "columns": list(columns.items()), "leased_until": None}
            Import.objects.filter(pk=run.pk).update(**waiting)
            return
    catalogue = _catalogue(run, raw)
    outcome = _carried_out(run, catalogue, dry_run=True)
    _keep(run, outcome, state=Import.State.READ, columns=list(columns.items()), places=_unknown_places(run, catalogue))


def _catalogue(run: Import, raw: bytes) -> Catalogue:
    profile = PROFILES.get(run.feed.profile) or generic.of(run.feed.mapping)
    return read(raw, profile or generic.profile({"title": "title"}, "fa"), _progress(run))


def _unknown_places(run: Import, catalogue: Catalogue) -> list[str]:
    known = run.feed.mapping.get("places", {})
    places = dict.fromkeys(row.place for row in catalogue.rows.values() if row.place and row.place not in known)
    return list(places)[:MOST_PLACES]


def _carried_out(
    run: Import, catalogue: Catalogue, *, dry_run: bool = False, journal: Journal | None = None
) -> Outcome:
    area = run.options.get("area")
    return import_courses(
        workgroup=run.feed.workgroup,
        catalogue=catalogue,
        mode=run.options.get("mode"),
        area=LiteracyArea.objects.filter(pk=area).first() if area else None,
        partner=run.feed.partner,
        accept_missing=bool(run.options.get("accept_missing")),
        dry_run=dry_run,
        actor=run.member,
        journal=journal,
        progress=_progress(run, len(catalogue.rows)),
    )


# Saving


def _save(run: Import) -> None:
    catalogue = _catalogue(run, bytes(run.content or b""))
    journal = Journal()
    try:
        with transaction.atomic():
            outcome = _carried_out(run, catalogue, journal=journal)
            _check_unchanged(run, outcome)
            _keep(
                run,
                outcome,
                journal=journal,
                state=Import.State.SAVED,
                saved_at=clock.now(),
                before=journal.whole,
                content=None,
            )
    except _ChangedMeanwhile:
        outcome = _carried_out(run, catalogue, dry_run=True)
        _keep(run, outcome, state=Import.State.READ, is_stale=True, places=_unknown_places(run, catalogue))


def _check_unchanged(run: Import, outcome: Outcome) -> None:
    if _figures(outcome) != run.counts:
        raise _ChangedMeanwhile


def _figures(outcome: Outcome) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "missing", "rejected")
    return {name: getattr(outcome, name) for name in names}


def _keep(run: Import, outcome: Outcome, *, journal: Journal | None = None, **columns: Any) -> None:
    """Writes down what became of each row, in the place of what was written before."""
    made = {change.key: change.course for change in outcome.changes}
    if journal is not None:
        keys = run.feed.courses.values_list("feed_key", "pk")
        made |= {str(key): pk for key, pk in keys if key in made}
    befores = journal.courses if journal else {}
    told = _told([change.course for change in outcome.changes if change.told or change.what == "missing"])
    titles = _titles([change.course for change in outcome.changes if change.course and not change.title])
    with transaction.atomic():
        ImportRow.objects.filter(run=run).delete()
        for some in batches(outcome.changes):
            ImportRow.objects.bulk_create(
                _row(run, change, made.get(change.key), befores, told, titles) for change in some
            )
        columns |= {"counts": _figures(outcome), "leased_until": None, "attempts": 0}
        columns.setdefault("is_stale", False)
        Import.objects.filter(pk=run.pk).update(**columns)


def _row(
    run: Import,
    change: Change,
    course: int | None,
    befores: dict[int, dict[str, Any]],
    told: dict[int, int],
    titles: dict[int, str],
) -> ImportRow:
    is_rejected = change.what == "rejected"
    return ImportRow(
        run=run,
        line=change.line,
        key=change.key[:200],
        what=change.what,
        title=(change.title or titles.get(change.course or 0, ""))[:200],
        course_id=None if is_rejected else course,
        details=change.details,
        reason=change.reason,
        told=told.get(change.course or 0, 0) if change.told or change.what == "missing" else 0,
        before=befores.get(course or 0) if not is_rejected else None,
    )


def _told(course_ids: Iterable[int | None]) -> dict[int, int]:
    places = Enrolment.objects.live().filter(course__in=[pk for pk in course_ids if pk]).order_by()
    return dict(places.values_list("course").annotate(n=Count("pk")))


def _titles(course_ids: Iterable[int | None]) -> dict[int, str]:
    found: dict[int, str] = {}
    for ids in batches(course_ids):
        texts = CourseText.objects.filter(master__in=ids)
        for pk, program, own in texts.values_list("master", "master__program__translations__title", "title"):
            found[pk] = own or program or ""
    return found


# Taking back


def _undo(run: Import) -> None:
    with transaction.atomic():
        Workgroup.objects.select_for_update(no_key=True).get(pk=run.feed.workgroup_id)
        stayed = take_back(run)
        ImportRow.objects.bulk_update(stayed, ["stayed"])
        columns: dict[str, Any] = {"undone_at": clock.now(), "leased_until": None, "before": {}}
        Import.objects.filter(pk=run.pk).update(state=Import.State.UNDONE, **columns)
        ImportRow.objects.filter(run=run).update(before=None)
        record(actor=run.member, verb="take_back_import", row=run, changes={"stayed": len(stayed)})
