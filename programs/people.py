"""People as staff find them: by number, address or name, and what one of them has to do with the portal."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Count, Q

from base import clock
from base.persian import fold
from members.forms import parse_contact
from members.models import Care, Learner, Member, Session
from members.rules import masked
from programs.models import Enrolment
from workgroups.models import Appointment
from workgroups.people import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_FOUND = 20
SHORTEST_NAME = 2
ARABIC_BLOCK = range(0x600, 0x700)


class Found(NamedTuple):
    """Somebody who was found; the contact is masked."""

    pk: int
    name: str
    contact: str


def kind_of(asked: str) -> str:
    """What was typed: `number`, `email`, `name`, or "" for nothing that could be either."""
    if _contact(asked):
        return "email" if "@" in asked else "number"
    return "name" if len(fold(asked).replace(" ", "")) >= SHORTEST_NAME else ""


def _contact(asked: str) -> str:
    try:
        return parse_contact(asked)
    except ValidationError:
        return ""


def find(asked: str) -> list[Found]:
    """Those whom a number, an address or words of a name in any spelling mean, twenty at most and one more where there are."""
    contact = _contact(asked)
    here = Member.objects.filter(erased_at__isnull=True)
    if contact:
        rows = here.filter(Q(phone=contact) | Q(email=contact))
    elif kind_of(asked):
        learners = Learner.objects.filter(erased_at__isnull=True)
        for word in fold(asked).split():
            learners = learners.filter(name__iregex=spellings(word))
        cares = Care.objects.open_on(clock.today()).filter(learner__in=learners)
        rows = here.filter(pk__in=cares.values("guardian"))
    else:
        return []
    return shown(rows.order_by("pk")[: MOST_FOUND + 1])


def shown(members: Iterable[Member]) -> list[Found]:
    """Members by their own names and masked contacts: three queries."""
    people = list(members)
    names = names_of(one.pk for one in people)
    return [Found(one.pk, names[one.pk], masked(one.contact)) for one in people]


@cache
def _written(letter: str) -> str:
    """The ways in which one folded letter may be written, as a part of a regular expression."""
    same = {chr(code) for code in ARABIC_BLOCK if fold(chr(code)) == letter} | {letter}
    return "[" + "".join(sorted(same)) + "]" if len(same) > 1 else re.escape(letter)


def spellings(word: str) -> str:
    """A regular expression that finds a folded word in a name however it is spelt, with half-spaces and vowel signs."""
    return "[\u0621\u200c\u064b-\u0652]*".join(_written(letter) for letter in word)


def person(member: Member) -> dict[str, Any]:
    """What a person's page shows: whom they care for, how many places, which roles, how many devices. Six queries."""
    today = clock.today()
    cares = list(Care.objects.open_on(today).filter(guardian=member).select_related("learner").order_by("pk"))
    places = Enrolment.objects.filter(learner__in=[one.learner_id for one in cares]).order_by()
    live = Count("pk", filter=Q(state__in=Enrolment.LIVE))
    roles = Appointment.objects.filter(member=member).prefetch_related(
        "workgroup__translations", "organisation__translations"
    )
    return {
        "person": member,
        "name": names_of([member.pk])[member.pk],
        "masked": masked(member.contact) if member.contact else "",
        "cares": [one for one in cares if one.learner.erased_at is None],
        "places": places.aggregate(all=Count("pk"), live=live),
        "roles": roles.order_by("-from_on", "-pk"),
        "devices": Session.objects.alive().filter(member=member).count(),
        "today": today,
    }
