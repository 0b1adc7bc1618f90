"""What came of learning: who was there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base import clock
from members.models import Member
from programs.models import ClassMeeting, Enrolment


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
