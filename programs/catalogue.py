"""The catalogue: what was asked for, which courses answer it, and how many each filter would leave."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Case, F, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404

from base import clock
from base.calendar import WEEKDAYS
from base.persian import latin_digits
from base.prepared import prepared
from programs.models import Course
from programs.search import matching, meant, rank

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable
    from django.http import QueryDict

    from members.models import Member

DAYPARTS = ("morning", "afternoon", "evening")
SORTS = ("soonest", "newest", "relevance")
FLAGS = ("free", "seats", "online")
FACETS_LAST, FACETS_TAKE = 60, 30
MOST_RANKED = 1000  # of the words' answers, the soonest: as many as one can turn pages through
MOST_GUESSED = 2000
EVERYWHERE = Q()
_SLUG = re.compile(r"[-\w]{1,80}")


@dataclass(frozen=True)
class Filters:
    """What was asked for: several values of one filter are alternatives, different filters all hold."""

    q: str = ""
    area: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    weekday: tuple[str, ...] = ()
    daypart: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    free: bool = False
    seats: bool = False
    online: bool = False
    age: int | None = None
    past: bool = False
    sort: str = ""
    is_loose: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        """Takes what can be understood from an address and leaves the rest, so that an old link still works."""

        def words(name: str, allowed: tuple[str, ...] | None = None) -> tuple[str, ...]:
            found = dict.fromkeys(word for word in query.getlist(name) if _SLUG.fullmatch(word))
            return tuple(word for word in found if allowed is None or word in allowed)

        age = latin_digits(str(query.get("age", ""))).strip()
        return cls(
            q=str(query.get("q", "")).replace("\0", "").strip()[:200],
            area=words("area"),
            district=words("district"),
            weekday=words("weekday", WEEKDAYS),
            daypart=words("daypart", DAYPARTS),
            audience=words("audience"),
            language=words("language"),
            open=words("open", ("1", "soon")),
            **{name: query.get(name) == "1" for name in FLAGS},
            age=int(age) if re.fullmatch(r"\d{1,3}", age) else None,
            past=query.get("past") == "1",
            sort=str(query.get("sort", "")) if query.get("sort") in SORTS else "",
        )

    @property
    def words(self) -> Q:
        """The condition of the searched words; loosely, half of what they probably mean is enough."""
        if not self.is_loose:
            return matching(self.q)
        return meant(self.q).matching()

    @property
    def order(self) -> str:
        """The order asked for; a search without one is by relevance."""
        return self.sort or ("relevance" if self.q else "soonest")

    @property
    def is_ranked(self) -> bool:
        """Whether what says the words best comes first."""
        return self.order == "relevance" and bool(self.q)

    @property
    def groups(self) -> dict[str, Q]:
        """Each filter that the facets count, as a condition; an empty one leaves all."""
        now = clock.now()
        return {
            "area": Q(area__slug__in=self.area) if self.area else Q(),
            "district": Q(district__slug__in=self.district) if self.district else Q(),
            "weekday": _any_bit("weekdays", WEEKDAYS, self.weekday),
            "daypart": _any_bit("dayparts", DAYPARTS, self.daypart),
            "audience": reduce(or_, (Q(audience_words__contains=f" {word} ") for word in self.audience), Q()),
            "language": reduce(or_, (Q(languages__contains=f" {code} ") for code in self.language), Q()),
            "open": reduce(or_, (_window(name, now) for name in self.open), Q()),
            "free": Q(fee_max=0) if self.free else Q(),
            "seats": _has_seats() if self.seats else Q(),
            "online": Q(online=True) if self.online else Q(),
            "age": _for_age(self.age) if self.age is not None else Q(),
            "past": Q() if self.past else _not_over(),
        }

    @property
    def active(self) -> list[tuple[str, str]]:
        """Every filter in force as (name, value), in the order of the page."""
        found = [(name, value) for name in ("open",) for value in getattr(self, name)]
        found += [(name, "1") for name in FLAGS if getattr(self, name)]
        for name in ("area", "district", "weekday", "daypart", "audience", "language"):
            found += [(name, value) for value in getattr(self, name)]
        return (
            found + ([("age", str(self.age))] if self.age is not None else []) + ([("past", "1")] if self.past else [])
        )


def _any_bit(column: str, names: tuple[str, ...], chosen: tuple[str, ...]) -> Q:
    """Rows whose bit mask shares a bit with the chosen names; as a list of masks, which both databases read alike."""
    wanted = sum(1 << names.index(name) for name in chosen)
    return Q(**{f"{column}__in": [mask for mask in range(1 << len(names)) if mask & wanted]}) if wanted else Q()


def _window(name: str, now: dt.datetime) -> Q:
    if name == "soon":
        return Q(opens_at__gt=now, state=Course.State.PUBLISHED)
    unclosed = Q(closes_at__isnull=True) | Q(closes_at__gt=now)
    return unclosed & Q(
        opens_at__lte=now, state=Course.State.PUBLISHED, missing_since__isnull=True, drawn_at__isnull=True
    )


def _has_seats() -> Q:
    free = Q(capacity__isnull=True) | Q(capacity__gt=F("seats_taken") + F("seats_reserved"))
    return free & Q(mode=Course.Mode.PORTAL, state=Course.State.PUBLISHED)


def _for_age(age: int) -> Q:
    return (Q(age_min__isnull=True) | Q(age_min__lte=age)) & (Q(age_max__isnull=True) | Q(age_max__gte=age))


def _not_over() -> Q:
    today = clock.today()
    return (
        Q(ends_on__gte=today)
        | Q(ends_on__isnull=True, sort_on__gte=today)
        | Q(ends_on__isnull=True, starts_on__isnull=True)
    )


def public() -> QuerySet[Course]:
    """What the catalogue lists."""
    return Course.objects.public()


def course_for(member: Member | AnonymousUser, *, slug: str = "", pk: int = 0) -> Course:
    """The course of that slug or key as far as whoever asks may see it. What everybody sees is asked first: whose the others are
    costs three times as much.

    Raises:
        Http404: there is none for them.
    """
    by = {"slug": slug} if slug else {"pk": pk}
    found = _named(slug) if slug else _kept(pk)
    return found[0] if found else get_object_or_404(Course.objects.visible_to(member), **by)


@prepared
def _named(slug: str) -> QuerySet[Course]:
    return Course.objects.visible_to_all().filter(slug=slug)


@prepared
def _kept(pk: int) -> QuerySet[Course]:
    return Course.objects.visible_to_all().filter(pk=pk)


def find(filters: Filters, among: QuerySet[Course] | None = None) -> QuerySet[Course]:
    """The courses that were asked for, in order; the order ends in the key so that pages neither skip nor repeat.

    By relevance they are the thousand soonest at most, because a rank is read from long texts.
    """
    every = (public() if among is None else among).filter(*filters.groups.values())
    rows = every.filter(filters.words)
    if filters.order == "newest":
        return rows.order_by("-id")
    if filters.is_ranked:
        return (
            Course.objects.filter(_ranked(filters, every))
            .annotate(rank=_rank(filters))
            .order_by("rank", "sort_on", "id")
        )
    return rows.order_by("sort_on", "id")


def _ranked(filters: Filters, every: QuerySet[Course]) -> Q:
    """Those of the courses that get a rank. What words probably mean is often said by half of them: then any of these, and
    as many that say it in their titles, without sorting the others.
    """
    said = every.filter(filters.words)
    if not filters.is_loose:
        return Q(pk__in=said.order_by("sort_on", "id").values("pk")[:MOST_RANKED])
    titled = every.filter(meant(filters.q).in_titles())
    return Q(pk__in=said.values("pk")[:MOST_RANKED]) | Q(pk__in=titled.values("pk")[:MOST_RANKED])


def _rank(filters: Filters) -> Combinable:
    return -meant(filters.q).score() if filters.is_loose else rank(filters.q)


@dataclass(frozen=True)
class Facets:
    """How many courses answer and how many of them are yet to begin, how many each option would leave, and how many would
    answer without each filter.
    """

    total: int
    upcoming: int
    options: dict[str, dict[str, int]]
    without: dict[str, int]

    @property
    def is_fruitless(self) -> bool:
        """Whether nothing answers, not even without one of the filters."""
        return not self.total and not any(self.without.values())


_KEYS: dict[str, F | Case] = {
    "area": F("area__slug"),
    "district": F("district__slug"),
    "weekday": F("weekdays"),
    "daypart": F("dayparts"),
    "audience": F("audience_words"),
    "language": F("languages"),
    "free": Case(When(fee_max=0, then=1), default=0),
    "online": F("online"),
}


def count(filters: Filters, among: Q = EVERYWHERE) -> Facets:
    """Counts every facet in one statement over the rows that miss at most one filter. Kept for a minute where no words were
    searched, so that the whole catalogue is not counted at every visit; then one visit counts anew and the others still
    see what was counted before. Of what words probably mean it counts two thousand at most.
    """
    if filters.q:
        return _count(filters, among)
    key = _key_of(filters, among)
    kept: tuple[float, Facets] | None = cache.get(key)
    now = clock.now().timestamp()
    if kept is not None and (now - kept[0] < FACETS_LAST or not cache.add(f"{key}:busy", 1, FACETS_TAKE)):
        return kept[1]
    found = _count(filters, among)
    cache.set(key, (now, found), FACETS_LAST + FACETS_TAKE)
    cache.delete(f"{key}:busy")
    return found


def _key_of(filters: Filters, among: Q) -> str:
    """One name in every process for the same filters over the same rows on the same day."""
    asked = f"{clock.today()}|{replace(filters, sort='')}|{among}"
    return f"facets:{hashlib.sha256(asked.encode()).hexdigest()}"


def _count(filters: Filters, among: Q) -> Facets:
    now = clock.now()
    groups = {name: condition for name, condition in filters.groups.items() if name != "past"}
    keys = _KEYS | {
        "open": Case(When(_window("soon", now), then=2), When(_window("1", now), then=1), default=0),
        "seats": Case(When(_has_seats(), then=1), default=0),
    }
    missed = {name: _missed(condition) for name, condition in groups.items()}
    rows = public().filter(among, filters.words, filters.groups["past"]).order_by()
    rows = rows.annotate(**{f"m_{name}": value for name, value in missed.items()})
    if filters.is_loose or sum(map(bool, groups.values())) > 1:
        rows = rows.annotate(missed=reduce(add, (F(f"m_{name}") for name in missed))).filter(missed__lte=1)
    if filters.is_loose:
        rows = rows[:MOST_GUESSED]
    columns: dict[str, Any] = {f"k_{name}": Cast(key, TextField()) for name, key in keys.items()}
    columns["is_begun"] = _missed(Q(sort_on__gte=clock.today()))
    sql, params = rows.values(**columns, **{f"n_{name}": F(f"m_{name}") for name in missed}).query.sql_with_params()
    return _sum(_facet_sql(sql, list(keys), list(missed)), params)


def _missed(condition: Q) -> Case | Value:
    """0 where a row answers the filter, else 1."""
    return Case(When(condition, then=0), default=1, output_field=IntegerField()) if condition else Value(0)


def _facet_sql(sql: str, keys: list[str], groups: list[str]) -> str:
    """One statement that counts all groups over one materialised list of rows; runs on PostgreSQL and SQLite alike."""
    every = " + ".join(f"n_{name}" for name in groups)
    parts = [
        f"SELECT 'total' AS g, '' AS k, COUNT(*) AS n FROM found WHERE {every} = 0",  # noqa: S608 - our own names
        f"SELECT 'upcoming', '', COUNT(*) FROM found WHERE {every} = 0 AND is_begun = 0",  # noqa: S608 - our own names
    ]
    parts += [f"SELECT 'without', '{name}', COUNT(*) FROM found WHERE {every} - n_{name} = 0" for name in groups]  # noqa: S608
    parts += [
        f"SELECT '{name}', k_{name}, COUNT(*) FROM found WHERE {every} - n_{name} = 0 GROUP BY k_{name}"  # noqa: S608
        for name in keys
    ]
    return f"WITH found AS MATERIALIZED ({sql}) " + " UNION ALL ".join(parts)


def _sum(sql: str, params: tuple[Any, ...]) -> Facets:
    options: dict[str, dict[str, int]] = {}
    without: dict[str, int] = {}
    sums = {"total": 0, "upcoming": 0}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for group, key, n in cursor.fetchall():
            if group in sums:
                sums[group] = n
            elif group == "without":
                without[key] = n
            else:
                for name in _names(group, key):
                    options.setdefault(group, {})[name] = options.get(group, {}).get(name, 0) + n
    return Facets(**sums, options=options, without=without)


def _names(group: str, key: str | None) -> list[str]:
    """The options that a counted key speaks for: a mask or a list of words speaks for several."""
    key = key or ""
    if group in {"weekday", "daypart"}:
        names = WEEKDAYS if group == "weekday" else DAYPARTS
        return [name for bit, name in enumerate(names) if int(key or 0) >> bit & 1]
    if group in {"audience", "language"}:
        return key.split()
    if group == "open":
        return {"1": ["1"], "2": ["soon"]}.get(key, [])
    if group in FLAGS:
        return ["1"] if key in {"1", "true"} else []
    return [key] if key else []
