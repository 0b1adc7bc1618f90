"""A workgroup with its people, a meeting that has begun, and a decision, for the tests of this room."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

from django.utils import translation

from base import clock
from members.models import Member
from tests import builders
from workgroups import services
from workgroups.models import AgendaItem, Appointment, Decision, Meeting
from workgroups.services.meetings import Where

if TYPE_CHECKING:
    from members.models import Learner
    from workgroups.models import Organisation

_numbers = itertools.count(1)
DAY = dt.timedelta(days=1)
Role = Appointment.Role
TEXT = {"fa": "یک کلاس در منطقهٔ ۸", "en": "One class in District 8"}


class Room:
    """A workgroup with a coordinator and a member; staff; a stranger; and the coordinator of another workgroup."""

    def __init__(self) -> None:
        with translation.override("fa"):
            number = next(_numbers)
            self.workgroup = builders.make_workgroup(slug=f"room-{number}")
            self.workgroup.create_translation("en", name="Environment workgroup", purpose="A greener city")
            self.workgroup.areas.add(builders.make_program(slug=f"of-room-{number}", workgroup=self.workgroup).area)
            area = self.workgroup.areas.get()
            area.name = "محیط زیست"
            area.save()
            area.create_translation("en", name="Environment")
            named(builders.municipality())
            self.other = builders.make_workgroup(slug=f"other-room-{number}")
        self.coordinator = self.person("سارا", Role.COORDINATOR, self.workgroup)
        self.member = self.person("فرهاد", Role.MEMBER, self.workgroup)
        self.foreign = self.person("مینا", Role.COORDINATOR, self.other)
        self.staff = self.person("بهروز", Role.STAFF, builders.municipality())
        self.stranger = self.person("رها")
        self.superuser = self.person("آذر")
        Member.objects.filter(pk=self.superuser.pk).update(is_superuser=True)
        self.superuser.refresh_from_db()

    def person(self, name: str, role: Role | None = None, place: Any = None) -> Member:
        """Someone with that name, appointed long ago where a role is given."""
        found = builders.make_member(phone=f"+98919{next(_numbers):07}")
        _learner: Learner = builders.make_learner(found, name=name)
        if role is not None:
            builders.appoint(found, role, place)
        return found

    def call(self, **changes: Any) -> Meeting:
        """A meeting in three days at 16:00, called by the coordinator."""
        day = clock.today() + 3 * DAY
        usual = {"starts_at": clock.at(day, dt.time(16)), "ends_at": clock.at(day, dt.time(18))}
        usual |= {"where": Where(place="سالن ۲"), "agenda": ["کلاس‌های زمستان"], "actor": self.coordinator}
        return services.call_meeting(**{"workgroup": self.workgroup} | usual | changes)

    def begun(self, **changes: Any) -> Meeting:
        """A meeting that began an hour ago."""
        meeting = self.call(**changes)
        now = clock.now()
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=now - DAY / 24, ends_at=now + DAY / 24)
        meeting.refresh_from_db()
        return meeting

    def item(self, meeting: Meeting) -> AgendaItem:
        """Its first matter."""
        return meeting.items.get(order=1)

    def decide(self, meeting: Meeting | None = None, **changes: Any) -> Decision:
        """A decision that the member owes in ten days."""
        usual = {"text": TEXT, "owner": self.member, "due_on": clock.today() + 10 * DAY, "actor": self.coordinator}
        return services.decide(**{"meeting": meeting or self.begun()} | usual | changes)


def named(municipality: Organisation) -> None:
    """Gives the municipality its names in both languages, unless it has them."""
    for language, name in (("fa", "شهرداری"), ("en", "Municipality")):
        if municipality.has_translation(language):
            municipality.set_current_language(language)
            municipality.name = name
            municipality.save()
        else:
            municipality.create_translation(language, name=name)
