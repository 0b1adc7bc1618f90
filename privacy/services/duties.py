"""Ending what somebody did for the city when they leave: appointments, teaching, decisions that they owe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from members.services import record
from notifications.services import post
from programs.models import Teaching
from workgroups.models import Appointment, Decision
from workgroups.rules import why_not_without
from workgroups.services import texts

if TYPE_CHECKING:
    import datetime as dt

    from members.models import Member


def end_duties(member: Member) -> None:
    """Ends the member's appointments and teaching today; staff hear of a workgroup that has no coordinator then. Decisions
    that the member owes are owed by the workgroup's coordinators.
    """
    today = clock.today()
    for row in Appointment.objects.ahead_of(today).filter(member=member).select_related("workgroup", "organisation"):
        if row.workgroup is not None and why_not_without(row, today) is not None:
            _tell_staff(row)
        _end(row, "release", today)
    for one in Teaching.objects.open_on(today).filter(member=member):
        _end(one, "end_teaching", today)
    for owed in Decision.objects.filter(owner=member, state=Decision.State.OPEN):
        owed.owner, owed.owner_role = None, Appointment.Role.COORDINATOR
        owed.save(update_fields=["owner", "owner_role"])
        record(actor=None, verb="hand_on_decision", row=owed, changes={"owner_role": ["", "coordinator"]})


def _end(row: Appointment | Teaching, verb: str, today: dt.date) -> None:
    before, row.until_on = row.until_on, max(today, row.from_on)
    row.save(update_fields=["until_on"])
    changes = {"until_on": [before and before.isoformat(), row.until_on.isoformat()]}
    record(actor=None, verb=verb, row=row, changes=changes)


def _tell_staff(row: Appointment) -> None:
    assert row.workgroup is not None  # noqa: S101 # nosec B101 - asked by the caller
    staff = Appointment.objects.open_on(clock.today()).filter(role=Appointment.Role.STAFF).exclude(member=row.member_id)
    values = {"workgroup": texts.read(row.workgroup, "name"), "workgroup_slug": row.workgroup.slug}
    key = f"appointment:{row.pk}:left_alone"
    post(key=key, kind="workgroups/left_alone", members=staff.values_list("member", flat=True), values=values)
