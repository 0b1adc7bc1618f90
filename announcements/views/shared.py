"""What the pages of those who write announcements share: which rows are theirs, what the form offers, how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from announcements import rules
from announcements.audience import members_in, why_not_meant
from announcements.audience import words as audience_words
from announcements.checklist import steps_of
from announcements.forms import READERS, AnnouncementForm
from announcements.listing import with_texts
from announcements.models import Announcement
from announcements.services.publishing import message_values
from announcements.views.public import language
from base.pages import is_htmx
from base.templatetags.city import day_short, digits
from members.sessions import member_of
from notifications import reaching
from notifications.models import Channel, PushAddress
from notifications.texts import parts_of
from notifications.texts import render as render_message
from programs.catalogue import Filters, find
from programs.checklist import LANGUAGES, texts_of
from programs.listing import listed
from programs.models import Course, Program
from programs.views.work.planning import differing, twin_of
from workgroups.models import Workgroup
from workgroups.people import names_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from base.refusal import Refusal
    from notifications.texts import Text

FOUND = 8


def workgroups_at(request: HttpRequest, desk: str) -> QuerySet[Workgroup]:
    """The workgroups in whose name this person writes at that desk.

    Raises:
        Http404: the desk is not theirs.
    """
    member = member_of(request)
    if desk == "city" and not rules.is_staff(member):
        raise Http404
    mine = Workgroup.objects.coordinated_by(member).prefetch_related("translations")
    if desk == "work" and not mine.exists():
        raise Http404
    return mine


def rows_at(request: HttpRequest, desk: str) -> QuerySet[Announcement]:
    """The announcements of that desk: all of them at the city's, a workgroup's at the other."""
    mine = workgroups_at(request, desk)
    rows = Announcement.objects.written_by(member_of(request))
    return with_texts(rows if desk == "city" else rows.filter(workgroup__in=mine.values("pk")))


def row_at(request: HttpRequest, desk: str, **which: Any) -> Announcement:
    """One of them."""
    return get_object_or_404(
        rows_at(request, desk).prefetch_related("programs", "courses", "decisions__translations"), **which
    )


# The form


def form_for(row: Announcement, data: Any = None, initial: dict[str, Any] | None = None) -> AnnouncementForm:
    """The form of an announcement: what it leads to already, what was looked for, and what was typed."""
    typed = {name: data.getlist(name) for name in ("programs", "courses")} if data is not None else {}
    words = (data or {}).get("find", "")
    found = _found(words)
    linked = {
        "programs": [*typed.get("programs", []), *(one.slug for one in row.programs.all()), *found["programs"]],
        "courses": [*typed.get("courses", []), *(one.slug for one in row.courses.all()), *found["courses"]],
    }
    programs, courses = _programs(linked["programs"]), _courses(linked["courses"])
    has_push = PushAddress.objects.exists()
    form = AnnouncementForm(data, row=row, initial=initial, programs=programs, courses=courses, has_push=has_push)
    form.finds_nothing = bool(words.strip()) and not any(found.values())
    return form


def _found(text: str) -> dict[str, list[str]]:
    """What the catalogue has under those words."""
    if not text.strip():
        return {"programs": [], "courses": []}
    rows = listed(find(Filters(q=text.strip()[:100])), language(), slice(FOUND))
    return {"programs": [str(row.program_slug) for row in rows], "courses": [row.slug for row in rows]}


def _programs(slugs: list[str]) -> list[tuple[Any, str]]:
    known = Program.objects.filter(slug__in=set(slugs)).prefetch_related("translations").order_by("pk")
    return [(one.slug, one.title) for one in known] if slugs else []


def _courses(slugs: list[str]) -> list[tuple[Any, str]]:
    if not slugs:
        return []
    rows = listed(Course.objects.filter(slug__in=set(slugs)).order_by("sort_on", "pk"), language())
    return [(row.slug, f"{row.title} ({day_short(row.starts_on)})" if row.starts_on else row.title) for row in rows]


def context_of(desk: str, row: Announcement, form: AnnouncementForm | None = None, **more: Any) -> dict[str, Any]:
    """Everything that the page of an announcement shows to those who write it."""
    texts = texts_of(row)
    stored = AnnouncementForm.initial_of(row, texts)
    steps = steps_of(row)
    names = names_of(pk for pk in (row.author_id, row.approver_id) if pk)
    return {
        "at": desk,
        "row": row,
        "form": form or form_for(row, initial=stored),
        "stored": stored,
        "author": names.get(row.author_id or 0, ""),
        "approver": names.get(row.approver_id or 0, ""),
        "steps": steps,
        "missing": next((step for step in steps if not step.done), None),
        "audience": audience_words(row.audience) if why_not_meant(row.audience) is None else "",
        **more,
    }


def answer(
    request: HttpRequest, desk: str, context: dict[str, Any], refusal: Refusal | None = None, said: str = ""
) -> HttpResponse:
    """After a save: the panel for the script, the page for everyone else; what was refused or is wrong stays as typed."""
    form, row = context["form"], context["row"]
    status = 409 if refusal else 422 if form.errors else 200
    page = reverse("announcements:desk_row", args=[desk, row.slug])
    whole = context | {"refused": refusal, "twin_url": twin_of(page), "differing": differing(form, context["stored"])}
    if is_htmx(request):
        return render(request, "announcements/desk/_panel.html", whole, status=status)
    if status != 200 or said == "":  # noqa: PLR2004 - HTTP
        return render(request, "announcements/desk/row.html", whole, status=status)
    return redirect(page)


class Preview(NamedTuple):
    """How an announcement reads in one language: on the site, and as a text message."""

    language: str
    labels: dict[str, str]
    own: dict[str, str]
    message: Text


def previews(row: Announcement) -> dict[str, Any]:
    """How it will read in both languages, whom it reaches by which way, and what that costs in text messages."""
    texts = texts_of(row)
    values = message_values(row.slug, texts)
    shown = [_preview(row, values, language, texts.get(language, {})) for language in LANGUAGES]
    found: dict[str, Any] = {"previewed": shown}
    if why_not_meant(row.audience) is None and row.channels:
        found |= _reach(row, {one.language: one.message for one in shown})
    return found


def _preview(row: Announcement, values: dict[str, Any], code: str, own: dict[str, str]) -> Preview:
    message = render_message(f"announcements/{row.kind}", values, code)
    parts = parts_of(message.sms)
    with override(code):
        told = ngettext("Text message, %(n)s part", "Text message, %(n)s parts", parts) % {"n": digits(parts)}
        return Preview(code, {"site": gettext("On the site"), "sms": told}, own, message)


def _reach(row: Announcement, words: dict[str, Text]) -> dict[str, Any]:
    counts = reaching.counts(members=members_in(row.audience), kind=f"announcements/{row.kind}", channels=row.channels)
    readers = counts.languages.get(Channel.INBOX, {})
    return {
        "reach": counts,
        "reach_ways": [(Channel(code).label, n) for code, n in counts.channels.items()],
        "reach_languages": [(READERS[code], n) for code, n in readers.items()] if None not in readers.values() else [],
        "sms_parts": counts.sms_parts(words) if Channel.SMS in row.channels else 0,
    }
