"""The city itself: what it calls itself, and its districts."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager
from parler.models import TranslatableModel, TranslatedFields

QUIET_FROM, QUIET_UNTIL = dt.time(22), dt.time(8)


class City(models.Model):
    """What its staff say of the city, in one row; before there is one, the environment speaks."""

    ONLY = 1

    names: models.JSONField[Any, Any] = models.JSONField(_("names"), default=dict)
    phone = models.CharField(_("help line"), max_length=24)
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("quiet until"), default=QUIET_UNTIL)
    logo = models.CharField(_("logo"), max_length=80, default="", blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        constraints = [models.CheckConstraint(name="city_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"#{self.pk}"


class District(TranslatableModel):
    """One of the city's municipal districts."""

    slug = models.SlugField(_("slug"), unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name: str
    translations = TranslatedFields(name=models.CharField(_("name"), max_length=100))
    objects: ClassVar[TranslatableManager[District]] = TranslatableManager()

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.slug
