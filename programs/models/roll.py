"""The people of an organisation for whom alone a course may be: known by a list, or by a code that the organisation hands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Learner, Member
from workgroups.models import Organisation, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class RollQuerySet(models.QuerySet["Roll"]):
    """Questions about rolls."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those of the workgroups that the member coordinates; of all for staff."""
        return self.filter(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))


class Roll(models.Model):
    """Who belongs to an organisation, as a workgroup was told; forgotten on a day. Of the people only digests are kept."""

    class Kind(models.TextChoices):
        """What they are there."""

        PUPILS = "pupils", _("Pupils or students")
        STAFF = "staff", _("Staff")
        PEOPLE = "people", _("Other people of it")

    workgroup = models.ForeignKey(Workgroup, models.CASCADE, related_name="rolls", verbose_name=_("workgroup"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="rolls", verbose_name=_("organisation"))
    kind = models.CharField(_("who"), max_length=8, choices=Kind.choices)
    until_on = models.DateField(_("forgotten on"))
    code_digest = models.CharField(_("digest of the code"), max_length=64, null=True, blank=True)
    code_at = models.DateTimeField(_("code made at"), null=True, blank=True)

    objects = RollQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of people")
        verbose_name_plural = _("lists of people")
        constraints = [
            models.UniqueConstraint(name="roll_once", fields=["workgroup", "organisation", "kind"]),
            models.CheckConstraint(name="roll_kind", condition=models.Q(kind__in=["pupils", "staff", "people"])),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RollLine(models.Model):
    """One person of a list: the digest of a contact, or of a name with a year of birth."""

    roll = models.ForeignKey(Roll, models.CASCADE, related_name="lines", verbose_name=_("list"))
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        verbose_name = _("line of a list")
        verbose_name_plural = _("lines of a list")
        constraints = [models.UniqueConstraint(name="roll_line_once", fields=["roll", "digest"])]

    def __str__(self) -> str:
        return f"#{self.pk}"


class RollProof(models.Model):
    """A learner who has shown to belong there, by the code."""

    roll = models.ForeignKey(Roll, models.CASCADE, related_name="proofs", verbose_name=_("list"))
    learner = models.ForeignKey(Learner, models.CASCADE, related_name="proofs", verbose_name=_("learner"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("proof of belonging")
        verbose_name_plural = _("proofs of belonging")
        constraints = [models.UniqueConstraint(name="roll_proof_once", fields=["roll", "learner"])]

    def __str__(self) -> str:
        return f"#{self.pk}"
