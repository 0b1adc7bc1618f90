"""When people of workgroups are reminded: of a meeting tomorrow, of decisions that are due or late."""

from celery import shared_task

from workgroups.services import remind_of_decisions, remind_of_meetings


@shared_task(name="watch_workgroups")
def watch_workgroups() -> None:
    """Every quarter of an hour; each thing is told once."""
    remind_of_meetings()
    remind_of_decisions()
