"""Filters and tags of every template: digits, days, money, icons; the only file that marks HTML safe."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import nh3
from django import template
from django.forms import Field
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from markdown_it import MarkdownIt

from base import calendar, clock, persian
from base.templatetags.icons import ICONS, SYNONYMS, TURNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.forms import BaseForm, BoundField
    from django.http import QueryDict
    from django.template.context import RequestContext
    from markdown_it.token import Token

register = template.Library()

_RIGHT_TO_LEFT = frozenset({"fa", "ar", "ckb", "ku", "ur", "he"})
_WHOLE_UNITS = frozenset({"KRW", "JPY"})
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
_MARKDOWN_TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
_LAST_SHOWN = 50
_HOURS_A_DAY = 24
_NUMBER_WORDS = ("", "یک", "دو", "سه", "چهار", "پنج", "شش", "هفت", "هشت", "نه", "ده")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


def _language() -> str:
    return "fa" if (get_language() or "fa").startswith("fa") else "en"


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - given by `markdown` after its allow-list and by `icon` from our own drawings


@register.filter
def digits(value: object) -> str:
    """The value as text in the digits of the page's language; nothing for None. For text, not for markup."""
    text = "" if value is None else str(value)
    return persian.persian_digits(text) if _language() == "fa" else persian.latin_digits(text)


@register.filter(is_safe=True)
def oneline(value: str) -> str:
    """The text in one line with single blanks, for `<title>`, whose block templates write over several lines."""
    return " ".join(value.split())


@register.filter
def num(value: Any) -> str:
    """A number with grouped thousands, ۱۲٬۴۸۰ or 12,480; what is no number is shown by `digits`."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return digits(value)
    grouped = f"{value:,}"
    if _language() == "fa":
        grouped = grouped.replace(",", "٬").replace(".", "٫")
    return digits(grouped)


@register.filter
def money(value: int | None, currency: str | None = "IRR") -> str:
    """An amount in minor units: rials shown as toman, other currencies by their code, "Free" for 0, nothing for None.

    An empty currency is an unknown unit: the number stands alone.
    """
    if value is None:
        return ""
    if value == 0:
        return gettext("Free")
    if currency == "IRR":
        return gettext("%(amount)s toman") % {"amount": num(_divided(value, 10))}
    if not currency:
        return num(value)
    return f"{num(value if currency in _WHOLE_UNITS else _divided(value, 100))} {currency}"


def _divided(value: int, by: int) -> int | Decimal:
    return value // by if value % by == 0 else Decimal(value) / by


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """The day with its weekday, and the year when it is not the present one; an instant by the city's clock."""
    return _day(value, year=None)


@register.filter
def day_full(value: dt.date | dt.datetime | None) -> str:
    """The day with its weekday and always its year."""
    return _day(value, year=True)


@register.filter
def day_short(value: dt.date | dt.datetime | None) -> str:
    """The day without its weekday, ۳ آذر or 24 November."""
    return _day(value, year=None, weekday=False)


def _day(value: dt.date | dt.datetime | None, *, year: bool | None, weekday: bool = True) -> str:
    if not value:
        return ""
    date = _local(value).date() if isinstance(value, dt.datetime) else value
    return calendar.day_text(date, language=_language(), today=clock.today(), year=year, weekday=weekday)


@register.simple_tag
def day_parts(value: dt.date | None) -> dict[str, str]:
    """A day taken apart for a calendar leaf: `weekday`, `number`, `month`."""
    return dict(zip(("weekday", "number", "month"), _day(value, year=False).split(" ", 2), strict=False))


@register.filter
def day_digits(value: dt.date | None) -> str:
    """The day as it is typed into a field, ۱۴۰۵/۹/۳ or 2026-11-24."""
    return calendar.day_digits(value, language=_language()) if value else ""


@register.filter
def iso(value: dt.date | dt.datetime | None) -> str:
    """The day or instant as machines read it, for `<time datetime>`."""
    if not value:
        return ""
    return _local(value).isoformat(timespec="minutes") if isinstance(value, dt.datetime) else value.isoformat()


