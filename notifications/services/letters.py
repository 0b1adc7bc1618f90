"""Makes the messages of a batch: the words once for each notice and language, then each reader's own links."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.text import Truncator

from base import clock
from notifications import invitations, links, rules, texts
from notifications.channels import Message
from notifications.channels.email import sender
from notifications.models import Channel, Delivery
from notifications.services.watch import address

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

DIGEST = "announcements/digest"
MOST_IN_A_DIGEST = 20
LONGEST_TITLE, LONGEST_BODY = 150, 500  # letters; with the link they fit into one record of web push

judges: list[Callable[[int, list[str]], set[str]]] = []


def judge_by(withheld: Callable[[int, list[str]], set[str]]) -> None:
    """Names who knows which of the pieces collected for a member (an id; slugs) are not for them any more."""
    judges[:] = [withheld]


class Letters:
    """Remembers the words of its batch."""

    def __init__(self) -> None:
        self._words: dict[tuple[int, str], texts.Text] = {}

    def message(self, row: Delivery) -> Message | None:
        """What is handed over; None for a digest of which nothing is left.

        Raises:
            TemplateDoesNotExist, KeyError, ValueError: the notice has no words.
        """
        text = self._text(row)
        if text is None:
            return None
        to = address(row.member, row.channel) or ""
        if row.channel == Channel.SMS:
            return Message(str(row.reference), to, text.subject, text.sms.replace(texts.OPENS, links.short(row.pk)))
        if row.channel == Channel.PUSH:
            return _card(row, text)
        opens = links.short(row.pk) if texts.OPENS in text.email else ""
        leaves = leave(row) if texts.LEAVES in text.email else ""
        body, html = (
            words.replace(texts.OPENS, opens).replace(texts.LEAVES, leaves) for words in (text.email, text.html)
        )
        at_one_touch = leaves and leaves + "now/"  # for mail programs (RFC 8058)
        return Message(
            str(row.reference), to, text.subject, body, html=html, leave=at_one_touch, calendar=_calendar(row, text, to)
        )

    def _text(self, row: Delivery) -> texts.Text | None:
        language = row.member.language
        if row.notice.kind == DIGEST:
            items = digest_items(row, language)
            return texts.made(DIGEST, {"items": items}, language) if items else None
        key = (row.notice_id, language)
        if key not in self._words:
            self._words[key] = texts.made(row.notice.kind, row.notice.values, language)
        return self._words[key]


def _card(row: Delivery, text: texts.Text) -> Message:
    """What a browser shows: headline, the words beneath it, and the page to which a tap leads."""
    language = row.member.language if row.member.language in texts.LANGUAGES else "fa"
    link = links.short(row.pk) if text.whole_link and row.notice.kind in texts.COUNTED else text.whole_link
    words = {
        "title": Truncator(text.subject).chars(LONGEST_TITLE),
        "body": Truncator(text.inbox).chars(LONGEST_BODY),
        "url": link or settings.SITE_URL,
        "lang": language,
        "dir": "rtl" if language == "fa" else "ltr",
        "tag": str(row.reference),
    }
    now, to = clock.now(), str(row.member_id)
    lasts, urgency = rules.lasts(row.notice, now), rules.URGENCIES.get(row.priority, "normal")
    body = json.dumps(words, ensure_ascii=False)
    return Message(str(row.reference), to, text.subject, body, lasts=lasts, urgency=urgency)


def _calendar(row: Delivery, text: texts.Text, to: str) -> tuple[str, str]:
    """The invitation of a notice about an event, with its method."""
    facts = row.notice.values.get("event")
    if not facts:
        return "", ""
    return invitations.invitation(facts, row.member.language, text.path, host=sender(), guest=to)


def leave(row: Delivery) -> str:
    """The page on which the reader of a delivery unsubscribes."""
    language = row.member.language if row.member.language in texts.LANGUAGES else "fa"
    return f"{settings.SITE_URL}/{language}/unsubscribe/{links.secret(row.pk)}/"


def collected(row: Delivery) -> QuerySet[Delivery]:
    """What a digest is made of, without what was withdrawn or is over by now."""
    mine = Delivery.objects.filter(member=row.member_id, channel=row.channel, state=Delivery.State.DIGESTED)
    mine = mine.filter(due_at=digest_instant(row), notice__withdrawn_at__isnull=True)
    return mine.exclude(notice__expires_at__lte=clock.now()).select_related("notice").order_by("pk")


def digest_instant(row: Delivery) -> dt.datetime:
    """The instant of the digest, which its parts have in common."""
    return dt.datetime.fromisoformat(row.notice.values["made_at"])


def digest_items(row: Delivery, language: str) -> list[dict[str, Any]]:
    """The titles, summaries and links of a digest."""
    language = language if language in texts.LANGUAGES else "fa"
    parts = list(collected(row))
    slugs = [one.notice.values["slug"] for one in parts]
    gone = {slug for judge in judges for slug in judge(row.member_id, slugs)}
    return [
        {
            "title": one.notice.values["title"],
            "summary": one.notice.values["summary"],
            "url": f"{settings.SITE_URL}/{language}/announcements/{one.notice.values['slug']}/",
        }
        for one in [one for one in parts if one.notice.values["slug"] not in gone][:MOST_IN_A_DIGEST]
    ]
