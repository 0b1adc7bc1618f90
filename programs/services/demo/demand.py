"""What the demo city's people wish for, looked for in vain, and asked organisers."""

from __future__ import annotations

import datetime as dt
import random

from base import clock
from base.persian import fold
from members.models import District
from programs.demo.files import content, rows
from programs.models import Course, Program, Question, Support, VainSearch, Wish
from programs.search import gist
from programs.services.demo.learning import coordinator_of
from programs.services.demo.people import crowd, person_called
from programs.services.demo.rows import ids, line, write
from programs.services.questions import ask, reply
from workgroups.models import LiteracyArea

KEPT_ALIVE = dt.timedelta(days=60)
SEARCHED_ON = (1, 3, 8, 15)  # days ago
FRUITLESS = "fruitless"
NEAR = 0.7  # of those who share a wish, who live in its district


def load(today: dt.date) -> None:
    """Writes what is missing; searches in vain again when the last ones are two months old."""
    _load_wishes(today)
    _load_searches(today)
    _load_questions()


def _load_wishes(today: dt.date) -> None:
    known = set(Wish.objects.values_list("key", flat=True))
    entries = [one for one in rows("wishes") if gist(one["text"][one["language"]]) not in known]
    areas, programs = ids(LiteracyArea), ids(Program)
    wishes = []
    for one in entries:
        made_at = clock.at(today + dt.timedelta(days=one["offset_days"]), dt.time(18))
        text, program = one["text"][one["language"]], programs.get(one["answered_by"])
        wish = Wish(text=text, language=one["language"], key=gist(text), area_id=areas[one["area"]], made_at=made_at)
        if program:
            wish.state, wish.program_id = Wish.State.ANSWERED, program
            wish.answered_at = made_at + dt.timedelta(days=3)
        wishes.append(wish)
    write(line(wish, "wish", at=wish.made_at) for wish in write(wishes))
    for wish, one in zip(wishes, entries, strict=True):
        _share(wish, one["supporters"], one["district"])


def _share(wish: Wish, count: int, near: str) -> None:
    chance = random.Random(wish.key)  # noqa: S311 # nosec B311 - sample people, no secrets
    districts = ids(District)
    members = sorted({member.pk for _learner, member in crowd()})
    write(
        Support(
            wish=wish,
            member_id=member,
            district_id=districts[near] if chance.random() < NEAR else chance.choice(list(districts.values())),
            at=wish.made_at,
        )
        for member in chance.sample(members, count)
    )


def _load_searches(today: dt.date) -> None:
    """What the file's people look for in vain, some of it in a district, on several days."""
    if VainSearch.objects.filter(on__gt=today - KEPT_ALIVE).exists():
        return
    chance = random.Random(2)  # noqa: S311 # nosec B311 - sample figures, no secrets
    queries = [one["query"] for one in content("searches")["rows"] if one["kind"] == FRUITLESS]
    write(
        VainSearch(
            key=fold(query),
            on=today - dt.timedelta(days=ago),
            district_slug=chance.choice(["", "", "district-4", "district-8"]),
            times=chance.randint(4, 19),
        )
        for query in queries
        for ago in SEARCHED_ON
    )


def _load_questions() -> None:
    for one in rows("questions"):
        member, course = person_called(one["person"]), Course.objects.get(slug=one["course"])
        if Question.objects.filter(member=member, course=course, text=one["text"]).exists():
            continue
        question = ask(actor=member, course=course, text=one["text"])
        if one["answer"]:
            reply(actor=coordinator_of(course), question=question, text=one["answer"])
