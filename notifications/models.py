"""What is to be said, to whom, by which channel, and how far it has come."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Member


class Channel(models.TextChoices):
    """A way to reach a person."""

    INBOX = "inbox", _("My page")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PUSH = "push", _("Push")


class Notice(models.Model):
    """One thing to say: a kind and its values. The words are made at hand-over, in the receiver's language."""

    class Urgency(models.TextChoices):
        """How a notice passes others and the night."""

        CODE = "code", _("Sign-in code")
        ANSWER = "answer", _("Answer to one's own act")
        SERVICE = "service", _("About one's own learning")
        URGENT = "urgent", _("Urgent")

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    values: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency.choices)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                name="notice_urgency", condition=Q(urgency__in=["code", "answer", "service", "urgent"])
            )
        ]

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """One attempt-able sending of one notice to one member by one channel."""

    class State(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")
        DROPPED = "dropped", _("Not sent")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries", verbose_name=_("notice"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="deliveries", verbose_name=_("member"))
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.QUEUED)
    due_at = models.DateTimeField(_("due at"), default=clock.now)
    priority = models.PositiveSmallIntegerField(_("priority"), default=5)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    reference = models.UUIDField(_("reference"), unique=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(name="delivery_once", fields=["notice", "member", "channel"]),
            models.CheckConstraint(
                name="delivery_state",
                condition=Q(state__in=["queued", "sending", "sent", "failed", "unknown", "dropped"]),
            ),
        ]
        indexes = [
            models.Index(name="delivery_due", fields=["priority", "due_at"], condition=Q(state="queued")),
            models.Index(name="delivery_leased", fields=["leased_until"], condition=Q(state="sending")),
            models.Index(name="delivery_inbox", fields=["member", "-id"], condition=Q(channel="inbox")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Preference(models.Model):
    """Whether a member wants a kind of notice by a channel; without a row the channel's default holds."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="preferences", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=60)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    wanted = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(name="preference_once", fields=["member", "kind", "channel"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}: {self.wanted}"
