"""How long what is kept: all of it, in one table. A nightly job goes through it; pages and documents show it.

Deployment keeps two more promises that no row of ours can: web logs 14 days, backups 35 (`docs/operations.md`).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from base.templatetags.city import digits
from members import services as members
from notifications import services as notifications
from privacy.services.downloading import forget_downloads
from privacy.services.silence import warn_silent
from programs import services as programs
from records import services as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from django_stubs_ext import StrOrPromise

HOURS, DAYS, MONTHS, YEARS = "hours", "days", "months", "years"
LENGTHS = {
    HOURS: dt.timedelta(hours=1),
    DAYS: dt.timedelta(days=1),
    MONTHS: dt.timedelta(days=30.5),
    YEARS: dt.timedelta(days=365),
}


class Kept(NamedTuple):
    """One line of the table: what it is, how long it stays, and by what it goes."""

    what: StrOrPromise
    number: int
    unit: str
    forget: Callable[[dt.timedelta], int]

    @property
    def span(self) -> dt.timedelta:
        """How long it stays."""
        return self.number * LENGTHS[self.unit]

    @property
    def term(self) -> str:
        """The same in words."""
        n, shown = self.number, {"number": digits(self.number)}
        if self.unit == HOURS:
            return ngettext("%(number)s hour", "%(number)s hours", n) % shown
        if self.unit == DAYS:
            return ngettext("%(number)s day", "%(number)s days", n) % shown if n else str(_("until its last day"))
        if self.unit == MONTHS:
            return ngettext("%(number)s month", "%(number)s months", n) % shown
        return ngettext("%(number)s year", "%(number)s years", n) % shown


TABLE = (
    Kept(_("The file with your data, once it is ready"), 1, HOURS, forget_downloads),
    Kept(_("Sign-in codes and how often one was typed"), 1, DAYS, members.forget_codes),
    Kept(_("Answers of the API, for a request that is repeated"), 1, DAYS, members.forget_answers_of_the_api),
    Kept(_("Partners’ files that nobody confirmed"), 3, DAYS, programs.forget_files),
    Kept(_("Devices that are not used any more"), 14, DAYS, members.forget_sessions),
    Kept(_("Invitations, after the answer"), 30, DAYS, members.forget_invitations),
    Kept(_("Sensitive answers and files, after the course"), 90, DAYS, programs.erase_answers),
    Kept(_("What messages said"), 90, DAYS, notifications.forget_bodies),
    Kept(_("Lists of an organisation’s people"), 0, DAYS, programs.forget_rolls),
    Kept(_("Places that ended without a seat: withdrawn, declined, not got"), 1, YEARS, programs.forget_places),
    Kept(_("Who was told of what and when; then counts by month"), 13, MONTHS, notifications.forget_deliveries),
    Kept(_("Accounts that nobody uses: a warning, and three months later erasure"), 24, MONTHS, warn_silent),
    Kept(_("Who was there in class"), 3, YEARS, records.forget_attendance),
    Kept(_("The record of what was done, with numbers and no names"), 7, YEARS, members.forget_trail),
)
