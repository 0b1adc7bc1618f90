"""What residents would like to learn, and what they looked for in vain."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import District, Member
from programs.models.course import Course
from programs.models.program import Program
from workgroups.models import LiteracyArea


class WishQuerySet(models.QuerySet["Wish"]):
    """Questions about wishes."""

    def public(self) -> Self:
        """Those that everybody reads: all but what was put aside."""
        return self.exclude(state=Wish.State.HIDDEN)

    def open(self) -> Self:
        """Those that still wait for a course."""
        return self.filter(state=Wish.State.OPEN)


class Wish(models.Model):
    """Something that residents would like to learn and that no course offers yet; like wishes are one row."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Waiting for a course")
        ANSWERED = "answered", _("There is a course now")
        HIDDEN = "hidden", _("Put aside")

    text = models.CharField(_("wish"), max_length=200)
    language = models.CharField(_("language"), max_length=8)
    key = models.CharField(_("what makes wishes alike"), max_length=200)
    area = models.ForeignKey(
        LiteracyArea, models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("area")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    program = models.ForeignKey(
        Program, models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("answered with")
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="wishes", verbose_name=_("answered with the course")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.UniqueConstraint(name="wish_once", fields=["key"], condition=Q(state="open")),
            models.CheckConstraint(name="wish_state", condition=Q(state__in=["open", "answered", "hidden"])),
            models.CheckConstraint(
                name="wish_answered",
                condition=Q(state="answered", program__isnull=False, answered_at__isnull=False)
                | (~Q(state="answered") & Q(program__isnull=True, course__isnull=True, answered_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Support(models.Model):
    """A member who shares a wish, and the district in which it would be near; the first is who wished."""

    wish = models.ForeignKey(Wish, models.CASCADE, related_name="supports", verbose_name=_("wish"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="supports", verbose_name=_("member"))
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("support of a wish")
        verbose_name_plural = _("supports of wishes")
        constraints = [models.UniqueConstraint(name="support_once", fields=["wish", "member"])]

    def __str__(self) -> str:
        return f"#{self.pk}"


class VainSearch(models.Model):
    """How often a query found no course on a day, with the area and district that were asked for; nobody's name is kept."""

    key = models.CharField(_("folded query"), max_length=60)
    on = models.DateField(_("day"), default=clock.today)
    area_slug = models.CharField(_("area"), max_length=80, default="", blank=True)
    district_slug = models.CharField(_("district"), max_length=80, default="", blank=True)
    times = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("search in vain")
        verbose_name_plural = _("searches in vain")
        constraints = [
            models.UniqueConstraint(name="vain_search_day", fields=["on", "key", "area_slug", "district_slug"])
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.key}"
