"""Makes a crowd: members by the thousand with their API tokens, and a course ready for them to enrol in at once."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Min

from base import clock
from base.refusal import refuse_if
from members.models import ApiToken, Audit, Care, Learner, Member
from members.services import record, token_digests
from members.services.tokens import PREFIX
from programs.models import ClassMeeting, Course, Enrolment, Program
from programs.rules import why_not_withdraw
from programs.services.courses import reschedule
from programs.services.enrolling import withdraw
from programs.services.indexing import batches, index
from programs.services.reserving import end_reserves
from programs.services.seats import lock_course

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS_AHEAD = 10
REASON = "crowd"
# Who waits leaves first, so that no seat is offered to someone about to leave.
LEAVING = (Enrolment.State.APPLIED, Enrolment.State.WAITING, Enrolment.State.OFFERED, Enrolment.State.SEATED)


def make_crowd(count: int) -> Iterator[str]:
    """Makes so many members, each their own learner with name and year of birth; yields an API token of each.

    Every call makes new ones. A thousand are one transaction.
    """
    run = secrets.token_hex(4)
    for numbers in batches(range(1, count + 1)):
        yield from _make_members([f"crowd-{run}-{number}@example.org" for number in numbers])


@transaction.atomic
def _make_members(addresses: list[str]) -> list[str]:
    members = Member.objects.bulk_create(Member(email=address, seen_on=clock.today()) for address in addresses)
    born = {"born_from": dt.date(1990, 1, 1), "born_until": dt.date(1990, 12, 31)}
    learners = Learner.objects.bulk_create(Learner(name=address.partition("@")[0], **born) for address in addresses)
    Care.objects.bulk_create(
        Care(guardian=member, learner=learner, relation=Care.Relation.SELF)
        for member, learner in zip(members, learners, strict=True)
    )
    secrets_ = [PREFIX + secrets.token_urlsafe(32) for _ in members]
    tokens = ApiToken.objects.bulk_create(
        ApiToken(member=member, name=REASON, digest=token_digests(secret)[0], scope=ApiToken.Scope.ME)
        for member, secret in zip(members, secrets_, strict=True)
    )
    Audit.objects.bulk_create(
        Audit(
            actor_id=token.member_id,
            verb="make_token",
            object_type=token._meta.label_lower,  # noqa: SLF001 - Django's documented name
            object_id=token.pk,
            door="command",
            changes={"scope": token.scope},
        )
        for token in tokens
    )
    return secrets_


def make_ready(*, course: Course, seats: int, waiting: int | None) -> Course:
    """Makes a course what a crowd needs: empty, open now for everybody, so many seats and places in the queue.

    Its first class is at least ten days ahead. Ends every live place in it through `withdraw`. Again with the same
    figures it only empties and opens it again.

    Raises:
        Refused: `over` when outcomes are recorded, which cannot be taken back.
    """
    lasting = Enrolment.objects.live().exclude(state__in=LEAVING).filter(course=course).select_related("course").first()
    refuse_if(why_not_withdraw(lasting) if lasting else None)
    with transaction.atomic():
        _put_off(lock_course(course.pk))
    for state in LEAVING:
        for place in Enrolment.objects.filter(course=course, state=state).select_related("asked_by").order_by("-place"):
            withdraw(actor=place.asked_by, enrolment=place, reason=REASON)
    return _open(course, seats, waiting)


def _open(course: Course, seats: int, waiting: int | None) -> Course:
    now = clock.now()
    columns = {
        "state": Course.State.PUBLISHED,
        "mode": Course.Mode.PORTAL,
        "selection": Course.Selection.FIRST_COME,
        "opens_at": now,
        "closes_at": now + dt.timedelta(days=DAYS_AHEAD - 1),
        "missing_since": None,
        "age_min": None,
        "age_max": None,
        "audience": {},
        "capacity": seats,
        "waiting_size": waiting,
    }
    with transaction.atomic():
        course = lock_course(course.pk)
        end_reserves(course)
        Program.objects.filter(pk=course.program_id).update(state=Program.State.PUBLISHED, joining={})
        Course.objects.filter(pk=course.pk).update(**columns, version=F("version") + 1, updated_at=now)
        record(actor=None, verb="make_ready", row=course, changes={"capacity": [course.capacity, seats]})
        course.refresh_from_db()
    index([course.pk])
    return course


def _put_off(course: Course) -> None:
    """Moves the course by whole weeks until its first class is far enough ahead."""
    earliest = clock.today() + dt.timedelta(days=DAYS_AHEAD)
    first = ClassMeeting.objects.filter(course=course).aggregate(first=Min("starts_at"))["first"]
    begins = clock.day_of(first) if first else course.starts_on or earliest
    weeks = dt.timedelta(weeks=-(-max(0, (earliest - begins).days) // 7))
    meetings = ClassMeeting.objects.filter(course=course)
    meetings.update(starts_at=F("starts_at") + weeks, ends_at=F("ends_at") + weeks)
    starts_on, ends_on = begins + weeks, (course.ends_on or begins) + weeks
    Course.objects.filter(pk=course.pk).update(starts_on=starts_on, ends_on=max(starts_on, ends_on))
    course.refresh_from_db()
    reschedule(course=course)
