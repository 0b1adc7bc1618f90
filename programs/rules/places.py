"""What may not be done, and why: each rule of enrolment as one question that page, API and service share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base import clock
from base.calendar import day_text
from base.persian import persian_digits
from base.prepared import prepared
from base.refusal import Refusal
from members.models import Learner
from programs.models import ClassMeeting, Course, Enrolment, Import, Offer, Slot
from programs.rules.joining import (
    facts_missing,
    why_not_belonging,
    why_not_local,
    why_not_once,
    why_not_prepared,
)
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from members.models import Member
    from programs.models.standing import Standing

MOST_LIVE_PLACES = 60
UNDO_FOR = dt.timedelta(hours=24)
GENDER_OF_AUDIENCE = {
    "women_only": Learner.Gender.FEMALE,
    "girls_only": Learner.Gender.FEMALE,
    "men_only": Learner.Gender.MALE,
    "boys_only": Learner.Gender.MALE,
}


NOT_YOURS = Refusal("not_yours", _("Only the workgroup’s coordinators can do this"))


ASK_FIRST = {
    "name": _("First tell us the learner’s name and year of birth"),
    "gender": _("First tell us whether the learner is a woman or a man"),
    "district": _("First tell us in which district the learner lives"),
}
MISSED = {"gender": "audience", "district": "district"}  # by fact: the rule that needs it

LEARNER_GONE = Refusal("gone", _("This account has become one with another meanwhile; open the page again"))


def _in_page_digits(value: int | None) -> str:
    return persian_digits(str(value)) if get_language() == "fa" else str(value)


def _in_page_words(day: dt.date) -> str:
    return day_text(day, language=get_language() or "fa", today=clock.today())


number = lazy(_in_page_digits, str)
spoken_day = lazy(_in_page_words, str)


@dataclass(frozen=True, slots=True)
class Places:
    """The learner's live places, read at once: state by course id, and the seasons of programs that let in once."""

    states: dict[int, str]
    once: frozenset[str | None] = frozenset()

    @classmethod
    def of(cls, learner: Learner, *, besides: int = 0) -> Places:
        """Those in all courses, or in all besides that one; one query."""
        return cls.among(one for one in live_places([learner.pk]) if one.course_id != besides)

    @classmethod
    def among(cls, live: Iterable[Enrolment]) -> Places:
        """From rows that were read already."""
        live = list(live)
        return cls({one.course_id: one.state for one in live}, frozenset(one.once for one in live))

    @property
    def seated(self) -> list[int]:
        """Ids of the courses in which the learner has a seat for good."""
        return [course for course, state in self.states.items() if state == Enrolment.State.SEATED]


@prepared
def live_places(learners: list[int]) -> QuerySet[Enrolment]:
    """Everything that they have or wait for, with offers and learners."""
    return Enrolment.objects.live().filter(learner__pk__in=learners).select_related("offer", "learner")


