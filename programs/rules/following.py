"""What may not be followed, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from programs.models import Course, Follow, Program, Reminder

if TYPE_CHECKING:
    from members.models import Member
    from workgroups.models import LiteracyArea, Workgroup

MOST_FOLLOWS = 200

NOT_THERE = Refusal("not_there", _("This is not public at the moment"))
TOO_MANY_FOLLOWS = Refusal("too_many_follows", _("You follow 200 things; end one that no longer interests you"))
OPENED = Refusal("opened", _("There is no opening to wait for: enrolment is open already, or over"))


def why_not_follow(member: Member, thing: LiteracyArea | Workgroup | Program) -> Refusal | None:
    """Whether the thing is hidden from the member, or they follow very many already."""
    if isinstance(thing, Program) and not Program.objects.visible_to(member).filter(pk=thing.pk).exists():
        return NOT_THERE
    return TOO_MANY_FOLLOWS if Follow.objects.filter(member=member).count() >= MOST_FOLLOWS else None


def why_not_remind(member: Member, course: Course) -> Refusal | None:
    """Whether the course has no opening ahead that this member may know of."""
    if not Course.objects.visible_to(member).filter(pk=course.pk).exists():
        return NOT_THERE
    if course.status(clock.now(), clock.today()) != Course.Status.SOON or not course.takes_enrolments:
        return OPENED
    return TOO_MANY_FOLLOWS if Reminder.objects.filter(member=member).count() >= MOST_FOLLOWS else None
