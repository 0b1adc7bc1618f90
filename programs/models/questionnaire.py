"""What a course asks at enrolment, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from programs.models.course import Course
from programs.models.enrolment import Enrolment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MOST_ITEMS = 8


def _here(row: Any, name: str) -> str:
    """The text in the page's language."""
    return str(getattr(row, f"{name}_{'en' if (get_language() or 'fa').startswith('en') else 'fa'}"))


class Questionnaire(models.Model):
    """What a course asks whoever enrols, in one version; a version never changes, so that an answer keeps its question."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="questionnaires", verbose_name=_("course"))
    version = models.PositiveIntegerField(_("version"))
    consent_fa = models.TextField(_("consent in Persian"), default="", blank=True)
    consent_en = models.TextField(_("consent in English"), default="", blank=True)
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        constraints = [
            models.UniqueConstraint(name="questionnaire_version", fields=["course", "version"]),
            models.CheckConstraint(name="questionnaire_counts", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="questionnaire_consent",
                condition=Q(consent_fa="", consent_en="") | (~Q(consent_fa="") & ~Q(consent_en="")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.course_id} v{self.version}"

    @property
    def consent(self) -> str:
        """What one agrees to, in the page's language; "" where nothing is."""
        return _here(self, "consent")


class Item(models.Model):
    """One question of a questionnaire."""

    class Kind(models.TextChoices):
        """How it is answered."""

        TEXT = "text", _("Text")
        CHOICE = "choice", _("One of several")
        YES_NO = "yes_no", _("Yes or no")
        FILE = "file", _("File (PDF or picture)")

    questionnaire = models.ForeignKey(
        Questionnaire, models.CASCADE, related_name="items", verbose_name=_("questionnaire")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TEXT)
    text_fa = models.CharField(_("question in Persian"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    choices_fa = models.TextField(_("choices in Persian"), default="", blank=True)
    choices_en = models.TextField(_("choices in English"), default="", blank=True)
    is_required = models.BooleanField(_("must be answered"), default=True)
    is_sensitive = models.BooleanField(_("sensitive"), default=False)

    class Meta:
        ordering = ["questionnaire", "number"]
        verbose_name = _("question at enrolment")
        verbose_name_plural = _("questions at enrolment")
        constraints = [
            models.UniqueConstraint(name="item_number", fields=["questionnaire", "number"]),
            models.CheckConstraint(name="item_most", condition=Q(number__gte=1, number__lte=MOST_ITEMS)),
            models.CheckConstraint(name="item_kind", condition=Q(kind__in=["text", "choice", "yes_no", "file"])),
            models.CheckConstraint(name="item_asked", condition=~Q(text_fa="") & ~Q(text_en="")),
            models.CheckConstraint(
                name="item_choices",
                condition=(Q(kind="choice") & ~Q(choices_fa="") & ~Q(choices_en=""))
                | (~Q(kind="choice") & Q(choices_fa="", choices_en="")),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.questionnaire_id}.{self.number}"

    @property
    def text(self) -> str:
        """The question in the page's language."""
        return _here(self, "text")

    @property
    def choices(self) -> list[str]:
        """What can be chosen, in the page's language; an answer keeps the number, from 1 on."""
        return _here(self, "choices").splitlines()


class AnswerSheet(models.Model):
    """What was answered for one place, by the number of the question; a choice by its number, a file by its id."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, related_name="sheet", verbose_name=_("enrolment"))
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, related_name="sheets", verbose_name=_("questionnaire")
    )
    given: models.JSONField[Any, Any] = models.JSONField(_("answers"), default=dict)
    given_at = models.DateTimeField(_("given at"), default=clock.now)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("answers")
        verbose_name_plural = _("answers")
        indexes = [
            models.Index(name="sheet_kept", fields=["questionnaire"], condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"#{self.enrolment_id}"


class AnswerFileQuerySet(models.QuerySet["AnswerFile"]):
    """Questions about files."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those that the member handed over, those of the places of whom they care for, those of courses they answer for."""
        if not member.is_authenticated:
            return self.none()
        return self.filter(
            Q(by=member, sheet__isnull=True)
            | Q(sheet__enrolment__in=Enrolment.objects.visible_to(member).values("pk"))
            | Q(sheet__isnull=False, course__in=Course.objects.answered_for_by(member).values("pk"))
        )


class AnswerFile(models.Model):
    """A file that answers a question: handed over first, then part of the answers for a place."""

    class Kind(models.TextChoices):
        """What it is, as its content says."""

        PDF = "pdf", _("PDF")
        WEBP = "webp", _("Picture")

    by = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("handed over by"))
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", verbose_name=_("course"))
    number = models.PositiveSmallIntegerField(_("number of the question"))
    sheet = models.ForeignKey(
        AnswerSheet, models.CASCADE, null=True, blank=True, related_name="files", verbose_name=_("answers")
    )
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    content = models.BinaryField(_("content"))
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    objects = AnswerFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an answer")
        verbose_name_plural = _("files of answers")
        constraints = [
            models.UniqueConstraint(
                name="answer_file_waits_once", fields=["by", "course", "number"], condition=Q(sheet__isnull=True)
            ),
            models.UniqueConstraint(name="answer_file_once", fields=["sheet", "number"]),
            models.CheckConstraint(name="answer_file_kind", condition=Q(kind__in=["pdf", "webp"])),
            models.CheckConstraint(name="answer_file_number", condition=Q(number__gte=1, number__lte=MOST_ITEMS)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