def why_not_open(course: Standing) -> Refusal | None:
    """Whether the course takes enrolments here and now, whoever asks. Reads nothing but the row."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    if course.mode == Course.Mode.PARTNER:
        return Refusal("partner", _("Enrolment is at the organiser’s own site"), {"url": course.partner_url})
    if course.missing_since is not None:
        return Refusal("paused", _("The organiser’s list no longer has this course; enrolment is paused"))
    return why_not_in_window(course)


def why_not_in_window(course: Standing) -> Refusal | None:
    """Whether now is before or after the time of enrolment."""
    now = clock.now()
    if course.state != Course.State.PUBLISHED or course.is_past(clock.today()):
        return Refusal("closed", _("Enrolment is closed"))
    if course.drawn_at is not None:
        return Refusal("drawn", _("The draw for this course has taken place"))
    if course.opens_at is not None and now < course.opens_at:
        return Refusal("not_open", _("Enrolment is not open yet"), {"opens_at": course.opens_at})
    return None if course.is_window_open(now) else Refusal("closed", _("Enrolment is closed"))


def why_not_seats(course: Standing, *, heads: int = 1, wait: bool = True, kept: int = 0) -> Refusal | None:
    """Whether the course is too small for so many, or, where one does not apply first, has neither seats nor places left;
    `kept` are seats reserved for those who ask.
    """
    if heads > 1 and course.capacity is not None and heads > course.capacity:
        text = format_lazy(_("The course has {all} seats in all; choose fewer people"), all=number(course.capacity))
        return Refusal("party_too_large", text, {"capacity": course.capacity})
    return None if course.is_chosen else why_not_left(course, heads=heads, wait=wait, kept=kept)


def why_not_left(course: Standing, *, heads: int, wait: bool, kept: int = 0) -> Refusal | None:
    """Whether neither seats nor, where waiting is wanted, places in the queue are left for so many, as the row was read."""
    if course.seats_free is None or (free := max(course.seats_free, kept)) >= heads:
        return None
    if not wait or not queue_moves(course):
        return why_not_together(heads, free) if free else _full(course)
    left = None if course.waiting_size is None else course.waiting_size - course.waiting
    if left is None or heads <= left:
        return None
    if left < 1:
        return Refusal("queue_full", _("The course and its waiting list are full"))
    text = _("The waiting list has {left} places left, not {heads}; choose fewer people")
    return Refusal("queue_full", format_lazy(text, left=number(left), heads=number(heads)), {"left": left})


def _full(course: Standing) -> Refusal:
    if not course.seats_reserved or course.reserves_until is None:
        return Refusal("full", _("The course is full"))
    day = spoken_day(course.reserves_until)
    return Refusal("full", format_lazy(_("The seats that are left are kept for a group until {day}"), day=day))


def why_not_together(heads: int, free: int) -> Refusal:
    """The refusal that says how many seats are left of those that a party wants, and what can be done."""
    text = format_lazy(
        _("There are not seats for {heads} people: {free} left. You can wait together, or choose fewer people"),
        heads=number(heads),
        free=number(free),
    )
    return Refusal("full", text, {"free": free})


def why_not_standing(standing: Sequence[Enrolment]) -> Refusal | None:
    """Whether some of those who ask together have a place already; read with their learners."""
    if not standing:
        return None
    return named(Refusal("standing", _("has a place in this course already")), standing[0].learner)


def why_not_one_of(learner: Learner, course: Standing, places: Places) -> Refusal | None:
    """Whether a rule keeps out one of several who ask together; the refusal says whom."""
    refusal = why_not_suited(course, learner) or why_not_now(course, places)
    return None if refusal is None else named(refusal, learner)


def named(refusal: Refusal | None, learner: Learner) -> Refusal | None:
    """The same refusal with the name of whom it concerns before its words."""
    if refusal is None:
        return None
    text = format_lazy("{name}: {why}", name=learner.name, why=refusal.message)
    return Refusal(refusal.code, text, refusal.values | {"learner": learner.pk})


def why_not_for_all(actor: Member, heads: Sequence[Enrolment]) -> Refusal | None:
    """Whether a party's offer is another's to answer: the member does not act for everybody in it."""
    wanted = {one.learner_id for one in heads}
    if Learner.objects.visible_to(actor).filter(pk__in=wanted).count() == len(wanted):
        return None
    return Refusal(
        "not_all_yours", _("These seats are offered to several people together; who enrolled them answers for all")
    )


def queue_moves(course: Standing) -> bool:
    """Whether waiting still leads anywhere."""
    return course.moves_until is None or clock.now() < course.moves_until


def missing_profile(course: Standing, learner: Learner) -> list[str]:
    """What must still be asked about the learner before this course: `name`, `birth`, `gender`, `district`."""
    wanted = {
        "name": not learner.name,
        "birth": learner.born_from is None,
        "gender": course.audience.get("rule") in GENDER_OF_AUDIENCE and learner.gender is None,
    }
    return [name for name, is_missing in wanted.items() if is_missing] + facts_missing(course, learner)


def why_not_suited(course: Standing, learner: Learner, excepted: frozenset[str] = frozenset()) -> Refusal | None:
    """Whether age, audience, district or belonging keeps the learner out, but for the rules from which they are excepted."""
    missing = [one for one in missing_profile(course, learner) if MISSED.get(one) not in excepted]
    if missing:
        return Refusal(
            "needs_profile",
            ASK_FIRST.get(missing[0], ASK_FIRST["name"]),
            {"missing": missing, "data": {"missing": missing}},
        )
    rules = (_why_not_aged, _why_not_audience, why_not_local, why_not_belonging)
    found = (rule(course, learner) for rule in rules)
    return next((one for one in found if one is not None and one.code not in excepted), None)


def _why_not_aged(course: Standing, learner: Learner) -> Refusal | None:
    if learner.could_be_aged(course.age_min, course.age_max, course.starts_on or clock.today()):
        return None
    return why_aged_out(course)


def _why_not_audience(course: Standing, learner: Learner) -> Refusal | None:
    gender = GENDER_OF_AUDIENCE.get(course.audience.get("rule", ""))
    if gender is None or learner.gender == gender:
        return None
    if gender == Learner.Gender.FEMALE:
        return Refusal("audience", _("This course is for women"))
    return Refusal("audience", _("This course is for men"))


def why_aged_out(course: Standing) -> Refusal:
    """The refusal that says for which ages the course is."""
    youngest, oldest = number(course.age_min), number(course.age_max)
    if course.age_min is None:
        text = format_lazy(_("This course is for people up to the age of {oldest}"), oldest=oldest)
    elif course.age_max is None:
        text = format_lazy(_("This course is for people aged {youngest} and over"), youngest=youngest)
    else:
        text = format_lazy(_("This course is for ages {youngest} to {oldest}"), youngest=youngest, oldest=oldest)
    return Refusal("age", text, {"age_min": course.age_min, "age_max": course.age_max})


def why_not_fits_timetable(course: Standing, places: Places) -> Refusal | None:
    """Whether the course meets while another one meets in which the learner is seated."""
    seated = [pk for pk in places.seated if pk != course.pk]
    clashing = (_clashing_meeting(course, seated) or _clashing_slot(course, seated)) if seated else None
    if clashing is None:
        return None
    return Refusal("clash", _("It clashes with another course"), {"course": clashing})


def _clashing_meeting(course: Standing, seated: list[int]) -> int | None:
    held = ClassMeeting.objects.exclude(state=ClassMeeting.State.CANCELLED)
    same_time = held.filter(course=course.pk, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    return (
        held.filter(Exists(same_time), course__in=seated).order_by("starts_at").values_list("course", flat=True).first()
    )


def _clashing_slot(course: Standing, seated: list[int]) -> int | None:
    """Compares weekly hours where one of the two courses has no class meetings yet."""
    if not course.starts_on or not course.ends_on:
        return None
    unmet = ~Exists(ClassMeeting.objects.filter(course=OuterRef("course")))
    mine = Slot.objects.filter(
        course=course.pk, weekday=OuterRef("weekday"), starts__lt=OuterRef("ends"), ends__gt=OuterRef("starts")
    )
    return (
        Slot.objects.filter(
            Exists(mine),
            unmet | ~Exists(ClassMeeting.objects.filter(course=course.pk)),
            course__in=seated,
            course__starts_on__lte=course.ends_on,
            course__ends_on__gte=course.starts_on,
        )
        .values_list("course", flat=True)
        .first()
    )


def why_not_here(
    course: Standing, learner: Learner, *, wait: bool = True, kept: int = 0, excepted: frozenset[str] = frozenset()
) -> Refusal | None:
    """Whether the course itself says no to the learner: closed, not for them, or nothing left. Asks no row but these two,
    and who belongs to an organisation where the course is for its people.
    """
    refusal = why_not_open(course) or why_not_suited(course, learner, excepted)
    return refusal or why_not_seats(course, wait=wait, kept=kept)


def why_not_now(course: Standing, places: Places, excepted: frozenset[str] = frozenset()) -> Refusal | None:
    """Whether the learner's other places leave no room for this one."""
    if len(places.states) >= MOST_LIVE_PLACES:
        text = format_lazy(_("One person can have {most} places at a time"), most=number(MOST_LIVE_PLACES))
        return Refusal("too_many_places", text)
    found = (rule(course, places) for rule in (why_not_prepared, why_not_once, why_not_fits_timetable))
    return next((one for one in found if one is not None and one.code not in excepted), None)


