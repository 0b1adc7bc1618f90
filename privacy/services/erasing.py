"""Erasing an account whose waiting time is over: all of it in one transaction, so that nobody ever meets half a person."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction

from base import clock
from base.refusal import Refused
from members.models import Care, Learner, Member
from members.services import record
from privacy.owners import NOBODY, OWNED, Fate, Subject, leaving_with, rows_of
from privacy.rules import was_used, why_not_leave
from privacy.services.duties import end_duties
from privacy.services.leaving import stay
from privacy.services.words import forget_wishes, forget_words, take_out_of_texts
from programs.models import Enrolment, Teaching
from programs.rules import why_not_withdraw
from programs.services.enrolling import leave
from programs.services.seats import lock_courses, lock_learners
from records.models import Certificate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from programs.models import Course

UNDER_WAY = dt.timedelta(minutes=5)  # longer than any request lasts
LATER = dt.timedelta(days=1)  # for an account that cannot go yet
logger = logging.getLogger(__name__)


def erase_due() -> int:
    """Erases the accounts whose waiting time is over, one transaction each; answers how many. Safe to repeat, to kill and to run
    by many at once: what one worker holds the others pass over.
    """
    _welcome_back()
    due = Member.objects.filter(leaving_at__lte=clock.now(), erased_at__isnull=True).order_by("leaving_at", "pk")
    done = sum(_try(pk) for pk in due.values_list("pk", flat=True))
    _sweep_up()
    return done


def erase_again(numbers: Iterable[int]) -> int:
    """Erases accounts at once that had been erased before an older backup was restored, without asking anybody again; answers how
    many of them were here.
    """
    done = 0
    for pk in numbers:
        with transaction.atomic():
            found = Member.objects.select_for_update(no_key=True).filter(pk=pk, erased_at__isnull=True).first()
            if found is not None:
                erase(found)
                done += 1
    return done


def _sweep_up() -> None:
    """A request that was under way when its account went may have written something since: it goes a few minutes later."""
    now = clock.now()
    lately = Member.objects.filter(erased_at__gt=now - 3 * UNDER_WAY, erased_at__lte=now - UNDER_WAY)
    for pk in lately.values_list("pk", flat=True):
        with transaction.atomic():
            member = Member.objects.select_for_update(no_key=True).get(pk=pk)
            who = leaving_with(member)
            if who.learners or any(rows_of(one, who).exists() for one in OWNED if OWNED[one].fate == Fate.GONE):
                erase(member)


def _welcome_back() -> None:
    """Whoever was warned because nobody used their account, and has used it since, stays."""
    warned = Member.objects.filter(leaving_by=Member.Leaving.SILENCE, leaving_at__isnull=False)
    for pk in warned.filter(seen_on__gte=clock.today() - LATER).values_list("pk", flat=True):
        with transaction.atomic():
            stay(None, Member.objects.select_for_update(no_key=True).get(pk=pk))


def _try(pk: int) -> bool:
    try:
        with transaction.atomic():
            return _erase_one(pk)
    except Refused as refused:  # somebody merged one of the learners meanwhile: the next run sees it
        logger.warning("an erasure is tried again", extra={"member": pk, "code": refused.refusal.code})
        return False


def _erase_one(pk: int) -> bool:
    due = Member.objects.filter(pk=pk, leaving_at__lte=clock.now(), erased_at__isnull=True)
    member = due.select_for_update(no_key=True, skip_locked=True).first()
    if member is None:
        return False
    if was_used(member):
        stay(None, member)
        return False
    refusal = why_not_leave(member)
    if refusal is not None:
        member.leaving_at = clock.now() + LATER
        member.save(update_fields=["leaving_at"])
        record(actor=None, verb="put_off_erasure", row=member, changes={"code": refusal.code})
        return False
    erase(member)
    return True


def erase(member: Member) -> None:
    """Takes a locked member and the learners who leave with them out of the portal, in the caller's transaction.

    Places are given back through the engine, so that queues move; duties end; what the member and these learners are in the
    tables goes as `owners.OWNED` says. Totals and the trail stay. Locks the learners, then the courses.
    """
    cares = Care.objects.filter(guardian=member, learner__erased_at__isnull=True)
    lock_learners(cares.values_list("learner", flat=True))
    who = leaving_with(member)
    courses = _locked(who)
    _give_back(who, courses)
    end_duties(member)
    take_out_of_texts(member, who)
    forget_words(who)
    forget_wishes(member)
    gone = _take_away(who)
    Care.objects.filter(learner__in=who.learners).delete()
    record(actor=None, verb="erase", row=member, changes={"learners": sorted(who.learners), "rows": gone})


def what_goes(member: Member) -> dict[str, Any]:
    """Whom an erasure would take along, who stays because somebody else acts for them, and how many places are given back."""
    who = leaving_with(member)
    mine = Learner.objects.visible_to(member).order_by("pk")
    open_ = Enrolment.objects.filter(learner__in=who.learners, state__in=Enrolment.OPEN)
    return {
        "going": [one.name for one in mine.filter(pk__in=who.learners)],
        "staying": [one.name for one in mine.exclude(pk__in=who.learners)],
        "given_back": open_.count(),
    }


def _locked(who: Subject) -> dict[int, Course]:
    """Every course that the erasure touches, locked in one go in the order of ids."""
    open_ = Enrolment.objects.filter(learner__in=who.learners, state__in=Enrolment.OPEN)
    taught = Teaching.objects.filter(member=who.member)
    wanted = {*open_.values_list("course", flat=True), *taught.values_list("course", flat=True)}
    return lock_courses(wanted)


def _give_back(who: Subject, courses: dict[int, Course]) -> None:
    """Withdraws from every course that is not over; each row is read afresh, because the queue moved by the one before."""
    mine = Enrolment.objects.filter(learner__in=who.learners, state__in=Enrolment.OPEN, course__in=courses)
    for pk in list(mine.order_by("pk").values_list("pk", flat=True)):
        enrolment = Enrolment.objects.select_related("learner", "offer").get(pk=pk)
        enrolment.course = courses[enrolment.course_id]
        if why_not_withdraw(enrolment) is None:
            leave(actor=None, course=enrolment.course, enrolment=enrolment)


def _take_away(who: Subject) -> dict[str, int]:
    """What is read by a row comes before the row itself: the member is the last. Answers how many rows went, by table."""
    gone: dict[str, int] = {}
    for label in reversed(OWNED):
        rows = rows_of(label, who)
        if OWNED[label].fate == Fate.GONE and label != "notifications.Notice":
            number = _drop(rows)
            gone |= {label: number} if number else {}
        elif label == "records.Certificate":
            _unname(rows)
        elif OWNED[label].blanks:
            stamp = {"erased_at": clock.now()} if rows.model in {Member, Learner} else {}
            _plain(rows).update(**OWNED[label].blanks, **stamp)
    return gone


def _plain(rows: Any) -> Any:
    """The same rows by their keys, so that they can be written."""
    return rows.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))  # noqa: SLF001 - Django's documented name


def _drop(rows: Any) -> int:
    keys = list(rows.values_list("pk", flat=True))
    _plain(rows).delete()
    return len(keys)


def _unname(rows: Iterable[Any]) -> None:
    """Certificates count and their codes are known; whose they were is not. Why one was revoked may have named somebody."""
    whole = list(rows)
    for one in whole:
        one.frozen = {language: own | {"name": NOBODY} for language, own in one.frozen.items()}
        one.reason = NOBODY if one.is_revoked else ""
    Certificate.objects.bulk_update(whole, ["frozen", "reason"], batch_size=500)
