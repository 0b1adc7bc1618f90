"""Reminders of meetings and decisions: at the right hour, to the right people, once."""

from __future__ import annotations

import datetime as dt

import pytest

from base import clock
from notifications.models import Delivery, Notice
from tests.workgroups.rooms import DAY, Room
from workgroups import services
from workgroups.models import Decision

pytestmark = pytest.mark.django_db


def at(monkeypatch: pytest.MonkeyPatch, day: dt.date, hour: int) -> None:
    monkeypatch.setattr(clock, "now", lambda: clock.at(day, dt.time(hour)))


def told(event: str) -> list[int]:
    rows = Delivery.objects.filter(notice__kind=f"workgroups/{event}", channel="inbox")
    return sorted(rows.values_list("member", flat=True))


def test_a_meeting_is_told_the_day_before_from_ten_on_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    meeting = room.call()
    day = clock.day_of(meeting.starts_at)
    for when, hour, count in ((2, 12, 0), (1, 9, 0), (1, 10, 1), (1, 11, 0)):
        at(monkeypatch, day - when * DAY, hour)
        assert services.remind_of_meetings() == count
    assert told("meeting_tomorrow") == sorted([room.coordinator.pk, room.member.pk])


def test_a_meeting_called_off_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    meeting = services.call_off(actor=room.coordinator, meeting=room.call())
    at(monkeypatch, clock.day_of(meeting.starts_at) - DAY, 12)
    assert services.remind_of_meetings() == 0


def test_a_decision_is_told_before_it_is_due_when_late_and_to_staff_after_fourteen_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room()
    due = room.decide().due_on
    expected = [(-4, 0), (-3, 1), (-2, 0), (0, 0), (1, 1), (2, 0), (13, 0), (14, 1), (15, 0), (40, 0)]
    counts = []
    for offset, _ in expected:
        at(monkeypatch, due + offset * DAY, 12)
        counts.append((offset, services.remind_of_decisions()))
        assert services.remind_of_decisions() == 0
    assert counts == expected
    assert (told("decision_due"), told("decision_overdue")) == ([room.member.pk], [room.member.pk])
    assert told("decision_escalated") == [room.staff.pk]


def test_nothing_is_told_of_what_is_done_and_another_day_is_told_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    decision = room.decide()
    due = decision.due_on
    at(monkeypatch, due + DAY, 12)
    services.remind_of_decisions()
    Decision.objects.filter(pk=decision.pk).update(due_on=due + 10 * DAY)
    at(monkeypatch, due + 11 * DAY, 12)
    services.remind_of_decisions()
    assert Notice.objects.filter(kind="workgroups/decision_overdue").count() == 2
    services.close(actor=room.member, decision=decision, state="done")
    at(monkeypatch, due + 40 * DAY, 12)
    assert services.remind_of_decisions() == 0