def why_not_enrol(course: Standing, learner: Learner, places: Places, *, kept: int = 0) -> Refusal | None:
    """Whether the learner cannot take a seat or a place in the queue, the first reason that a person should hear."""
    return why_not_here(course, learner, kept=kept) or why_not_now(course, places)


def why_not_approve(enrolment: Enrolment, places: Places, excepted: frozenset[str] = frozenset()) -> Refusal | None:
    """Whether a rule that held when the person applied does not hold any more, but for those from which they are excepted;
    `places` are the learner's others.
    """
    excepted |= enrolment.excepted
    suited = why_not_suited(enrolment.course, enrolment.learner, excepted)
    return suited or why_not_now(enrolment.course, places, excepted)


def why_not_withdraw(enrolment: Enrolment) -> Refusal | None:
    """Whether the place can no longer be given back: the course is over or its outcome recorded."""
    if enrolment.state in Enrolment.OPEN and not enrolment.course.is_past(clock.today()):
        return None
    return Refusal("over", _("The course is over"))


def why_not_answer(enrolment: Enrolment, offer: Offer | None) -> Refusal | None:
    """Whether there is no open offer to accept or decline."""
    if enrolment.state != Enrolment.State.OFFERED or offer is None or offer.answer is not None:
        if offer is not None and offer.answer == Offer.Answer.LAPSED:
            return Refusal("offer_expired", _("The time to answer has passed; the seat went to the next person"))
        return Refusal("no_offer", _("There is no open offer for this course"))
    if clock.now() >= offer.expires_at:
        return Refusal("offer_expired", _("The time to answer has passed; the seat went to the next person"))
    return None


