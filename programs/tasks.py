"""When the workers look after courses: the clock's part of every queue, and what people are told in time."""

from celery import shared_task

from programs.services import remind_of_tomorrow, sweep, tell_of_clashes


@shared_task(name="sweep_places")
def sweep_places() -> None:
    """Every minute: offers lapse, queues move and end."""
    sweep()


@shared_task(name="watch_courses")
def watch_courses() -> None:
    """Every quarter of an hour: reminders and clashes, each told once."""
    remind_of_tomorrow()
    tell_of_clashes()
