"""The pages about what came of learning, in a town in which they have something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base import clock
from records import passports, services
from records.codes import spelt
from records.models import Certificate
from records.services import Marked
from tests.programs.town import DAY, Town, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Enrolment


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
    found = [("attendance", attendance, desk), ("attendance of a class", f"{attendance}{first.pk}/", desk)]
    found += [("door of a class", f"{attendance}{first.pk}/door/", desk), ("old mark", "check-in/", desk)]
    return found + _concluded(town, desk, name)


def _concluded(town: Town, desk: Member, name: str) -> list[tuple[str, str, Member]]:
    """A course that is over: one learner completed it, one did not, of one nobody knows; and a certificate that was revoked."""
    course = town.course(first=clock.now() + 290 * DAY, meetings=1)
    places = [enrol(course, person(name)[0]) for _ in range(4)]
    now, meeting = clock.now(), course.meetings.get()
    meeting.starts_at, meeting.ends_at = now - DAY / 12, now - DAY / 24
    meeting.save()
    marks = zip(places, ("present", "absent", "excused", "present"), strict=True)
    services.mark(actor=desk, meeting=meeting, marks={place.pk: Marked(mark, 0) for place, mark in marks})
    outcomes = f"work/courses/{course.slug}/outcomes/"
    services.decide(actor=desk, enrolment=places[0], completed=True, reason=name)
    services.decide(actor=desk, enrolment=places[3], completed=True, reason=name)
    valid, gone = Certificate.objects.filter(enrolment__in=places).order_by("pk")
    services.revoke(actor=desk, certificate=gone, reason=name)
    holder = places[0].asked_by
    for place in places:
        services.say(actor=place.asked_by, enrolment=place, stars=4, recommends=True, comment=name)
    silent = enrol_over(town, name)
    passport = passports.address(services.share(actor=holder, learner=places[0].learner))
    return [
        ("outcomes", outcomes, desk),
        ("an outcome", f"{outcomes}{places[0].pk}/", desk),
        ("feedback", f"me/feedback/{silent.pk}/", silent.asked_by),
        ("feedback given", f"me/feedback/{places[0].pk}/", holder),
        ("feedback of few", f"work/courses/{course.slug}/feedback/", desk),
        ("feedback of five", f"work/courses/{silent.course.slug}/feedback/", desk),
        ("my certificates", "me/certificates/", holder),
        ("a certificate", f"me/certificates/{spelt(valid.code)}/", holder),
        ("a certificate revoked", f"me/certificates/{spelt(gone.code)}/", places[3].asked_by),
        ("my passport", "me/passport/", holder),
        ("a passport by its link", passport.partition("/fa/")[2] or passport.partition("/en/")[2], desk),
        ("check a certificate", "verify/", holder),
        ("a certificate that is genuine", f"verify/{spelt(valid.code)}/", holder),
        ("a certificate that was revoked", f"verify/{spelt(gone.code)}/", holder),
        ("a certificate that is unknown", "verify/KSH-2222-2222-2222-2222/", holder),
    ]


def enrol_over(town: Town, name: str) -> Enrolment:
    """A place in a course that is over, of somebody who has not said anything; five others have."""
    course = town.course(first=clock.now() + 300 * DAY, meetings=1)
    places = [enrol(course, person(name)[0]) for _ in range(6)]
    now = clock.now()
    course.meetings.update(starts_at=now - DAY / 12, ends_at=now - DAY / 24)
    for place in places[1:]:
        services.say(actor=place.asked_by, enrolment=place, stars=5, comment=name)
    return places[0]
