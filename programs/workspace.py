"""What waits for a coordinator today, the most urgent first, and the classes of the day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from base import clock
from base.calendar import day_text
from base.persian import persian_digits
from base.templatetags.city import written_in
from programs.listing import Listed, listed
from programs.models import ClassMeeting, Course, Import, Program
from programs.questions import queues_for, unanswered_for
from workgroups.models import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from members.models import Member

EACH = 5  # of one kind; the page of that kind has the rest
SOON = dt.timedelta(days=14)
NEAR = dt.timedelta(days=3)  # before a day on which something is decided
FEW = 3  # a course is thin with less than a third of its seats taken
FILLS = 2  # a queue would fill another run when half as many wait as it has seats
LEVELS = ("danger", "warn", "info")


class Todo(NamedTuple):
    """One thing to do: how urgent, a few words on a tag, what it is (in `lang`), why, and where it is done."""

    level: str
    tag: str
    title: str
    lang: str
    text: str
    url: str
    button: str


def _digits(number: int) -> str:
    return persian_digits(str(number)) if _language() == "fa" else str(number)


def _language() -> str:
    return "en" if (get_language() or "fa").startswith("en") else "fa"


def _day(day: dt.date | None) -> str:
    return day_text(day, language=_language(), today=clock.today()) if day else ""


def waiting_for(member: Member) -> list[Todo]:
    """Everything that waits for the member, at most five of a kind: a constant number of queries."""
    found = [
        *_decisions(member),
        *_questions(member),
        *_reviews(member),
        *_imports(member),
        *_undecided(member),
        *_thin(member),
        *_queues(member),
    ]
    return sorted(found, key=lambda todo: LEVELS.index(todo.level))


def _decisions(member: Member) -> Iterable[Todo]:
    owed = Decision.objects.owed_by(member).filter(due_on__lte=clock.today() + SOON)
    for decision in owed.prefetch_related("translations").order_by("due_on", "pk")[:EACH]:
        is_late = decision.due_on < clock.today()
        language = (
            _language() if decision.has_translation(_language()) else decision.translations.all()[0].language_code
        )
        yield Todo(
            "danger" if is_late else "warn",
            gettext("Overdue") if is_late else gettext("Due soon"),
            str(decision.safe_translation_getter("text", any_language=True)),
            language,
            gettext("To be done by {day}").format(day=_day(decision.due_on)),
            reverse("programs:work_decision", args=[decision.pk]),
            gettext("See the decision"),
        )


def _questions(member: Member) -> Iterable[Todo]:
    for question, course in unanswered_for(member, EACH):
        yield Todo(
            "warn",
            gettext("A question"),
            course.title,
            course.lang,
            gettext("Asked on {day}").format(day=_day(clock.day_of(question.asked_at))),
            reverse("programs:work_question", args=[question.pk]),
            gettext("Answer"),
        )


def _reviews(member: Member) -> Iterable[Todo]:
    mine = _programs(member).filter(state=Program.State.REVIEW).prefetch_related("translations")
    for program in mine.order_by("pk")[:EACH]:
        yield Todo(
            "info",
            gettext("In review"),
            program.title,
            program.shown_language,
            gettext("It waits for someone to look it over."),
            reverse("programs:work_program", args=[program.slug]),
            gettext("Look it over"),
        )


def _imports(member: Member) -> Iterable[Todo]:
    """Partners' files that wait for a word: what the columns mean, or yes."""
    states = [Import.State.READ, Import.State.MAPPING]
    mine = Import.objects.visible_to(member).filter(state__in=states)
    for run in mine.only("name", "state", "made_at").order_by("-pk")[:EACH]:
        is_mapping = run.state == Import.State.MAPPING
        yield Todo(
            "info",
            gettext("A partner’s file"),
            run.name,
            written_in(run.name),
            gettext("It asks what its columns mean.") if is_mapping else gettext("It waits for your yes."),
            reverse("programs:work_import", args=[run.pk]),
            gettext("Look at the file"),
        )


