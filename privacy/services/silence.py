"""Accounts that nobody uses: their owners are warned, and whoever does not come back within three months is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from base import clock
from members.models import Care, Member
from members.services import record
from notifications.models import Notice
from privacy.rules import WARNED
from privacy.services.leaving import tell
from programs.models import Enrolment
from workgroups.models import Appointment

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

MOST = 200


def silent(older_than: dt.timedelta) -> QuerySet[Member]:
    """Members whom nobody has seen for so long, who have no duty in the city, and for none of whose learners anything has changed
    in a course meanwhile: the desk enrols people who never sign in.
    """
    since = clock.today() - older_than
    unseen = Q(seen_on__lt=since) | Q(seen_on__isnull=True)
    duties = Appointment.objects.ahead_of(clock.today()).filter(member=OuterRef("pk"))
    mine = Care.objects.open_on(clock.today()).filter(guardian=OuterRef(OuterRef("pk")))
    alive = Q(state__in=Enrolment.OPEN) | Q(state_at__gte=clock.now() - older_than)
    places = Enrolment.objects.filter(alive, learner__in=mine.values("learner"))
    here = Member.objects.filter(erased_at__isnull=True, leaving_at__isnull=True, is_superuser=False)
    return here.filter(unseen, ~Exists(duties), ~Exists(places), created_at__lt=clock.now() - older_than)


def warn_silent(older_than: dt.timedelta) -> int:
    """Warns members whose account nobody uses that it goes in three months; a sign-in keeps it. Answers how many were warned."""
    some = list(silent(older_than).order_by("pk").values_list("pk", flat=True)[:MOST])
    return sum(_warn(pk, older_than) for pk in some)


@transaction.atomic
def _warn(pk: int, older_than: dt.timedelta) -> bool:
    member = silent(older_than).select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if member is None:
        return False
    member.leaving_at, member.leaving_by = clock.now() + WARNED, Member.Leaving.SILENCE
    member.save(update_fields=["leaving_at", "leaving_by"])
    changes = {"leaving_at": [None, member.leaving_at.isoformat()]}
    record(actor=None, verb="warn_silent", row=member, changes=changes)
    tell(member, "silent", Notice.Urgency.SERVICE)
    return True
