"""The draw of a course whose seats go by lottery: what was promised before it, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from programs.models.course import Course


class Draw(models.Model):
    """One course's lottery. The commitment stands from the day on which people can apply, the seed is told after the draw.

    `tickets` is what was drawn: `[[number, people], ...]` in the drawn order; a party has one ticket.
    """

    course = models.OneToOneField(Course, models.CASCADE, related_name="draw", verbose_name=_("course"))
    commitment = models.CharField(_("SHA-256 of the seed"), max_length=64)
    seed = models.CharField(_("seed"), max_length=64)
    committed_at = models.DateTimeField(_("committed at"), default=clock.now)
    tickets: models.JSONField[Any, Any] = models.JSONField(_("tickets in the drawn order"), null=True, blank=True)

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = [
            models.CheckConstraint(name="draw_committed", condition=~Q(commitment="") & ~Q(seed="")),
        ]

    def __str__(self) -> str:
        return self.commitment
