"""Who may join the demo city's courses: districts, students by a code, one a season, people enough."""

from __future__ import annotations

import datetime as dt
from typing import Any

from base import clock
from members.models import District, digests
from programs.demo.files import content
from programs.models import Program, Roll
from programs.services.demo.rows import ids, line, write
from workgroups.models import Organisation, Workgroup


def load(today: dt.date) -> None:
    """Begins the list of the university's students, with a code that everybody who tries the demo city knows."""
    facts = content("joining")["roll"]
    roll, is_new = Roll.objects.get_or_create(
        workgroup_id=ids(Workgroup)[facts["workgroup"]],
        organisation_id=ids(Organisation)[facts["organisation"]],
        kind=facts["kind"],
        defaults={
            "until_on": today + dt.timedelta(days=facts["days"]),
            "code_digest": digests("roll-code", facts["code"])[0],
            "code_at": clock.now(),
        },
    )
    if is_new:
        write([line(roll, "open_roll", changes={"until_on": roll.until_on.isoformat(), "new": True})])


def joining_of(slug: str) -> dict[str, Any]:
    """The column of a program that says who may join any of its courses."""
    return {"once": True} if slug in content("joining")["once"] else {}


def rules_of(slug: str, today: dt.date) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the audience of a course has besides its rule, and its other columns."""
    rules = content("joining")["courses"].get(slug, {})
    who: dict[str, Any] = {}
    if "districts" in rules:
        who["districts"] = sorted(ids(District)[one] for one in rules["districts"])
    if "program" in rules:
        who["program"] = Program.objects.values_list("pk", flat=True).get(slug=rules["program"])
    if "roll" in rules:
        who["roll"] = Roll.objects.values_list("pk", flat=True).get(organisation__slug=rules["roll"])
    columns: dict[str, Any] = {"minimum": rules["minimum"]} if "minimum" in rules else {}
    if "decide_offset_days" in rules:
        columns["decide_on"] = today + dt.timedelta(days=rules["decide_offset_days"])
    return who, columns
