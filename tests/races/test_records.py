"""Two phones over one class: nobody overwrites what they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from members.models import Audit
from records import services
from records.models import Attendance
from records.services import Marked
from tests.races.test_seats import at_once
from tests.records.conftest import Class

if TYPE_CHECKING:
    from programs.models import ClassMeeting

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_phones_that_save_different_marks_at_once_one_is_kept_and_the_others_are_told() -> None:
    room = Class(people=5)
    for round_ in range(5):
        meeting = room.meetings[0]
        Attendance.objects.all().delete()

        def save(mark: str, meeting: ClassMeeting = meeting) -> str:
            marks = {one.pk: Marked(mark, 0) for one in room.places}
            services.mark(actor=room.coordinator, meeting=meeting, marks=marks)
            return "saved"

        answers = at_once(save, ["present", "late", "absent", "excused"])
        assert sorted(answers) == ["changed_meanwhile"] * 3 + ["saved"]
        assert len(set(Attendance.objects.values_list("mark", flat=True))) == 1
        assert (Attendance.objects.count(), Audit.objects.filter(verb="mark_attendance").count()) == (5, round_ + 1)


def test_the_same_sheet_sent_many_times_at_once_is_saved_once() -> None:
    room = Class(people=5)
    marks = {one.pk: Marked("present", 0) for one in room.places}
    at_once(lambda _: services.mark(actor=room.instructor, meeting=room.meeting, marks=marks), range(12))
    assert set(Attendance.objects.values_list("version", flat=True)) == {1}
    assert (Attendance.objects.count(), Audit.objects.filter(verb="mark_attendance").count()) == (5, 1)
