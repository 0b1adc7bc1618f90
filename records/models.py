"""What came of learning: who was there, and the proof that somebody completed a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base import clock
from members.models import Care, Learner, Member
from programs.models import ClassMeeting, Enrolment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class Attendance(models.Model):
    """Whether one learner was there at one class meeting. Each correction raises the version and leaves a line in the trail."""

    class Mark(models.TextChoices):
        """What is said of them."""

        PRESENT = "present", pgettext_lazy("attendance", "Present")
        LATE = "late", pgettext_lazy("attendance", "Late")
        ABSENT = "absent", pgettext_lazy("attendance", "Absent")
        EXCUSED = "excused", pgettext_lazy("attendance", "Excused")

    WAS_THERE = (Mark.PRESENT, Mark.LATE)

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances", verbose_name=_("enrolment"))
    meeting = models.ForeignKey(
        ClassMeeting, models.PROTECT, related_name="attendances", verbose_name=_("class meeting")
    )
    mark = models.CharField(_("mark"), max_length=8, choices=Mark.choices)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("marked by"))
    at = models.DateTimeField(_("marked at"), default=clock.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("class attendance")
        verbose_name_plural = _("class attendances")
        constraints = [
            models.UniqueConstraint(name="attendance_once", fields=["enrolment", "meeting"]),
            models.CheckConstraint(
                name="attendance_mark", condition=Q(mark__in=["present", "late", "absent", "excused"])
            ),
            models.CheckConstraint(name="attendance_version", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions about certificates."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those of the learners whom this member cares for today."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(member).values("pk"))

    def valid(self) -> Self:
        """Those that are not revoked."""
        return self.filter(revoked_at__isnull=True)


class Certificate(models.Model):
    """The proof that a learner completed a course, as it was on the day it was issued; anyone with its code may check it."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates", verbose_name=_("enrolment"))
    code = models.CharField(_("code"), max_length=16, unique=True)
    frozen: models.JSONField[Any, Any] = models.JSONField(_("what it says, by language"))
    issued_on = models.DateField(_("issued on"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    reason = models.CharField(_("why it was revoked"), max_length=300, default="", blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(
                name="certificate_one_valid", fields=["enrolment"], condition=Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="certificate_reason",
                condition=Q(revoked_at__isnull=True, reason="") | (Q(revoked_at__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_revoked(self) -> bool:
        """Whether it no longer holds."""
        return self.revoked_at is not None


class PassportLinkQuerySet(models.QuerySet["PassportLink"]):
    """Questions about links to passports."""

    def open(self) -> Self:
        """Those that nobody ended, of people who are still here, and whose maker still acts for the learner."""
        care = Care.objects.open_on(clock.today()).filter(guardian=OuterRef("made_by"), learner=OuterRef("learner"))
        return self.filter(Exists(care), ended_at__isnull=True, learner__erased_at__isnull=True)


class PassportLink(models.Model):
    """A secret address under which anybody reads what one learner has completed, until its owner ends it."""

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="passport_links", verbose_name=_("learner"))
    nonce = models.CharField(_("random part"), max_length=32, unique=True)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = PassportLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a passport")
        verbose_name_plural = _("links to passports")
        constraints = [
            models.UniqueConstraint(
                name="passport_link_one_open", fields=["learner"], condition=Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Feedback(models.Model):
    """What one learner thought of a course; its coordinators read it without the name, once five have answered."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="feedback", verbose_name=_("enrolment"))
    stars = models.PositiveSmallIntegerField(_("stars"))
    recommends = models.BooleanField(_("would recommend it"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, default="", blank=True)
    given_on = models.DateField(_("given on"))

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [models.CheckConstraint(name="feedback_stars", condition=Q(stars__gte=1) & Q(stars__lte=5))]

    def __str__(self) -> str:
        return f"#{self.pk}"
