"""Files that coordinators hand in, and what became of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from programs.models.course import Course
from programs.models.program import Feed
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ImportQuerySet(models.QuerySet["Import"]):
    """Questions about imports."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those into the workgroups that the member answers for."""
        return self.filter(feed__workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))


class Import(models.Model):
    """A partner's file that a coordinator handed in: read by a worker, looked at, saved on a word, undone for a day."""

    class State(models.TextChoices):
        """Where it stands; `queued`, `confirmed` and `undoing` wait for a worker, `mapping` and `read` for a person."""

        QUEUED = "queued", _("To be read")
        MAPPING = "mapping", _("Waits for its columns")
        READ = "read", _("Waits for your yes")
        CONFIRMED = "confirmed", _("Being saved")
        SAVED = "saved", _("Saved")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Refused")

    FOR_WORKERS = (State.QUEUED, State.CONFIRMED, State.UNDOING)

    feed = models.ForeignKey(Feed, models.PROTECT, related_name="imports", verbose_name=_("partner catalogue"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("handed in by"))
    name = models.CharField(_("file"), max_length=200)
    digest = models.CharField(_("fingerprint"), max_length=64)
    content = models.BinaryField(_("content"), null=True)
    language = models.CharField(_("language of the reasons"), max_length=8)
    options: models.JSONField[Any, Any] = models.JSONField(_("options"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    columns: models.JSONField[Any, Any] = models.JSONField(_("columns with examples"), default=list, blank=True)
    places: models.JSONField[Any, Any] = models.JSONField(_("places that are not known"), default=list, blank=True)
    counts: models.JSONField[Any, Any] = models.JSONField(_("figures"), default=dict, blank=True)
    failure = models.TextField(_("why it was refused"), default="", blank=True)
    before: models.JSONField[Any, Any] = models.JSONField(_("what was before"), default=dict, blank=True)
    is_stale = models.BooleanField(_("the courses changed meanwhile"), default=False)
    made_at = models.DateTimeField(_("handed in at"), default=clock.now)
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    leased_until = models.DateTimeField(_("with a worker until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                name="import_state",
                condition=Q(
                    state__in=["queued", "mapping", "read", "confirmed", "saved", "undoing", "undone", "failed"]
                ),
            ),
            models.CheckConstraint(
                name="import_saved", condition=~Q(state__in=["saved", "undoing"]) | Q(saved_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                name="import_due", fields=["made_at"], condition=Q(state__in=["queued", "confirmed", "undoing"])
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has to do something with it."""
        return self.state in self.FOR_WORKERS


class ImportRow(models.Model):
    """A row of a file that does something, or a course that is no longer in it, and what becomes of it."""

    class What(models.TextChoices):
        """What becomes of it."""

        CREATED = "created", _("New")
        UPDATED = "updated", _("Changed")
        MISSING = "missing", _("Missing")
        REJECTED = "rejected", _("Rejected")

    run = models.ForeignKey(Import, models.CASCADE, related_name="rows", verbose_name=_("import"))
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    key = models.CharField(_("key in the catalogue"), max_length=200, default="", blank=True)
    what = models.CharField(_("what becomes of it"), max_length=8, choices=What.choices)
    title = models.CharField(_("title"), max_length=200, default="", blank=True)
    course = models.ForeignKey(Course, models.SET_NULL, null=True, related_name="+", verbose_name=_("course"))
    details: models.JSONField[Any, Any] = models.JSONField(_("fields, old and new"), default=list, blank=True)
    reason = models.TextField(_("reason"), default="", blank=True)
    told = models.PositiveIntegerField(_("people who are told"), default=0)
    before: models.JSONField[Any, Any] = models.JSONField(_("what was before"), null=True, blank=True)
    stayed = models.CharField(_("why it stayed"), max_length=10, default="", blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [
            models.CheckConstraint(
                name="import_row_what", condition=Q(what__in=["created", "updated", "missing", "rejected"])
            )
        ]
        indexes = [models.Index(name="import_row_kind", fields=["run", "what", "id"])]

    def __str__(self) -> str:
        return self.key
