"""The rows that the addresses of what came of learning name in the table of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from base import clock
from tests.programs.town import DAY, enrol

if TYPE_CHECKING:
    from members.models import Member
    from tests.programs.town import Town


def fill(made: Any, town: Town, member: Member, coordinator: Member) -> None:
    """A class that began an hour ago, with the member in it."""
    place = enrol(town.course(first=clock.now() + 60 * DAY, meetings=1), member)
    meeting = place.course.meetings.get()
    now = clock.now()
    place.course.meetings.update(starts_at=now - DAY / 24, ends_at=now + DAY / 24)
    course = {"slug": place.course.slug}
    made.values["records:attendance_course", ""] = course
    for name in ("attendance", "attendance_save"):
        made.values[f"records:{name}", ""] = course | {"pk": meeting.pk}
    made.values["api_work_attendance", ""] = {"pk": place.course_id, "meeting": meeting.pk}
