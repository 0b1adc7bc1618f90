"""The cells of one row of a file, each read as what its column means."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.calendar import BadDay, parse_day
from base.persian import latin_digits, normalise
from programs.imports.markup import paragraphs, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_ADDRESS = 500
MOST = 10**15
_NUMBER = re.compile(r"\d{1,3}(?:[,٬،]\d{3})+|\d+", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/<>\"\\]+[^\s<>\"\\]*")
_MIDNIGHT = re.compile(r"(?<=\d)[ T](?:00:00|23:59)(?::\d\d(?:\.0+)?)?$", re.ASCII)  # of a day written as an instant
_TIME = re.compile(r"(\d{1,2})(?::(\d\d))?(?::00)?", re.ASCII)
_TIMES = re.compile(
    r"(?:ساعت\s*)?(?:از\s+)?([\d:]+)\s*(?:[-–—]|تا|الی|to|until)\s*(?:ساعت\s*)?([\d:]+)", re.ASCII | re.IGNORECASE
)


@lru_cache(8192)
def line(cell: str) -> str:
    """One line of text as it is stored, without markup."""
    return normalise(plain(cell))


@lru_cache(8192)
def _day(cell: str) -> dt.date | None:
    text = _MIDNIGHT.sub("", cell.strip())
    return parse_day(text) if text else None


@lru_cache(8192)
def _number(cell: str) -> int | None:
    text = latin_digits(cell).strip()
    if text and not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(re.sub(r"\D", "", text)[:30]) if text else None


class BadRow(ValueError):  # noqa: N818 - it is an answer to what was written
    """A row that cannot be understood; `code` names why and `reason` says it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class BadCell(BadRow):
    """A cell that cannot be understood."""

    def __init__(self, column: str, code: str, reason: str) -> None:
        super().__init__(code, _("column “{column}”: {reason}").format(column=column, reason=reason))


class Cells:
    """One row by the names of its columns."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def or_empty(self) -> Cells:
        """The same cells; a column that is not there is an empty one."""
        return Cells(defaultdict(str, self._values))

    def text(self, column: str, *, longest: int = 200, needed: bool = False) -> str:
        """One line of text as it is stored, without markup.

        Raises:
            BadCell: `text_missing`, `text_long`.
        """
        text = line(self._values[column])
        if needed and not text:
            raise BadCell(column, "text_missing", _("it is empty"))
        if len(text) > longest:
            raise BadCell(column, "text_long", _("it has more than {most} letters").format(most=longest))
        return text

    def paragraphs(self, column: str) -> str:
        """Text of several lines, without markup."""
        return paragraphs(self._values[column])

    def day(self, column: str) -> dt.date | None:
        """A day in any notation and calendar; None where the cell is empty.

        Raises:
            BadCell: with the codes of `base.calendar`, such as `weekday_wrong`.
        """
        try:
            return _day(self._values[column])
        except BadDay as error:
            raise BadCell(column, error.code, str(error.message)) from error

    def number(self, column: str, *, most: int = MOST) -> int | None:
        """A whole number that is not negative, in any digits, with or without separators; None where the cell is empty.

        Raises:
            BadCell: `number_unreadable`, `number_large`.
        """
        try:
            number = _number(self._values[column])
        except ValueError as error:
            reason = _("“{text}” is not a whole number").format(text=str(error)[:40])
            raise BadCell(column, "number_unreadable", reason) from error
        if number is not None and number > most:
            raise BadCell(column, "number_large", _("the number is too large"))
        return number

    def address(self, column: str) -> str:
        """A web address, or nothing.

        Raises:
            BadCell: `address_unreadable`, `address_long`.
        """
        text = self._values[column].strip()
        if len(text) > LONGEST_ADDRESS:
            raise BadCell(column, "address_long", _("it has more than {most} letters").format(most=LONGEST_ADDRESS))
        if text and not _ADDRESS.fullmatch(text):
            raise BadCell(column, "address_unreadable", _("it is not a web address that begins with https://"))
        return text

    def time(self, column: str) -> dt.time | None:
        """A time of day such as 9:00, in any digits; None where the cell is empty.

        Raises:
            BadCell: `hour_unreadable`.
        """
        text = latin_digits(self._values[column]).strip()
        if not text:
            return None
        found = _TIME.fullmatch(text)
        try:
            return dt.time(int(found[1]), int(found[2] or 0)) if found else self._no_hour(column)
        except ValueError:
            return self._no_hour(column)

    def times(self, column: str) -> tuple[dt.time | None, dt.time | None]:
        """When something begins and ends, of a cell that says one or both: 16:00, 16-18, ۱۶ تا ۱۸.

        Raises:
            BadCell: `hour_unreadable`.
        """
        found = _TIMES.fullmatch(latin_digits(self._values[column]).strip())
        if not found:
            return self.time(column), None
        first, last = (Cells({column: part}).time(column) for part in found.groups())
        return first, last

    def _no_hour(self, column: str) -> dt.time:
        text = self._values[column].strip()[:60]
        raise BadCell(column, "hour_unreadable", _("“{text}” is not a time of day").format(text=text))

    def raw(self, column: str) -> str:
        """The cell as it stands in the file."""
        return self._values[column]
