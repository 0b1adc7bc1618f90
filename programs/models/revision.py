"""What programs and courses were before: every change of their texts and facts, and what reviewers said."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from programs.models.course import Course
from programs.models.program import Program


class Revision(models.Model):
    """A program or a course as one change left it: its facts, and its texts by language."""

    program = models.ForeignKey(Program, models.CASCADE, null=True, related_name="revisions", verbose_name=_("program"))
    course = models.ForeignKey(Course, models.CASCADE, null=True, related_name="revisions", verbose_name=_("course"))
    version = models.PositiveIntegerField(_("version"))
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.CheckConstraint(
                name="revision_of_one",
                condition=Q(program__isnull=False, course__isnull=True) | Q(program__isnull=True, course__isnull=False),
            ),
            models.UniqueConstraint(name="revision_of_program", fields=["program", "version"]),
            models.UniqueConstraint(name="revision_of_course", fields=["course", "version"]),
        ]

    def __str__(self) -> str:
        return f"#{self.program_id or self.course_id} v{self.version}"


class Remark(models.Model):
    """What somebody who looked a program over says about it to those who wrote it."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="remarks", verbose_name=_("program"))
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=clock.now)
    text = models.TextField(_("text"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")

    def __str__(self) -> str:
        return f"#{self.program_id}"