@register.filter
def time(value: dt.time | dt.datetime | None) -> str:
    """The time of day, ۱۶:۰۰ or 16:00; an instant by the city's clock."""
    if value is None or value == "":
        return ""
    hour = _local(value).time() if isinstance(value, dt.datetime) else value
    return calendar.time_text(hour, language=_language())


@register.filter
def times(starts: dt.time | dt.datetime | None, ends: dt.time | dt.datetime | None) -> str:
    """From when until when, `{{ starts|times:ends }}`: ۱۶:۰۰ تا ۱۸:۰۰ or 16:00–18:00."""
    if not starts or not ends:
        return time(starts or ends)
    hours = [_local(value).time() if isinstance(value, dt.datetime) else value for value in (starts, ends)]
    return calendar.time_range_text(hours[0], hours[1], language=_language())


@register.filter
def instant(value: dt.datetime | None) -> str:
    """Day and hour by the city's clock, «سه‌شنبه ۳ آذر، ساعت ۱۸:۰۰» or "Tuesday 24 November, 18:00"."""
    return calendar.instant_text(value, language=_language(), today=clock.today()) if value else ""


@register.filter
def countdown(value: dt.datetime) -> str:
    """How long it is until then, in the largest unit that fits: "in 3 days", «۵ ساعت دیگر»; days as the calendar counts them."""
    minutes = max(1, int((value - clock.now()).total_seconds() / 60))
    hours, days = minutes // 60, (clock.day_of(value) - clock.today()).days
    if hours >= _HOURS_A_DAY and days:
        words, number = ngettext("in %(number)s day", "in %(number)s days", days), days
    elif hours:
        words, number = ngettext("in %(number)s hour", "in %(number)s hours", hours), hours
    else:
        words, number = ngettext("in %(number)s minute", "in %(number)s minutes", minutes), minutes
    return words % {"number": digits(number)}


@register.filter
def weekday(value: int | None) -> str:
    """The name of a weekday's number (0 is Saturday)."""
    return "" if value is None else calendar.weekday_text(value, language=_language())


@register.filter
def weekdays(values: Iterable[int] | int | None) -> str:
    """The days on which something repeats, from their numbers or their mask: «یکشنبه‌ها و سه‌شنبه‌ها»."""
    numbers = calendar.weekdays_in(values) if isinstance(values, int) else values or []
    return calendar.weekdays_text(numbers, language=_language())


@register.filter
def together(words: Iterable[object] | None) -> str:
    """Words as one phrase, the last joined by «و» or "and"."""
    return calendar.list_text([str(word) for word in words or []], language=_language())


def _local(value: dt.datetime) -> dt.datetime:
    return value.astimezone(timezone.get_default_timezone())


@register.filter
def script_json(value: Any) -> SafeString:
    """Plain values as JSON that may stand inside a script element."""
    return _safe(json.dumps(value).translate({ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}))


@register.filter
def markdown(value: str | None, highest: str = "h3") -> SafeString:
    """A text in Markdown as HTML of sixteen tags, headings from `highest` on, links only to http(s) and mail."""
    if not value:
        return _safe("")
    tokens = _MARKDOWN.parse(value)
    _lower_headings(tokens, _HEADINGS.index(highest))
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return _safe(
        nh3.clean(
            html,
            tags=_MARKDOWN_TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
        )
    )


def _lower_headings(tokens: list[Token], by: int) -> None:
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = _HEADINGS[min(int(token.tag[1]) - 1 + by, len(_HEADINGS) - 1)]