def why_not_answer_for(course: Course, member: Member) -> Refusal | None:
    """Whether the member does not answer for the course: a coordinator of its workgroup and staff do."""
    if Course.objects.answered_for_by(member).filter(pk=course.pk).exists():
        return None
    return NOT_YOURS


def why_not_cancel(course: Standing) -> Refusal | None:
    """Whether a course can no longer be called off."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    return Refusal("over", _("The course is over")) if course.is_past(clock.today()) else None


def why_not_resize(course: Standing, capacity: int | None) -> Refusal | None:
    """Whether fewer seats are wanted than people hold."""
    held = course.seats_taken + course.seats_reserved
    if capacity is None or capacity >= held:
        return None
    taken, kept = (
        _("{held} seats are taken; there cannot be fewer"),
        _("{held} seats are taken or kept; there cannot be fewer"),
    )
    text = format_lazy(kept if course.seats_reserved else taken, held=number(held))
    return Refusal("seats_taken", text, {"held": held})


def why_not_hand_in(workgroup: Workgroup, member: Member) -> Refusal | None:
    """Whether the member does not answer for the workgroup into which a file is to be read."""
    if Workgroup.objects.coordinated_by(member).filter(pk=workgroup.pk).exists():
        return None
    return Refusal("not_yours", _("Only the workgroup’s coordinators can do this"))


def why_not_confirm(run: Import, member: Member, *states: Import.State) -> Refusal | None:
    """Whether the file is not at that point, or not the member's to decide upon."""
    if run.state in states:
        return why_not_hand_in(run.feed.workgroup, member)
    return Refusal("not_waiting", _("This file does not wait for that any more"))


def why_not_undo(run: Import, member: Member) -> Refusal | None:
    """Whether an import can no longer be taken back as a whole."""
    if run.state != Import.State.SAVED or run.saved_at is None:
        return Refusal("not_saved", _("Only what was saved can be undone"))
    if clock.now() >= run.saved_at + UNDO_FOR:
        return Refusal("too_late", _("The day in which this could be undone is over"))
    if Import.objects.filter(feed=run.feed_id, saved_at__gt=run.saved_at, state__in=["saved", "undoing"]).exists():
        return Refusal("later_import", _("A later file of this catalogue was saved; undo that one first"))
    return why_not_hand_in(run.feed.workgroup, member)
