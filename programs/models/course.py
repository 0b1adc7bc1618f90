"""Runs of programs that one can enrol in, when and where they meet, and who teaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager, TranslatableQuerySet
from parler.models import TranslatableModel, TranslatedFields

from base import clock
from members.models import District, Member
from programs.models.program import Feed, Program
from programs.models.standing import Standing
from workgroups.models import Decision, LiteracyArea, Venue, Workgroup

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser


def _visible_to_all() -> Q:
    public = [Course.State.PUBLISHED, Course.State.CANCELLED]
    return Q(state__in=public, program__state=Program.State.PUBLISHED)


class CourseQuerySet(TranslatableQuerySet["Course"]):
    """Questions about courses."""

    def visible_to_all(self) -> Self:
        """Published and cancelled ones of published programs."""
        return self.filter(_visible_to_all())

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those for everybody, and the rest for those who answer for them."""
        seen = _visible_to_all()
        if member.is_authenticated:
            seen |= Q(program__workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))
            seen |= Q(pk__in=Teaching.objects.open_on(clock.today()).filter(member=member).values("course"))
        return self.filter(seen)

    def public(self) -> Self:
        """What the catalogue lists: published ones of published programs; a cancelled one is found by its own address only."""
        return self.filter(state=Course.State.PUBLISHED, program__state=Program.State.PUBLISHED)

    def answered_for_by(self, member: Member | AnonymousUser) -> Self:
        """Those that the member may change: of the workgroups they coordinate, and all of them for staff."""
        return self.filter(program__workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))

    def with_other_seats(self) -> Self:
        """Those of a feed that are enrolled in here with another number of seats than the organiser now says."""
        here = self.filter(mode=Course.Mode.PORTAL, state=Course.State.PUBLISHED, source_capacity__isnull=False)
        return here.exclude(ends_on__lt=clock.today()).exclude(capacity=F("source_capacity"), capacity__isnull=False)

    def taught_by(self, member: Member) -> Self:
        """Those that the member instructs today."""
        return self.filter(pk__in=Teaching.objects.open_on(clock.today()).filter(member=member).values("course"))

    def with_roster_for(self, member: Member) -> Self:
        """Those whose roster the member may open: the courses they answer for, and the names of those they instruct."""
        own = self.answered_for_by(member).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=self.taught_by(member).values("pk")))


CourseManager = TranslatableManager.from_queryset(CourseQuerySet)


