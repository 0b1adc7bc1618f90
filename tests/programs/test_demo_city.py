"""The demo city: sample content that is alive on whatever day it is loaded."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import transaction
from django.utils import translation

from base import clock, door
from members.models import Learner, Member
from notifications.models import Delivery
from programs import services
from programs.checklist import course_steps, program_steps
from programs.demo.files import courses, rows
from programs.invariants import broken
from programs.models import Course, Enrolment, Follow, Import, Program, Roll
from programs.rules import Places
from programs.rules.joining import why_not_belonging, why_not_local, why_not_prepared
from programs.services.demo import load
from programs.services.demo.people import learners_of
from programs.services.indexing import COLUMNS, index
from programs.translating import waiting
from programs.workspace import waiting_for
from tests.programs.demo import misshown, set_clock
from workgroups.models import Appointment, LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

LOADED_ON = dt.datetime(2026, 11, 23, 11, 30, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo city as it is loaded on a Monday in November; loaded once for this module."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        set_clock(patch, LOADED_ON)
        load()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def _that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, LOADED_ON)


loaded = pytest.mark.usefixtures("city", "db", "_that_day")


def figures() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}  # noqa: SLF001


@loaded
def test_all_of_it_is_written() -> None:
    models = (LiteracyArea, Organisation, Venue, Workgroup, Program)
    assert [model.objects.count() for model in models] == [11, 18, 22, 8, 46]
    published = Course.objects.exclude(state=Course.State.DRAFT)
    assert set(published.values_list("slug", flat=True)) == set(courses())
    assert Member.objects.filter(email__in=[person["email"] for person in rows("people")]).count() == 24
    assert Counter(Appointment.objects.values_list("role", flat=True)) == {"staff": 3, "coordinator": 8, "member": 4}


@loaded
@pytest.mark.parametrize("model", [LiteracyArea, Organisation, Venue, Workgroup, Program, Course])
def test_everything_is_there_in_both_languages(model: Any) -> None:
    translation = model._parler_meta.root_model  # noqa: SLF001
    fields = [name for name in ("name", "title", "summary", "note", "instructors") if hasattr(translation, name)]
    shown = model.objects.visible_to(AnonymousUser()) if model in (Program, Course) else model.objects.all()
    for row in shown.prefetch_related("translations"):
        told = {text.language_code: text for text in row.translations.all()}
        assert sorted(told) == ["en", "fa"]
        for name in fields:
            assert (model, name) == (Course, "title") or all(getattr(text, name) for text in told.values())


@loaded
def test_every_course_shows_what_it_is_meant_to() -> None:
    assert misshown() == {}


@loaded
def test_every_invariant_holds() -> None:
    assert list(broken()) == []


@loaded
def test_seats_and_queues_are_as_the_files_say() -> None:
    for course in Course.objects.filter(slug__in=courses()).exclude(state=Course.State.CANCELLED):
        demo = courses()[course.slug]["demo"]
        assert (course.slug, course.seats_taken, course.waiting) == (course.slug, demo["seated"], demo["waiting"])
        applied = course.enrolments.filter(state=Enrolment.State.APPLIED).count()
        assert (course.slug, applied) == (course.slug, demo.get("applied", 0))


@loaded
def test_people_with_a_story_have_the_places_of_their_story() -> None:
    for person in rows("people"):
        for story in person["enrolments"]:
            if story["course"] not in courses():
                continue
            learner, member = learners_of(person["slug"])[story["learner"]]
            place = Enrolment.objects.get(course__slug=story["course"], learner=learner)
            assert (place.state, place.asked_by) == (story["state"], member)
            if place.state == Enrolment.State.WAITING:
                assert services.enrolling.position(place) == story["position"]


@loaded
def test_a_person_with_a_name_has_an_open_offer_and_was_told() -> None:
    offered = Enrolment.objects.get(state=Enrolment.State.OFFERED)
    assert offered.offer.expires_at > clock.now()
    member = Member.objects.get(email="batoul.shirindast@example.org")
    assert Delivery.objects.filter(member=member, notice__kind="programs/offered").exists()


@loaded
def test_nobody_sits_where_they_do_not_belong() -> None:
    for place in Enrolment.objects.select_related("course", "learner"):
        course, learner = place.course, place.learner
        assert learner.could_be_aged(course.age_min, course.age_max, course.starts_on)
        places = Places.of(learner)
        assert why_not_local(course, learner) is None
        assert why_not_belonging(course, learner) is None
        assert why_not_prepared(course, places) is None
        if "rule" in course.audience:
            assert learner.gender == {"w": "female", "g": "female", "b": "male"}[course.audience["rule"][0]]


@loaded
def test_some_courses_are_not_for_everybody_or_need_people() -> None:
    shown = Course.objects.filter(state=Course.State.PUBLISHED)
    assert shown.filter(audience__has_key="districts", seats_taken__gt=0).count() == 1
    assert shown.filter(audience__has_key="program").count() == 1
    assert {course.program.slug for course in shown if course.joining.get("once")} == {"repair-cafe"}
    roll = Roll.objects.get()
    assert roll.proofs.count() == shown.get(audience__roll=roll.pk).seats_taken > 0
    asking = shown.get(asks_version__gt=0)
    assert asking.questionnaires.get().items.count() == 3
    due = [course.slug for course in shown.filter(minimum__isnull=False) if course.decision_day == clock.today()]
    assert due == ["consumer-rights-2"]
    coordinator = Member.objects.get(email="arezou.khanehara@example.org")
    with translation.override("en"):
        assert "Decide" in [todo.button for todo in waiting_for(coordinator)]


@loaded
def test_the_crowd_cannot_be_called() -> None:
    crowd = Member.objects.filter(email__startswith="crowd")
    assert crowd.count() > 400
    assert crowd.filter(phone__isnull=False).count() == 0
    assert Learner.objects.filter(cares__guardian__in=crowd).count() > crowd.count()


@loaded
def test_the_workspace_has_something_of_everything_to_show() -> None:
    coordinator = Member.objects.get(email="arezou.khanehara@example.org")
    programs = Program.objects.answered_for_by(coordinator)
    draft, review = (programs.get(state=state) for state in (Program.State.DRAFT, Program.State.REVIEW))
    gaps = [step.code for step in program_steps(draft) if not step.done]
    assert gaps == ["outcomes_fa", "texts_en", "outcomes_en", "dated_course"]
    assert [step.code for step in program_steps(review) if not step.done] == []
    assert [step.code for step in course_steps(review.courses.get()) if not step.done] == []
    assert review.remarks.count() == 1
    copies = Course.objects.filter(program__slug="family-budget", state=Course.State.DRAFT)
    assert [copy.starts_on > clock.today() for copy in copies] == [True, True]
    found = [((one.course or one.program).slug, one.language, one.is_stale) for one in waiting(programs, slice(9))]
    assert found == [("consumer-rights", "en", True), ("family-budget-3", "en", True), (draft.slug, "en", False)]
    run = Import.objects.get()
    assert (run.state, run.rows.count()) == (Import.State.READ, 4)


@loaded
def test_the_same_day_again_adds_nothing() -> None:
    call_command("demo_city", stdout=io.StringIO())
    before = figures()
    out = io.StringIO()
    call_command("demo_city", stdout=out)
    assert figures() == before
    assert out.getvalue().startswith("added=0 moved=0\n")
    assert all(person["email"] in out.getvalue() for person in rows("people"))


@loaded
def test_its_columns_for_finding_are_up_to_date() -> None:
    before = list(Course.objects.order_by("pk").values(*COLUMNS))
    index(Course.objects.values_list("pk", flat=True))
    assert list(Course.objects.order_by("pk").values(*COLUMNS)) == before
    assert Course.objects.filter(search_text="").count() == 0
    assert Course.objects.filter(area=None).count() == 0


@loaded
@pytest.mark.parametrize("days", [6, 9, 30])
def test_on_a_later_day_what_nobody_touched_moves_by_whole_weeks(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    touched = Course.objects.get(slug="media-literacy-parents-3")
    learner, member = learners_of("grace-mwangaza")["self"]
    with door.through("page"):
        services.enrol(actor=member, course=touched, learner=learner)
    before = dict(Course.objects.exclude(opens_at=None).values_list("slug", "opens_at"))
    set_clock(monkeypatch, LOADED_ON + dt.timedelta(days=days))
    assert load().added == 0
    weeks = dt.timedelta(weeks=days // 7)
    moved = {
        slug: opens_at - before[slug]
        for slug, opens_at in Course.objects.exclude(opens_at=None).values_list("slug", "opens_at")
    }
    assert moved.pop(touched.slug) == dt.timedelta()
    assert set(moved.values()) == {weeks}
    assert list(broken()) == []
    again = figures()
    load()
    assert figures() == again


@loaded
def test_after_whole_weeks_every_course_shows_the_same_again(monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock(monkeypatch, LOADED_ON + dt.timedelta(weeks=5))
    assert load().moved == len(courses())
    assert misshown() == {}
    offered = Enrolment.objects.get(state=Enrolment.State.OFFERED)
    assert offered.offer.expires_at > clock.now()


def test_the_demo_city_has_followers_of_each_area_and_workgroup_once(city: None) -> None:
    before = Follow.objects.count()
    assert before > 100
    load()
    assert Follow.objects.count() == before
    assert set(LiteracyArea.objects.values_list("pk", flat=True)) == set(
        Follow.objects.filter(area__isnull=False).values_list("area", flat=True)
    )
