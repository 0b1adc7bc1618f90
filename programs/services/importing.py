"""Takes a partner's catalogue over: what is new, what changed, what is missing, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from base import clock
from members.services import record
from programs.imports import Unusable
from programs.models import Course, Feed
from programs.services.comparing import Change, fingerprint_of
from programs.services.imported import Writer
from programs.services.indexing import batches, index
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import Member
    from programs.imports import Catalogue, Row
    from programs.services.undoing import Journal
    from workgroups.models import LiteracyArea

MISSING_SHARE = 3  # more than a third missing: the file was cut off


@dataclass(slots=True)
class Outcome:
    """What a file did to the courses of its feed, in figures, and each changed or rejected row."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0
    rejected: int = 0
    changes: list[Change] = field(default_factory=list)

    def __str__(self) -> str:
        names = ("created", "updated", "unchanged", "missing", "rejected")
        return " ".join(f"{name}={getattr(self, name)}" for name in names)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done: rows without a course, courses with another row, courses without a row."""

    new: list[Row]
    changed: dict[int, Row]
    absent: dict[int, str]
    unchanged: int


def import_courses(  # noqa: PLR0913 - each has a meaning of its own, and is given by name
    *,
    workgroup: Workgroup,
    catalogue: Catalogue,
    mode: str | None = None,
    area: LiteracyArea | None = None,
    partner: str = "",
    dry_run: bool = False,
    accept_missing: bool = False,
    actor: Member | None = None,
    journal: Journal | None = None,
    progress: Callable[[int], object] | None = None,
) -> Outcome:
    """Brings the courses of a workgroup's feed in line with a file that was read, in one transaction.

    `mode` and `area` are remembered by the feed; None keeps what it has (at first: enrolment at the partner, no area).
    `partner` names the feed among several of one profile. The same file again writes nothing at all. Courses that are no
    longer in the file are marked, never deleted; everyone with a place in a course whose days moved is told. Locks the
    workgroup, so that two files wait for each other, then the courses that change. `journal` writes down what was before,
    so that it can be taken back; `progress` is told the number of rows that were carried out.

    Raises:
        Unusable: `file_truncated` when more than a third of the courses last seen are absent, unless `accept_missing`.
    """
    with transaction.atomic():
        Workgroup.objects.select_for_update(no_key=True).get(pk=workgroup.pk)
        feed = _feed(workgroup, catalogue.profile, partner)
        reindex = _remember(feed, mode, area)
        plan = _plan(feed, catalogue, accept_missing=accept_missing)
        outcome = _carry_out(feed, plan, Writer(feed, catalogue, dry_run=dry_run, progress=progress), actor, journal)
        if not dry_run and reindex and feed.pk:
            feed.save()
            index(Course.objects.filter(feed=feed).values_list("pk", flat=True))
    return outcome


def _feed(workgroup: Workgroup, profile: str, partner: str) -> Feed:
    which = {"workgroup": workgroup, "profile": profile, "partner": partner}
    return Feed.objects.filter(**which).first() or Feed(**which)


def _remember(feed: Feed, mode: str | None, area: LiteracyArea | None) -> bool:
    """Sets what was given; whether courses that stay as they are now belong to another area."""
    feed.mode = mode or feed.mode
    if area is None or area.pk == feed.default_area_id:
        return False
    feed.default_area = area
    return True


def _plan(feed: Feed, catalogue: Catalogue, *, accept_missing: bool) -> _Plan:
    columns = ("feed_key", "pk", "fingerprint", "missing_since")
    known = {key: rest for key, *rest in Course.objects.filter(feed=feed).values_list(*columns)} if feed.pk else {}
    new, changed = [], {}
    for key, row in catalogue.rows.items():
        pk, fingerprint, missing_since = known.get(key, (None, "", None))
        if pk is None:
            new.append(row)
        elif missing_since or fingerprint != fingerprint_of(feed, row):
            changed[pk] = row
    present = catalogue.keys
    seen = {key: pk for key, (pk, _print, missing_since) in known.items() if missing_since is None}
    absent = {pk: key for key, pk in seen.items() if key not in present}
    if len(absent) * MISSING_SHARE > len(seen) and not accept_missing:
        raise _truncated(len(absent), len(seen))
    return _Plan(new, changed, absent, len(catalogue.rows) - len(new) - len(changed))


def _truncated(absent: int, seen: int) -> Unusable:
    text = _("{absent} of {seen} courses are missing; the file seems cut off. If it is right, accept the missing ones")
    return Unusable("file_truncated", text.format(absent=absent, seen=seen))


def _carry_out(feed: Feed, plan: _Plan, writer: Writer, actor: Member | None, journal: Journal | None) -> Outcome:
    catalogue = writer.catalogue
    changes = [Change(one.line, one.key, "rejected", "", one.reason) for one in catalogue.rejected]
    figures = len(plan.new), len(plan.changed), plan.unchanged, len(plan.absent), len(catalogue.rejected)
    outcome = Outcome(*figures, changes)
    if writer.dry_run or not (plan.new or plan.changed or plan.absent):
        changes += writer.update(plan.changed) if plan.changed else []
    else:
        _lock([*plan.changed, *plan.absent])
        feed.last_read_at = clock.now()
        if journal:
            journal.open(feed, [*plan.changed, *plan.absent])
        feed.save()
        changes += writer.update(plan.changed)
        writer.create(plan.new)
        writer.mark_missing(plan.absent)
        index(plan.changed)
        if journal:
            journal.close(feed)
        record(actor=actor, verb="import_courses", row=feed, changes={"outcome": str(outcome)})
    changes += [Change(None, key, "missing", "", "", course=pk) for pk, key in plan.absent.items()]
    changes += [_created(row, catalogue) for row in plan.new]
    return outcome


def _created(row: Row, catalogue: Catalogue) -> Change:
    starts_on = row.starts_on.isoformat() if row.starts_on else None
    details = [[name, None, value] for name, value in (("starts_on", starts_on), ("place", row.place)) if value]
    title = row.title or row.program_title
    return Change(catalogue.lines[row.key], row.key, "created", "", "", title, None, details)


def _lock(ids: list[int]) -> None:
    """In the order of their ids, as everyone who locks several."""
    for some in batches(sorted(ids)):
        list(Course.objects.filter(pk__in=some).order_by("pk").select_for_update(no_key=True).values_list("pk"))
