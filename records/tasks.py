"""When the workers ask what people thought."""

from celery import shared_task

from base import door
from records.services import ask_for_feedback


@shared_task(name="ask_for_feedback")
def ask_feedback_due() -> None:
    """Every quarter of an hour; each learner of a course is asked once."""
    with door.through("worker"):
        ask_for_feedback()
