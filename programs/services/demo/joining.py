"""What a course of the demo city asks, and who of its people show that they belong to an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from programs.demo.files import content
from programs.models import Enrolment, RollProof
from programs.services.answers import ask_for
from programs.services.demo.learning import coordinator_of
from programs.services.demo.rows import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from programs.models import Course


def ask(added: Mapping[str, Course]) -> None:
    """Puts the questions of the course that has some, and shows that who sits among the students belongs there."""
    for slug, course in added.items():
        if course.audience.get("roll"):
            learners = Enrolment.objects.live().filter(course=course).values_list("learner", flat=True)
            write(RollProof(roll_id=course.audience["roll"], learner_id=pk) for pk in learners)
        facts = content("joining")["questions"]
        if slug == facts["course"]:
            asked = {"consent": facts["consent"], "items": facts["items"]}
            ask_for(actor=coordinator_of(course), course=course, version=0, **asked)
