"""Writing programs and courses: the form keeps what was typed, versions, the checklist, class meetings, copies (I19)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Notice
from programs import services
from programs.models import ClassMeeting, Course, Program, Remark, Revision
from programs.services import Pattern
from programs.timetable import collisions, repeat
from tests.programs.town import DAY, WEEK, Town, crowd, enrol, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from django.http import HttpResponse

    from members.models import Member

pytestmark = pytest.mark.django_db
TEXTS = {
    "fa": {"title": "گلیم‌بافی", "summary": "از نخ تا گلیم", "outcomes": "گلیم می‌بافید"},
    "en": {"title": "Kilim weaving", "summary": "From thread to kilim", "outcomes": "You weave a kilim"},
}
ISO_SATURDAY = 5


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def planner(town: Town) -> Member:
    return coordinator_of(town)


def coordinator_of(town: Town) -> Member:
    member = person("هیوا رستمی")[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    return member


@pytest.fixture
def desk(planner: Member) -> Client:
    client = Client()
    client.force_login(planner)
    return client


def draft(town: Town, planner: Member) -> Program:
    return services.create_program(actor=planner, workgroup=town.workgroup, area=town.area, texts=TEXTS)


def saturday() -> dt.date:
    """A Saturday three weeks ahead."""
    day = clock.today() + 21 * DAY
    return day + ((ISO_SATURDAY - day.weekday()) % 7) * DAY


def pattern(**changes: Any) -> Pattern:
    usual = Pattern([0, 2], saturday(), 12, dt.time(17), dt.time(19), skips_holidays=False)
    return usual._replace(**changes)


def ready(town: Town, planner: Member, program: Program) -> Course:
    course = services.create_course(actor=planner, program=program)
    now = clock.now()
    facts = {"venue_id": town.venue.pk, "opens_at": now - DAY, "closes_at": now + 10 * DAY}
    services.edit_course(actor=planner, course=course, version=1, facts=facts, texts={}, seats=(16, 5))
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    course.refresh_from_db()
    return course


def form_of(program: Program, **typed: str) -> dict[str, str]:
    """What the browser sends of the form, untouched but for `typed`."""
    fields = {f"{name}_{language}": text for language, own in TEXTS.items() for name, text in own.items()}
    fields |= {f"{name}_{language}": "" for name in ("description", "keywords") for language in ("fa", "en")}
    return fields | {"version": str(program.version), "area": str(program.area_id), "level": "open"} | typed


# The rhythm of class meetings


def test_a_repetition_leaves_days_off_out_and_still_reaches_its_number() -> None:
    first = dt.date(2026, 3, 14)  # a Saturday; 21 March is Nowruz
    held = repeat(weekdays={0}, first=first, count=3, days_off={first + WEEK})
    assert held.days == [first, first + 2 * WEEK, first + 3 * WEEK]
    assert held.skipped == [first + WEEK]


def test_a_repetition_on_holidays_alone_ends() -> None:
    class EveryDay:
        def __contains__(self, day: object) -> bool:
            return True

    assert repeat(weekdays={0}, first=dt.date(2026, 3, 14), count=3, days_off=EveryDay()).days == []


def test_meetings_follow_the_pattern_and_the_course_follows_them(town: Town, planner: Member) -> None:
    course = services.create_course(actor=planner, program=town.program)
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    course.refresh_from_db()
    days = [clock.day_of(one) for one in course.meetings.values_list("starts_at", flat=True)]
    assert len(days) == 12
    assert {(day.weekday() + 2) % 7 for day in days} == {0, 2}
    assert (course.starts_on, course.ends_on) == (days[0], days[-1])
    assert course.sort_on == days[0]
    assert sorted(course.slots.values_list("weekday", flat=True)) == [0, 2]
    assert course.weekdays == 0b101
    services.make_meetings(actor=planner, course=course, pattern=pattern(meetings=4, weekdays=[1]))
    assert course.meetings.count() == 4


def test_meetings_of_a_course_that_began_are_not_made_anew(town: Town, planner: Member) -> None:
    course = town.course(first=clock.now() - 2 * DAY, meetings=3)
    before = list(course.meetings.values())
    with pytest.raises(Refused) as refused:
        services.make_meetings(actor=planner, course=course, pattern=pattern())
    assert refused.value.refusal.code == "begun"
    assert list(course.meetings.values()) == before


def test_who_sits_in_a_course_is_told_when_its_first_class_moves(town: Town, planner: Member) -> None:
    course = town.course()
    place = enrol(course, person()[0])
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    told = Notice.objects.filter(kind="programs/moved")
    assert [one.values["enrolment"] for one in told] == [place.pk]
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    assert told.count() == 1


def test_two_courses_in_one_venue_at_one_time_are_seen(town: Town, planner: Member) -> None:
    other = town.course(first=clock.at(saturday(), dt.time(18)), meetings=1)
    course = services.create_course(actor=planner, program=town.program)
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    assert collisions(course) == []
    services.edit_course(actor=planner, course=course, version=2, facts={"venue_id": town.venue.pk}, texts={})
    course.refresh_from_db()
    (found,) = collisions(course)
    assert (found.what, found.course) == ("venue", other.pk)
    ClassMeeting.objects.filter(course=other).update(state=ClassMeeting.State.CANCELLED)
    assert collisions(course) == []


def test_an_instructor_at_two_places_is_seen(town: Town, planner: Member) -> None:
    from programs.models import Teaching

    other = town.course(first=clock.at(saturday(), dt.time(18)), meetings=1, venue=None)
    course = services.create_course(actor=planner, program=town.program)
    services.make_meetings(actor=planner, course=course, pattern=pattern())
    for one in (course, other):
        Teaching.objects.create(course=one, member=planner)
    assert [found.what for found in collisions(course)] == ["instructor"]


# Publication


def test_a_program_says_step_by_step_what_keeps_it_back(town: Town, planner: Member) -> None:
    """I19."""
    program = services.create_program(
        actor=planner, workgroup=town.workgroup, area=town.area, texts={"fa": {"title": "گلیم"}}
    )

    def refused() -> str:
        with pytest.raises(Refused) as stopped:
            services.publish(actor=planner, program=program)
        return stopped.value.refusal.code

    seen = [refused()]
    for language, own in TEXTS.items():
        for fields in ({"title": own["title"], "summary": own["summary"]}, {"outcomes": own["outcomes"]}):
            program = services.edit_program(
                actor=planner, program=program, version=program.version, facts={}, texts={language: fields}
            )
            seen.append(refused())
    assert seen == ["texts_fa", "outcomes_fa", "texts_en", "outcomes_en", "dated_course"]
    ready(town, planner, program)
    published, courses = services.publish(actor=planner, program=program)
    assert published.state == Program.State.PUBLISHED
    assert [one.state for one in courses] == [Course.State.PUBLISHED]


def test_publishing_twice_changes_nothing(town: Town, planner: Member) -> None:
    program = draft(town, planner)
    ready(town, planner, program)
    services.publish(actor=planner, program=program)
    lines = Audit.objects.count()
    services.publish(actor=planner, program=program)
    assert Audit.objects.count() == lines


def test_a_published_program_never_loses_a_language(town: Town, planner: Member) -> None:
    """I19."""
    program = draft(town, planner)
    ready(town, planner, program)
    program, _ = services.publish(actor=planner, program=program)
    with pytest.raises(Refused) as refused:
        services.edit_program(
            actor=planner, program=program, version=program.version, facts={}, texts={"en": {"summary": ""}}
        )
    assert refused.value.refusal.code == "texts_en"
    assert program.translations.get(language_code="en").summary == TEXTS["en"]["summary"]


def test_a_course_without_seats_or_window_is_not_published(town: Town, planner: Member) -> None:
    course = services.create_course(actor=planner, program=town.program)
    with pytest.raises(Refused) as refused:
        services.publish_course(actor=planner, course=course)
    assert refused.value.refusal.code == "dates"


def test_others_and_strangers_plan_nothing(town: Town, planner: Member) -> None:
    program = draft(town, planner)
    course = services.create_course(actor=planner, program=program)
    others = [person()[0], coordinator_of(Town())]
    models = (Program, Course, Revision, Audit, Remark, Notice)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    for other in others:
        acts = [
            lambda who: services.create_program(actor=who, workgroup=town.workgroup, area=town.area, texts=TEXTS),
            lambda who: services.create_course(actor=who, program=program),
            lambda who: services.edit_program(
                actor=who, program=program, version=1, facts={}, texts={"fa": {"title": "x"}}
            ),
            lambda who: services.edit_course(actor=who, course=course, version=1, facts={"online": True}, texts={}),
            lambda who: services.make_meetings(actor=who, course=course, pattern=pattern()),
            lambda who: services.copy_course(actor=who, course=course, firsts=[saturday()]),
            lambda who: services.publish(actor=who, program=program),
            lambda who: services.publish_course(actor=who, course=course),
            lambda who: services.submit(actor=who, program=program),
            lambda who: services.archive(actor=who, program=program),
            lambda who: services.remark(actor=who, program=program, text="x"),
        ]
        for act in acts:
            with pytest.raises(Refused) as refused:
                act(other)
            assert refused.value.refusal.code == "not_yours"
    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_archiving_waits_for_those_who_have_places(town: Town, planner: Member) -> None:
    course = town.course()
    place = enrol(course, person()[0])
    with pytest.raises(Refused) as refused:
        services.archive(actor=planner, program=town.program)
    assert refused.value.refusal.code == "courses_running"
    services.withdraw(actor=place.asked_by, enrolment=place)
    assert services.archive(actor=planner, program=town.program).state == Program.State.ARCHIVED
    assert services.reopen(actor=planner, program=town.program).state == Program.State.DRAFT


def test_a_review_is_asked_for_answered_and_told(town: Town, planner: Member) -> None:
    second = coordinator_of(town)
    program = services.submit(actor=planner, program=draft(town, planner))
    services.submit(actor=planner, program=program)
    assert [list(one.deliveries.values_list("member", flat=True).distinct()) for one in Notice.objects.all()] == [
        [second.pk]
    ]
    services.remark(actor=second, program=program, text="عنوان را کوتاه‌تر کنید", send_back=True)
    program.refresh_from_db()
    assert program.state == Program.State.DRAFT
    assert Notice.objects.get(kind="programs/remark").deliveries.filter(member=planner).exists()


# Versions


def test_the_second_of_two_writers_is_told_and_nothing_is_lost(town: Town, desk: Client, planner: Member) -> None:
    program = draft(town, planner)
    first = form_of(program, summary_fa="خلاصهٔ نفر اول")
    second = form_of(program, summary_fa="خلاصهٔ نفر دوم")
    page = f"/fa/work/programs/{program.slug}/"
    assert desk.post(f"{page}save/", first).status_code == 302
    answer = desk.post(f"{page}save/", second)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert answer.context["refused"].code == "changed_meanwhile"
    assert "خلاصهٔ نفر اول" in text
    assert "خلاصهٔ نفر دوم" in text
    program.refresh_from_db()
    assert f'name="version" value="{program.version}"' in text
    assert desk.post(f"{page}save/", second | {"version": str(program.version)}).status_code == 302
    history = desk.get(f"{page}history/").content.decode()
    assert "خلاصهٔ نفر اول" in history


def test_an_earlier_version_comes_back_and_the_history_stays(town: Town, desk: Client, planner: Member) -> None:
    program = draft(town, planner)
    program = services.edit_program(
        actor=planner, program=program, version=1, facts={"level": "beginner"}, texts={"fa": {"title": "تنبور"}}
    )
    page = f"/fa/work/programs/{program.slug}/history/1/"
    assert "گلیم‌بافی" in desk.get(page).content.decode()
    assert desk.post(page).status_code == 302
    program = Program.objects.get(pk=program.pk)
    assert (program.version, program.level) == (3, "open")
    assert program.translations.get(language_code="fa").title == "گلیم‌بافی"
    assert list(Revision.objects.filter(program=program).order_by("version").values_list("version", flat=True)) == [
        1, 2, 3,
    ]  # fmt: skip


def test_saving_what_is_there_already_makes_no_version(town: Town, desk: Client, planner: Member) -> None:
    program = draft(town, planner)
    lines = Audit.objects.count()
    assert desk.post(f"/fa/work/programs/{program.slug}/save/", form_of(program)).status_code == 302
    program.refresh_from_db()
    assert (program.version, Audit.objects.count()) == (1, lines)


def test_an_earlier_version_of_a_course_comes_back(town: Town, desk: Client, planner: Member) -> None:
    course = ready(town, planner, draft(town, planner))
    was = course.opens_at
    services.edit_course(
        actor=planner, course=course, version=course.version, facts={"opens_at": was + DAY, "age_min": 12}, texts={}
    )
    page = f"/fa/work/courses/{course.slug}/history/2/"
    assert desk.get(page).status_code == 200
    assert desk.post(page).status_code == 302
    course.refresh_from_db()
    assert (course.opens_at, course.age_min) == (was, None)


# Changes that people hear of


def test_another_place_or_fee_is_told_once_with_old_and_new(town: Town, planner: Member) -> None:
    course = town.course()
    place = enrol(course, person()[0])
    other = Town().venue
    changed = {"venue_id": other.pk, "fee_min": 900_000, "fee_max": 900_000, "fee_currency": "IRR"}
    services.edit_course(actor=planner, course=course, version=course.version, facts=changed, texts={})
    (told,) = Notice.objects.filter(kind="programs/changed")
    assert told.values["enrolment"] == place.pk
    assert told.values["old_venue"]["en"] == "City Hall"
    assert (told.values["old_fee"], told.values["new_fee"]) == (0, 900_000)
    course.refresh_from_db()
    services.edit_course(actor=planner, course=course, version=course.version, facts=changed, texts={})
    assert Notice.objects.filter(kind="programs/changed").count() == 1


def test_fewer_seats_than_are_taken_are_refused_and_nothing_else_is_saved(town: Town, planner: Member) -> None:
    course = town.course()
    crowd(course, 3)
    course.refresh_from_db()
    with pytest.raises(Refused) as refused:
        services.edit_course(
            actor=planner, course=course, version=course.version, facts={"age_min": 9}, texts={}, seats=(2, 0)
        )
    assert refused.value.refusal.code == "seats_taken"
    course.refresh_from_db()
    assert (course.capacity, course.age_min) == (20, None)


def test_copies_keep_everything_but_the_days_and_the_people(town: Town, planner: Member) -> None:
    course = town.course()
    enrol(course, person()[0])
    firsts = [course.starts_on + 13 * WEEK, course.starts_on + 26 * WEEK]
    course.refresh_from_db()
    made = services.copy_course(actor=planner, course=course, firsts=firsts)
    assert [one.starts_on for one in made] == firsts
    assert [one.meetings.count() for one in made] == [4, 4]
    assert {(one.capacity, one.seats_taken, one.state, one.venue_id) for one in made} == {
        (20, 0, Course.State.DRAFT, town.venue.pk)
    }
    assert [one.opens_at - course.opens_at for one in made] == [13 * WEEK, 26 * WEEK]
    assert len({one.slug for one in made}) == 2


# The pages


def test_a_rejected_form_keeps_everything_and_saves_nothing(town: Town, desk: Client, planner: Member) -> None:
    course = services.create_course(actor=planner, program=town.program)
    typed = {"version": "1", "capacity": "بیست", "opens_at": "۱۴۰۵/۱۳/۱", "note_fa": "لباس راحت بپوشید", "fee": "0"}
    answer = desk.post(f"/fa/work/courses/{course.slug}/save/", typed)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"capacity", "opens_at"}
    text = answer.content.decode()
    assert all(value in text for value in ("بیست", "۱۴۰۵/۱۳/۱", "لباس راحت بپوشید"))
    course.refresh_from_db()
    assert course.version == 1


def test_persian_days_times_and_money_are_understood(town: Town, desk: Client, planner: Member) -> None:
    course = services.create_course(actor=planner, program=town.program)
    typed = {
        "version": "1", "capacity": "۱۶", "waiting_size": "۵", "fee": "۱۲۰٬۰۰۰", "opens_at": "۱۴۰۵/۹/۲۶ ۹:۰۰",
        "closes_at": "2027-01-21 20:00", "age_min": "۱۰", "age_max": "۱۴", "venue": str(town.venue.pk),
    }  # fmt: skip
    assert desk.post(f"/fa/work/courses/{course.slug}/save/", typed).status_code == 302
    course.refresh_from_db()
    assert (course.capacity, course.waiting_size, course.fee_max) == (16, 5, 1_200_000)
    assert course.opens_at == clock.at(dt.date(2026, 12, 17), dt.time(9))
    assert course.closes_at == clock.at(dt.date(2027, 1, 21), dt.time(20))
    page = desk.get(f"/fa/work/courses/{course.slug}/").content.decode()
    assert 'value="۱۴۰۵/۹/۲۶ ۹:۰۰"' in page


def test_the_script_gets_the_panel_alone(town: Town, desk: Client, planner: Member) -> None:
    program = draft(town, planner)
    headers = {"HX-Request": "true"}
    answer = desk.post(f"/fa/work/programs/{program.slug}/save/", form_of(program, title_fa="تنبور"), headers=headers)
    text = answer.content.decode()
    assert (answer.status_code, text.lstrip()[:8]) == (200, "<section")
    assert 'name="version" value="2"' in text


def _publish(desk: Client, program: Program, **typed: str) -> HttpResponse:
    return desk.post(f"/fa/work/programs/{program.slug}/publish/", form_of(program, **typed))


def test_the_publish_button_saves_and_says_what_is_missing(town: Town, desk: Client, planner: Member) -> None:
    program = draft(town, planner)
    answer = _publish(desk, program, summary_fa="تازه", summary_en="")
    assert (answer.status_code, answer.context["refused"].code) == (409, "texts_en")
    ready(town, planner, program)
    program = Program.objects.get(pk=program.pk)
    assert _publish(desk, program).status_code == 302
    assert Client().get(f"/fa/programs/{program.slug}/").status_code == 200


@pytest.mark.parametrize(
    "path", ["programs/", "programs/{program}/", "courses/{course}/", "programs/{program}/history/"]
)
def test_a_page_of_the_desk_asks_as_often_for_one_row_as_for_thirty(
    town: Town, desk: Client, planner: Member, path: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    program = draft(town, planner)
    course = ready(town, planner, program)
    address = f"/fa/work/{path.format(program=program.slug, course=course.slug)}"

    def asked() -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as found:
            assert desk.get(address).status_code == 200
        return len(found)

    before = asked()
    for number in range(29):
        draft(town, planner)
        services.create_course(actor=planner, program=program)
        program = services.edit_program(
            actor=planner, program=program, version=program.version, facts={}, texts={"fa": {"title": f"گلیم {number}"}}
        )
        services.remark(actor=planner, program=program, text="خوب است")
    assert asked() == before
