"""Writing an announcement: its words in both languages, whom it is for, what it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import slugify

from announcements import rules
from announcements.models import Announcement
from base import clock
from base.persian import fold
from base.refusal import refuse_if
from members.services import record
from programs.checklist import texts_of
from workgroups.services import texts as stored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from members.models import Member
    from programs.models import Course, Program
    from workgroups.models import Decision, Workgroup

Texts = dict[str, dict[str, str]]
FACTS = ("kind", "audience", "channels", "is_public", "is_pinned", "is_banner", "publish_at", "ends_at")
SILENT = frozenset({"is_pinned", "is_banner", "ends_at"})  # may change after publication, and is no correction
RESERVED = frozenset({"embed", "feed", "new"})
LONGEST_STEM = 60


def begin(*, actor: Member, workgroup: Workgroup | None, texts: Texts, kind: str = "news") -> Announcement:
    """Begins an announcement as a draft: of a workgroup, or of the city.

    A workgroup's is for its followers until another audience is chosen.

    Raises:
        Refused: `staff_only`, `not_yours`.
    """
    refuse_if(rules.why_not_write(workgroup, actor) or rules.why_not_kind(workgroup, kind))
    own = {"audience": {"follows_workgroup": workgroup.slug}} if workgroup else {}
    with transaction.atomic():
        row = Announcement.objects.create(
            slug=_free_slug(texts), workgroup=workgroup, kind=kind, author=actor, channels=["inbox", "email"], **own
        )
        _write_texts(row, texts)
        record(actor=actor, verb="create", row=row)
    return row


def _free_slug(texts: Texts) -> str:
    named = slugify(texts.get("en", {}).get("title", ""))[:LONGEST_STEM].strip("-")
    stem = named or f"announcement-{clock.today():%Y-%m-%d}"
    taken = set(Announcement.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken else next(slug for slug in numbered if slug not in taken)


def edit(
    *, actor: Member, announcement: Announcement, version: int, facts: dict[str, Any], texts: Texts
) -> Announcement:
    """Changes an announcement that is not out yet; whoever changes it last is its author, so that another approves it.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`, `changed_meanwhile`, `past`, `audience_...`.
    """
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor) or rules.why_not_edit(row))
        refuse_if(rules.why_not_version(row, version))
        refuse_if(rules.why_not_kind(row.workgroup, facts.get("kind", row.kind)))
        refuse_if(rules.why_not_wait_until(row, facts.get("publish_at")))
        refuse_if(rules.why_not_address(facts.get("audience", row.audience), row.workgroup))
        rewrite(actor, row, facts, texts)
    return row


def locked(announcement: Announcement) -> Announcement:
    """The row, held until the transaction ends."""
    rows = Announcement.objects.select_for_update(no_key=True, of=("self",)).select_related("workgroup", "notice")
    return rows.get(pk=announcement.pk)


def rewrite(actor: Member, row: Announcement, facts: dict[str, Any], texts: Texts, verb: str = "edit") -> list[str]:
    """Writes what differs into a locked row, one version on; the names of what changed."""
    differing = [name for name in FACTS if name in facts and getattr(row, name) != facts[name]]
    for name in differing:
        setattr(row, name, facts[name])
    row.save(update_fields=differing)
    differing += _write_texts(row, texts)
    if differing:
        changed(actor, row, verb, is_seen=not SILENT.issuperset(differing), fields=differing)
    return differing


def changed(actor: Member, row: Announcement, verb: str, *, is_seen: bool = True, **facts: Any) -> None:
    """Marks a locked row as changed, whatever of it that was: one version on, with a line in the trail. Before it is out,
    whoever changed it is its author, so that somebody else approves what they read; afterwards readers see when, unless
    there is nothing for them to see.
    """
    row.version += 1
    if not row.is_out:
        row.author = actor
    elif is_seen:
        row.corrected_at = clock.now()
    row.save(update_fields=["version", "corrected_at", "author"])
    record(actor=actor, verb=verb, row=row, changes=facts | {"version": row.version})


def _write_texts(row: Announcement, texts: Texts) -> list[str]:
    """Writes the texts that differ and folds all of them for the search."""
    kept = texts_of(Announcement.objects.prefetch_related("translations").get(pk=row.pk))
    differing = []
    for language, fields in texts.items():
        for name, text in fields.items():
            if kept.get(language, {}).get(name, "") != text:
                stored.write(row, name, {language: text})
                kept.setdefault(language, {})[name] = text
                differing.append(f"{name}_{language}")
    if differing:
        Announcement.objects.filter(pk=row.pk).update(search_text=folded(kept))
    return differing


def folded(texts: Texts) -> str:
    """Every word of it as the search compares them."""
    return fold(" ".join(text for own in texts.values() for text in own.values()))


def link(
    *,
    actor: Member,
    announcement: Announcement,
    programs: Iterable[Program] | None = None,
    courses: Iterable[Course] | None = None,
    decisions: Iterable[Decision] | None = None,
) -> Announcement:
    """Sets what an announcement leads to; None leaves a kind of link as it is.

    Raises:
        Refused: `staff_only`, `not_yours`, `wrong_state`, `links_full`.
    """
    wanted = {"programs": programs, "courses": courses, "decisions": decisions}
    with transaction.atomic():
        row = locked(announcement)
        refuse_if(rules.why_not_write(row.workgroup, actor) or rules.why_not_touch(row))
        differing = [name for name, rows in wanted.items() if rows is not None and _set(row, name, list(rows))]
        if differing:
            changed(actor, row, "link", fields=differing)
    return row


def _set(row: Announcement, name: str, rows: list[Any]) -> bool:
    refuse_if(rules.why_not_lead_to(rows))
    kept = getattr(row, name)
    if {one.pk for one in rows} == set(kept.values_list("pk", flat=True)):
        return False
    kept.set(rows)
    return True
