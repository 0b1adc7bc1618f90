"""What a larger catalogue may cost: no more queries, and on PostgreSQL no reading of whole tables."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from base import clock
from benchmarks.city import City
from benchmarks.importing import table
from benchmarks.searching import pairs
from programs import catalogue, names
from programs.catalogue import Filters, count, find, public
from programs.imports import PROFILES, read
from programs.listing import rows_of
from programs.services.importing import import_courses
from tests.programs.town import Town

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.test import Client

pytestmark = pytest.mark.django_db
ENOUGH = 5000  # so many courses that the planner prefers an index by itself


def queries(work: Callable[[], object]) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


ADDRESSES = [
    "/fa/",
    "/fa/courses/",
    "/en/courses/?q=photography",
    "/fa/courses/?open=1&sort=newest",
    "/fa/areas/{area}/",
    "/fa/venues/{venue}/",
    "/fa/workgroups/{workgroup}/",
    "/fa/programs/{program}/",
    "/api/v1/courses/",
    "/api/v1/courses/?q=photography",
    "/api/v1/programs/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_list_of_thirty_costs_no_more_queries_than_one_of_one(client: Client, address: str) -> None:
    town = Town()
    slugs = {name: getattr(town, name).slug for name in ("area", "venue", "workgroup", "program")}
    town.course()
    few = queries(lambda: client.get(address.format(**slugs)))
    town.courses(15)
    for _ in range(14):
        town.course()
    assert queries(lambda: client.get(address.format(**slugs))) <= few


@pytest.mark.parametrize("address", ["/fa/", "/fa/courses/", "/fa/courses/?q=رسانه", "/api/v1/courses/"])
def test_a_larger_catalogue_costs_no_more_queries(client: Client, address: str) -> None:
    city = City()
    city.grow(40)
    few = queries(lambda: client.get(address))
    city.grow(400)
    assert queries(lambda: client.get(address)) <= few


@pytest.mark.postgresql  # SQLite takes few values in one statement
def test_an_import_of_one_batch_costs_the_same_queries_whatever_its_rows() -> None:
    town, other = Town(), Town()

    def take_in(place: Town, rows: int) -> int:
        rows_read = read(table(rows), PROFILES["mft"])
        return queries(lambda: import_courses(workgroup=place.workgroup, catalogue=rows_read))

    assert take_in(town, 30) == take_in(other, 300)


def test_by_relevance_the_soonest_of_many_answers_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    courses = town.courses(5)
    monkeypatch.setattr(catalogue, "MOST_RANKED", 3)
    filters = Filters.read(QueryDict("q=عکاسی"))
    assert [course.pk for course in find(filters)] == [course.pk for course in courses[:3]]
    assert count(filters).total == 5


def test_of_many_that_may_be_meant_those_with_it_in_the_title_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    plain = [town.course(program=town.new_program("نقاشی", None)) for _ in range(4)]
    meant = town.course(program=town.new_program("قاب عکس", None))
    monkeypatch.setattr(catalogue, "MOST_RANKED", 1)
    monkeypatch.setattr(catalogue, "MOST_GUESSED", 2)
    filters = replace(Filters.read(QueryDict("q=قاب")), is_loose=True)  # "قاب" stands in every summary
    found = list(find(filters))
    assert found[0] == meant
    assert len(found) <= 2 < len(plain)
    assert count(filters).total == 2


def test_facets_are_counted_anew_by_one_visit_while_the_others_see_the_former_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town()
    town.course()
    assert count(Filters()).total == 1
    town.course()
    assert count(Filters()).total == 1
    later = clock.now() + dt.timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    with monkeypatch.context() as busy:
        busy.setattr(cache, "add", lambda *_args, **_kwargs: False)
        assert count(Filters()).total == 1
    assert count(Filters()).total == 2


def test_facets_of_a_place_are_kept_apart_from_those_of_the_city() -> None:
    town, other = Town(), Town()
    for place in (town, town, other):
        place.course()
    assert count(Filters()).total == 3
    assert count(Filters(), Q(venue=town.venue.pk)).total == 2
    assert count(Filters(), Q(venue=other.venue.pk)).total == 1


def test_names_read_by_another_process_are_taken_over(django_assert_num_queries: Any) -> None:
    town = Town()
    known = names.names("fa")
    names._held.clear()  # noqa: SLF001 - as another process begins
    with django_assert_num_queries(0):
        assert names.names("fa") == known
    cache.clear()
    town.venue.delete()
    assert town.venue.pk not in names.names("fa")["venue"]


def read_whole(rows: QuerySet[Any, Any]) -> set[str]:
    """The tables that PostgreSQL would read from end to end."""
    return set(re.findall(r"Seq Scan on (\w+)", rows.explain()))


def asked(query: str) -> QuerySet[Any, Any]:
    """The first page that answers those words."""
    return rows_of(find(Filters.read(QueryDict(query))), "fa", slice(20))


LARGE = {"programs_course", "programs_course_translation"}


@pytest.mark.postgresql
def test_neither_the_first_page_nor_a_search_reads_all_courses() -> None:
    City().grow(ENOUGH)
    with connection.cursor() as cursor:
        for index in ("course_search_text", "course_search_joined"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])  # as autovacuum does after a while
        cursor.execute("ANALYZE")
    everything = rows_of(public().order_by("version"), "fa")
    assert "programs_course" in read_whole(everything)  # what the others must not do can be seen
    two = " ".join(pairs()[0])
    for query in ("", "sort=newest", f"q={two}", f"q={two}&sort=soonest", "q=شنا", "q=photography"):
        assert read_whole(asked(query)) & LARGE == set(), asked(query).explain()
    assert "course_soonest" in asked("").explain()
    assert "course_search_text" in asked(f"q={two}").explain()
