"""Getting a place in a course and giving it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal, Refused, refuse_if
from members.services import record
from notifications.models import Notice
from programs.models import Course, Enrolment, Offer, Party, Reserve
from programs.rules import (
    NOT_YOURS,
    Places,
    live_places,
    named,
    queue_moves,
    why_not_here,
    why_not_left,
    why_not_now,
    why_not_one_of,
    why_not_open,
    why_not_seats,
    why_not_standing,
    why_not_withdraw,
)
from programs.rules.answers import read_answers
from programs.rules.joining import season_key
from programs.rules.reserving import is_due, reserve_for, reserves_of
from programs.services.answers import keep_answers
from programs.services.drawing import promise_seed
from programs.services.notices import Known, tell
from programs.services.queue import move
from programs.services.seats import (
    Taken,
    count,
    hold_open,
    lock_course,
    lock_learners,
    release,
    take,
    take_reserved,
    turn,
)
from programs.services.sweeping import sweep_course

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from members.models import Learner, Member

State = Enrolment.State


def enrol(
    *,
    actor: Member,
    course: Course,
    learner: Learner,
    wait: bool = True,
    assisted: str = "",
    answers: Mapping[str, Any] | None = None,
    excepted: frozenset[str] = frozenset(),
) -> tuple[Enrolment, bool]:
    """Gives the learner a seat in a course, or where waiting is wanted the next place in its queue; where seats are given
    out by a draw or by the coordinator, the learner applies.

    Returns the place and whether it is new: asking again changes nothing and answers what already is. Locks the learner,
    then the course's row by the one statement that takes the seat. The caller has seen to it that the actor may act for the
    learner (`Learner.objects.visible_to`); `assisted` says how the learner asked where somebody else enrols them (`admit`);
    `answers` are those to what the course asks (`read_answers`); `excepted` are codes of rules that do not hold (`admit`).

    Raises:
        Refused: with the code of the first rule that says no; nothing is left behind.
    """
    close_queue(course)
    read, reserve = read_answers(actor, course, answers), reserve_for(course, reserves_of(course), [learner])
    kept = reserve.left if reserve else 0
    refusal = why_not_here(course, learner, wait=wait, kept=kept, excepted=excepted) or read.refusal
    if refusal is not None:
        return _standing_or_refused(course, learner, refusal), False
    with transaction.atomic():
        lock_learners([learner.pk])
        live = live_places([learner.pk])
        standing = _standing_in(course, live)
        if standing is not None:
            return standing, False
        refuse_if(why_not_now(course, Places.among(live), excepted))
        how: dict[str, Any] = {"wait": wait, "assisted": assisted, "excepted": excepted, "reserve": reserve}
        (enrolment,) = _place(actor=actor, course=course, learners=[learner], **how)
        keep_answers(enrolment, read)
        return enrolment, True


def enrol_together(
    *,
    actor: Member,
    course: Course,
    learners: Sequence[Learner],
    wait: bool = True,
    answers: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[list[Enrolment], bool]:
    """Gives all of these learners seats in a course or none of them; where waiting is wanted they wait together, and where a
    draw decides they have one ticket. Otherwise as `enrol`: answers the places in the order of the learners; `answers` are
    those of each learner by id.

    Raises:
        Refused: as `enrol`, in the name of the first learner whom a rule keeps out; `standing` when some of them, not all, have
            a place already; `party_too_large`.
    """
    given = answers or {}
    if len(learners) == 1:
        (learner,) = learners
        enrolment, is_new = enrol(actor=actor, course=course, learner=learner, wait=wait, answers=given.get(learner.pk))
        return [enrolment], is_new
    close_queue(course)
    with transaction.atomic():
        lock_learners([one.pk for one in learners])
        live = _live_places(learners)
        standing = [one for learner in learners for one in live[learner.pk] if one.course_id == course.pk]
        if len(standing) == len(learners):
            return standing, False
        refuse_if(why_not_open(course) or why_not_standing(standing))
        for learner in learners:
            refuse_if(why_not_one_of(learner, course, Places.among(live[learner.pk])))
        read = {learner.pk: read_answers(actor, course, given.get(learner.pk)) for learner in learners}
        for learner in learners:
            refuse_if(named(read[learner.pk].refusal, learner))
        reserve = reserve_for(course, reserves_of(course), learners)
        refuse_if(why_not_seats(course, heads=len(learners), wait=wait, kept=reserve.left if reserve else 0))
        heads = _place(actor=actor, course=course, learners=learners, wait=wait, reserve=reserve)
        for enrolment in heads:
            keep_answers(enrolment, read[enrolment.learner_id])
        return heads, True


def _live_places(learners: Sequence[Learner]) -> dict[int, list[Enrolment]]:
    """Everything that each of them has or waits for, by learner."""
    live: dict[int, list[Enrolment]] = {one.pk: [] for one in learners}
    for one in live_places(list(live)):
        live[one.learner_id].append(one)
    return live


def close_queue(course: Course) -> None:
    """Ends the queue of a course whose time to move has passed, and the reserves whose last day has, so that whoever comes now is
    judged by what is so.
    """
    if (course.waiting and not queue_moves(course)) or is_due(course):
        sweep_course(course.pk)
        course.refresh_from_db(fields=["seats_taken", "seats_reserved", "reserves_until", "waiting", "drawn_at"])


def _standing_or_refused(course: Course, learner: Learner, refusal: Refusal) -> Enrolment:
    """The place that already is, whatever the course would say to a newcomer; no lock is taken for a refusal."""
    standing = _standing_in(course, live_places([learner.pk]))
    if standing is None:
        raise Refused(refusal)
    return standing


def _standing_in(course: Course, live: Sequence[Enrolment]) -> Enrolment | None:
    return next((one for one in live if one.course_id == course.pk), None)


def _place(
    *,
    actor: Member,
    course: Course,
    learners: Sequence[Learner],
    wait: bool,
    assisted: str = "",
    excepted: frozenset[str] = frozenset(),
    reserve: Reserve | None = None,
) -> list[Enrolment]:
    known = Known.of(course.pk, [one.pk for one in learners])
    # Read under the learner's lock: a care that ended since the page was opened gives nothing.
    is_theirs = all(actor.pk in known.receivers.get(one.pk, []) for one in learners)
    refuse_if(None if assisted or is_theirs else NOT_YOURS)
    taken = None if course.is_chosen else seat(course, heads=len(learners), wait=wait, reserve=reserve)
    if taken is None:
        refuse_if(why_not_open(hold_open(course)))
        if course.selection == Course.Selection.LOTTERY:
            promise_seed(course)
    state = State.APPLIED if taken is None else State.SEATED if taken.is_seated else State.WAITING
    once = None if "once" in excepted else season_key(course)
    heads = _written(actor, course, learners, state, taken, once, reserve)
    how: dict[str, Any] = {"assisted": assisted} if assisted else {}
    for one in heads:
        record(actor=actor, verb="enrol", row=one, on_behalf=one.learner_id, changes={"state": [None, state], **how})
    ahead: dict[str, Any] = {"position": position(heads[0])} if state == State.WAITING else {}
    if state == State.APPLIED and course.selection == Course.Selection.LOTTERY:
        ahead = {"is_lottery": True, "closes_at": course.closes_at and course.closes_at.isoformat()}
    tell(heads, state.value, urgency=Notice.Urgency.ANSWER, known=known, **ahead, **how)
    return heads


def _written(
    actor: Member,
    course: Course,
    learners: Sequence[Learner],
    state: Enrolment.State,
    taken: Taken | None,
    once: str | None,
    reserve: Reserve | None,
) -> list[Enrolment]:
    """The rows of one unit; several people are a party, with places one after the other."""
    party = Party.objects.create(course=course, size=len(learners)) if len(learners) > 1 else None
    now = clock.now()
    heads = [
        Enrolment(
            course=course,
            learner=learner,
            state=state,
            party=party,
            place=None if taken is None else taken.place + number,
            reserve=reserve,
            from_reserve=taken is not None and taken.is_reserved,
            asked_by=actor,
            asked_at=now,
            state_at=now,
            once=once,
        )
        for number, learner in enumerate(learners)
    ]
    return Enrolment.objects.bulk_create(heads)


def seat(course: Course, *, heads: int, wait: bool, reserve: Reserve | None = None) -> Taken:
    """Takes seats or places in the queue for one unit, and holds the course's row from here on. The seats of the reserve whose
    group they are go first.

    Where all heads fit although somebody waits (a larger party, which they do not pass by who would fit), the queue moves
    first and the unit is seated at once if its seats are still free then.

    Raises:
        Refused: naming what changed between the rule and the statement.
    """
    taken = take_reserved(course, reserve, heads=heads) if reserve else None
    taken = taken or take(course, heads=heads, wait=wait)
    if taken is None:
        raise Refused(_why_nothing_was_left(course, heads=heads, wait=wait))
    if taken.is_seated:
        return taken
    now = lock_course(course.pk)
    # Its places are counted, its rows are not written yet: whoever is offered a seat here came before it.
    move(now)
    if now.seats_free is None or now.seats_free >= heads:
        count(now, taken=heads, waiting=-heads)
        return Taken(taken.place, is_seated=True)
    if not wait or not queue_moves(now) or now.waits_too_many:
        raise Refused(_why_nothing_was_left(course, heads=heads, wait=wait))
    return taken


def _why_nothing_was_left(course: Course, *, heads: int, wait: bool) -> Refusal:
    """Reads the row again to name what changed between the rule and the statement."""
    fresh = Course.objects.get(pk=course.pk)
    busy = Refusal("busy", _("Many people are enrolling right now; try again"))
    shut = None if fresh.is_chosen else why_not_open(fresh)
    return shut or why_not_left(fresh, heads=heads, wait=wait) or busy


def position(enrolment: Enrolment) -> int:
    """The rank in the queue now: one more than the people waiting below this place."""
    ahead = Enrolment.objects.filter(
        course=enrolment.course_id, state=Enrolment.State.WAITING, place__lt=enrolment.place
    )
    return 1 + ahead.count()


def withdraw(*, actor: Member, enrolment: Enrolment, reason: str = "") -> Enrolment:
    """Gives a place back, from the learner's side or by the coordinator with a reason; the queue moves at once.

    Twice changes nothing. Locks the course.

    Raises:
        Refused: `over` when the course has ended or its outcome is recorded.
    """
    with transaction.atomic():
        course = lock_course(enrolment.course_id)
        enrolment = Enrolment.objects.select_related("learner", "offer").get(pk=enrolment.pk)
        if enrolment.state not in Enrolment.LIVE:
            return enrolment
        enrolment.course = course
        refuse_if(why_not_withdraw(enrolment))
        leave(actor=actor, course=course, enrolment=enrolment, reason=reason)
    return enrolment


def leave(*, actor: Member | None, course: Course, enrolment: Enrolment, reason: str = "") -> None:
    """Ends one place under its course's lock: what it held goes back, the queue moves; those of its party keep theirs."""
    if enrolment.offer_id and enrolment.state == State.OFFERED:
        _less_in_offer(enrolment.offer_id)
    release(course, [enrolment])
    turn(actor=actor, enrolments=[enrolment], to=State.WITHDRAWN, verb="withdraw", reason=reason)
    tell([enrolment], "withdrawn", urgency=Notice.Urgency.ANSWER, reason=reason)
    move(course)


def _less_in_offer(pk: int) -> None:
    """One head leaves an open offer: its seat is out of it, and the last one leaving answers it."""
    held = Offer.objects.filter(pk=pk, answer__isnull=True)
    if not held.filter(seats__gt=1).update(seats=F("seats") - 1):
        held.update(answer=Offer.Answer.DECLINED, answered_at=clock.now())
