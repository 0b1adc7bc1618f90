"""The learning passport: every course of a learner, how long it was, in which areas, with its certificate."""

from __future__ import annotations

import hmac
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from members.models import Learner
from programs.listing import Listed, listed
from programs.models import ClassMeeting, Course, Enrolment
from records import codes
from records.attendance import SEATED
from records.models import Certificate, PassportLink

if TYPE_CHECKING:
    from collections.abc import Iterable

    from members.models import Member

NONCE, SECRET = 32, 64  # hexadecimal digits
State = Enrolment.State


@dataclass(frozen=True, slots=True)
class Entry:
    """One course in a passport."""

    course: Listed
    state: str
    minutes: int
    code: str

    @property
    def is_completed(self) -> bool:
        """Whether the learner completed it; it counts then."""
        return self.state == State.COMPLETED


@dataclass(slots=True)
class Passport:
    """What one learner learned, the latest first."""

    learner: Learner
    entries: list[Entry] = field(default_factory=list)

    @property
    def completed(self) -> list[Entry]:
        """What anybody with the link reads."""
        return [one for one in self.entries if one.is_completed]

    @property
    def minutes(self) -> int:
        """All that was completed."""
        return sum(one.minutes for one in self.completed)

    @property
    def areas(self) -> list[tuple[str, int]]:
        """Minutes by area, the longest first."""
        found: dict[str, int] = defaultdict(int)
        for one in self.completed:
            if one.course.area_name:
                found[one.course.area_name] += one.minutes
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def passports_of(learners: Iterable[Learner]) -> list[Passport]:
    """The passports of these learners in the page's language: five queries, however many courses there are."""
    found = {one.pk: Passport(one) for one in learners}
    places = list(Enrolment.objects.filter(learner__in=found, state__in=SEATED).order_by("-course__sort_on", "-pk"))
    ids = {one.course_id for one in places}
    courses = {row.pk: row for row in listed(Course.objects.filter(pk__in=ids), get_language() or "fa")}
    minutes = _minutes(ids)
    valid = Certificate.objects.valid().filter(enrolment__in=[one.pk for one in places])
    given = dict(valid.values_list("enrolment", "code"))
    for one in places:
        code = codes.spelt(given[one.pk]) if one.pk in given else ""
        entry = Entry(courses[one.course_id], one.state, minutes[one.course_id], code)
        found[one.learner_id].entries.append(entry)
    return list(found.values())


def _minutes(ids: set[int]) -> dict[int, int]:
    """How long the class meetings of each course were together."""
    found: dict[int, int] = defaultdict(int)
    held = ClassMeeting.objects.filter(course__in=ids).exclude(state=ClassMeeting.State.CANCELLED)
    for course, starts, ends in held.values_list("course", "starts_at", "ends_at"):
        found[course] += int((ends - starts).total_seconds()) // 60
    return found


def mine(member: Member) -> list[Learner]:
    """Those whose passports the member keeps, oneself first."""
    rows = Learner.objects.visible_to(member).distinct()
    own = set(rows.filter(cares__guardian=member, cares__relation="self").values_list("pk", flat=True))
    return sorted(rows, key=lambda one: (one.pk not in own, one.pk))


# The secret address: a random part that is stored, and a part that only this portal's key can make of it.


def _made(nonce: str, key: str) -> str:
    return salted_hmac("records.passport", nonce, secret=key, algorithm="sha256").hexdigest()[:NONCE]


def address(link: PassportLink) -> str:
    """Where anybody reads it."""
    secret = link.nonce + _made(link.nonce, settings.SECRET_KEY)
    return settings.SITE_URL + reverse("records:passport_shared", args=[secret])


def opened_by(secret: str) -> Learner | None:
    """Whose passport an address opens; None for a wrong one and one that was ended."""
    nonce, proof = secret[:NONCE], secret[NONCE:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if (
        len(secret) != SECRET
        or not secret.isascii()
        or not any(hmac.compare_digest(_made(nonce, key), proof) for key in keys)
    ):
        return None
    link = PassportLink.objects.open().filter(nonce=nonce).select_related("learner").first()
    return link.learner if link else None


def as_json(passport: Passport) -> dict[str, Any]:
    """A passport for programs."""
    return {
        "learner": passport.learner.pk,
        "name": passport.learner.name,
        "minutes": passport.minutes,
        "areas": [{"name": name, "minutes": minutes} for name, minutes in passport.areas],
        "courses": [
            {
                "id": one.course.pk,
                "title": one.course.title,
                "area": one.course.area_name or None,
                "starts_on": one.course.starts_on,
                "ends_on": one.course.ends_on,
                "state": one.state,
                "minutes": one.minutes,
                "certificate": one.code or None,
            }
            for one in passport.entries
        ],
    }
