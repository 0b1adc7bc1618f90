"""What a file changes, in words: names of fields, old and new values as a page shows them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from base import clock
from base.calendar import day_text, instant_text, time_text, weekday_text
from base.persian import persian_digits
from programs.models import Course
from workgroups.models import Venue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.models import ImportRow

NAMES = {
    "hours": gettext_lazy("weekly hours"),
    "program_title": gettext_lazy("title of the program"),
    "place": gettext_lazy("venue"),
    "title": gettext_lazy("title"),
    "note": gettext_lazy("what to know"),
    "instructors": gettext_lazy("instructors"),
    "missing_since": gettext_lazy("back in the catalogue"),
}
HIDDEN = {"program"}
_FIELDS = {field.name: field for field in Course._meta.concrete_fields}  # noqa: SLF001 - Django's documented name


def field_name(name: str) -> str:
    """A field as people call it."""
    return str(NAMES.get(name) or _FIELDS[name].verbose_name)


def described(rows: Iterable[ImportRow]) -> list[ImportRow]:
    """The rows, each with `changes`: name, old and new as text ("" where there is nothing). One query for the venues."""
    found = list(rows)
    wanted = {value for row in found for name, *pair in row.details if name == "venue" for value in pair if value}
    venues = {
        venue.pk: str(venue.name) for venue in Venue.objects.filter(pk__in=wanted).prefetch_related("translations")
    }
    for row in found:
        row.changes = [  # type: ignore[attr-defined]
            (field_name(name), _text(name, old, venues), _text(name, new, venues))
            for name, old, new in row.details
            if name not in HIDDEN
        ]
    return found


def _text(name: str, value: Any, venues: dict[int, str]) -> str:
    if value is None or value == "":
        return ""
    if name == "hours":
        return "، ".join(_hour(*hour) for hour in value)
    if name == "venue":
        return venues.get(value, "")
    if name.endswith(("_on", "_at")) or name == "missing_since":
        return _when(value)
    choices = dict(_FIELDS[name].flatchoices) if name in _FIELDS else {}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(choices.get(value, _number(value)))


def _when(value: str) -> str:
    language, today = _language(), clock.today()
    if "T" in value:
        return instant_text(dt.datetime.fromisoformat(value), language=language, today=today, year=True)
    return day_text(dt.date.fromisoformat(value), language=language, today=today, year=True)


def _number(value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    if not isinstance(value, int) or _language() != "fa":
        return text
    return persian_digits(text).replace(",", "٬")


def _hour(weekday: int, starts: str | None, ends: str | None) -> str:
    times = [time_text(dt.time.fromisoformat(time), language=_language()) for time in (starts, ends) if time]
    return " ".join([weekday_text(weekday, language=_language()), "–".join(times)]).strip()


def _language() -> str:
    return "fa" if get_language() == "fa" else "en"
