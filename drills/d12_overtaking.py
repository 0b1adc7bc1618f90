"""D12: 200,000 announcements wait behind a provider's rate; a class of this evening is called off, and its people know in time.

Its own PostgreSQL, two real workers. The reminder of the course that was called off waits in the queue as well, and is not sent;
one of a class that has begun neither. Prints the figures; the exit code is 1 when one is wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from drills.ground import awake, open_news, people, server, worker
from drills.race_seats import check
from drills.sinks import listening

if TYPE_CHECKING:
    from drills.sinks import Texts

IN_TIME = 30.0
RATE = "50"  # messages a second, so that the queue is an hour long
READERS = 20
HELD = 60  # seconds for which the reminders wait, so that the course is called off before they go


def arguments() -> argparse.Namespace:
    """How many wait."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=200_000)
    return parser.parse_args()


def prepare(size: int) -> tuple[Any, Any, list[str]]:
    """The queue, and a course of this evening with people in it; who calls it off, the course, their numbers."""
    import datetime as dt

    from django.core.management import call_command

    from base import clock
    from members.models import Member
    from notifications.models import Delivery
    from notifications.services import post, spread
    from programs.models import Course
    from tests import builders
    from tests.programs.town import Town, crowd
    from workgroups.models import Appointment

    call_command("migrate", verbosity=0)
    people(size, sms_share=1)
    town = Town()
    course = town.course(
        first=clock.now() + dt.timedelta(hours=3), meetings=1, closes_at=clock.now() + dt.timedelta(hours=2)
    )
    seated = crowd(course, READERS)
    coordinator = builders.make_member()
    builders.appoint(coordinator, Appointment.Role.COORDINATOR, town.workgroup)
    awake()
    notice, after = open_news("all"), 0
    while (last := spread(notice=notice, members=Member.objects.all(), after=after)) is not None:
        after = last
    values = {"course_title": {"fa": "سفالگری"}, "course_slug": "none", "learner": "پرنیا"}
    first = (clock.now() + dt.timedelta(hours=3)).isoformat()
    for one in seated:
        member = one.learner.cares.get().guardian_id
        key = f"enrolment:{one.pk}:starts_tomorrow:{clock.today().isoformat()}"
        post(key=key, kind="programs/starts_tomorrow", members=[member], values=values | {"starts_at": first})
        begun = {"starts_at": (clock.now() - dt.timedelta(minutes=1)).isoformat()}
        post(key=f"begun:{one.pk}", kind="programs/starts_tomorrow", members=[member], values=values | begun)
    reminders = Delivery.objects.filter(notice__kind="programs/starts_tomorrow", state=Delivery.State.QUEUED)
    reminders.update(due_at=clock.now() + dt.timedelta(seconds=HELD))
    numbers = [one.learner.cares.get().guardian.phone for one in seated]
    return coordinator, Course.objects.get(pk=course.pk), numbers


def call_off(coordinator: Any, course: Any, numbers: list[str], texts: Texts) -> float:
    """How long it takes until the last one knows."""
    from programs.services import cancel

    begun, before = time.monotonic(), len(texts.bodies)
    cancel(actor=coordinator, course=course, reason={"fa": "برف", "en": "Snow"})
    while time.monotonic() < begun + 3 * IN_TIME:
        told = {str(body["to"]) for body in texts.bodies[before:] if course.slug in str(body.get("text", ""))}
        if set(numbers) <= told:
            return time.monotonic() - begun
        time.sleep(0.2)
    return float("inf")


def judge(seconds: float, texts: Texts) -> list[bool]:
    """By the gateway's account and the database's."""
    from notifications.models import Delivery

    reminders = Delivery.objects.filter(notice__kind="programs/starts_tomorrow").exclude(channel="inbox")
    waiting = Delivery.objects.filter(notice__key="all", state=Delivery.State.QUEUED).count()
    print(f"D12 the last of {READERS} knew after {seconds:.1f} s, while {waiting} announcements waited")
    return [
        check("told in time", seconds <= IN_TIME, wanted=True),
        check("reminders sent", reminders.filter(state=Delivery.State.SENT).count(), 0),
        check("text messages doubled", len(texts.posts) - len(set(texts.posts)), 0),
    ]


def main() -> int:
    """Runs the drill."""
    options = arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learningcity.settings")
    with server(), listening() as (_mail, texts, ways):
        import django

        django.setup()
        coordinator, course, numbers = prepare(options.size)
        environment = os.environ | ways | {"REDIS_URL": "", "SMS_RATE": RATE}
        many = [worker(environment, "--lease", "60") for _ in range(2)]
        try:
            time.sleep(10)
            seconds = call_off(coordinator, course, numbers, texts)
            time.sleep(HELD)
            results = judge(seconds, texts)
        finally:
            for one in many:
                one.kill()
                one.wait()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
