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
    """One thing to say: a kind and its values. The words are made at hand-over, in the receiver's language.

    `channels` are the ways besides the inbox that it may take (None: all). `has_parked` says that deliveries wait aside
    because it was paused; workers put them aside and take them back, so that stopping 200,000 costs one row.
    """

    class Urgency(models.TextChoices):
        """How a notice passes others and the night."""

        CODE = "code", _("Sign-in code")
        ANSWER = "answer", _("Answer to one's own act")
        SERVICE = "service", _("About one's own learning")
        URGENT = "urgent", _("Urgent")
        NEWS = "news", _("News for many")

    key = models.CharField(_("key"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    values: models.JSONField[Any, Any] = models.JSONField(_("values"), default=dict)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency.choices)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    due_at = models.DateTimeField(_("not before"), null=True, blank=True)
    channels: models.JSONField[Any, Any] = models.JSONField(_("channels"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("forgotten at"), null=True, blank=True)
    has_parked = models.BooleanField(_("has deliveries set aside"), default=False, db_default=False)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                name="notice_urgency", condition=Q(urgency__in=["code", "answer", "service", "urgent", "news"])
            )
        ]
        indexes = [models.Index(name="notice_parked", fields=["id"], condition=Q(has_parked=True))]

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
        PAUSED = "paused", _("Paused")
        DIGEST = "digest", _("Waits for a digest")
        DIGESTED = "digested", _("In a digest")

    class Receipt(models.TextChoices):
        """What the provider of text messages said of it afterwards."""

        NONE = "", _("None yet")
        ASKED = "asked", _("Asked for")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Not delivered")

    notice = models.ForeignKey(
        Notice, models.CASCADE, related_name="deliveries", db_index=False, verbose_name=_("notice")
    )  # `delivery_once` begins with it
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
    provider = models.CharField(_("provider"), max_length=8, default="", db_default="", blank=True)
    receipt = models.CharField(
        _("receipt"), max_length=10, choices=Receipt.choices, default=Receipt.NONE, db_default="", blank=True
    )
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(name="delivery_once", fields=["notice", "member", "channel"]),
            models.CheckConstraint(
                name="delivery_state",
                condition=Q(
                    state__in=[
                        "queued",
                        "sending",
                        "sent",
                        "failed",
                        "unknown",
                        "dropped",
                        "paused",
                        "digest",
                        "digested",
                    ]
                ),
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_next", fields=["channel", "priority", "due_at", "id"], condition=Q(state="queued")
            ),
            models.Index(name="delivery_leased", fields=["leased_until"], condition=Q(state="sending")),
            models.Index(name="delivery_inbox", fields=["member", "-id"], condition=Q(channel="inbox")),
            models.Index(name="delivery_parked", fields=["notice"], condition=Q(state="paused")),
            models.Index(name="delivery_digest", fields=["due_at"], condition=Q(state="digest")),
            models.Index(
                name="delivery_receipt", fields=["sent_at"], condition=Q(channel="sms", state="sent", receipt="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class DeliveryCount(models.Model):
    """How many deliveries of a kind a month had, by channel and by how they ended, once nobody knows any more whose they were."""

    month = models.DateField(_("month"))
    kind = models.CharField(_("kind"), max_length=60)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    state = models.CharField(_("state"), max_length=8, choices=Delivery.State.choices)
    number = models.PositiveBigIntegerField(_("number"))

    class Meta:
        verbose_name = _("count of deliveries")
        verbose_name_plural = _("counts of deliveries")
        constraints = [
            models.UniqueConstraint(name="delivery_count_cell", fields=["month", "kind", "channel", "state"])
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.channel} {self.state}: {self.number}"


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


class Rhythm(models.Model):
    """When a member wants to be told: hours of rest of their own (whole hours; equal ones: none), and news in digests."""

    class Digest(models.TextChoices):
        """How news is put together."""

        AT_ONCE = "", _("At once")
        DAILY = "daily", _("Once a day, in the morning")
        WEEKLY = "weekly", _("Once a week, on Saturday morning")

    member = models.OneToOneField(Member, models.CASCADE, related_name="rhythm", verbose_name=_("member"))
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), null=True, blank=True)
    digest = models.CharField(
        _("summary of news"), max_length=8, choices=Digest.choices, default=Digest.AT_ONCE, blank=True
    )

    class Meta:
        verbose_name = _("rhythm")
        verbose_name_plural = _("rhythms")
        constraints = [
            models.CheckConstraint(
                name="rhythm_hours",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__lt=24, quiet_until__lt=24, quiet_from__isnull=False, quiet_until__isnull=False),
            ),
            models.CheckConstraint(name="rhythm_digest", condition=Q(digest__in=["", "daily", "weekly"])),
        ]

    def __str__(self) -> str:
        return f"{self.quiet_from}-{self.quiet_until} {self.digest}"


class Line(models.Model):
    """What all workers know together of one provider: whether it answers, and when it may be handed the next message.

    `recent` are its last answers, newest last, 1 for a good one. A broken line is left alone until `away_until`; then one
    worker tries one message.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    recent = models.CharField(_("recent answers"), max_length=25, default="", blank=True)
    away_until = models.DateTimeField(_("away until"), null=True, blank=True)
    next_at = models.DateTimeField(_("next hand-over"), null=True, blank=True)
    sent = models.PositiveBigIntegerField(_("handed over"), default=0, db_default=0)
    failed = models.PositiveBigIntegerField(_("not taken"), default=0, db_default=0)

    class Meta:
        verbose_name = _("line to a provider")
        verbose_name_plural = _("lines to providers")

    def __str__(self) -> str:
        return self.name


class PushAddress(models.Model):
    """Where a member's browser takes messages, and the keys with which it alone can read them."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="push_addresses", verbose_name=_("member"))
    endpoint = models.URLField(_("endpoint"), max_length=500, unique=True)
    public_key = models.CharField(_("public key"), max_length=100)
    shared_secret = models.CharField(_("shared secret"), max_length=40)
    agent = models.CharField(_("device"), max_length=200, default="", db_default="", blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("push address")
        verbose_name_plural = _("push addresses")

    def __str__(self) -> str:
        return f"#{self.pk}"
