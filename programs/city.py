"""What needs the municipality's staff today, and the city in numbers that name nobody."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import get_language, gettext

from base import clock
from base.calendar import day_text
from base.templatetags.city import digits, written_in
from members.models import Member
from members.rules import use_of_codes
from programs.demand import at_least
from programs.listing import listed
from programs.models import Course, Enrolment, Import, Program, Question, Wish
from programs.workspace import EACH, LEVELS, Todo
from workgroups import rules
from workgroups.models import Appointment, Decision, Workgroup
from workgroups.models.decision import ESCALATED_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANSWERED_WITHIN = dt.timedelta(days=3)
IN_TROUBLE_FOR = dt.timedelta(days=30)
sources: list[Callable[[Member], Iterable[Todo]]] = []


def _language() -> str:
    return "en" if (get_language() or "fa").startswith("en") else "fa"


def _day(day: dt.date) -> str:
    return day_text(day, language=_language(), today=clock.today())


def also(source: Callable[[Member], Iterable[Todo]]) -> None:
    """Names who knows more that waits for a member of staff, in an app above this one."""
    if source not in sources:
        sources.append(source)


def needs_staff(member: Member) -> list[Todo]:
    """Everything that waits for this member of staff, at most five of a kind, the most urgent first; always as many queries."""
    others = [todo for source in sources for todo in source(member)]
    found = [*others, *_codes(), *_workgroups(), *_decisions(), *_imports(), *_questions(), *_reviews()]
    return sorted(found, key=lambda todo: LEVELS.index(todo.level))


def _codes() -> Iterable[Todo]:
    """Sign-in codes of which so few are used that people are asked a sum first."""
    use = use_of_codes()
    if use.is_low:
        text = gettext(
            "Of the last {codes} sign-in codes by text message only {percent} % were used. Somebody may be asking in other "
            "people’s names, or text messages do not arrive; people are asked a sum first."
        )
        yield Todo(
            "danger",
            gettext("Few are used"),
            gettext("Sign-in codes by text message"),
            "",
            text.format(codes=digits(use.codes), percent=digits(use.percent)),
            f"{reverse('help')}#code",
            gettext("What residents read"),
        )


def _workgroups() -> Iterable[Todo]:
    """Workgroups that nobody coordinates, today or on a day within thirty."""
    today = clock.today()
    terms = Appointment.objects.ahead_of(today).filter(role=Appointment.Role.COORDINATOR, workgroup__isnull=False)
    by_group: dict[int, list[tuple[dt.date, dt.date | None]]] = {}
    for pk, from_on, until_on in terms.values_list("workgroup", "from_on", "until_on"):
        by_group.setdefault(pk or 0, []).append((from_on, until_on))
    groups = Workgroup.objects.prefetch_related("translations").order_by("slug")
    gaps = [(rules.first_gap(by_group.get(one.pk, []), today), one) for one in groups]
    for gap, group in sorted(((gap, one) for gap, one in gaps if gap), key=lambda pair: pair[0])[:EACH]:
        yield Todo(
            "danger" if gap == today else "warn",
            gettext("Nobody coordinates") if gap == today else gettext("Term ends"),
            str(group.safe_translation_getter("name", any_language=True)),
            "",
            gettext("Nobody answers for this workgroup.")
            if gap == today
            else gettext("From {day} on nobody answers for it.").format(day=_day(gap)),
            reverse("programs:city_appointments", args=[group.slug]),
            gettext("Appoint or extend"),
        )


def _decisions() -> Iterable[Todo]:
    """Decisions that are so late that staff were told."""
    late = Decision.objects.overdue_on(clock.today()).filter(due_on__lte=clock.today() - ESCALATED_AFTER)
    for decision in late.prefetch_related("translations").order_by("due_on", "pk")[:EACH]:
        yield Todo(
            "danger",
            gettext("Overdue"),
            str(decision.safe_translation_getter("text", any_language=True)),
            decision.shown_language,
            gettext("To be done by {day}").format(day=_day(decision.due_on)),
            reverse("programs:work_decision", args=[decision.pk]),
            gettext("See the decision"),
        )


def _imports() -> Iterable[Todo]:
    """Partners' files of the last month that could not be taken or wait for somebody."""
    waiting = [Import.State.FAILED, Import.State.MAPPING]
    recent = Import.objects.filter(state__in=waiting, made_at__gte=clock.now() - IN_TROUBLE_FOR)
    for run in recent.order_by("-made_at", "-pk")[:EACH]:
        yield Todo(
            "warn",
            run.get_state_display(),
            run.name,
            written_in(run.name),
            gettext("A partner’s file of {day}").format(day=_day(clock.day_of(run.made_at))),
            reverse("programs:work_import", args=[run.pk]),
            gettext("See the file"),
        )


def _questions() -> Iterable[Todo]:
    """Residents' questions that nobody answered for three days."""
    old = Question.objects.filter(answered_at__isnull=True, asked_at__lt=clock.now() - ANSWERED_WITHIN)
    asked = list(old.order_by("asked_at", "pk")[:EACH])
    courses = {
        one.pk: one for one in listed(Course.objects.filter(pk__in=[one.course_id for one in asked]), _language())
    }
    for question in asked:
        course = courses[question.course_id]
        yield Todo(
            "warn",
            gettext("A question"),
            course.title,
            course.lang,
            gettext("Asked on {day}").format(day=_day(clock.day_of(question.asked_at))),
            reverse("programs:work_question", args=[question.pk]),
            gettext("Answer"),
        )


def _reviews() -> Iterable[Todo]:
    waiting = Program.objects.filter(state=Program.State.REVIEW).prefetch_related("translations").order_by("pk")
    for program in waiting[:EACH]:
        yield Todo(
            "info",
            gettext("In review"),
            program.title,
            program.shown_language,
            gettext("It waits for someone to look it over."),
            reverse("programs:work_program", args=[program.slug]),
            gettext("Look it over"),
        )


def numbers() -> list[tuple[str, int | None]]:
    """The city as it stands today, each figure with its name; None for a group of people under five."""
    today = clock.today()
    month = clock.now() - dt.timedelta(days=30)
    people = Member.objects.filter(erased_at__isnull=True).aggregate(
        members=Count("pk"), new=Count("pk", filter=Q(created_at__gte=month))
    )
    places = Enrolment.objects.aggregate(
        seated=Count("pk", filter=Q(state=Enrolment.State.SEATED)),
        waiting=Count("pk", filter=Q(state=Enrolment.State.WAITING)),
    )
    open_now = Course.objects.public().filter(opens_at__lte=clock.now(), closes_at__gt=clock.now())
    running = Course.objects.public().filter(starts_on__lte=today, ends_on__gte=today)
    return [
        (gettext("Members"), at_least(people["members"])),
        (gettext("New within 30 days"), at_least(people["new"])),
        (gettext("Seats taken"), at_least(places["seated"])),
        (gettext("In line"), at_least(places["waiting"])),
        (gettext("Open for enrolment"), open_now.count()),
        (gettext("Running courses"), running.count()),
        (gettext("Workgroups"), Workgroup.objects.count()),
        (gettext("Open wishes"), Wish.objects.open().count()),
    ]
