"""What may not be planned, and why: who writes programs and courses, what keeps them from publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from programs.models import Course, Program, Questionnaire
from programs.rules.places import NOT_YOURS
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from members.models import Member
    from programs.checklist import Step
    from workgroups.models import Decision

FROM_STATES = {
    Program.State.DRAFT: {Program.State.REVIEW, Program.State.ARCHIVED},
    Program.State.REVIEW: {Program.State.DRAFT},
    Program.State.PUBLISHED: {Program.State.DRAFT, Program.State.REVIEW},
    Program.State.ARCHIVED: {Program.State.DRAFT, Program.State.REVIEW, Program.State.PUBLISHED},
}


def why_not_plan_for(workgroup: Workgroup | None, member: Member) -> Refusal | None:
    """Whether the member may not write the workgroup's programs: its coordinators and staff do, and nobody else."""
    mine = Workgroup.objects.coordinated_by(member)
    return None if workgroup is not None and mine.filter(pk=workgroup.pk).exists() else NOT_YOURS


def why_not_version(row: Program | Course | Questionnaire, version: int) -> Refusal | None:
    """Whether somebody else has changed the row since it was read."""
    if row.version == version:
        return None
    text = _("Someone else has changed this meanwhile; see what differs, then save again")
    return Refusal("changed_meanwhile", text, {"version": row.version})


def why_not_reselect(course: Course, selection: str) -> Refusal | None:
    """Whether the way in which seats are given out is fixed: somebody has asked for one, or the lots are drawn."""
    if selection == course.selection or (course.drawn_at is None and not course.enrolments.exists()):
        return None
    text = _("People have asked for seats already; how the seats are given out stays as it is")
    return Refusal("selection_fixed", text, {"field": "selection"})


def why_not_publish(steps: Iterable[Step]) -> Refusal | None:
    """The first step of the checklist that is not done."""
    missing = next((step for step in steps if not step.done), None)
    return missing and Refusal(missing.code, missing.todo, {"field": missing.field})


def why_not_turn(program: Program, to: Program.State) -> Refusal | None:
    """Whether a program does not go from its state to that one."""
    if program.state in FROM_STATES[to]:
        return None
    return Refusal("wrong_state", format_lazy(_("This program is: {state}"), state=program.get_state_display()))


def why_not_archive(program: Program) -> Refusal | None:
    """Whether people still have places in a course of the program that is not over."""
    busy = program.courses.filter(state=Course.State.PUBLISHED).exclude(ends_on__lt=clock.today())
    if busy.filter(Q(seats_taken__gt=0) | Q(waiting__gt=0)).exists():
        return Refusal("courses_running", _("People have places in its courses; end or cancel those first"))
    return None


def why_not_replan(course: Course) -> Refusal | None:
    """Whether the class meetings can no longer be made anew: the first one has begun, or it was called off."""
    if course.state == Course.State.CANCELLED:
        return Refusal("cancelled", _("This course is cancelled"))
    if course.meetings.filter(starts_at__lte=clock.now()).exists():
        return Refusal("begun", _("The course has begun; move or call off single meetings instead"))
    return None


def why_not_attribute(row: Program | Course, decision: Decision | None, member: Member) -> Refusal | None:
    """Whether the member does not answer for the program or course, or another workgroup took the decision."""
    workgroup = row.workgroup if isinstance(row, Program) else row.program.workgroup
    if not Workgroup.objects.coordinated_by(member).filter(pk=workgroup.pk).exists():
        return NOT_YOURS
    if decision is not None and decision.workgroup_id != workgroup.pk:
        return Refusal("other_workgroup", _("Another workgroup took this decision"))
    return None
