"""What waits for its translation: what lacks a language, what went stale, the most met first."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from base import clock
from programs import services
from programs.models import Course, Program
from programs.services.demo.rows import write_texts
from programs.translating import Waiting, waiting
from tests.programs.feed import table
from tests.programs.test_handing_in import saved, worked
from tests.programs.test_planning import coordinator_of, draft, pattern, ready
from tests.programs.test_planning_api import read
from tests.programs.town import DAY, Town, crowd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from members.models import Member

CourseText = Course.translations.field.model
COMING = {"title": "عکاسی", "start_date": "شنبه ۱ اسفند ۱۴۰۵", "end_date": "شنبه ۱ خرداد ۱۴۰۶"}
NOTES = {"fa": {"note": "دفتر بیاورید"}, "en": {"note": "Bring a notebook"}}
pytestmark = pytest.mark.django_db


def found() -> list[tuple[int, str, bool]]:
    return [(one.program.pk, one.language, one.is_stale) for one in waiting(Program.objects.all(), slice(10))]


def test_a_language_that_lacks_is_waited_for_and_the_most_met_stands_first() -> None:
    town = Town()
    quiet = town.new_program("سفالگری", None)
    busy = town.new_program("تنبور", None)
    crowd(town.course(program=busy), 2)
    assert found() == [(busy.pk, "en", False), (quiet.pk, "en", False)]
    assert waiting(Program.objects.all(), slice(10))[0].reach == 2


def test_a_translation_goes_stale_when_the_original_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    program = draft(town, planner)
    assert found() == []
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    services.edit_program(actor=planner, program=program, version=1, facts={}, texts={"fa": {"title": "تنبور"}})
    assert found() == [(program.pk, "en", True)]
    services.edit_program(actor=planner, program=program, version=2, facts={}, texts={"en": {"title": "Tanbur"}})
    assert found() == []


def test_a_partner_who_renames_a_program_makes_its_translation_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    saved(planner, town.workgroup, table({"title": "عکاسی"}))
    program = Program.objects.get(feed__isnull=False)
    program.create_translation("en", title="Photography", summary="From light to frame", written_at=clock.now())
    assert (program.pk, "en", True) not in found()
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    before = list(program.translations.order_by("pk").values())
    run = saved(planner, town.workgroup, table({"title": "عکاسی پیشرفته"}))
    assert (program.pk, "en", True) in found()
    worked(services.undo(actor=planner, run=run))
    assert (program.pk, "en", True) not in found()
    assert list(program.translations.order_by("pk").values()) == before


def test_a_program_in_a_foreign_language_waits_for_both() -> None:
    town = Town()
    program = town.new_program("x", None, source_language="ko")
    program.translations.update(language_code="ko")
    assert found() == [(program.pk, "fa", False), (program.pk, "en", False)]


# Courses


def of_courses() -> list[tuple[int, str, bool, str]]:
    rows = waiting(Program.objects.all(), slice(10))
    return [(one.course.pk, one.language, one.is_stale, one.field) for one in rows if one.course]


def at(monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> dt.datetime:
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


@pytest.mark.parametrize(
    ("fa", "en", "wanted"),
    [
        ({"note": "دفتر"}, {}, "note"),
        ({"title": "عصرها", "note": "دفتر"}, {}, "title"),
        ({"title": "عصرها", "note": "دفتر"}, {"title": "Evenings"}, "note"),
        ({"title": "عصرها", "note": "دفتر"}, {"title": "Evenings", "note": "Notebook"}, None),
        ({"instructors": "هیوا رستمی"}, {}, None),
        ({}, {"note": "Notebook"}, None),
        ({}, {}, None),
    ],
)
def test_a_course_waits_for_what_its_original_says_and_it_does_not(
    fa: dict[str, str], en: dict[str, str], wanted: str | None
) -> None:
    town = Town()
    course = town.course()
    now = clock.now()
    for language, fields in (("fa", fa), ("en", en)):
        CourseText.objects.create(master_id=course.pk, language_code=language, written_at=now, **fields)
    assert of_courses() == ([(course.pk, "en", False, wanted)] if wanted else [])


@pytest.mark.parametrize(
    "columns",
    [
        {"state": Course.State.CANCELLED},
        {"state": Course.State.ARCHIVED},
        {"starts_on": clock.today() - 9 * DAY, "ends_on": clock.today() - DAY},
    ],
)
def test_nobody_waits_for_the_texts_of_a_course_that_is_over(columns: dict[str, Any]) -> None:
    course = Town().course()
    CourseText.objects.create(master_id=course.pk, language_code="fa", note="دفتر")
    assert of_courses() == [(course.pk, "en", False, "note")]
    Course.objects.filter(pk=course.pk).update(**columns)
    assert of_courses() == []


def test_a_courses_translation_goes_stale_when_its_original_changes_and_not_when_both_are_written_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town()
    planner = coordinator_of(town)
    course = town.course()

    def edit(version: int, texts: dict[str, dict[str, str]]) -> None:
        services.edit_course(actor=planner, course=course, version=version, facts={}, texts=texts)

    edit(1, {"en": NOTES["en"], "fa": NOTES["fa"]})
    assert of_courses() == []
    at(monkeypatch, clock.now() + DAY)
    edit(2, {"fa": {"note": "دفتر و مداد بیاورید"}})
    assert of_courses() == [(course.pk, "en", True, "note")]
    edit(3, {"en": {"note": "Bring a notebook and a pencil"}})
    assert of_courses() == []


def test_a_partner_who_rewrites_a_course_makes_its_translation_stale_and_undoing_takes_it_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town()
    planner = coordinator_of(town)
    saved(planner, town.workgroup, table(COMING))
    course = Course.objects.get(feed__isnull=False)
    course.translations.update(note="با دوربین خودتان")
    before = course.translations.get().written_at
    course.create_translation("en", note="With your own camera", written_at=clock.now())
    assert of_courses() == []
    at(monkeypatch, clock.now() + DAY)
    run = saved(planner, town.workgroup, table(COMING | {"duration_hours": "۶۰"}))
    assert [row[:3] for row in of_courses()] == [(course.pk, "en", True)]
    worked(services.undo(actor=planner, run=run))
    assert of_courses() == []
    assert course.translations.get(language_code="fa").written_at == before


def test_a_journal_from_before_texts_were_dated_is_still_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    saved(planner, town.workgroup, table(COMING))
    course = Course.objects.get(feed__isnull=False)
    changed = course.updated_at
    at(monkeypatch, clock.now() + DAY)
    run = saved(planner, town.workgroup, table(COMING | {"duration_hours": "۶۰"}))
    for row in run.rows.exclude(before=None):
        for text in row.before["texts"]:
            text.pop("written_at")
        row.save(update_fields=["before"])
    worked(services.undo(actor=planner, run=run))
    assert course.translations.get().written_at == changed


# Every writer says when


def _planned(planner: Member, town: Town) -> Course:
    course = ready(town, planner, draft(town, planner))
    return services.edit_course(actor=planner, course=course, version=course.version, facts={}, texts=NOTES)


def _restored(planner: Member, town: Town) -> Course:
    course = _planned(planner, town)
    changed = {"fa": {"note": "مداد"}, "en": {"note": "A pencil"}}
    course = services.edit_course(actor=planner, course=course, version=course.version, facts={}, texts=changed)
    CourseText.objects.update(written_at=None)
    revision = course.revisions.get(version=course.version - 1)
    return services.restore_course(actor=planner, revision=revision, version=course.version)


def _copied(planner: Member, town: Town) -> Course:
    return services.copy_course(actor=planner, course=_planned(planner, town), firsts=[pattern().first + 70 * DAY])[0]


def _cancelled(planner: Member, town: Town) -> Course:
    reason = {"fa": "برف آمد", "en": "Snow"}
    return services.cancel(actor=planner, course=town.course(), reason=reason)


def _imported(planner: Member, town: Town) -> Course:
    saved(planner, town.workgroup, table(COMING))
    return Course.objects.get(feed__isnull=False)


def _imported_again(planner: Member, town: Town) -> Course:
    course = _imported(planner, town)
    CourseText.objects.update(written_at=None)
    saved(planner, town.workgroup, table(COMING | {"duration_hours": "۶۰"}))
    return course


def _loaded(planner: Member, town: Town) -> Course:
    course = town.course()
    write_texts(Course, {course.pk: NOTES})
    return course


WRITERS = (_planned, _restored, _copied, _cancelled, _imported, _imported_again, _loaded)


@pytest.mark.parametrize("write", WRITERS)
def test_every_writer_of_a_courses_texts_says_when(write: Callable[[Any, Town], Course]) -> None:
    town = Town()
    course = write(coordinator_of(town), town)
    dates = list(CourseText.objects.filter(master=course.pk).values_list("written_at", flat=True))
    assert dates
    assert None not in dates
    assert len(set(dates)) == 1


def test_a_copy_of_a_stale_translation_is_stale_too(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    planner = coordinator_of(town)
    course = _planned(planner, town)
    at(monkeypatch, clock.now() + DAY)
    course = services.edit_course(
        actor=planner, course=course, version=course.version, facts={}, texts={"fa": {"note": "مداد"}}
    )
    copy = services.copy_course(actor=planner, course=course, firsts=[pattern().first + 70 * DAY])[0]
    assert of_courses() == [(course.pk, "en", True, "note"), (copy.pk, "en", True, "note")]


def test_texts_from_before_were_written_when_their_course_last_changed() -> None:
    town = Town()
    old, dated = town.course(), town.course()
    now = clock.now()
    CourseText.objects.create(master_id=old.pk, language_code="fa", note="دفتر")
    CourseText.objects.create(master_id=dated.pk, language_code="fa", note="دفتر", written_at=now + DAY)
    Course.objects.filter(pk=old.pk).update(updated_at=now - DAY)
    filling = import_module("programs.migrations.0016_course_written_at_filled")
    for _ in range(2):
        filling.fill(apps, connection.schema_editor)
        assert list(CourseText.objects.order_by("pk").values_list("written_at", flat=True)) == [now - DAY, now + DAY]


# Both kinds in one queue


def called(rows: list[Waiting]) -> list[str]:
    return [(one.course or one.program).slug for one in rows]


def mixed(town: Town) -> list[str]:
    """Programs and courses that wait, in the order of reach, then what lacks before what is stale, then age."""
    now = clock.now()
    quiet = town.new_program("سفالگری", None)
    quiet.translations.update(written_at=now - 3 * DAY)
    busy, middling, old, young, stale = (town.course() for _ in range(5))
    ages = {busy: 1, middling: 1, old: 9, young: 2, stale: 30}
    for course, age in ages.items():
        CourseText.objects.create(master_id=course.pk, language_code="fa", note="دفتر", written_at=now - age * DAY)
    CourseText.objects.create(master_id=stale.pk, language_code="en", note="Notebook", written_at=now - 31 * DAY)
    crowd(busy, 3)
    crowd(middling, 2)
    return [one.slug for one in (busy, middling, old, quiet, young, stale)]


def test_programs_and_courses_stand_in_one_queue_by_reach_and_age() -> None:
    ordered = mixed(Town())
    assert called(waiting(Program.objects.all(), slice(10))) == ordered


@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_queue_is_paged_across_both_kinds(size: int) -> None:
    ordered = mixed(Town())
    pages = [waiting(Program.objects.all(), slice(start, start + size)) for start in range(0, 8, size)]
    assert [slug for page in pages for slug in called(page)] == ordered


def test_the_page_leads_to_the_text_that_lacks_and_the_next_page_to_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.views.work.translations.A_PAGE", 4)
    town = Town()
    desk = Client()
    desk.force_login(coordinator_of(town))
    ordered = mixed(town)
    shown = [desk.get(reverse("programs:work_translations"), {"page": page}).text for page in ("1", "2", "x", "99")]
    addresses = [
        reverse("programs:work_course", args=[slug]) + "#id_note_en"
        if slug.startswith("photography")
        else reverse("programs:work_program", args=[slug]) + "#id_title_en"
        for slug in ordered
    ]
    for page, rows in ((0, addresses[:4]), (1, addresses[4:]), (2, addresses[:4]), (3, addresses[:4])):
        assert [one for one in addresses if one in shown[page]] == rows
    assert ['href="?page=2"' in page for page in shown] == [True, False, True, True]
    assert 'href="?page=1"' in shown[1]
    form = desk.get(addresses[0].partition("#")[0]).text
    assert 'id="id_note_en"' in form
    assert 'id="id_note_fa"' in form


def test_the_api_names_the_course_and_pages_as_the_page_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("programs.api.translations.A_PAGE", 4)
    town = Town()
    planner = coordinator_of(town)
    ordered = mixed(town)
    pages = [read(planner, f"translations/?page={page}") for page in (1, 2)]
    assert [row["slug"] for page in pages for row in page] == ordered
    courses = dict(Course.objects.values_list("slug", "pk"))
    assert [row["course"] for page in pages for row in page] == [courses.get(slug) for slug in ordered]


def test_a_course_in_a_foreign_language_waits_for_both_and_is_called_by_what_it_has() -> None:
    town = Town()
    course = town.course(source_language="ko")
    CourseText.objects.create(master_id=course.pk, language_code="ko", title="사진", note="공책")
    rows = [one for one in waiting(Program.objects.all(), slice(9)) if one.course]
    assert [(one.language, one.title, one.title_language) for one in rows] == [
        ("fa", "عکاسی با تلفن همراه", "fa"),
        ("en", "عکاسی با تلفن همراه", "fa"),
    ]


def test_the_queue_asks_as_much_for_thirty_rows_as_for_one() -> None:
    town = Town()
    counts = []
    for more in (1, 29):
        town.new_program("سفالگری", None)
        for course in [town.course() for _ in range(more)]:
            CourseText.objects.create(master_id=course.pk, language_code="fa", note="دفتر")
        with CaptureQueriesContext(connection) as seen:
            waiting(Program.objects.all(), slice(50))
        counts.append(len(seen))
    assert counts == [8, 8]
