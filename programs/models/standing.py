"""How a course stands: what its own columns say about seats, window and calendar.

A class of its own, so that a row of a list and the course itself answer with the same lines.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

FEW_SEATS = 3
DECIDED_AHEAD = dt.timedelta(days=3)
FEW_SHARE = 0.1


class Standing:
    """Whatever has a course's columns for state, days, window and seats."""

    if TYPE_CHECKING:
        pk: int
        slug: str
        state: str
        mode: str
        selection: str
        partner_url: str
        audience: dict[str, Any]
        joining: dict[str, Any]
        program_id: int
        sort_on: dt.date
        minimum: int | None
        decide_on: dt.date | None
        decided_at: dt.datetime | None
        asks_version: int
        age_min: int | None
        age_max: int | None
        moves_until: dt.datetime | None
        starts_on: dt.date | None
        ends_on: dt.date | None
        opens_at: dt.datetime | None
        closes_at: dt.datetime | None
        missing_since: dt.date | None
        fee_max: int | None
        capacity: int | None
        waiting_size: int | None
        seats_taken: int
        seats_reserved: int
        reserves_until: dt.date | None
        waiting: int
        drawn_at: dt.datetime | None

    class State(models.TextChoices):
        """What the organiser decided; what the calendar makes of it is `status`."""

        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        CANCELLED = "cancelled", _("Cancelled")
        ARCHIVED = "archived", _("Archived")

    class Mode(models.TextChoices):
        """Where residents enrol."""

        PORTAL = "portal", _("Here")
        PARTNER = "partner", _("At the organiser")

    class Selection(models.TextChoices):
        """Who comes first."""

        FIRST_COME = "first_come", _("In order of arrival")
        LOTTERY = "lottery", _("By lottery")
        APPROVAL = "approval", _("By the coordinator's decision")

    class Status(models.TextChoices):
        """What a resident reads on its tag."""

        SOON = "soon", _("Opens soon")
        OPEN = "open", _("Enrolment is open")
        FULL = "full", _("Full")
        CLOSED = "closed", _("Enrolment is closed")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")
        CANCELLED = "cancelled", _("Cancelled")

    @property
    def seats_free(self) -> int | None:
        """Seats that nobody holds and nothing reserves; None when there is no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.seats_taken - self.seats_reserved)

    @property
    def is_full(self) -> bool:
        """Whether a newcomer would have to wait. Whoever waits beside a free seat is a party that does not fit into it."""
        return self.seats_free == 0

    @property
    def is_chosen(self) -> bool:
        """Whether people apply first, and a draw or the coordinator gives out the seats."""
        return self.selection != self.Selection.FIRST_COME

    @property
    def waits_too_many(self) -> bool:
        """Whether more people wait than may: inside a transaction alone, until the newcomer is turned away."""
        return self.waiting_size is not None and self.waiting > self.waiting_size

    @property
    def is_few(self) -> bool:
        """Whether so few seats are left that the page should say so: three, or a tenth."""
        free = self.seats_free
        return free is not None and free > 0 and (free <= FEW_SEATS or free <= (self.capacity or 0) * FEW_SHARE)

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing, for certain."""
        return self.fee_max == 0

    @property
    def takes_enrolments(self) -> bool:
        """Whether residents enrol here at all."""
        return self.mode == self.Mode.PORTAL and self.missing_since is None

    @property
    def age_range(self) -> tuple[int | None, int | None] | None:
        """Youngest and oldest, where there is a bound."""
        return None if self.age_min is None and self.age_max is None else (self.age_min, self.age_max)

    @property
    def decision_day(self) -> dt.date | None:
        """The day on which it is decided whether it takes place: the one that was set, else three days before it begins; None
        where it needs no number of people, or has no first day.
        """
        if self.minimum is None or self.starts_on is None:
            return None
        return self.decide_on or self.starts_on - DECIDED_AHEAD

    @property
    def is_undecided(self) -> bool:
        """Whether it still depends on how many people come."""
        return self.decision_day is not None and self.decided_at is None and self.state == self.State.PUBLISHED

    def is_past(self, day: dt.date) -> bool:
        """Whether its last day lies before that day."""
        return self.ends_on is not None and self.ends_on < day

    def status(self, now: dt.datetime, day: dt.date) -> Standing.Status:
        """What a resident should read: the organiser's decision, then the calendar, then the window, then the seats."""
        if self.state == self.State.CANCELLED:
            return self.Status.CANCELLED
        if self.is_past(day):
            return self.Status.ENDED
        if self.opens_at is not None and now < self.opens_at:
            return self.Status.SOON
        if not self.is_window_open(now):
            return self.Status.RUNNING if self.starts_on is not None and self.starts_on <= day else self.Status.CLOSED
        return self.Status.FULL if self.takes_enrolments and self.is_full and not self.is_chosen else self.Status.OPEN

    def is_window_open(self, now: dt.datetime) -> bool:
        """Whether that instant lies in the enrolment window; a window without an opening was never opened."""
        is_open = (
            self.opens_at is not None and self.opens_at <= now and (self.closes_at is None or now < self.closes_at)
        )
        return is_open and self.drawn_at is None
