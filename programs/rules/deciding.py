"""When it may be decided whether a course with a minimum takes place, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from base import clock
from base.refusal import Refusal
from programs.models import Course
from programs.rules.places import why_not_cancel

if TYPE_CHECKING:
    import datetime as dt

    from programs.models.standing import Standing


def why_not_decide(course: Standing) -> Refusal | None:
    """Whether there is nothing to decide: it needs no number of people, was called off, is over or not yet public."""
    if course.minimum is None:
        return Refusal("no_minimum", _("This course takes place with however many people"))
    if course.state == Course.State.DRAFT:
        return Refusal("closed", _("First publish the course"))
    return why_not_cancel(course)


def why_not_wait(course: Standing, day: dt.date) -> Refusal | None:
    """Whether the decision cannot be put off to that day."""
    if course.decided_at is not None:
        return Refusal("decided", _("It is decided already: the course takes place"))
    if day <= clock.today() or (course.starts_on is not None and day >= course.starts_on):
        return Refusal("decide_day", _("Choose a day that is to come and lies before the first class"))
    return None
