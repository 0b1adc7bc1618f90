"""What a member asked to take along."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member, Session


class Download(models.Model):
    """A member's wish to have everything about themselves in one file; a worker fills it, an hour later it is gone.

    It belongs to the device on which it was asked for and goes with it.
    """

    member = models.OneToOneField(Member, models.CASCADE, related_name="download", verbose_name=_("member"))
    session = models.ForeignKey(Session, models.CASCADE, related_name="+", verbose_name=_("device"))
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    content = models.BinaryField(_("content"), null=True)

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        constraints = [
            models.CheckConstraint(
                name="download_ready",
                condition=models.Q(ready_at__isnull=True, content__isnull=True)
                | models.Q(ready_at__isnull=False, content__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
