"""Names that lists share are kept for a minute, and a row that is newer than that is found all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from programs.names import names
from tests.programs import world

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forget() -> None:
    cache.clear()


def test_one_query_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    group = world.workgroup()
    with django_assert_num_queries(1):
        assert names("fa")["workgroup"][group.pk].name == "کارگروه"
        assert names("fa")["workgroup"][group.pk].slug == group.slug


def test_a_language_without_a_name_shows_another() -> None:
    group = world.workgroup()
    assert names("en")["workgroup"][group.pk].name == "کارگروه"


def test_a_course_of_a_new_workgroup_is_shown_at_once(client: Client) -> None:
    assert client.get(f"/fa/courses/{world.course().slug}/").status_code == 200
    assert client.get(f"/fa/courses/{world.course().slug}/").status_code == 200
