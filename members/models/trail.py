"""The trail of what was done."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import clock


class Audit(models.Model):
    """One line of the trail: who did what to which row, when, for whom, through which door. Never changed."""

    at = models.DateTimeField(_("at"), default=clock.now, db_index=True)
    actor_id = models.BigIntegerField(_("actor"), null=True)
    for_id = models.BigIntegerField(_("for"), null=True)
    verb = models.CharField(_("verb"), max_length=40)
    object_type = models.CharField(_("object"), max_length=40)
    object_id = models.BigIntegerField(_("object id"))
    door = models.CharField(_("door"), max_length=16)
    request_id = models.CharField(_("request"), max_length=64, default="", blank=True)
    changes: models.JSONField[Any, Any] = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("audit line")
        verbose_name_plural = _("audit lines")
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} #{self.object_id}"


class Seal(models.Model):
    """The trail of one day as it was the night after: a hash over its lines and over the seal of the day before."""

    day = models.DateField(_("day"), unique=True)
    lines = models.PositiveIntegerField(_("lines"))
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    class Meta:
        ordering = ["day"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.day}"
