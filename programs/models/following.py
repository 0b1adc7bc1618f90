"""What members want to hear of: areas, workgroups and programs that they follow, openings they wait for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from programs.models.course import Course
from programs.models.program import Program
from workgroups.models import LiteracyArea, Workgroup


class Follow(models.Model):
    """A member's wish to hear of one area, one workgroup or one program."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="follows", verbose_name=_("member"))
    area = models.ForeignKey(
        LiteracyArea, models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("area")
    )
    workgroup = models.ForeignKey(
        Workgroup, models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("workgroup")
    )
    program = models.ForeignKey(
        Program, models.CASCADE, null=True, blank=True, related_name="follows", verbose_name=_("program")
    )
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.CheckConstraint(
                name="follow_one_thing",
                condition=Q(area__isnull=False, workgroup__isnull=True, program__isnull=True)
                | Q(area__isnull=True, workgroup__isnull=False, program__isnull=True)
                | Q(area__isnull=True, workgroup__isnull=True, program__isnull=False),
            ),
            models.UniqueConstraint(name="follow_area_once", fields=["member", "area"]),
            models.UniqueConstraint(name="follow_workgroup_once", fields=["member", "workgroup"]),
            models.UniqueConstraint(name="follow_program_once", fields=["member", "program"]),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id}"


class Reminder(models.Model):
    """A member's wish to be told when the enrolment of a course opens."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="reminders", verbose_name=_("member"))
    course = models.ForeignKey(Course, models.CASCADE, related_name="reminders", verbose_name=_("course"))
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(name="reminder_once", fields=["member", "course"])]

    def __str__(self) -> str:
        return f"#{self.member_id}"
