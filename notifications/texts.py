"""Makes the words of a notice from its kind and values, in one language."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template import Context, Engine
from django.utils.translation import override

from members.city import present
from notifications import links
from notifications.rules import EVERYBODY, GONE, NEWS, OTHER, asked_for

if TYPE_CHECKING:
    from django.template import Template

PARTS = re.compile(r"^--- (\w+)\n", re.MULTILINE)
BLANKS = re.compile(r"\s+")
GAPS = re.compile(r"\n{3,}")  # what parts leave behind that a notice does not have
LANGUAGES = ("fa", "en")
OPENS, LEAVES = "[[opens]]", "[[leaves]]"  # where each reader's own links go into words that are made once for all
ESCAPED = "^{}[]~|\\"
COUNTED = NEWS | EVERYBODY | {"programs/opening"}


@dataclass(frozen=True, slots=True)
class Text:
    """A notice in words: headline, what the inbox says beneath it, e-mail, text message, path of its page."""

    subject: str
    inbox: str
    email: str
    sms: str
    path: str
    html: str
    whole_link: str

    def for_all(self) -> Text:
        """As somebody reads it who is none of its receivers: the plain link, and in text messages one as long as theirs."""
        texts = {"email": self.email, "html": self.html, "sms": self.sms.replace(OPENS, links.sample())}
        return replace(self, **{name: text.replace(OPENS, self.whole_link) for name, text in texts.items()})


def render(kind: str, values: dict[str, Any], language: str) -> Text:
    """The words in that language, as somebody reads them who is none of their receivers. Raises as `made`."""
    return made(kind, values, language).for_all()


def made(kind: str, values: dict[str, Any], language: str) -> Text:
    """The words in that language (Persian for one that the portal does not speak), with marks for each reader's links.

    Raises:
        TemplateDoesNotExist: there is no text for that kind.
    """
    language = language if language in LANGUAGES else "fa"
    with override(language):
        facts = {name: _fact(name, value, language) for name, value in values.items()}
        parts = _parts(_template(f"notices/{kind}.txt").render(_context(facts)))
        link = settings.SITE_URL + parts["link"] if parts["link"] else ""
        shown = OPENS if kind in COUNTED and link else link
        whole = facts | parts | {"link": shown, "city": present().names[language], "language": language}
        whole["is_gone"] = kind in GONE  # the day and place of a seat that is no more would only mislead
        whole["leaves"] = LEAVES if may_leave(kind) else ""
        email = _template("notices/_email.txt").render(_context(whole))
        html = _page().render(Context(whole))
        sms = _template("notices/_sms.txt").render(_context(whole))
    plain = GAPS.sub("\n\n", email.strip()) + "\n", sms.strip()
    return Text(_line(parts["subject"]), parts["inbox"], *plain, parts["link"], html.strip() + "\n", link)


def may_leave(kind: str) -> bool:
    """Whether its e-mails carry a way to unsubscribe: all but those about one's own enrolments and what nobody chooses."""
    return not kind.startswith(("members/", "notifications/")) and asked_for(kind) not in {"", OTHER.name}


def _context(facts: dict[str, Any]) -> Context:
    return Context(facts, autoescape=False)


@lru_cache
def _template(name: str) -> Template:
    return _engine().get_template(name)


@lru_cache
def _engine(*, escaping: bool = False) -> Engine:
    """Plain texts need no escaping of HTML."""
    builtins = ["base.templatetags.city", "django.templatetags.i18n"]
    return Engine(dirs=[str(settings.BASE_DIR / "templates")], builtins=builtins, autoescape=escaping)


@lru_cache
def _page() -> Template:
    return _engine(escaping=True).get_template("notices/_email.html")


def _parts(text: str) -> dict[str, str]:
    """What stands under each `--- name` line. Values hold no line ends, so that none can begin a part."""
    _before, *found = PARTS.split(text)
    return {name: body.strip() for name, body in zip(found[::2], found[1::2], strict=True)}


def _fact(name: str, value: Any, language: str) -> Any:
    """A value as a template shows it: texts by language become one, ISO days and instants become themselves."""
    if isinstance(value, list):
        return [{key: _fact(key, one, language) for key, one in item.items()} for item in value]
    if isinstance(value, dict):
        value = str(value.get(language) or next(iter(value.values()), ""))
    if name == "reason":  # people end their sentence; so does the template
        return _line(str(value)).rstrip(" .")
    if not isinstance(value, str):
        return value
    if value and name.endswith("_at"):
        return dt.datetime.fromisoformat(value)
    if value and name.endswith("_on"):
        return dt.date.fromisoformat(value)
    return _line(value)


def _line(text: str) -> str:
    return BLANKS.sub(" ", text).strip()


def parts_of(sms: str) -> int:
    """How many text messages the words take: 160 letters each, 153 of several; with Persian letters 70 and 67.

    Some signs take the room of two: of Latin ones those that GSM 03.38 escapes, else those beyond sixteen bits.
    """
    is_latin = sms.isascii()
    one, several = (160, 153) if is_latin else (70, 67)
    length = len(sms) + sum(map(sms.count, ESCAPED)) if is_latin else len(sms.encode("utf-16-le")) // 2
    return 1 if length <= one else -(-length // several)
