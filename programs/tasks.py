"""When the workers look after courses: the clock's part of every queue, and what people are told in time."""

from celery import shared_task

from base import door
from members.services import seal_trail
from programs.services import (
    remind_of_tomorrow,
    remind_to_decide,
    sweep,
    tell_of_age,
    tell_of_clashes,
    tell_of_openings,
    work_imports,
)


@shared_task(name="sweep_places")
def sweep_places() -> None:
    """Every minute: offers lapse, queues move and end."""
    sweep()


@shared_task(name="watch_courses")
def watch_courses() -> None:
    """Every quarter of an hour: reminders, openings and clashes, each told once; the trail of a day that is over is sealed."""
    remind_of_tomorrow()
    tell_of_openings()
    tell_of_clashes()
    tell_of_age()
    remind_to_decide()
    seal_trail()


@shared_task(name="work_imports")
def work_imports_due() -> None:
    """Each second: what a partner's file that was handed in waits for; harmless to repeat and to run many times at once."""
    with door.through("worker"):
        while work_imports():
            continue
