"""What keeps an announcement from publication, step by step, as the page beside the button lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from announcements.audience import why_not_meant, why_not_meant_by
from base import clock
from programs.checklist import IN_LANGUAGE, LANGUAGES, Step, texts_of

if TYPE_CHECKING:
    from announcements.models import Announcement
    from base.refusal import Refusal

NEEDED = ("title", "summary", "body")


def steps_of(row: Announcement) -> list[Step]:
    """What an announcement needs before anyone may read it: a constant number of queries."""
    texts = texts_of(row)
    found = [_text_step(texts.get(language, {}), language) for language in LANGUAGES]
    refusal = why_not_heard(row)
    found.append(
        Step("audience", _("Who it is for"), refusal.message if refusal else "", "whom", refusal is None),
    )
    if row.pictures.exists():
        found.append(_alt_step(row))
    if row.is_banner or row.ends_at:
        found.append(_end_step(row))
    return found


def why_not_heard(row: Announcement) -> Refusal | None:
    """Whether its audience is none, or is not its workgroup's to write to."""
    refusal = why_not_meant(row.audience)
    if refusal is None and row.workgroup is not None:
        refusal = why_not_meant_by(row.audience, row.workgroup)
    return refusal


def _text_step(own: dict[str, str], language: str) -> Step:
    missing = next((name for name in NEEDED if not own.get(name)), "")
    return Step(
        f"texts_{language}",
        format_lazy(_("Title, summary and text {language}"), language=IN_LANGUAGE[language]),
        format_lazy(_("First write title, summary and text {language}"), language=IN_LANGUAGE[language]),
        f"{missing or 'title'}_{language}",
        not missing,
    )


def _alt_step(row: Announcement) -> Step:
    described = all(
        all(texts_of(one).get(language, {}).get("alt") for language in LANGUAGES)
        for one in row.pictures.prefetch_related("translations")
    )
    todo = _("First say in both languages what each picture shows")
    return Step("pictures", _("What the pictures show"), todo, "pictures", described)


def _end_step(row: Announcement) -> Step:
    begins = max(row.publish_at or clock.now(), clock.now())
    if row.ends_at is None:
        todo = _("First write until when the banner stays")
    else:
        todo = _("The last moment must come after publication")
    return Step("ends", _("Until when it is shown"), todo, "ends_at", row.ends_at is not None and row.ends_at > begins)
