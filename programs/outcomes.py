"""What came of decisions and of a workgroup's work: programs, courses, seats. Groups under five people stay hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.utils.translation import get_language

from base import clock
from programs.listing import Listed, listed
from programs.models import Course, Enrolment, Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from members.models import Member
    from workgroups.models import Decision, Workgroup

SMALLEST = 5
MOST_COURSES = 300


@dataclass
class Outcome:
    """What one decision led to, as far as its reader may see it."""

    programs: list[Program] = field(default_factory=list)
    courses: list[Listed] = field(default_factory=list)

    @property
    def held(self) -> int:
        """How many of its courses have begun."""
        return sum(row.now_status in {Course.Status.RUNNING, Course.Status.ENDED} for row in self.courses)

    @property
    def people(self) -> int:
        """How many seats of its courses are taken."""
        return sum(row.seats_taken for row in self.courses)

    @property
    def shown_people(self) -> int | None:
        """The same, None for a group too small to be shown."""
        return shown(self.people)


def shown(people: int) -> int | None:
    """A number of people that may be published; None for a group of one to four."""
    return None if 0 < people < SMALLEST else people


def came_of(decisions: Iterable[Decision], member: Member | AnonymousUser) -> dict[int, Outcome]:
    """What each decision led to, by its id: five queries however many there are. Called-off courses are left out."""
    found = {decision.pk: Outcome() for decision in decisions}
    if not found:
        return found
    programs = Program.objects.visible_to(member).filter(decision__in=found).prefetch_related("translations")
    for program in programs.order_by("slug"):
        found[program.decision_id or 0].programs.append(program)
    courses = Course.objects.visible_to(member).exclude(state=Course.State.CANCELLED)
    courses = courses.filter(Q(decision__in=found) | Q(program__decision__in=found)).order_by("-sort_on", "-pk")
    led_by = {pk: own or of for pk, own, of in courses.values_list("pk", "decision", "program__decision")}
    for row in listed(courses, get_language() or "fa", slice(MOST_COURSES)):
        if led_by[row.pk] in found:
            found[led_by[row.pk]].courses.append(row)
    return found


def results_of(workgroup: Workgroup) -> dict[str, Any]:
    """A workgroup's public figures: programs, courses that have begun, people in them, people who completed."""
    courses = Course.objects.filter(program__workgroup=workgroup, program__state=Program.State.PUBLISHED)
    begun = courses.filter(state=Course.State.PUBLISHED, sort_on__lte=clock.today())
    counted = begun.aggregate(courses=Count("pk"), people=Sum("seats_taken"))
    completed = Enrolment.objects.filter(course__in=begun.values("pk"), state=Enrolment.State.COMPLETED).count()
    return {
        "programs": Program.objects.filter(workgroup=workgroup, state=Program.State.PUBLISHED).count(),
        "courses": counted["courses"],
        "people": shown(counted["people"] or 0),
        "completed": shown(completed),
    }
