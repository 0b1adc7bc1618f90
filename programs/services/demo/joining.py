"""What courses of the demo city ask, for whom they keep seats, and who shows that they belong to an organisation."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from members.models import District
from programs.demo.files import content
from programs.models import Enrolment, RollProof
from programs.services.answers import ask_for
from programs.services.demo.learning import coordinator_of
from programs.services.demo.rows import write
from programs.services.reserving import reserve_seats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from programs.models import Course


def keep(added: Mapping[str, Course], today: dt.date) -> None:
    """Keeps seats for the groups of some courses."""
    for slug, facts in content("joining")["reserves"].items():
        if slug in added:
            districts = District.objects.filter(slug__in=facts.get("districts", [])).order_by("pk")
            audience = {"districts": list(districts.values_list("pk", flat=True))} if districts else {}
            reserve_seats(
                actor=coordinator_of(added[slug]),
                course=added[slug],
                seats=facts["seats"],
                until_on=today + dt.timedelta(days=facts["days"]),
                group={"age_max": facts.get("age_max"), "audience": audience},
            )


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
