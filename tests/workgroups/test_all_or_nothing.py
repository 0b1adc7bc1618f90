"""T4 for workgroups: a fault after any statement of a service leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from base import clock
from members.models import Audit
from notifications.models import Delivery, Notice
from tests.trust.test_all_or_nothing import Fault, FaultAfter
from tests.workgroups.rooms import DAY, TEXT, Role, Room
from workgroups import services
from workgroups.models import AgendaItem, Appointment, Decision, Meeting

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db


def everything() -> list[list[Any]]:
    """All that a service of this room may write."""
    models: tuple[Any, ...] = (Appointment, Meeting, AgendaItem, Decision, Audit, Notice, Delivery)
    return [list(model.objects.order_by("pk").values()) for model in models]


def to_appoint(room: Room) -> Callable[[], Any]:
    who = {"actor": room.staff, "member": room.stranger, "role": Role.MEMBER, "place": room.workgroup}
    return lambda: services.appoint(**who, from_on=clock.today())


def to_release(room: Room) -> Callable[[], Any]:
    one = Appointment.objects.get(member=room.member)
    return lambda: services.release(actor=room.staff, appointment=one, until_on=clock.today())


def to_decide(room: Room) -> Callable[[], Any]:
    meeting = room.begun()
    return lambda: room.decide(meeting)


def to_edit(room: Room) -> Callable[[], Any]:
    decision = room.decide()
    new = {"text": TEXT, "owner": room.coordinator, "due_on": clock.today() + 5 * DAY, "version": 1}
    return lambda: services.edit_decision(actor=room.coordinator, decision=decision, **new)


def to_extend(room: Room) -> Callable[[], Any]:
    one = Appointment.objects.get(member=room.member)
    return lambda: services.extend(actor=room.staff, appointment=one, until_on=clock.today() + 90 * DAY)


def to_call_off(room: Room) -> Callable[[], Any]:
    meeting = room.call()
    return lambda: services.call_off(actor=room.coordinator, meeting=meeting)


def to_move(room: Room) -> Callable[[], Any]:
    meeting = room.call()
    at, where = meeting.starts_at + DAY, services.meetings.Where(place="سالن ۳")
    return lambda: services.move_meeting(
        actor=room.coordinator,
        meeting=meeting,
        version=meeting.version,
        starts_at=at,
        ends_at=at + DAY / 24,
        where=where,
    )


def to_close(room: Room) -> Callable[[], Any]:
    decision = room.decide()
    return lambda: services.close(actor=room.coordinator, decision=decision, state="done")


def to_approve(room: Room) -> Callable[[], Any]:
    meeting = room.begun()
    services.write_minutes(actor=room.coordinator, item=room.item(meeting), minutes="گزارش داده شد", version=1)
    services.mark_attendance(actor=room.coordinator, meeting=meeting, marks={room.member.pk: "present"})
    return lambda: services.approve_minutes(actor=room.coordinator, meeting=meeting)


SERVICES = {
    "extend": to_extend,
    "call_off": to_call_off,
    "move_meeting": to_move,
    "close": to_close,
    "approve_minutes": to_approve,
    "appoint": to_appoint,
    "release": to_release,
    "call_meeting": lambda room: room.call,
    "decide": to_decide,
    "edit_decision": to_edit,
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_after_any_statement_leaves_nothing(name: str) -> None:
    """T4."""
    call = SERVICES[name](Room())
    before = everything()
    for passed in range(200):
        try:
            with transaction.atomic(), connection.execute_wrapper(FaultAfter(passed)):
                call()
        except Fault:
            assert everything() == before, f"after {passed} statements"
        else:
            break
    assert passed > 3
    assert everything() != before