class Course(Standing, TranslatableModel):
    """A run of a program that one can enrol in: dates, place, seats, window, fee, rules for who may join."""

    program = models.ForeignKey(Program, models.PROTECT, related_name="courses", verbose_name=_("program"))
    slug = models.SlugField(_("slug"), max_length=120, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=Standing.State.choices, default=Standing.State.DRAFT)
    source_language = models.CharField(_("language of the original"), max_length=8, default="fa")
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    sort_on = models.DateField(_("sorted by"))
    opens_at = models.DateTimeField(_("enrolment opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("enrolment closes"), null=True, blank=True)
    moves_until = models.DateTimeField(_("the queue moves until"), null=True, blank=True)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("venue")
    )
    decision = models.ForeignKey(
        Decision, models.SET_NULL, null=True, blank=True, related_name="courses", verbose_name=_("decision")
    )
    online = models.BooleanField(_("online"), default=False)
    mode = models.CharField(_("enrolment"), max_length=8, choices=Standing.Mode.choices, default=Standing.Mode.PORTAL)
    partner_url = models.URLField(_("address at the organiser"), max_length=500, default="", blank=True)
    selection = models.CharField(
        _("selection"), max_length=12, choices=Standing.Selection.choices, default=Standing.Selection.FIRST_COME
    )
    offer_hours = models.PositiveSmallIntegerField(_("hours to answer an offer"), default=24)
    complete_percent = models.PositiveSmallIntegerField(_("attendance for completion, per cent"), default=75)
    minimum = models.PositiveIntegerField(_("fewest people"), null=True, blank=True)
    decide_on = models.DateField(_("day on which it is decided"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    age_min = models.PositiveSmallIntegerField(_("youngest"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("oldest"), null=True, blank=True)
    audience: models.JSONField[Any, Any] = models.JSONField(_("who may join"), default=dict, blank=True)
    joining: models.JSONField[Any, Any] = models.JSONField(
        _("who may join any course of its program"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
    )
    audience_words = models.CharField(_("audience words"), max_length=200, default="", blank=True)
    languages = models.CharField(_("languages of teaching"), max_length=60, default="", blank=True)
    fee_min = models.PositiveBigIntegerField(_("fee from"), null=True, blank=True)
    fee_max = models.PositiveBigIntegerField(_("fee to"), null=True, blank=True)
    fee_currency = models.CharField(_("currency"), max_length=3, null=True, blank=True)
    area = models.ForeignKey(
        LiteracyArea, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("area")
    )
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name=_("district"))
    weekdays = models.PositiveSmallIntegerField(_("weekdays"), default=0)
    dayparts = models.PositiveSmallIntegerField(_("times of day"), default=0)
    search_text = models.TextField(_("searched text"), default="", blank=True)
    search_joined = models.TextField(_("searched text without gaps"), default="", blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    updated_at = models.DateTimeField(_("changed at"), default=clock.now)
    feed = models.ForeignKey(
        Feed, models.PROTECT, null=True, blank=True, related_name="courses", verbose_name=_("partner catalogue")
    )
    feed_key = models.CharField(_("key in the catalogue"), max_length=200, null=True, blank=True)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, default="", blank=True)
    source_capacity = models.PositiveIntegerField(_("seats as the organiser says"), null=True, blank=True)
    pinned: models.JSONField[Any, Any] = models.JSONField(_("fields edited here"), default=list, blank=True)
    missing_since = models.DateField(_("missing from the catalogue since"), null=True, blank=True)
    asks_version = models.PositiveIntegerField(_("version of what it asks"), default=0, db_default=0, editable=False)
    # The engine's columns; `services.enrol` and its neighbours alone write them.
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True)
    waiting_size = models.PositiveIntegerField(_("places in the queue"), null=True, blank=True)
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    seats_reserved = models.PositiveIntegerField(_("seats reserved"), default=0, editable=False)
    reserves_until = models.DateField(_("next end of reserved seats"), null=True, blank=True, editable=False)
    waiting = models.PositiveIntegerField(_("waiting"), default=0, editable=False)
    next_place = models.PositiveIntegerField(_("last place given"), default=0, editable=False)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True, editable=False)
    title: str
    note: str
    cancel_reason: str
    fee_note: str
    instructors: str
    translations = TranslatedFields(
        title=models.CharField(_("title"), max_length=200, null=True, blank=True),
        note=models.TextField(_("what to know"), default="", blank=True),
        cancel_reason=models.TextField(_("reason of the cancellation"), default="", blank=True),
        fee_note=models.CharField(_("about the fee"), max_length=200, default="", blank=True),
        instructors=models.CharField(_("instructors"), max_length=300, default="", blank=True),
        written_at=models.DateTimeField(_("written at"), null=True, blank=True),
    )
    objects: ClassVar[CourseManager[Course]] = CourseManager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        constraints = [
            models.CheckConstraint(
                name="course_seats_fit",
                condition=Q(capacity__isnull=True) | Q(capacity__gte=F("seats_taken") + F("seats_reserved")),
            ),
            models.CheckConstraint(
                name="course_counters",
                condition=Q(seats_taken__gte=0, seats_reserved__gte=0, waiting__gte=0, next_place__gte=0),
            ),
            models.CheckConstraint(
                name="course_state", condition=Q(state__in=["draft", "published", "cancelled", "archived"])
            ),
            models.CheckConstraint(
                name="course_window",
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lte=F("closes_at")),
            ),
            models.CheckConstraint(
                name="course_days",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
            ),
            models.UniqueConstraint(name="course_feed_key", fields=["feed", "feed_key"]),
        ]
        indexes = [
            models.Index(name="course_soonest", fields=["sort_on", "id"], condition=Q(state="published")),
            GinIndex(name="course_search_text", fields=["search_text"], opclasses=["gin_trgm_ops"]),
            GinIndex(name="course_search_joined", fields=["search_joined"], opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.slug


class Slot(models.Model):
    """A weekly hour of a course, in the city's wall time."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="slots", verbose_name=_("course"))
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts = models.TimeField(_("starts"), null=True, blank=True)
    ends = models.TimeField(_("ends"), null=True, blank=True)

    class Meta:
        ordering = ["course", "weekday", "starts"]
        verbose_name = _("weekly hour")
        verbose_name_plural = _("weekly hours")
        constraints = [models.CheckConstraint(name="slot_weekday", condition=Q(weekday__lte=6))]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}"


class TeachingQuerySet(models.QuerySet["Teaching"]):
    """Questions about teachings."""

    def open_on(self, day: dt.date) -> Self:
        """Those in force on that day."""
        return self.filter(Q(until_on__isnull=True) | Q(until_on__gt=day), from_on__lte=day)


class Teaching(models.Model):
    """Who instructs a course, from a day on and before another."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="teachings", verbose_name=_("course"))
    member = models.ForeignKey(Member, models.CASCADE, related_name="teachings", verbose_name=_("member"))
    from_on = models.DateField(_("from"), default=clock.today)
    until_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = TeachingQuerySet.as_manager()

    class Meta:
        verbose_name = _("teaching")
        verbose_name_plural = _("teachings")

    def __str__(self) -> str:
        return f"#{self.member_id}"

    def has_ended_on(self, day: dt.date) -> bool:
        """Whether it gives nothing any more on that day."""
        return self.until_on is not None and self.until_on <= day


class ClassMeeting(models.Model):
    """One occurrence of a course: a start and an end."""

    class State(models.TextChoices):
        """Whether it takes place as planned."""

        PLANNED = "planned", _("Planned")
        CANCELLED = "cancelled", _("Called off")
        MOVED = "moved", _("Moved")

    course = models.ForeignKey(Course, models.CASCADE, related_name="meetings", verbose_name=_("course"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, verbose_name=_("venue"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)

    class Meta:
        ordering = ["course", "starts_at"]
        verbose_name = _("class meeting")
        verbose_name_plural = _("class meetings")
        constraints = [
            models.CheckConstraint(name="meeting_ends_later", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(name="meeting_state", condition=Q(state__in=["planned", "cancelled", "moved"])),
        ]
        indexes = [models.Index(name="meeting_of_course", fields=["course", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.starts_at:%F %R}"
