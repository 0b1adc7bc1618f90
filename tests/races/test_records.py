"""Two phones over one class: nobody overwrites what they have not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from members.models import Audit
from notifications.models import Notice
from records import services
from records.models import Attendance, Certificate
from records.services import Marked
from tests.programs.town import DAY
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


def test_outcomes_recorded_by_many_at_once_give_each_learner_one_certificate_and_one_message() -> None:
    """I13."""
    room = Class(people=5, begins=-22 * DAY)
    Attendance.objects.bulk_create(
        Attendance(enrolment=place, meeting=room.meetings[0], mark="present", by=room.coordinator)
        for place in room.places
    )
    at_once(lambda _: services.confirm(actor=room.coordinator, course=room.course), range(8))
    assert Certificate.objects.count() == 5
    assert Audit.objects.filter(verb="conclude").count() == 5
    assert Notice.objects.filter(kind="programs/completed").count() == 5


def test_a_person_at_the_door_and_the_instructor_at_once_leave_one_mark() -> None:
    room = Class(people=3)
    place = room.places[0]

    def act(who: str) -> object:
        if who == "door":
            return services.check_in(actor=place.asked_by, meeting=room.meeting, enrolments=[place.pk])
        return services.mark(actor=room.instructor, meeting=room.meeting, marks={place.pk: Marked("present", 0)})

    at_once(act, ["door", "desk"] * 6)
    assert list(Attendance.objects.values_list("mark", "version")) == [("present", 1)]
