"""What the municipality or a workgroup tells an audience, from a time until a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager, TranslatableQuerySet
from parler.models import TranslatableModel, TranslatedFields

from base import clock
from members.models import Member
from notifications.models import Channel, Delivery, Notice
from programs.models import Course, Program
from workgroups.models import Appointment, Decision, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

EVERYONE: dict[str, Any] = {"everyone": True}


def everyone() -> dict[str, Any]:
    """The audience that an announcement has until another is chosen."""
    return dict(EVERYONE)


class AnnouncementQuerySet(TranslatableQuerySet["Announcement"]):
    """Questions about announcements."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """What was published and is meant for everyone, or was told to the member; drafts for those who write them.

        One that was withdrawn stays visible, as withdrawn, to whoever has its address.
        """
        told = Q(is_public=True)
        if not member.is_authenticated:
            return self.filter(told, state__in=Announcement.OUT)
        mine = Delivery.objects.filter(member=member, channel=Channel.INBOX, notice=OuterRef("notice"))
        told |= Q(Exists(mine))
        return self.filter(Q(told, state__in=Announcement.OUT) | Q(pk__in=self.written_by(member).values("pk")))

    def shown(self) -> Self:
        """Those that lists show now: published, public and not over."""
        now = clock.now()
        current = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
        return self.filter(current, state=Announcement.State.PUBLISHED, is_public=True)

    def written_by(self, member: Member | AnonymousUser) -> Self:
        """Those that the member may write today: staff all of them, coordinators those of their workgroups."""
        if not member.is_authenticated:
            return self.none()
        if member.is_superuser:
            return self
        own = Q(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))
        return self.filter(own | Q(Exists(Appointment.objects.staff(member))))

    def due(self) -> Self:
        """Scheduled ones whose time has come."""
        return self.filter(state=Announcement.State.SCHEDULED, publish_at__lte=clock.now())

    def unspread(self) -> Self:
        """Published ones whose messages are not all written yet."""
        return self.filter(state=Announcement.State.PUBLISHED, notice__isnull=False, spread_at__isnull=True)

    def banners(self) -> Self:
        """Urgent ones that stand on every page now, the latest first."""
        return self.shown().filter(kind=Announcement.Kind.URGENT, is_banner=True).order_by("-published_at", "-pk")


AnnouncementManager = TranslatableManager.from_queryset(AnnouncementQuerySet)


class Announcement(TranslatableModel):
    """One thing that the city (without a workgroup) or a workgroup says, in every language of the site."""

    class Kind(models.TextChoices):
        """What it is about."""

        NEWS = "news", _("News")
        CALL = "call", _("Call for enrolment")
        EVENT = "event", _("Event")
        CHANGE = "change", _("Change")
        URGENT = "urgent", _("Urgent safety notice")

    class State(models.TextChoices):
        """From the first line to its end."""

        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Taken back")

    OUT: ClassVar = (State.PUBLISHED, State.WITHDRAWN)
    APPROVED: ClassVar = (State.SCHEDULED, State.PUBLISHED, State.WITHDRAWN)

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    workgroup = models.ForeignKey(
        Workgroup, models.PROTECT, null=True, blank=True, related_name="announcements", verbose_name=_("workgroup")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.NEWS)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    audience: models.JSONField[Any, Any] = models.JSONField(_("audience"), default=everyone)
    channels: models.JSONField[Any, Any] = models.JSONField(_("channels"), default=list, blank=True)
    is_public = models.BooleanField(_("shown on the site to everyone"), default=True)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    is_banner = models.BooleanField(_("banner on all pages"), default=False)
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    author = models.ForeignKey(
        Member, models.SET_NULL, null=True, related_name="announcements", verbose_name=_("author")
    )
    approver = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    notice = models.ForeignKey(
        Notice, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("notice")
    )
    spread_to = models.BigIntegerField(_("messages written up to member"), default=0)
    spread_at = models.DateTimeField(_("messages written at"), null=True, blank=True)
    search_text = models.TextField(_("folded words"), default="", blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    programs = models.ManyToManyField(Program, related_name="announcements", blank=True, verbose_name=_("programs"))
    courses = models.ManyToManyField(Course, related_name="announcements", blank=True, verbose_name=_("courses"))
    decisions = models.ManyToManyField(Decision, related_name="announcements", blank=True, verbose_name=_("decisions"))
    title: str
    summary: str
    body: str
    reason: str
    translations = TranslatedFields(
        title=models.CharField(_("title"), max_length=160, default="", blank=True),
        summary=models.CharField(_("summary"), max_length=300, default="", blank=True),
        body=models.TextField(_("text"), default="", blank=True),
        reason=models.CharField(_("why it was withdrawn"), max_length=300, default="", blank=True),
    )
    objects: ClassVar[AnnouncementManager[Announcement]] = AnnouncementManager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        constraints = [
            models.CheckConstraint(
                name="announcement_kind", condition=Q(kind__in=["news", "call", "event", "change", "urgent"])
            ),
            models.CheckConstraint(
                name="announcement_state",
                condition=Q(state__in=["draft", "review", "scheduled", "published", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="announcement_published",
                condition=Q(state__in=["draft", "review", "scheduled"], published_at__isnull=True)
                | Q(state__in=["published", "withdrawn"], published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="announcement_withdrawn",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="announcement_scheduled", condition=~Q(state="scheduled") | Q(publish_at__isnull=False)
            ),
            models.CheckConstraint(
                name="announcement_second_person",
                condition=Q(state__in=["draft", "review"])
                | Q(workgroup__isnull=False) & ~Q(kind="urgent")
                | Q(approved_at__isnull=False) & (Q(approver__isnull=True) | ~Q(approver=F("author"))),
            ),
            models.CheckConstraint(name="announcement_banner", condition=Q(is_banner=False) | Q(kind="urgent")),
        ]
        indexes = [
            models.Index(name="announcement_newest", fields=["-published_at", "-id"], condition=Q(state="published")),
            models.Index(name="announcement_due", fields=["publish_at"], condition=Q(state="scheduled")),
            models.Index(
                name="announcement_unspread",
                fields=["id"],
                condition=Q(state="published", spread_at__isnull=True, notice__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_out(self) -> bool:
        """Whether residents have seen it."""
        return self.state in self.OUT

    @property
    def is_over(self) -> bool:
        """Whether its last moment has passed."""
        return self.ends_at is not None and self.ends_at <= clock.now()

    @property
    def is_ahead(self) -> bool:
        """Whether it has an hour of publication, and that is still to come."""
        return self.publish_at is not None and self.publish_at > clock.now()

    @property
    def needs_second(self) -> bool:
        """Whether a second person must approve it: what the city says to all, and every urgent notice."""
        return self.workgroup_id is None or self.kind == self.Kind.URGENT

    @property
    def was_told(self) -> bool:
        """Whether messages go out, or went out."""
        return self.notice_id is not None


class Picture(TranslatableModel):
    """A picture of an announcement with what it shows, in words."""

    announcement = models.ForeignKey(
        Announcement, models.CASCADE, related_name="pictures", verbose_name=_("announcement")
    )
    file = models.CharField(_("file"), max_length=120, unique=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    alt: str
    translations = TranslatedFields(alt=models.CharField(_("what it shows"), max_length=200, default="", blank=True))
    objects: ClassVar[TranslatableManager[Picture]] = TranslatableManager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self) -> str:
        return self.file


class Attachment(models.Model):
    """A document that an announcement carries."""

    announcement = models.ForeignKey(
        Announcement, models.CASCADE, related_name="attachments", verbose_name=_("announcement")
    )
    file = models.CharField(_("file"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("size in bytes"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
