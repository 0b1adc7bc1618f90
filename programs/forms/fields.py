"""Fields that take days, times and numbers as people here write them: in any digits, Jalali or Gregorian."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base import clock
from base.calendar import day_digits, time_text
from base.persian import has_hidden_controls, latin_digits, normalise, persian_digits
from workgroups.forms import DayField, TimeField

LARGEST = 1_000_000_000
_TIME = re.compile(r"\d{1,2}:\d{2}")
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


class DaysField(TextField):
    """Several days, one a line."""

    def clean(self, value: Any) -> Any:
        """The days."""
        lines = [line for line in super().clean(value).splitlines() if line]
        return [DayField().clean(line) for line in lines]


class InstantField(TypedField):
    """A day and a time of the city's clock: ۱۴۰۵/۹/۳ ۹:۰۰; a day alone is its first minute, or its last with `ends`."""

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        self.alone = dt.time(23, 59) if ends else dt.time()
        super().__init__(css="field__input--date", **kwargs)

    def read(self, typed: str) -> dt.datetime:
        """The instant."""
        before, _blank, last = typed.rpartition(" ")
        if _TIME.fullmatch(last):
            return clock.at(_day(before.strip(" ،,")), _time(last))
        return clock.at(_day(typed), self.alone)

    def prepare_value(self, value: Any) -> Any:
        """As one would type it."""
        if not isinstance(value, dt.datetime):
            return value
        local = timezone.localtime(value)
        language = _language()
        return f"{day_digits(local.date(), language=language)} {time_text(local.time(), language=language)}"


def _day(typed: str) -> dt.date:
    return cast("dt.date", DayField().clean(typed))


def _time(typed: str) -> dt.time:
    return cast("dt.time", TimeField().clean(typed))


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


class Foreign(forms.Select):
    """A choice among words that others wrote, in a language that nobody knows."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Marks the option as of an unknown language."""
        found = super().create_option(name, value, *args, **kwargs)
        if value:
            found["attrs"]["lang"] = "und"
        return found