@register.simple_tag
def icon(name: str) -> SafeString:
    """The drawing of that name as inline SVG, unseen by screen readers; arrows turn with the reading direction.

    An unknown name draws an arch, so that a new area's word never breaks a page.
    """
    name = SYNONYMS.get(name, name)
    kind = "icon icon--turn" if name in TURNING else "icon"
    drawing = ICONS.get(name, ICONS["arch"])
    return _safe(f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{drawing}</svg>')


@register.simple_tag
def lang_attrs(language: str | None) -> str:
    """` lang` and ` dir` of a text in another language than the page's, else nothing: `<p{% lang_attrs it.lang %}>`."""
    if not language or language.split("-")[0] == _language():
        return ""
    direction = "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    return format_html(' lang="{}" dir="{}"', language, direction)


@register.filter
def written_in(text: str | None) -> str:
    """The language of what a person wrote, by its letters, for `lang_attrs`: "fa" or "en"; "" without any letter."""
    letters = [sign for sign in text or "" if sign.isalpha()]
    return ("en" if all(sign.isascii() for sign in letters) else "fa") if letters else ""


@register.simple_tag(takes_context=True)
def query(context: RequestContext, **changes: Any) -> str:
    """The present address with parameters changed, `{% query sort="new" area=None %}`; None removes, a list repeats.

    The number of the page goes unless it is given, because another selection begins on its first page.
    """
    parameters = _parameters(context)
    for name, value in changes.items():
        parameters.setlist(name, [] if value in (None, "") else _as_list(value))
    return _address(context, parameters)


@register.simple_tag(takes_context=True)
def query_without(context: RequestContext, name: str, value: object = None) -> str:
    """The present address without one value of a parameter, for the chip of an active filter; without any, if none is named."""
    parameters = _parameters(context)
    kept = [] if value is None else parameters.getlist(name)
    parameters.setlist(name, [one for one in kept if persian.latin_digits(one) != str(value)])
    return _address(context, parameters)


def _parameters(context: RequestContext) -> QueryDict:
    parameters: QueryDict = context["request"].GET.copy()
    parameters.pop("page", None)
    return parameters


def _as_list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _address(context: RequestContext, parameters: QueryDict) -> str:
    text = parameters.urlencode()
    path: str = context["request"].path
    return f"{path}?{text}" if text else path


@register.simple_tag(takes_context=True)
def here(context: RequestContext, address: str, *parts: str) -> str:
    """` aria-current` for a link to this very page ("page") or to the part of the site that it lies in ("true").

    The part is what lies below the address, or below those named as `parts`; "" names none.
    """
    path = context["request"].path if "request" in context else ""
    if not address or (path != address and not any(part and path.startswith(part) for part in parts or (address,))):
        return ""
    return format_html(' aria-current="{}"', "page" if path == address else "true")


@register.simple_tag
def page_numbers(page: Any) -> list[int | None]:
    """The numbers of a pagination: the first, the neighbours, the last; None where some are left out.

    `page.last_shown` caps the list (50 if the page does not say); beyond it the page asks to narrow the search.
    """
    last = min(page.paginator.num_pages, getattr(page, "last_shown", None) or _LAST_SHOWN)
    shown = sorted({1, *range(max(1, page.number - 1), min(last, page.number + 1) + 1), last})
    numbers: list[int | None] = []
    for before, number in zip([0, *shown], shown, strict=False):
        numbers += [None, number] if number - before > 1 else [number]
    return numbers


@register.simple_tag
def field_input(field: BoundField) -> SafeString:
    """The input of a form's field with the house's class beside its own; Django adds what screen readers need."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"field__input {own}".strip()})


@register.simple_tag
def form_problems(form: BaseForm) -> list[dict[str, str]]:
    """What is wrong with a form, in its order: `text` and `target`, the id of the field or "" for the whole form."""
    whole = [{"text": str(text), "target": ""} for text in form.non_field_errors()]
    return whole + [{"text": problem(field), "target": _target(field)} for field in form if field.errors]


@register.filter
def problem(field: BoundField) -> str:
    """What is wrong with a field; one that was left empty is named, unless its form has words of its own for that."""
    text = str(field.errors[0])
    if text != str(Field.default_error_messages["required"]):
        return text
    is_typed = getattr(field.field.widget, "input_type", "text") in {"text", "email", "tel", "number"}
    said = gettext("Write this: {label}") if is_typed else gettext("Choose this: {label}")
    return said.format(label=field.label)


def _target(field: BoundField) -> str:
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label


@register.simple_tag
def problems_heading(problems: Sequence[object]) -> str:
    """The heading of an error summary, «دو مورد را درست کنید»."""
    number = len(problems)
    shown = _NUMBER_WORDS[number] if _language() == "fa" and number < len(_NUMBER_WORDS) else digits(number)
    return ngettext("There is a problem", "There are %(number)s problems", number) % {"number": shown}
