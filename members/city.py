"""What the city calls itself, how its help line is reached, when it sleeps: asked by every page, read every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import Error

from members.models import City
from members.models.city import QUIET_FROM, QUIET_UNTIL

if TYPE_CHECKING:
    import datetime as dt

KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Facts:
    """The city as its staff settled it; `names` by language, `logo` a kept file's name or ""."""

    names: dict[str, str]
    phone: str
    quiet_from: dt.time = QUIET_FROM
    quiet_until: dt.time = QUIET_UNTIL
    logo: str = ""
    version: int = 0

    def is_quiet(self, hour: dt.time) -> bool:
        """Whether the city sleeps at that hour; the night may lie on both sides of midnight, or not be at all."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until


# Of this process: what was read and until when it holds. A change is seen everywhere after those seconds.
_held: list[tuple[float, Facts]] = []


def present() -> Facts:
    """The city of this moment, at most a few seconds old. A database that does not answer is not asked again meanwhile."""
    now = time.monotonic()
    if not _held or _held[0][0] <= now:
        _held[:] = [(now + KEPT_SECONDS, _read())]
    return _held[0][1]


def forget() -> None:
    """Lets this process read anew: whoever changes the city says so."""
    _held.clear()


def of_environment() -> Facts:
    """The city as the environment names it."""
    return Facts(dict(settings.CITY_NAMES), settings.CITY_PHONE)


def _read() -> Facts:
    try:
        row = City.objects.filter(pk=City.ONLY).first()
    except Error:  # error pages are made while the database is away, too
        return _held[0][1] if _held else of_environment()
    if row is None:
        return of_environment()
    names = settings.CITY_NAMES | row.names
    return Facts(names, row.phone, row.quiet_from, row.quiet_until, row.logo, row.version)
