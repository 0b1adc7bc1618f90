"""What residents ask the organiser of a course, and what they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from programs.models.course import Course

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions about questions."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """The member's own."""
        return self.filter(member=member) if member.is_authenticated else self.none()

    def answered_for_by(self, member: Member | AnonymousUser) -> Self:
        """Those about courses that the member answers for."""
        return self.filter(course__in=Course.objects.answered_for_by(member).values("pk"))

    def open(self) -> Self:
        """Those that still wait for their answer."""
        return self.filter(answered_at__isnull=True)


class Question(models.Model):
    """What a resident asked the organiser of a course, once it is answered with the answer."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="questions", verbose_name=_("course"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="questions", verbose_name=_("asked by"))
    text = models.TextField(_("question"), max_length=1000)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    answer = models.TextField(_("answer"), max_length=2000, default="", blank=True)
    answered_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(name="question_asked", condition=~Q(text="")),
            models.CheckConstraint(
                name="question_answered",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="question_open", fields=["course", "asked_at"], condition=Q(answered_at__isnull=True)),
            models.Index(name="question_of", fields=["member", "-id"]),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
