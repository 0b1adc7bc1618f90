"""What the demo city's people follow."""

from __future__ import annotations

import random

from programs.models import Follow
from programs.services.demo.people import crowd
from programs.services.demo.rows import ids, write
from workgroups.models import LiteracyArea, Workgroup

OF_AN_AREA, OF_A_WORKGROUP = 0.12, 0.05  # of all members


def load() -> None:
    """Writes it once; areas have more followers than workgroups."""
    if Follow.objects.exists():
        return
    chance = random.Random(4)  # noqa: S311 # nosec B311 - sample people, no secrets
    members = sorted({member.pk for _learner, member in crowd()})
    areas, groups = sorted(ids(LiteracyArea).values()), sorted(ids(Workgroup).values())
    write(Follow(member_id=one, area_id=area) for area in areas for one in _some(chance, members, OF_AN_AREA))
    write(
        Follow(member_id=one, workgroup_id=group) for group in groups for one in _some(chance, members, OF_A_WORKGROUP)
    )


def _some(chance: random.Random, members: list[int], share: float) -> list[int]:
    return chance.sample(members, int(len(members) * share))
