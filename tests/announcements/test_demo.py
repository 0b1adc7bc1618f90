"""The demo city's announcements: in every state, loaded once, alive on later days."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from announcements.models import Announcement
from announcements.services.demo import load_demo
from base import clock
from programs.services.demo import city
from tests import builders
from tests.announcements.writing import staff, told_all
from workgroups.models import Appointment

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def _somebody() -> None:
    """Two of staff, and the districts and areas that the files name."""
    staff()
    staff()
    with translation.override("fa"):
        city.load()


def test_it_has_every_kind_and_state_and_adds_nothing_again() -> None:
    assert load_demo() > 15
    assert load_demo() == 0
    assert set(Announcement.objects.values_list("kind", flat=True)) == set(Announcement.Kind.values)
    states = set(Announcement.objects.values_list("state", flat=True))
    assert states >= {"review", "scheduled", "published"}
    assert all(row.has_translation("fa") and row.has_translation("en") for row in Announcement.objects.all())


def test_what_is_new_is_told_and_what_is_old_is_not() -> None:
    builders.make_member()
    load_demo()
    assert told_all() > 0
    assert Announcement.objects.filter(notice=None, state="published").exists()


def test_later_it_moves_by_whole_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    load_demo()
    now = clock.now()
    before = dict(Announcement.objects.filter(state="published").values_list("pk", "published_at"))
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=16))
    load_demo()
    after = dict(Announcement.objects.filter(pk__in=before).values_list("pk", "published_at"))
    assert {after[pk] - at for pk, at in before.items() if at} == {2 * WEEK}


def test_a_city_without_two_of_staff_gets_none() -> None:
    Announcement.objects.all().delete()
    Appointment.objects.all().delete()
    assert load_demo() == 0
