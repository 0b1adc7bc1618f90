"""Seats of a course that are kept for a group until a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from base import clock
from programs.models.course import Course

if TYPE_CHECKING:
    import datetime as dt


class ReserveQuerySet(models.QuerySet["Reserve"]):
    """Questions about reserves."""

    def open(self) -> Self:
        """Those that keep seats today, in the order in which they were made."""
        return self.filter(ended_at__isnull=True, until_on__gte=clock.today()).order_by("pk")


class Reserve(models.Model):
    """Seats kept for people of an age, gender, district or organisation to the end of a day; what nobody of them took is then
    free for everyone. `audience` is as a course's: `rule`, `districts` (ids), `roll` (id). The course counts in `seats_reserved`
    what its open reserves have left.
    """

    course = models.ForeignKey(Course, models.CASCADE, related_name="reserves", verbose_name=_("course"))
    seats = models.PositiveIntegerField(_("seats"))
    taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    age_min = models.PositiveSmallIntegerField(_("age from"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("age to"), null=True, blank=True)
    audience: models.JSONField[Any, Any] = models.JSONField(_("for whom"), default=dict, blank=True)
    until_on = models.DateField(_("kept until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)

    objects = ReserveQuerySet.as_manager()

    class Meta:
        verbose_name = _("reserved seats")
        verbose_name_plural = _("reserved seats")
        constraints = [
            models.CheckConstraint(name="reserve_seats", condition=Q(seats__gte=1, taken__gte=0, taken__lte=F("seats")))
        ]
        indexes = [models.Index(name="reserve_open", fields=["course"], condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def left(self) -> int:
        """Seats that nobody of the group has taken."""
        return self.seats - self.taken

    @property
    def is_open(self) -> bool:
        """Whether it keeps seats today."""
        return self.ended_at is None and self.until_on >= clock.today()

    def group(self, starts_on: dt.date | None) -> Course:
        """A course that is for the group alone and begins on that day, so that the rules of joining can judge who is of it."""
        return Course(age_min=self.age_min, age_max=self.age_max, audience=self.audience, starts_on=starts_on)
