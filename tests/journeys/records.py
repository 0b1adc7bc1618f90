"""The pages about what came of learning, in a town in which they have something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from records import services
from records.services import Marked
from tests.programs.town import DAY, Town, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from members.models import Member


def pages(town: Town, name: str) -> list[tuple[str, str, Member]]:
    """A course whose first class is on, at the desk of its coordinator."""
    desk = person(name)[0]
    Appointment.objects.create(member=desk, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    course = town.course(first=clock.now() + 280 * DAY, meetings=2)
    places = [enrol(course, person(name)[0]) for _ in range(3)]
    now = clock.now()
    first = course.meetings.order_by("starts_at")[0]
    first.starts_at, first.ends_at = now - DAY / 24, now + DAY / 24
    first.save()
    services.mark(actor=desk, meeting=first, marks={places[0].pk: Marked("absent", 0)})
    attendance = f"work/courses/{course.slug}/attendance/"
    return [("attendance", attendance, desk), ("attendance of a class", f"{attendance}{first.pk}/", desk)]