def _programs(member: Member) -> QuerySet[Program]:
    return Program.objects.answered_for_by(member)


def _undecided(member: Member) -> Iterable[Todo]:
    """Courses with a minimum of which it is to be decided these days whether they take place."""
    today = clock.today()
    open_ = Course.objects.answered_for_by(member).filter(
        Q(starts_on__lte=today + SOON) | Q(decide_on__lte=today + NEAR),
        state=Course.State.PUBLISHED,
        minimum__isnull=False,
        decided_at__isnull=True,
        starts_on__gt=today,
    )
    for course in _listed(open_.order_by("starts_on", "pk"), EACH):
        day = course.decision_day
        is_due = day is not None and day <= today
        if not is_due and course.seats_taken >= (course.minimum or 0) and day is not None and day - NEAR > today:
            continue
        yield Todo(
            "danger" if is_due else "warn",
            gettext("{n} of {minimum}").format(n=_digits(course.seats_taken), minimum=_digits(course.minimum or 0)),
            course.title,
            course.lang,
            gettext("Decide today whether it takes place.")
            if is_due
            else gettext("Whether it takes place is decided on {day}.").format(day=_day(day)),
            reverse("programs:work_roster", args=[course.slug]),
            gettext("Decide"),
        )


def _thin(member: Member) -> Iterable[Todo]:
    """Courses that begin soon with less than a third of their seats taken, whatever their number of people."""
    few = Q(minimum__isnull=True, capacity__gt=F("seats_taken") * FEW)
    mine = Course.objects.answered_for_by(member).filter(
        few,
        state=Course.State.PUBLISHED,
        mode=Course.Mode.PORTAL,
        starts_on__gt=clock.today(),
        starts_on__lte=clock.today() + SOON,
    )
    for course in _listed(mine.order_by("starts_on", "pk"), EACH):
        yield Todo(
            "warn",
            ngettext("{n} person", "{n} people", course.seats_taken).format(n=_digits(course.seats_taken)),
            course.title,
            course.lang,
            gettext("It begins on {day} and few have enrolled.").format(day=_day(course.starts_on)),
            reverse("programs:work_roster", args=[course.slug]),
            gettext("See who is in it"),
        )


def _queues(member: Member) -> Iterable[Todo]:
    for course, waiting in queues_for(member, EACH):
        if waiting * FILLS >= (course.capacity or waiting):
            yield Todo(
                "info",
                ngettext("{n} waits", "{n} wait", waiting).format(n=_digits(waiting)),
                course.title,
                course.lang,
                gettext("Those who wait would fill another run."),
                reverse("programs:work_course", args=[course.slug]) + "#copy",
                gettext("Open another run"),
            )


def _listed(courses: QuerySet[Course], most: int) -> list[Listed]:
    return listed(courses, get_language() or "fa", slice(most))


class Class(NamedTuple):
    """A class meeting of today with its course."""

    meeting: ClassMeeting
    course: Listed


def classes_today(member: Member) -> list[Class]:
    """The class meetings of today that the member answers for or teaches, by the hour: three queries."""
    today = clock.today()
    begins, ends = clock.at(today, dt.time()), clock.at(today + dt.timedelta(days=1), dt.time())
    mine = Course.objects.answered_for_by(member).filter(state=Course.State.PUBLISHED)
    held = ClassMeeting.objects.exclude(state=ClassMeeting.State.CANCELLED).filter(
        course__in=mine.values("pk"), starts_at__gte=begins, starts_at__lt=ends
    )
    meetings = list(held.order_by("starts_at", "pk")[: 4 * EACH])
    courses: dict[int, Any] = {
        one.pk: one for one in _listed(Course.objects.filter(pk__in={one.course_id for one in meetings}), 4 * EACH)
    }
    return [Class(one, courses[one.course_id]) for one in meetings]
