"""Why an account cannot be erased yet, and how long everybody has to think it over."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from members.models import Member
from programs.rules.people import GONE, SUPERUSER
from workgroups.models import Appointment
from workgroups.rules import why_not_govern

WAITS = dt.timedelta(hours=72)
WARNED = dt.timedelta(days=91)  # an account that nobody uses, before it goes
LIVES = dt.timedelta(hours=1)  # a download, once it is there

LAST_SUPERUSER = Refusal(
    "last_superuser",
    _("This is the only account with every right. Give another one every right first (manage.py grant_superuser)"),
)
LAST_STAFF = Refusal(
    "last_staff",
    _(
        "This is the only account of municipal staff. Appoint a colleague first, so that somebody can run the city’s desk"
    ),
)
NOT_TYPED = Refusal("not_typed", _("Write the number or address with which you sign in"))
OWN_ACCOUNT = Refusal("own_account", _("Your own account you erase on “My data”"))
UNDECIDED = Refusal("why_missing", _("Choose why"))


class Ground(models.TextChoices):
    """Why staff have somebody's account erased; a choice and no words, because the trail keeps it for seven years."""

    PRESENT = "present", _("The person asked at the desk and showed who they are")
    WRITTEN = "written", _("The person asked in writing")
    GUARDIAN = "guardian", _("Whoever acts for the person by law asked")
    DIED = "died", _("The person has died")


def why_not_leave(member: Member) -> Refusal | None:
    """Whether the city would stand without staff, or the portal without anybody who has every right."""
    if member.erased_at is not None:
        return GONE
    staying = Member.objects.filter(erased_at__isnull=True, leaving_at__isnull=True).exclude(pk=member.pk)
    if member.is_superuser and not staying.filter(is_superuser=True).exists():
        return LAST_SUPERUSER
    staff = Appointment.objects.open_on(clock.today()).filter(role=Appointment.Role.STAFF)
    is_staff = staff.filter(member=member).exists()
    return LAST_STAFF if is_staff and not staff.filter(member__in=staying).exists() else None


def why_not_send_away(actor: Member, member: Member) -> Refusal | None:
    """Whether the member is not this person's to have erased."""
    if why_not_govern(actor) is not None:
        return why_not_govern(actor)
    if actor.pk == member.pk:
        return OWN_ACCOUNT
    if member.is_superuser and not actor.is_superuser:
        return SUPERUSER
    return why_not_leave(member)


def why_not_keep(actor: Member, member: Member) -> Refusal | None:
    """Whether the waiting is not this person's to end: the member may, and staff for whoever asks them."""
    return None if actor.pk == member.pk else why_not_govern(actor)


def was_used(member: Member) -> bool:
    """Whether an account that is to go because nobody used it was used after the warning."""
    if member.leaving_by != Member.Leaving.SILENCE or member.leaving_at is None or member.seen_on is None:
        return False
    return member.seen_on >= clock.day_of(member.leaving_at - WARNED)
