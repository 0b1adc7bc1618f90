"""The invariants of attendance and certificates, each broken once on purpose (I13, I16), and services that fail halfway (T4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from members.models import Audit
from notifications.models import Delivery, Notice
from programs.models import Enrolment
from records import services
from records.invariants import broken
from records.models import Attendance, Certificate, Feedback, PassportLink
from records.services import Marked
from tests.programs.town import DAY, Town
from tests.trust.test_all_or_nothing import Fault, FaultAfter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.records.conftest import Class

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(room: Class) -> Class:
    """A course that is over, with attendance."""
    room.begin(-22 * DAY)
    for meeting in room.meetings:
        marks = {one.pk: Marked("present", 0) for one in room.places}
        services.mark(actor=room.coordinator, meeting=meeting, marks=marks)
    return room


BREAKS: dict[str, Callable[[Class], Any]] = {
    "I13 certificate without completion": lambda room: Enrolment.objects.filter(pk=room.places[0].pk).update(
        state="absent"
    ),
    "I16 attendance of another course": lambda room: Attendance.objects.filter(enrolment=room.places[0]).update(
        meeting=Town().course(meetings=1).meetings.get()
    ),
    "I16 attendance without a seat": lambda room: Enrolment.objects.filter(pk=room.places[1].pk).update(
        state="declined"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_invariant_broken_on_purpose_is_found(over: Class, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """I13, I16."""
    services.confirm(actor=over.coordinator, course=over.course)
    call_command("audit_records")
    Attendance.objects.exclude(meeting=over.meeting).delete()
    BREAKS[name](over)
    assert name in {row.invariant for row in broken()}
    with pytest.raises(SystemExit):
        call_command("audit_records")
    assert "broken=0" in capsys.readouterr().out


def everything() -> list[list[Any]]:
    models = (Attendance, Certificate, Feedback, PassportLink, Enrolment, Audit, Notice, Delivery)
    return [list(model.objects.order_by("pk").values()) for model in models]


SERVICES: dict[str, Callable[[Class], Any]] = {
    "mark": lambda room: services.mark(
        actor=room.coordinator, meeting=room.meeting, marks={room.places[0].pk: Marked("absent", 1)}
    ),
    "confirm": lambda room: services.confirm(actor=room.coordinator, course=room.course),
    "decide": lambda room: services.decide(
        actor=room.coordinator, enrolment=room.places[0], completed=False, reason="غیبت"
    ),
    "share": lambda room: services.share(actor=room.places[0].asked_by, learner=room.places[0].learner),
    "say": lambda room: services.say(actor=room.places[0].asked_by, enrolment=room.places[0], stars=5),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_after_any_statement_leaves_nothing_behind(over: Class, name: str) -> None:
    """T4."""
    before = everything()
    for passed in range(200):
        try:
            with transaction.atomic(), connection.execute_wrapper(FaultAfter(passed)):
                SERVICES[name](over)
        except Fault:
            assert everything() == before, f"after {passed} statements"
        else:
            break
    assert passed > 3
    assert everything() != before
