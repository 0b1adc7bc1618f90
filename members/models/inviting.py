"""Asking somebody by their number or address to care for a learner too, or to be that learner themself."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models.people import Learner, Member


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions about invitations."""

    def open(self) -> Self:
        """Those that can still be answered."""
        return self.filter(answer__isnull=True, expires_at__gt=clock.now(), learner__erased_at__isnull=True)

    def visible_to(self, member: Member) -> Self:
        """Those that are for the member, by their number or address."""
        return self.open().filter(contact__in=[one for one in (member.phone, member.email) if one])


class Invitation(models.Model):
    """Asking whoever has a number or an address to care for a learner too, or to be the learner with an account of their own.

    The contact is forgotten with the answer.
    """

    class Answer(models.TextChoices):
        """How it ended."""

        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        REVOKED = "revoked", _("Taken back")

    learner = models.ForeignKey(Learner, models.CASCADE, related_name="invitations", verbose_name=_("learner"))
    made_by = models.ForeignKey(Member, models.CASCADE, related_name="invitations", verbose_name=_("asked by"))
    contact = models.CharField(_("contact"), max_length=254, default="", blank=True)
    is_own = models.BooleanField(_("an account of their own"), default=False)
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    expires_at = models.DateTimeField(_("to be answered by"))
    tries_left = models.PositiveSmallIntegerField(_("tries left"), default=3)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices, null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                name="invitation_open", fields=["learner", "contact"], condition=Q(answer__isnull=True)
            ),
            models.CheckConstraint(
                name="invitation_answered",
                condition=Q(answer__isnull=True, answered_at__isnull=True) & ~Q(contact="")
                | Q(answer__isnull=False, answered_at__isnull=False, contact=""),
            ),
        ]
        indexes = [models.Index(name="invitation_for", fields=["contact"], condition=Q(answer__isnull=True))]

    def __str__(self) -> str:
        return f"#{self.pk}"
