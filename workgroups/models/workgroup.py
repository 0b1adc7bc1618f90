"""Who carries the city's learning: organisations, specialist workgroups, their people, areas and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager, TranslatableQuerySet
from parler.models import TranslatableModel, TranslatedFields

from base import clock
from members.models import District, Member

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser


class Organisation(TranslatableModel):
    """A body that takes part: the municipality, a university, a school, an NGO."""

    class Kind(models.TextChoices):
        """What sort of body it is."""

        MUNICIPALITY = "municipality", _("Municipality")
        UNIVERSITY = "university", _("University")
        RESEARCH_CENTRE = "research_centre", _("Research centre")
        SCHOOL = "school", _("School")
        EDUCATION_OFFICE = "education_office", _("Education office")
        PUBLIC_INSTITUTION = "public_institution", _("Public institution")
        PRIVATE_INSTITUTION = "private_institution", _("Private institution")
        NGO = "ngo", _("Non-governmental organisation")
        OTHER = "other", _("Other")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices)
    phone = models.CharField(_("telephone"), max_length=24, default="", blank=True)
    name: str
    description: str
    translations = TranslatedFields(
        name=models.CharField(_("name"), max_length=200),
        description=models.TextField(_("description"), default="", blank=True),
    )
    objects: ClassVar[TranslatableManager[Organisation]] = TranslatableManager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.slug


class LiteracyArea(TranslatableModel):
    """One of the fields in which the city wants its people to be literate; staff may add more."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    icon = models.CharField(_("icon"), max_length=24, default="", blank=True)
    isced = models.CharField(_("ISCED-F 2013 field"), max_length=4, default="", blank=True)
    sdg: models.JSONField[Any, Any] = models.JSONField(_("sustainable development goals"), default=list, blank=True)
    name: str
    description: str
    translations = TranslatedFields(
        name=models.CharField(_("name"), max_length=100),
        description=models.TextField(_("description"), default="", blank=True),
    )
    objects: ClassVar[TranslatableManager[LiteracyArea]] = TranslatableManager()

    class Meta:
        ordering = ["order", "slug"]
        verbose_name = _("literacy area")
        verbose_name_plural = _("literacy areas")

    def __str__(self) -> str:
        return self.slug


class Venue(TranslatableModel):
    """A place where classes are held."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name=_("organisation")
    )
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    access: models.JSONField[Any, Any] = models.JSONField(_("access"), default=dict, blank=True)
    name: str
    address: str
    translations = TranslatedFields(
        name=models.CharField(_("name"), max_length=200),
        address=models.CharField(_("address"), max_length=300, default="", blank=True),
    )
    objects: ClassVar[TranslatableManager[Venue]] = TranslatableManager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("venue")
        verbose_name_plural = _("venues")

    def __str__(self) -> str:
        return self.slug


class WorkgroupQuerySet(TranslatableQuerySet["Workgroup"]):
    """Questions about workgroups."""

    def coordinated_by(self, member: Member | AnonymousUser) -> Self:
        """Those whose coordinator the member is today; all of them for staff and superusers."""
        if not member.is_authenticated:
            return self.none()
        if member.is_superuser:
            return self
        coordinating = Appointment.objects.coordinating(member).values("workgroup")
        return self.filter(Q(pk__in=coordinating) | Exists(Appointment.objects.staff(member)))

    def entered_by(self, member: Member | AnonymousUser) -> Self:
        """Those behind whose door the member may look today: an appointment in it, or staff. Meetings are read there."""
        if not member.is_authenticated:
            return self.none()
        if member.is_superuser:
            return self
        inside = Appointment.objects.open_on(clock.today()).filter(member=member, workgroup__isnull=False)
        return self.filter(Q(pk__in=inside.values("workgroup")) | Exists(Appointment.objects.staff(member)))

    def governed_by(self, member: Member | AnonymousUser) -> Self:
        """All of them for staff and superusers, who found and appoint; none for anybody else."""
        if not member.is_authenticated:
            return self.none()
        return self if member.is_superuser else self.filter(Exists(Appointment.objects.staff(member)))


WorkgroupManager = TranslatableManager.from_queryset(WorkgroupQuerySet)


class Workgroup(TranslatableModel):
    """A specialist workgroup: a theme, member organisations, its people, its programs."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    areas = models.ManyToManyField(LiteracyArea, related_name="workgroups", verbose_name=_("literacy areas"))
    organisations = models.ManyToManyField(Organisation, related_name="workgroups", verbose_name=_("organisations"))
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    name: str
    purpose: str
    translations = TranslatedFields(
        name=models.CharField(_("name"), max_length=200),
        purpose=models.TextField(_("purpose"), default="", blank=True),
    )
    objects: ClassVar[WorkgroupManager[Workgroup]] = WorkgroupManager()

    class Meta:
        ordering = ["slug"]
        verbose_name = _("workgroup")
        verbose_name_plural = _("workgroups")

    def __str__(self) -> str:
        return self.slug


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Questions about appointments; a right is a row open today, asked anew at every request."""

    def open_on(self, day: dt.date) -> Self:
        """Appointments in force on that day; the last day is `until_on` minus one, so that it gives nothing on it."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), from_on__lte=day)

    def ahead_of(self, day: dt.date) -> Self:
        """Appointments in force on that day or to come."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=day))

    def coordinating(self, member: Member) -> Self:
        """The member's coordinator's appointments of today."""
        return self.open_on(clock.today()).filter(member=member, role=Appointment.Role.COORDINATOR)

    def staff(self, member: Member) -> Self:
        """The member's staff appointments of today."""
        return self.open_on(clock.today()).filter(member=member, role=Appointment.Role.STAFF)


class Appointment(models.Model):
    """A member's role in a workgroup or an organisation, from a day on and before another."""

    class Role(models.TextChoices):
        """What the appointment lets one do."""

        COORDINATOR = "coordinator", _("Coordinator")
        MEMBER = "member", _("Member of the workgroup")
        STAFF = "staff", _("Municipal staff")

    member = models.ForeignKey(Member, models.CASCADE, related_name="appointments", verbose_name=_("member"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    workgroup = models.ForeignKey(
        Workgroup, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name=_("workgroup")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="appointments", verbose_name=_("organisation")
    )
    from_on = models.DateField(_("from"), default=clock.today)
    until_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(
                name="appointment_one_place",
                condition=Q(workgroup__isnull=False, organisation__isnull=True)
                | Q(workgroup__isnull=True, organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_staff_of_organisation", condition=~Q(role="staff") | Q(organisation__isnull=False)
            ),
            models.CheckConstraint(
                name="appointment_coordinator_of_workgroup",
                condition=~Q(role="coordinator") | Q(workgroup__isnull=False),
            ),
            models.UniqueConstraint(
                name="appointment_open_once",
                fields=["member", "role", "workgroup"],
                condition=Q(until_on__isnull=True, workgroup__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_dates", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.member_id} {self.role}"
