"""A query that is written once answers as one that is built each time."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections
from django.db.models import Count, Exists, OuterRef, Q
from django.test.utils import CaptureQueriesContext

from base.prepared import LARGEST, LONGEST, prepared
from members.models import Care, Learner, Member

if TYPE_CHECKING:
    from django.db.models import QuerySet

pytestmark = pytest.mark.django_db
YEAR = {"born_from": dt.date(1990, 1, 1), "born_until": dt.date(1990, 12, 31)}
DAY = dt.date(2026, 11, 24)


def people(count: int) -> list[Member]:
    """So many, each caring for one learner from a day of their own."""
    members = [Member.objects.create(email=f"p{number}@example.org") for number in range(count)]
    for number, member in enumerate(members):
        learner = Learner.objects.create(name=f"learner {number}", **YEAR)
        care = Care(guardian=member, learner=learner, relation=Care.Relation.CHILD)
        care.from_on = DAY + dt.timedelta(days=number)
        care.save()
    return members


def care_of(members: list[int], day: dt.date, relation: str) -> QuerySet[Care]:
    """With a condition of each kind: a list, an order, a choice, a constant, a related row."""
    rows = Care.objects.open_on(day).filter(
        guardian__pk__in=members, relation=relation, learner__erased_at__isnull=True
    )
    return rows.select_related("learner").order_by("-pk")


def test_rows_are_those_of_the_plain_query_whatever_the_values_and_their_number() -> None:
    ask, members = prepared(care_of), people(4)
    keys = [one.pk for one in members]
    for some in (keys[:1], keys[1:2], keys[:3], keys, keys[2:], []):
        for late in range(5):
            given: tuple[Any, ...] = (some, DAY + dt.timedelta(days=late), "child")
            assert ask(*given) == list(care_of(*given)), given
    assert ask(keys, DAY, "self") == []
    assert len(ask(keys, DAY + dt.timedelta(days=9), "child")) == 4


def test_it_is_built_once_for_each_length_and_asks_once() -> None:
    built: list[int] = []

    @prepared
    def named(members: list[int]) -> QuerySet[Member]:
        built.append(len(members))
        return Member.objects.filter(pk__in=members)

    keys = [one.pk for one in people(3)]
    for some in (keys[:2], keys[1:], keys[:1], keys[2:]):
        with CaptureQueriesContext(connection) as captured:
            assert {one.pk for one in named(some)} == set(some)
        assert len(captured) == 1
    assert built == [2, 1]


def test_two_lists_are_told_apart_whatever_their_order() -> None:
    @prepared
    def among(some: list[int], others: list[int]) -> QuerySet[Member, int]:
        return Member.objects.filter(pk__in=some).exclude(pk__in=others).order_by("pk").values_list("pk", flat=True)

    one, two, three = (member.pk for member in people(3))
    assert among([one, two], [two]) == [one]
    assert among(others=[two, three], some=[one]) == [one]
    assert among(others=[two], some=[two, three]) == [three]
    assert among(some=[three], others=[]) == [three]


def test_a_list_longer_than_most_is_asked_for_as_ever() -> None:
    @prepared
    def here(members: list[int]) -> QuerySet[Member, int]:
        return Member.objects.filter(pk__in=members).values_list("pk", flat=True)

    (member,) = people(1)
    assert here([*range(-LONGEST, 0), member.pk]) == [member.pk]


def test_a_number_that_no_column_holds_finds_nothing() -> None:
    @prepared
    def one(pk: int) -> QuerySet[Member]:
        return Member.objects.filter(pk=pk)

    (member,) = people(1)
    assert (one(member.pk), one(LARGEST), one(LARGEST + 1), one(-(10**30))) == ([member], [], [], [])


def test_values_of_named_columns_annotations_and_related_rows_come_as_the_orm_gives_them() -> None:
    @prepared
    def counted(email: str, day: dt.date) -> QuerySet[Member, Any]:
        begun = Count("cares", filter=Q(cares__from_on__lte=day))
        child = Exists(Care.objects.filter(guardian=OuterRef("pk"), relation="child"))
        return (
            Member.objects.filter(email=email).annotate(begun=begun, has_child=child).values("pk", "begun", "has_child")
        )

    first, second = people(2)
    assert counted("p0@example.org", DAY) == [{"pk": first.pk, "begun": 1, "has_child": True}]
    assert counted(email="p1@example.org", day=DAY) == [{"pk": second.pk, "begun": 0, "has_child": True}]
    care = prepared(care_of)([first.pk], DAY, "child")[0]
    with CaptureQueriesContext(connection) as captured:
        assert (care.learner.name, care.learner.born_from, care.from_on) == ("learner 0", YEAR["born_from"], DAY)
    assert len(captured) == 0


def test_a_day_of_its_own_would_stay_for_ever_and_is_refused() -> None:
    @prepared
    def today(member: int) -> QuerySet[Care]:
        return Care.objects.open_on(DAY).filter(guardian=member)

    with pytest.raises(TypeError, match="an instant of its own"):
        today(1)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection() -> None:
    @prepared
    def backend(member: int) -> QuerySet[Member]:
        return Member.objects.filter(pk=member)

    (member,) = people(1)
    assert backend(member.pk) == [member]

    def elsewhere() -> tuple[list[Member], int]:
        try:
            with CaptureQueriesContext(connection) as captured:
                return backend(member.pk), len(captured)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(elsewhere).result() == ([member], 1)
