"""The cast of a load test."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from base import clock
from members.models import ApiToken, Learner, Member
from members.services import token_digests
from programs import services
from programs.invariants import broken
from programs.models import Course, Enrolment
from programs.services.crowd import DAYS_AHEAD
from tests.programs import world

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
LIVE = "--yes-on-production-data-too"


def crowd(count: int, course: Course, tokens: Path, *options: str, seats: int = 3) -> str:
    out = io.StringIO()
    call_command(
        "crowd",
        str(count),
        "--course",
        course.slug,
        "--seats",
        str(seats),
        "--tokens",
        str(tokens),
        *options,
        stdout=out,
    )
    course.refresh_from_db()
    return out.getvalue()


def full_course() -> Course:
    """A course for women that starts tomorrow, with two seated, one offered a seat and one waiting."""
    course = world.course(capacity=3, meets=clock.now() + dt.timedelta(days=2))
    places = []
    for _ in range(5):
        member, learner = world.person(gender="female")
        course.refresh_from_db()
        places.append(services.enrol(actor=member, course=course, learner=learner)[0])
    services.withdraw(actor=places[0].asked_by, enrolment=places[0])
    Course.objects.filter(pk=course.pk).update(audience={"rule": "women_only"}, age_min=60, opens_at=None)
    return course


def test_the_course_is_emptied_and_opened_for_everybody(tmp_path: Path) -> None:
    course = full_course()
    crowd(2, course, tmp_path / "tokens", LIVE, "--waiting", "7")
    assert not Enrolment.objects.live().exists()
    assert (course.capacity, course.waiting_size, course.seats_taken, course.waiting) == (3, 7, 0, 0)
    assert (course.audience, course.age_min, course.selection, course.mode) == ({}, None, "first_come", "portal")
    assert course.is_window_open(clock.now())
    assert course.starts_on >= clock.today() + dt.timedelta(days=DAYS_AHEAD)
    assert course.moves_until > clock.now()
    assert list(broken()) == []


def test_its_members_are_ready_and_their_tokens_open(tmp_path: Path) -> None:
    course = world.course(capacity=1)
    crowd(1005, course, tmp_path / "tokens", LIVE)
    tokens = (tmp_path / "tokens").read_text().split()
    assert len(set(tokens)) == 1005
    assert (tmp_path / "tokens").stat().st_mode & 0o077 == 0
    token = ApiToken.objects.get(digest=token_digests(tokens[1004])[0])
    learner = Learner.objects.visible_to(token.member).get()
    assert (token.scope, learner.needs_profile, course.waiting_size) == ("me", False, None)
    assert services.enrol(actor=token.member, course=course, learner=learner)[0].state == "seated"


def test_again_it_makes_new_members(tmp_path: Path) -> None:
    course = world.course()
    crowd(3, course, tmp_path / "tokens", LIVE)
    first = (tmp_path / "tokens").read_text()
    crowd(3, course, tmp_path / "tokens", LIVE, seats=5)
    assert (tmp_path / "tokens").read_text() != first
    assert (Member.objects.filter(email__startswith="crowd-").count(), course.capacity) == (6, 5)


def test_it_refuses_where_debug_is_off(tmp_path: Path) -> None:
    course = world.course(capacity=9)
    with pytest.raises(CommandError):
        crowd(3, course, tmp_path / "tokens")
    assert (course.capacity, ApiToken.objects.count(), (tmp_path / "tokens").exists()) == (9, 0, False)


def test_recorded_outcomes_are_not_taken_back(tmp_path: Path) -> None:
    course = world.course(capacity=9)
    member, learner = world.person()
    place, _ = services.enrol(actor=member, course=course, learner=learner)
    services.conclude(actor=world.coordinator(course), enrolment=place, completed=True)
    with pytest.raises(CommandError):
        crowd(3, course, tmp_path / "tokens", LIVE)
    assert Course.objects.get(pk=course.pk).capacity == 9


def test_an_unknown_course_is_named(tmp_path: Path) -> None:
    course = world.course()
    course.slug = "nowhere"
    with pytest.raises(CommandError, match="nowhere"):
        call_command("crowd", "1", "--course", "nowhere", "--seats", "1", "--tokens", str(tmp_path / "t"), LIVE)
