"""What a partner's file says once it is read: rows in plain values, and those that could not be understood."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import datetime as dt


_JSON = json.JSONEncoder(default=str, ensure_ascii=False, check_circular=False)


class WeeklyHour(NamedTuple):
    """When a course meets each week; 0 is Saturday."""

    weekday: int
    starts: dt.time | None = None
    ends: dt.time | None = None


class Row(NamedTuple):
    """One course as the partner describes it, whatever the format of the file; None is unknown.

    `title` is None where it is the program's. Numbers of fees are the partner's, whatever their unit. `place` is the
    venue in the partner's own words; `description` is the program's, `selection` one of the course's or "".
    """

    key: str
    program_key: str
    program_title: str
    language: str
    title: str | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    hours: tuple[WeeklyHour, ...] = ()
    fee_min: int | None = None
    fee_max: int | None = None
    capacity: int | None = None
    partner_url: str = ""
    online: bool = False
    keywords: str = ""
    note: str = ""
    instructors: str = ""
    description: str = ""
    place: str = ""
    opens_on: dt.date | None = None
    closes_on: dt.date | None = None
    age_min: int | None = None
    age_max: int | None = None
    selection: str = ""

    def fingerprint(self, mode: str, venue: int | None = None) -> str:
        """By which a later reading sees that nothing changed.

        Values that are not given do not count, so that a new column of this class leaves old fingerprints true.
        """
        told = {name: value for name, value in zip(self._fields, self, strict=True) if value or type(value) is int}
        told.pop("place", None)  # it counts as the venue that it is mapped to
        told["mode"] = mode
        if venue:
            told["venue"] = venue
        return hashlib.sha256(_JSON.encode(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that could not be understood. `key` is empty where not even that could be read; `code` names the reason."""

    line: int
    key: str
    code: str
    reason: str

    def __str__(self) -> str:
        return _("Line {line}: {reason}").format(line=self.line, reason=self.reason)


@dataclass(slots=True)
class Catalogue:
    """A file that was read: rows by key with their lines, in the order of the file, and what was rejected."""

    profile: str
    rows: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def keys(self) -> set[str]:
        """Keys of every course that stands in the file, understood or not."""
        return self.rows.keys() | {one.key for one in self.rejected if one.key}


class Unusable(Exception):  # noqa: N818 - it is an answer, not a fault
    """The file as a whole is refused; `code` names why, the text says it with the line where there is one."""

    def __init__(self, code: str, reason: str, *, line: int | None = None) -> None:
        self.code, self.line = code, line
        super().__init__(_("Line {line}: {reason}").format(line=line, reason=reason) if line else reason)
