"""Meetings of workgroups: when and where, the agenda with its minutes, and who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member
from workgroups.models.workgroup import Venue, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Questions about meetings."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those of the workgroups that the member has an appointment in today; all of them for staff."""
        return self.filter(workgroup__in=Workgroup.objects.entered_by(member).values("pk"))

    def run_by(self, member: Member | AnonymousUser) -> Self:
        """Those of the workgroups that the member coordinates today; all of them for staff."""
        return self.filter(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))


class Meeting(models.Model):
    """One meeting of a workgroup, numbered within it; once its minutes are approved nothing of it changes."""

    class State(models.TextChoices):
        """Whether it takes place."""

        CALLED = "called", _("Called")
        CALLED_OFF = "called_off", _("Called off")

    workgroup = models.ForeignKey(Workgroup, models.PROTECT, related_name="meetings", verbose_name=_("workgroup"))
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.CALLED)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, verbose_name=_("venue"))
    place = models.CharField(_("place"), max_length=200, default="", blank=True)
    link = models.URLField(_("link"), max_length=500, default="", blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    approved_at = models.DateTimeField(_("minutes approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(name="workgroup_meeting_number", fields=["workgroup", "number"]),
            models.CheckConstraint(name="workgroup_meeting_hours", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(name="workgroup_meeting_state", condition=Q(state__in=["called", "called_off"])),
            models.CheckConstraint(
                name="workgroup_meeting_somewhere", condition=Q(venue__isnull=False) | ~Q(place="") | ~Q(link="")
            ),
            models.CheckConstraint(
                name="workgroup_meeting_approved",
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, state="called"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.workgroup_id}/{self.number}"

    @property
    def is_off(self) -> bool:
        """Whether it was called off."""
        return self.state == self.State.CALLED_OFF

    @property
    def is_approved(self) -> bool:
        """Whether its minutes are fixed."""
        return self.approved_at is not None

    @property
    def has_begun(self) -> bool:
        """Whether its hour has come."""
        return self.starts_at <= clock.now()


class AgendaItem(models.Model):
    """One matter of a meeting, with what was said about it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items", verbose_name=_("meeting"))
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("matter"), max_length=200)
    minutes = models.TextField(_("minutes"), default="", blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        ordering = ["order"]
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        constraints = [models.UniqueConstraint(name="agenda_order", fields=["meeting", "order"])]

    def __str__(self) -> str:
        return f"#{self.meeting_id}/{self.order}"


class Attendance(models.Model):
    """Whether a person of the workgroup was at a meeting."""

    class Mark(models.TextChoices):
        """There, not there, or not there with a reason that was told before."""

        PRESENT = "present", _("Present")
        ABSENT = "absent", _("Absent")
        EXCUSED = "excused", _("Excused")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances", verbose_name=_("meeting"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="+", verbose_name=_("member"))
    mark = models.CharField(_("mark"), max_length=8, choices=Mark.choices)

    objects: ClassVar[models.Manager[Attendance]] = models.Manager()

    class Meta:
        verbose_name = _("attendance of a meeting")
        verbose_name_plural = _("attendances of meetings")
        constraints = [
            models.UniqueConstraint(name="meeting_attendance_once", fields=["meeting", "member"]),
            models.CheckConstraint(
                name="meeting_attendance_mark", condition=Q(mark__in=["present", "absent", "excused"])
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.meeting_id} #{self.member_id} {self.mark}"
