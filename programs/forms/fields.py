"""Fields that take days, times and numbers as people here write them: in any digits, Jalali or Gregorian."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base import clock
from base.calendar import BadDay, day_digits, parse_day, time_text
from base.persian import has_hidden_controls, latin_digits, normalise, persian_digits

LARGEST = 1_000_000_000
_TIME = re.compile(r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?")
_GROUPS = re.compile(r"[,٬\s]")
HIDDEN = _("This holds hidden signs; type it again instead of pasting it")


def _language() -> str:
    return "en" if (get_language() or "fa").startswith("en") else "fa"


def _in_digits(value: object) -> str:
    return persian_digits(str(value)) if _language() == "fa" else str(value)


class TextField(forms.CharField):
    """A text in one language, in one spelling; hidden signs are refused."""

    def __init__(self, *, language: str = "", rows: int = 0, **kwargs: Any) -> None:
        attrs: dict[str, Any] = {"lang": language, "dir": "rtl" if language == "fa" else "ltr"} if language else {}
        widget = forms.Textarea(attrs=attrs | {"rows": rows}) if rows else forms.TextInput(attrs=attrs)
        super().__init__(required=kwargs.pop("required", False), widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        """The text as it is stored."""
        text = str(super().clean(value) or "")
        if has_hidden_controls(text.replace("\r", "").replace("\n", " ")):
            raise ValidationError(HIDDEN, code="hidden")
        lines = [normalise(line) for line in text.replace("\r", "").split("\n")]
        return "\n".join(lines).strip()


class TypedField(forms.CharField):
    """A short field for a value that is typed."""

    shape = _("Write it as in the example")

    def __init__(self, *, css: str = "field__input--year", **kwargs: Any) -> None:
        attrs = {"class": css, "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(required=kwargs.pop("required", False), widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        """The value, or None where nothing was typed."""
        typed = latin_digits(normalise(str(super().clean(value) or "")))
        return self.read(typed) if typed else None

    def read(self, typed: str) -> Any:
        """The value of what was typed, in Latin digits.

        Raises:
            ValidationError: it is none.
        """
        raise NotImplementedError(typed)


class DayField(TypedField):
    """A day, as `base.calendar.parse_day` takes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(css="field__input--date", **kwargs)

    def read(self, typed: str) -> dt.date:
        """The day."""
        try:
            return parse_day(typed)
        except BadDay as error:
            raise ValidationError(error.message, code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        """As one would type it."""
        return day_digits(value, language=_language()) if isinstance(value, dt.date) else value


class DaysField(TextField):
    """Several days, one a line."""

    def clean(self, value: Any) -> Any:
        """The days."""
        lines = [line for line in super().clean(value).splitlines() if line]
        return [DayField().clean(line) for line in lines]


class TimeField(TypedField):
    """A time of day in 24 hours: ۹, 9:30, ۱۷:۰۰."""

    shape = _("Write the time in 24 hours, such as 17:30")

    def read(self, typed: str) -> dt.time:
        """The time."""
        found = _TIME.fullmatch(typed)
        try:
            return dt.time(int(found["hour"]), int(found["minute"] or 0)) if found else self._bad()
        except ValueError as error:
            raise ValidationError(self.shape, code="time_shape") from error

    def _bad(self) -> dt.time:
        raise ValidationError(self.shape, code="time_shape")

    def prepare_value(self, value: Any) -> Any:
        """As one would type it."""
        return time_text(value, language=_language()) if isinstance(value, dt.time) else value


class InstantField(TypedField):
    """A day and a time of the city's clock: ۱۴۰۵/۹/۳ ۹:۰۰; a day alone is its first minute, or its last with `ends`."""

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        self.alone = dt.time(23, 59) if ends else dt.time()
        super().__init__(css="field__input--date", **kwargs)

    def read(self, typed: str) -> dt.datetime:
        """The instant."""
        before, _blank, last = typed.rpartition(" ")
        if _TIME.fullmatch(last) and ":" in last:
            return clock.at(DayField().read(before.strip(" ،,")), TimeField().read(last))
        return clock.at(DayField().read(typed), self.alone)

    def prepare_value(self, value: Any) -> Any:
        """As one would type it."""
        if not isinstance(value, dt.datetime):
            return value
        local = timezone.localtime(value)
        language = _language()
        return f"{day_digits(local.date(), language=language)} {time_text(local.time(), language=language)}"


class NumberField(TypedField):
    """A whole number from nought on, thousands may be parted."""

    shape = _("Write a whole number, such as 12")

    def __init__(self, *, most: int = LARGEST, least: int = 0, **kwargs: Any) -> None:
        self.most, self.least = most, least
        super().__init__(**kwargs)

    def read(self, typed: str) -> int:
        """The number."""
        plain = _GROUPS.sub("", typed)
        if not (plain.isascii() and plain.isdigit()) or not self.least <= int(plain[:12]) <= self.most:
            raise ValidationError(self.shape, code="number_shape")
        return int(plain)

    def prepare_value(self, value: Any) -> Any:
        """In the page's digits."""
        return _in_digits(value) if isinstance(value, int) else value
