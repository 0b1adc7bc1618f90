"""Single class meetings that are moved or called off, instructors that are assigned, hours that change."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Notice
from notifications.rules import PASSES_NIGHT, priority_of
from notifications.texts import render
from programs import services
from programs.models import ClassMeeting, Course, Teaching
from programs.services import Pattern
from programs.timetable import collisions
from tests.programs import world
from tests.programs.test_api import misfits
from tests.programs.test_planning import coordinator_of
from tests.programs.test_rosters import signed_in
from tests.programs.town import DAY, WEEK, Town, crowd, enrol, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def classes(course: Course) -> list[ClassMeeting]:
    return list(course.meetings.order_by("starts_at").select_related("course"))


def told(event: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=f"programs/{event}").order_by("pk"))


def words(notice: Notice, language: str = "en") -> str:
    text = render(notice.kind, notice.values, language)
    return f"{text.subject}\n{text.email}\n{text.sms}"


# Moved


def test_a_class_is_moved_after_the_course_began_and_everyone_hears(town: Town, desk: Member) -> None:
    course = town.course(first=clock.now() - WEEK - HOUR, closes_at=clock.now() + DAY, capacity=1)
    crowd(course, 2)
    one = classes(course)[2]
    old, new = one.starts_at, one.starts_at + DAY
    moved = services.move_class(actor=desk, meeting=one, starts_at=new, ends_at=new + HOUR, reason={"en": "A strike"})
    assert (moved.state, moved.starts_at) == ("moved", new)
    seated, waiting = told("moved")
    assert {seated.values["enrolment"], waiting.values["enrolment"]} == set(
        course.enrolments.values_list("pk", flat=True)
    )
    assert (seated.values["old_class_at"], seated.values["class_at"]) == (old.isoformat(), new.isoformat())
    said = words(seated)
    assert ["was moved" in said, "A strike" in said, "First class" in said] == [True, True, False]
    assert Audit.objects.filter(verb="move_class", object_id=one.pk).count() == 1
    assert services.move_class(actor=desk, meeting=one, starts_at=new, ends_at=new + HOUR).starts_at == new
    assert len(told("moved")) == 2


def test_another_place_alone_is_told_with_the_old_and_the_new(town: Town, desk: Member) -> None:
    course = town.course()
    crowd(course, 1)
    one, other = classes(course)[1], world.venue()
    for language, name in (("fa", "فرهنگسرا"), ("en", "Culture house")):
        other.translations.update_or_create(language_code=language, defaults={"name": name})
    services.move_class(actor=desk, meeting=one, starts_at=one.starts_at, ends_at=one.ends_at, venue=other)
    (notice,) = told("moved")
    assert "Culture house" in words(notice)
    assert "فرهنگسرا" in words(notice, "fa")
    assert Course.objects.get(pk=course.pk).venue_id == course.venue_id


def test_moving_the_last_class_moves_the_last_day(town: Town, desk: Member) -> None:
    course = town.course()
    last = classes(course)[-1]
    services.move_class(actor=desk, meeting=last, starts_at=last.starts_at + WEEK, ends_at=last.ends_at + WEEK)
    course.refresh_from_db()
    assert (course.ends_on, course.version) == (clock.day_of(last.starts_at + WEEK), 2)


@pytest.mark.parametrize(("hours", "passes"), [(11, True), (13, False)])
def test_what_begins_within_twelve_hours_is_told_at_night(
    town: Town, desk: Member, hours: int, *, passes: bool
) -> None:
    course = town.course(first=clock.now() + hours * HOUR, closes_at=clock.now() + HOUR)
    crowd(course, 1)
    services.call_off_class(actor=desk, meeting=classes(course)[0])
    (notice,) = told("called_off")
    assert (priority_of(notice, clock.now()) == PASSES_NIGHT) == passes


def test_a_draft_is_changed_in_silence(town: Town, desk: Member) -> None:
    course = town.course(state=Course.State.DRAFT)
    one = classes(course)[0]
    services.move_class(actor=desk, meeting=one, starts_at=one.starts_at + DAY, ends_at=one.ends_at + DAY)
    assert Notice.objects.count() == 0


# Called off


def test_a_class_is_called_off_once(town: Town, desk: Member) -> None:
    course = town.course()
    crowd(course, 1)
    first, second, *_rest = classes(course)
    for _ in range(2):
        services.call_off_class(actor=desk, meeting=first, reason={"fa": "استاد بیمار است"})
    (notice,) = told("called_off")
    assert "استاد بیمار است" in words(notice, "fa")
    course.refresh_from_db()
    assert course.starts_on == clock.day_of(second.starts_at)
    assert Audit.objects.filter(verb="call_off_class").count() == 1


def test_strangers_change_no_class(town: Town) -> None:
    one = classes(town.course())[0]
    for act in (
        lambda: services.call_off_class(actor=person()[0], meeting=one),
        lambda: services.move_class(actor=person()[0], meeting=one, starts_at=one.starts_at, ends_at=one.ends_at),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.refusal.code == "not_yours"


def test_the_page_of_a_class_moves_it_and_calls_it_off(town: Town, desk: Member) -> None:
    course = town.course()
    one, other = classes(course)[:2]
    client = signed_in(desk)
    page = f"/fa/work/courses/{course.slug}/meetings/"
    assert f'href="{page}{one.pk}/"' in client.get(f"/fa/work/courses/{course.slug}/").content.decode()
    assert client.get(f"{page}{one.pk}/").status_code == 200
    wrong = client.post(f"{page}{one.pk}/move/", {"day": "۳۰ اسفند ۱۴۰۴", "starts": "16", "ends": "18"})
    assert (wrong.status_code, "۳۰ اسفند ۱۴۰۴" in wrong.content.decode()) == (422, True)
    day = (clock.day_of(one.starts_at) + DAY).isoformat()
    moved = client.post(f"{page}{one.pk}/move/", {"day": day, "starts": "۹", "ends": "۱۱", "venue": ""})
    assert moved.status_code == 302
    client.post(f"{page}{other.pk}/off/", {"off-reason_fa": "برف"})
    assert [one.state for one in classes(course)] == ["moved", "cancelled", "planned", "planned"]
    assert client.get(f"{page}{other.pk}/").status_code == 200


def test_a_class_is_moved_through_the_api(town: Town, desk: Member) -> None:
    from programs.api.classes import ClassOut

    course = town.course()
    one = classes(course)[0]
    page, later = f"/api/v1/work/courses/{course.pk}/meetings/{one.pk}/", one.starts_at + DAY
    sent = {"starts_at": later.isoformat(), "ends_at": (later + HOUR).isoformat(), "reason": {"fa": "برف"}}
    client = signed_in(desk)
    found = client.post(f"{page}move/", sent, content_type="application/json").json()
    assert (misfits(found, ClassOut()), found["state"]) == ([], "moved")
    assert client.post(f"{page}off/", {}, content_type="application/json").json()["state"] == "cancelled"


# Weekly hours


def test_other_hours_alone_are_told_with_the_old_ones(town: Town, desk: Member) -> None:
    course = town.course()
    first, learners = classes(course)[0], crowd(course, 1)
    start = clock.wall(first.starts_at)
    weekday = (start.weekday() + 2) % 7
    pattern = Pattern([weekday], start.date(), 4, start.time(), dt.time(21), skips_holidays=False)
    services.make_meetings(actor=desk, course=course, pattern=pattern)
    (notice,) = told("moved")
    assert notice.values["enrolment"] == learners[0].pk
    said = words(notice)
    assert ["16:00–18:00" in said, "16:00–21:00" in said, "was to be on" in said] == [True, True, False]
    assert "۱۶:۰۰ تا ۲۱:۰۰" in words(notice, "fa")
    services.make_meetings(actor=desk, course=course, pattern=pattern)
    assert len(told("moved")) == 1


# Instructors


def assign(desk: Member, course: Course, teacher: Member, **days: Any) -> Teaching:
    return services.assign(actor=desk, course=course, contact=teacher.phone or "", **{"from_on": clock.today()} | days)


def test_an_instructor_opens_the_roster_as_long_as_it_lasts(town: Town, desk: Member) -> None:
    course, teacher = town.course(), person("مهری")[0]
    roster = f"/fa/work/courses/{course.slug}/roster/"
    client = signed_in(teacher)
    assert client.get(roster).status_code == 404
    teaching = assign(desk, course, teacher)
    assert client.get(roster).status_code == 200
    assert Audit.objects.filter(verb="assign", actor_id=desk.pk, object_id=teaching.pk).count() == 1
    assert "You instruct" in words(told("teaching")[0])
    for _ in range(2):
        services.end_teaching(actor=desk, teaching=teaching, until_on=clock.today())
    assert client.get(roster).status_code == 404
    assert len(told("teaching_ended")) == 1


def test_lookups_of_instructors_are_counted_even_in_vain(town: Town, desk: Member) -> None:
    course = town.course()
    for _ in range(20):
        with pytest.raises(Refused) as refused:
            services.assign(actor=desk, course=course, contact="+989180000000", from_on=clock.today())
        assert refused.value.refusal.code == "no_member"
    with pytest.raises(Refused) as refused:
        services.assign(actor=desk, course=course, contact="+989180000000", from_on=clock.today())
    assert refused.value.refusal.code == "too_many"


def test_an_instructor_in_two_places_is_warned_of(town: Town, desk: Member) -> None:
    one, other = town.course(), town.course(venue=None)
    teacher = person()[0]
    assign(desk, one, teacher)
    teaching = assign(desk, other, teacher)
    assert {found.what for found in collisions(one)} == {"instructor"}
    services.end_teaching(actor=desk, teaching=teaching, until_on=clock.today())
    assert collisions(one) == []


def test_instructors_are_assigned_and_ended_on_their_page(town: Town, desk: Member) -> None:
    course, teacher = town.course(), person("مهری", born=1980)[0]
    page, client = f"/fa/work/courses/{course.slug}/instructors/", signed_in(desk)
    wrong = client.post(f"{page}assign/", {"person": "۰۹۱۸", "from_on": "1405/9/9"})
    assert (wrong.status_code, "۰۹۱۸" in wrong.content.decode()) == (422, True)
    today = clock.today().isoformat()
    assert client.post(f"{page}assign/", {"person": teacher.phone, "from_on": today}).status_code == 302
    assert "مهری" in client.get(page).content.decode()
    assert "مهری" in client.get(f"/fa/work/courses/{course.slug}/").content.decode()
    (teaching,) = Teaching.objects.all()
    assert client.get(f"{page}{teaching.pk}/").status_code == 200
    assert client.post(f"{page}{teaching.pk}/end/", {"until_on": today}).status_code == 302
    assert "مهری" not in client.get(f"/fa/work/courses/{course.slug}/").content.decode()


def test_instructors_are_assigned_through_the_api(town: Town, desk: Member) -> None:
    course, teacher = town.course(), person("مهری")[0]
    page, client = f"/api/v1/work/courses/{course.pk}/instructors/", signed_in(desk)
    typed = {"person": teacher.phone, "from_on": clock.today().isoformat()}
    made = client.post(page, typed, content_type="application/json")
    assert (made.status_code, made.json()["name"]) == (201, "مهری")
    assert client.get(page).json()["results"] == [made.json()]
    ended = client.post(
        f"{page}{made.json()['id']}/end/", {"until_on": typed["from_on"]}, content_type="application/json"
    )
    assert ended.json()["until_on"] == typed["from_on"]


@pytest.mark.parametrize("path", ["/fa/work/courses/{0.slug}/instructors/", "/api/v1/work/courses/{0.pk}/instructors/"])
def test_many_instructors_cost_no_more_queries(town: Town, desk: Member, path: str) -> None:
    course, client = town.course(), signed_in(desk)

    def count(people: int) -> int:
        Teaching.objects.bulk_create(
            Teaching(course=course, member=person()[0], from_on=clock.today()) for _ in range(people)
        )
        client.get(path.format(course))
        with CaptureQueriesContext(connection) as asked:
            client.get(path.format(course))
        return len(asked)

    assert count(1) == count(15)


def test_enrolment_of_the_town_still_holds(town: Town, desk: Member) -> None:
    course, member = town.course(), person()[0]
    enrol(course, member)
    one = classes(course)[0]
    services.call_off_class(actor=desk, meeting=one)
    assert course.enrolments.get().state == "seated"
