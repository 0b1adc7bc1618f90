"""What workgroups decided, who owes it, by when, and whether it is done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from parler.managers import TranslatableManager, TranslatableQuerySet
from parler.models import TranslatableModel, TranslatedFields

from base import clock
from members.models import Member
from workgroups.models.meeting import Meeting
from workgroups.models.workgroup import Appointment, Organisation, Workgroup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

ESCALATED_AFTER = dt.timedelta(days=14)


class DecisionQuerySet(TranslatableQuerySet["Decision"]):
    """Questions about decisions."""

    def visible_to(self, member: Member | AnonymousUser) -> Self:
        """Those of the workgroups that the member has an appointment in today; all of them for staff."""
        return self.filter(workgroup__in=Workgroup.objects.entered_by(member).values("pk"))

    def run_by(self, member: Member | AnonymousUser) -> Self:
        """Those of the workgroups that the member coordinates today; all of them for staff."""
        return self.filter(workgroup__in=Workgroup.objects.coordinated_by(member).values("pk"))

    def owed_by(self, member: Member) -> Self:
        """Open ones that this member is to carry out: by name, by today's role, or for an organisation of their workgroup."""
        mine = Appointment.objects.open_on(clock.today()).filter(member=member)
        here = mine.filter(workgroup=OuterRef("workgroup"))
        by_role = Q(Exists(here.filter(role=OuterRef("owner_role"))))
        by_role |= Q(Exists(mine.filter(role=Appointment.Role.STAFF)), owner_role=Appointment.Role.STAFF)
        for_organisation = Q(Exists(here.filter(role=Appointment.Role.COORDINATOR)), owner_organisation__isnull=False)
        return self.open().filter(Q(owner=member) | by_role | for_organisation)

    def open(self) -> Self:
        """Neither done nor dropped."""
        return self.filter(state=Decision.State.OPEN)

    def overdue_on(self, day: dt.date) -> Self:
        """Open ones whose last day was before that day."""
        return self.open().filter(due_on__lt=day)

    def published(self) -> Self:
        """Those that everyone may read."""
        return self.filter(is_published=True)


DecisionManager = TranslatableManager.from_queryset(DecisionQuerySet)


class Decision(TranslatableModel):
    """What a workgroup resolved in a meeting, numbered within the workgroup. Private until it is published."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("In progress")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Given up")

    workgroup = models.ForeignKey(Workgroup, models.PROTECT, related_name="decisions", verbose_name=_("workgroup"))
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions", verbose_name=_("meeting"))
    number = models.PositiveIntegerField(_("number"))
    owner = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name=_("owner")
    )
    owner_role = models.CharField(
        _("role that owes it"), max_length=12, choices=Appointment.Role.choices, default="", blank=True
    )
    owner_organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation that owes it"),
    )
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1)
    text: str
    translations = TranslatedFields(text=models.CharField(_("text"), max_length=400))
    objects: ClassVar[DecisionManager[Decision]] = DecisionManager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(name="decision_number", fields=["workgroup", "number"]),
            models.CheckConstraint(name="decision_state", condition=Q(state__in=["open", "done", "dropped"])),
            models.CheckConstraint(
                name="decision_closed",
                condition=Q(state="open", closed_on__isnull=True) | ~Q(state="open") & Q(closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_one_owner",
                condition=Q(owner__isnull=False, owner_role="", owner_organisation__isnull=True)
                | Q(
                    owner__isnull=True,
                    owner_role__in=["coordinator", "member", "staff"],
                    owner_organisation__isnull=True,
                )
                | Q(owner__isnull=True, owner_role="", owner_organisation__isnull=False),
            ),
        ]
        indexes = [models.Index(name="decision_due", fields=["due_on"], condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"#{self.workgroup_id}/{self.number}"

    @property
    def shown_language(self) -> str:
        """The language in which its words are given here: the page's where there are some, else the first that has any."""
        here = str(self.get_current_language())
        texts = {one.language_code: one.text for one in self.translations.all()}
        return here if texts.get(here) else next((code for code, text in sorted(texts.items()) if text), here)

    @property
    def shown_text(self) -> str:
        """Its words in that language."""
        texts = {one.language_code: one.text for one in self.translations.all()}
        return str(texts.get(self.shown_language, ""))

    @property
    def is_open(self) -> bool:
        """Whether it is still to be carried out."""
        return self.state == self.State.OPEN

    @property
    def days_late(self) -> int:
        """How many days its last day is past while it is open; 0 where it is not."""
        return max(0, (clock.today() - self.due_on).days) if self.is_open else 0

    @property
    def is_escalated(self) -> bool:
        """Whether it is so late that staff were told."""
        return self.days_late >= ESCALATED_AFTER.days
