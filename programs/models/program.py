"""What workgroups offer, and the partner catalogues that some of it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager, TranslatableQuerySet
from parler.models import TranslatableModel, TranslatedFields

from workgroups.models import Decision, LiteracyArea, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import Member


class Feed(models.Model):
    """A partner's catalogue as one workgroup reads it."""

    class Mode(models.TextChoices):
        """Where residents enrol in its courses."""

        PARTNER = "partner", _("At the organiser")
        PORTAL = "portal", _("Here")

    workgroup = models.ForeignKey(Workgroup, models.PROTECT, related_name="feeds", verbose_name=_("workgroup"))
    profile = models.CharField(_("profile"), max_length=40)
    partner = models.CharField(_("partner"), max_length=80, default="", blank=True)
    mode = models.CharField(_("enrolment"), max_length=8, choices=Mode.choices, default=Mode.PARTNER)
    default_area = models.ForeignKey(
        LiteracyArea, models.PROTECT, null=True, blank=True, verbose_name=_("area where none is known")
    )
    currency = models.CharField(_("currency"), max_length=3, null=True, blank=True)
    mapping: models.JSONField[Any, Any] = models.JSONField(_("mapping"), default=dict, blank=True)
    last_read_at = models.DateTimeField(_("last read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("partner catalogue")
        verbose_name_plural = _("partner catalogues")
        constraints = [models.UniqueConstraint(name="feed_once", fields=["workgroup", "profile", "partner"])]

    def __str__(self) -> str:
        return self.partner or f"{self.profile} #{self.workgroup_id}"


class ProgramQuerySet(TranslatableQuerySet["Program"]):
    """Questions about programs."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Published ones for everybody; drafts and archived ones for those who answer for them."""
        seen = Q(state=Program.State.PUBLISHED)
        if member.is_authenticated:
            seen |= Q(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))
        return self.filter(seen)

    def answered_for_by(self, member: Member | AnonymousUser) -> Self:
        """Those that the member may change: of the workgroups they coordinate, and all of them for staff."""
        return self.filter(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))


ProgramManager = TranslatableManager.from_queryset(ProgramQuerySet)


class Program(TranslatableModel):
    """What a workgroup offers under one purpose, with outcomes; its courses are its runs."""

    class State(models.TextChoices):
        """From the first line to the archive."""

        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    class Level(models.TextChoices):
        """What one should know before."""

        OPEN = "open", _("For everyone")
        BEGINNER = "beginner", _("For beginners")
        INTERMEDIATE = "intermediate", _("For those who know the basics")

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    workgroup = models.ForeignKey(Workgroup, models.PROTECT, related_name="programs", verbose_name=_("workgroup"))
    area = models.ForeignKey(
        LiteracyArea, models.PROTECT, null=True, blank=True, related_name="programs", verbose_name=_("literacy area")
    )
    decision = models.ForeignKey(
        Decision, models.SET_NULL, null=True, blank=True, related_name="programs", verbose_name=_("decision")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices, default=Level.OPEN)
    source_language = models.CharField(_("language of the original"), max_length=8, default="fa")
    version = models.PositiveIntegerField(_("version"), default=1)
    feed = models.ForeignKey(Feed, models.PROTECT, null=True, blank=True, verbose_name=_("partner catalogue"))
    feed_key = models.CharField(_("key in the catalogue"), max_length=200, null=True, blank=True)
    pinned: models.JSONField[Any, Any] = models.JSONField(_("fields edited here"), default=list, blank=True)
    joining: models.JSONField[Any, Any] = models.JSONField(
        _("who may join"), default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    title: str
    summary: str
    outcomes: str
    description: str
    audience: str
    keywords: str
    translations = TranslatedFields(
        title=models.CharField(_("title"), max_length=200),
        summary=models.TextField(_("summary"), default="", blank=True),
        outcomes=models.TextField(_("outcomes, one a line"), default="", blank=True),
        description=models.TextField(_("description"), default="", blank=True),
        audience=models.CharField(_("who it is for"), max_length=200, default="", blank=True),
        keywords=models.CharField(_("words people search for"), max_length=300, default="", blank=True),
        written_at=models.DateTimeField(_("written at"), null=True, blank=True),
    )
    objects: ClassVar[ProgramManager[Program]] = ProgramManager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        constraints = [
            models.CheckConstraint(
                name="program_area_or_feed", condition=Q(area__isnull=False) | Q(feed__isnull=False)
            ),
            models.UniqueConstraint(name="program_feed_key", fields=["feed", "feed_key"]),
            models.CheckConstraint(
                name="program_state", condition=Q(state__in=["draft", "review", "published", "archived"])
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def shown_language(self) -> str:
        """The language in which its texts are given here: the page's where there is one, else the original's."""
        here = self.get_current_language()
        return here if self.has_translation(here) else self.source_language
