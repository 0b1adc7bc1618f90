"""Who takes part: a member who is signed in, a crowd with tokens, and the courses that are asked for."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.test import Client

from base import clock
from members.models import Learner, Member
from members.services import token_digests
from programs.models import Course
from programs.services.crowd import make_crowd, make_ready

if TYPE_CHECKING:
    import datetime as dt

_prefixes = itertools.count(1)
PLENTY = 1_000_000


def forget() -> None:
    """Leaves behind everything that was kept so far."""
    caches["default"].key_prefix = f"{settings.CACHES['default']['KEY_PREFIX']}-{next(_prefixes)}"


class Cast:
    """Made once a city, and still right when it has grown."""

    def __init__(self) -> None:
        coming = Course.objects.filter(sort_on__gte=clock.today()).order_by("pk")
        self.course, self.hot, self.closed, self.full, self.young = coming.select_related("area", "venue")[:5]
        self.hot = make_ready(course=self.hot, seats=PLENTY, waiting=None)
        make_ready(course=self.closed, seats=PLENTY, waiting=None)
        Course.objects.filter(pk=self.closed.pk).update(closes_at=clock.now())
        make_ready(course=self.full, seats=0, waiting=0)
        make_ready(course=self.young, seats=PLENTY, waiting=None)
        Course.objects.filter(pk=self.young.pk).update(age_min=90)
        self.pair = self.pairs(list(make_crowd(1)))
        client = Client()
        client.force_login(self.pair[0][0])
        self.cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}

    @staticmethod
    def pairs(tokens: list[str]) -> list[tuple[Member, Learner]]:
        """Members and the learners that they are."""
        digests = [token_digests(token)[0] for token in tokens]
        members = list(Member.objects.filter(tokens__digest__in=digests).order_by("pk"))
        learners = dict(Learner.objects.filter(cares__guardian__in=members).values_list("cares__guardian", "pk"))
        return [(one, Learner.objects.get(pk=learners[one.pk])) for one in members]

    @property
    def place_slugs(self) -> dict[str, str]:
        """Slugs of the area and the venue of the course."""
        return {"area": self.course.area.slug, "venue": self.course.venue.slug}

    @property
    def half_way(self) -> tuple[dt.date, int]:
        """First day and key of the course in the middle of the catalogue."""
        rows = Course.objects.filter(state="published", ends_on__gte=clock.today()).order_by("sort_on", "id")
        found: tuple[dt.date, int] = rows.values_list("sort_on", "id")[rows.count() // 2]
        return found
