"""A learner's place in a course, and the seats that are held for those who wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from base import clock
from members.models import Learner, Member
from programs.models.course import Course
from programs.models.reserve import Reserve

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions about enrolments."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those of the learners whom this member cares for today."""
        return (
            self.filter(learner__in=Learner.objects.visible_to(member).values("pk"))
            if member.is_authenticated
            else self.none()
        )

    def live(self) -> Self:
        """Those that are not over."""
        return self.filter(state__in=Enrolment.LIVE)

    def holding_seats(self) -> Self:
        """Those that count in the course's `seats_taken`."""
        return self.filter(state__in=Enrolment.HOLDING)

    def ranks(self, course_ids: set[int]) -> dict[int, int]:
        """Ranks in the queues of these courses now, by enrolment: one query, none for no course."""
        if not course_ids:
            return {}
        rank = Window(RowNumber(), partition_by=F("course"), order_by=F("place").asc())
        waiting = self.filter(course__in=course_ids, state=Enrolment.State.WAITING)
        return dict(waiting.annotate(rank=rank).values_list("pk", "rank"))


class Party(models.Model):
    """Learners who asked for seats together: all of them or none. Those who still wait or are offered seats move as one."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="parties", verbose_name=_("course"))
    size = models.PositiveSmallIntegerField(_("people"))

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [models.CheckConstraint(name="party_of_several", condition=Q(size__gte=2))]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Offer(models.Model):
    """A seat, or a party's seats, held for who waited, until a deadline that is stored, shown and never recomputed."""

    class Answer(models.TextChoices):
        """How it ended."""

        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Not answered in time")
        REVOKED = "revoked", _("Taken back")

    course = models.ForeignKey(Course, models.CASCADE, related_name="offers", verbose_name=_("course"))
    place = models.PositiveIntegerField(_("place in the queue"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices, null=True, blank=True)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(name="offer_seats", condition=Q(seats__gte=0)),
            models.CheckConstraint(
                name="offer_answered",
                condition=Q(answer__isnull=True, answered_at__isnull=True)
                | Q(answer__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="offer_expiring", fields=["expires_at"], condition=Q(answer__isnull=True)),
            models.Index(name="offer_open", fields=["course"], condition=Q(answer__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Enrolment(models.Model):
    """A learner's place in a course, from asking to the end."""

    class State(models.TextChoices):
        """Where it stands; the arrows between states are services."""

        APPLIED = "applied", _("Applied")
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("Offered a seat")
        SEATED = "seated", _("Enrolled")
        COMPLETED = "completed", _("Completed")
        ABSENT = "absent", _("Did not attend enough")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        DECLINED = "declined", _("Offer declined")
        LAPSED = "lapsed", _("Offer not answered in time")
        REFUSED = "refused", _("Refused")
        UNPLACED = "unplaced", _("Got no seat")
        CANCELLED = "cancelled", _("Course cancelled")

    LIVE = (State.APPLIED, State.WAITING, State.OFFERED, State.SEATED, State.COMPLETED, State.ABSENT)
    OPEN = (State.APPLIED, State.WAITING, State.OFFERED, State.SEATED)
    HOLDING = (State.SEATED, State.OFFERED, State.COMPLETED, State.ABSENT)

    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments", verbose_name=_("course"))
    learner = models.ForeignKey(Learner, models.PROTECT, related_name="enrolments", verbose_name=_("learner"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices)
    place = models.PositiveIntegerField(_("place"), null=True, blank=True)
    party = models.ForeignKey(
        Party, models.PROTECT, null=True, blank=True, related_name="heads", verbose_name=_("party")
    )
    offer = models.ForeignKey(
        Offer, models.PROTECT, null=True, blank=True, related_name="heads", verbose_name=_("offer")
    )
    reserve = models.ForeignKey(
        Reserve,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="heads",
        verbose_name=_("of the group"),
    )
    from_reserve = models.BooleanField(_("has a reserved seat"), default=False, db_default=False)
    asked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    reason = models.CharField(_("reason"), max_length=300, default="", blank=True)
    exception_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moved up by")
    )
    exception_reason = models.CharField(_("why it was moved up"), max_length=300, default="", db_default="", blank=True)
    exception_rule = models.CharField(
        _("rules that did not hold for it"), max_length=80, default="", db_default="", blank=True
    )
    once = models.CharField(_("program and season"), max_length=40, null=True, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    state_at = models.DateTimeField(_("in this state since"), default=clock.now)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                name="enrolment_one_live",
                fields=["course", "learner"],
                condition=Q(state__in=["applied", "waiting", "offered", "seated", "completed", "absent"]),
            ),
            models.UniqueConstraint(name="enrolment_place", fields=["course", "place"]),
            models.UniqueConstraint(
                name="enrolment_once_a_season",
                fields=["learner", "once"],
                condition=Q(state__in=["applied", "waiting", "offered", "seated", "completed", "absent"]),
            ),
            models.CheckConstraint(
                name="enrolment_state",
                condition=Q(
                    state__in=[
                        "applied",
                        "waiting",
                        "offered",
                        "seated",
                        "completed",
                        "absent",
                        "withdrawn",
                        "declined",
                        "lapsed",
                        "refused",
                        "unplaced",
                        "cancelled",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="enrolment_reserved", condition=Q(from_reserve=False) | Q(reserve__isnull=False)
            ),
            models.CheckConstraint(name="enrolment_offered", condition=~Q(state="offered") | Q(offer__isnull=False)),
            models.CheckConstraint(
                name="enrolment_waiting_placed", condition=~Q(state="waiting") | Q(place__isnull=False)
            ),
            models.CheckConstraint(
                name="enrolment_exception",
                condition=Q(exception_by__isnull=True, exception_reason="")
                | (Q(exception_by__isnull=False) & ~Q(exception_reason="")),
            ),
        ]
        indexes = [
            models.Index(name="enrolment_queue", fields=["course", "place"], condition=Q(state="waiting")),
            models.Index(name="enrolment_open", fields=["course"], condition=Q(state__in=["applied", "waiting"])),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def excepted(self) -> frozenset[str]:
        """Codes of the rules from which a coordinator excepted it."""
        return frozenset(self.exception_rule.split())
