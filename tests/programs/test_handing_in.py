"""Files that coordinators hand in: looked at, saved on a word, taken back for a day."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Notice
from programs import services
from programs.models import Course, Import, Program
from programs.rules import why_not_undo
from tests.programs import world
from tests.programs.feed import REAL, everything, many, needs_real, run, table
from workgroups.models import Appointment, Workgroup

if TYPE_CHECKING:
    from pathlib import Path

    from members.models import Member

pytestmark = pytest.mark.django_db
OURS = {"programs.Import", "programs.ImportRow", "members.Audit", "notifications.Notice", "notifications.Delivery"}
LATER = {"start_date": "2026-03-20", "end_date": "2026-05-01"}


@pytest.fixture
def workgroup() -> Workgroup:
    return world.workgroup()


@pytest.fixture
def coordinator(workgroup: Workgroup) -> Member:
    member = world.person()[0]
    since = dt.date(2026, 1, 1)
    Appointment.objects.create(member=member, role="coordinator", workgroup=workgroup, from_on=since)
    return member


@pytest.fixture(autouse=True)
def _that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 2, 23, 8, tzinfo=dt.UTC))


def hand_in(
    actor: Member, workgroup: Workgroup, raw: str | bytes, profile: str = "mft", *, partner: str = "", **options: Any
) -> Import:
    """Handed in and read."""
    content = raw.encode() if isinstance(raw, str) else raw
    made = services.hand_in(
        actor=actor,
        workgroup=workgroup,
        profile=profile,
        name="file.csv",
        content=content,
        language="fa",
        options=options,
        partner=partner,
    )
    return worked(made)


def worked(made: Import) -> Import:
    while services.work_imports():
        pass
    return Import.objects.select_related("feed__workgroup").get(pk=made.pk)


def saved(actor: Member, workgroup: Workgroup, raw: str | bytes, profile: str = "mft", **options: Any) -> Import:
    made = hand_in(actor, workgroup, raw, profile, **options)
    return worked(services.confirm(actor=actor, run=made))


def catalogue() -> dict[str, list[Any]]:
    """Every row of every table but those that tell of the import."""
    return {name: rows for name, rows in everything().items() if name not in OURS}


def of_kind(made: Import, what: str) -> list[tuple[Any, ...]]:
    return list(made.rows.filter(what=what).values_list("line", "key", "title"))


# Looking


def test_a_file_is_shown_row_by_row_and_changes_nothing(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, many(4))
    before = catalogue()
    changed = table(
        {"id": "k0", "title": "عکاسی پیشرفته"}, {"id": "k1"}, {"id": "k2", "capacity": "x"}, {"id": "k8", **LATER}
    )
    made = hand_in(coordinator, workgroup, changed, accept_missing=True)
    assert (made.state, made.counts) == (
        "read",
        {"created": 1, "updated": 1, "unchanged": 1, "missing": 1, "rejected": 1},
    )
    assert of_kind(made, "created") == [(5, "k8", "مبانی عکاسی")]
    assert of_kind(made, "missing") == [(None, "k3", "عکاسی پیشرفته")] or of_kind(made, "missing")[0][1] == "k3"
    (updated,) = made.rows.filter(what="updated")
    assert updated.line == 2
    (rejected,) = made.rows.filter(what="rejected")
    assert (rejected.line, "capacity" in rejected.reason) == (4, True)
    assert catalogue() == before


def test_old_and_new_of_each_field_are_shown_and_who_will_be_told(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, table(LATER), mode="portal")
    member, learner = world.person()
    services.enrol(actor=member, course=Course.objects.get(), learner=learner)
    made = hand_in(coordinator, workgroup, table(LATER | {"start_date": "2026-03-27", "max_price": "102000000"}))
    (row,) = made.rows.all()
    assert row.details == [["starts_on", "2026-03-20", "2026-03-27"], ["fee_max", 101_000_000, 102_000_000]]
    assert row.told == 1


def test_a_file_that_is_none_is_refused_and_not_kept(coordinator: Member, workgroup: Workgroup) -> None:
    before = catalogue()
    made = hand_in(coordinator, workgroup, "a,b\n1,2\n")
    assert (made.state, made.content, made.failure[:4]) == ("failed", None, "سطر ")
    del before["programs.Feed"]
    assert {name: rows for name, rows in catalogue().items() if name != "programs.Feed"} == before


def test_whoever_does_not_answer_for_the_workgroup_hands_nothing_in(workgroup: Workgroup) -> None:
    stranger = world.person()[0]
    with pytest.raises(Refused) as refused:
        hand_in(stranger, workgroup, many(1))
    assert refused.value.refusal.code == "not_yours"
    assert not Import.objects.exists()


# Saving


def test_saving_through_the_page_is_the_command(coordinator: Member, workgroup: Workgroup, tmp_path: Path) -> None:
    other = world.workgroup()
    run(many(3), other, tmp_path=tmp_path)
    made = saved(coordinator, workgroup, many(3))
    assert (made.state, made.content) == ("saved", None)
    assert same(workgroup) == same(other)
    assert services.confirm(actor=coordinator, run=made).state == "saved"
    lines = Audit.objects.filter(actor_id=coordinator.pk).order_by("pk").values_list("verb", flat=True)
    assert list(lines) == ["hand_in", "confirm_import", "import_courses"]


def same(workgroup: Workgroup) -> list[Any]:
    """What two workgroups have alike after the same files."""
    columns = (
        "feed_key",
        "starts_on",
        "ends_on",
        "state",
        "source_capacity",
        "missing_since",
        "fingerprint",
        "version",
    )
    courses = Course.objects.filter(feed__workgroup=workgroup).order_by("feed_key")
    texts = courses.values_list("feed_key", "translations__note", "program__translations__title", "slots__starts")
    return [list(courses.values_list(*columns)), sorted(map(str, texts))]


def test_what_changed_between_looking_and_saving_is_shown_again(
    coordinator: Member, workgroup: Workgroup, tmp_path: Path
) -> None:
    made = hand_in(coordinator, workgroup, many(3))
    run(many(2), workgroup, tmp_path=tmp_path)
    made = worked(services.confirm(actor=coordinator, run=made))
    assert (made.state, made.is_stale, made.counts["created"]) == ("read", True, 1)
    assert Course.objects.count() == 2
    made = worked(services.confirm(actor=coordinator, run=made))
    assert (made.state, made.is_stale, Course.objects.count()) == ("saved", False, 3)


def test_a_worker_that_died_is_followed_by_another(coordinator: Member, workgroup: Workgroup) -> None:
    made = services.hand_in(
        actor=coordinator, workgroup=workgroup, profile="mft", name="f", content=b"", language="fa", options={}
    )
    later = clock.now() + dt.timedelta(minutes=1)
    Import.objects.update(leased_until=later, attempts=1)
    assert services.work_imports() is False
    Import.objects.update(leased_until=clock.now() - dt.timedelta(minutes=1), attempts=3)
    assert services.work_imports() is True
    made.refresh_from_db()
    assert (made.state, made.failure) == ("failed", "با این فایل نشد کار کرد؛ چیزی عوض نشد")


# Undoing


def test_undo_restores_every_row(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, many(5))
    first = catalogue()
    changed = [
        {"id": "k0", "title": "عکاسی پیشرفته", "days": "جمعه ساعت ۰۹:۰۰ تا ۱۱:۰۰", "center": "تهران"},
        {"id": "k1", "start_date": "2026-02-27", "max_price": "200000000"},
        {"id": "k2"},
        {"id": "k8", "course_url": "https://partner.example/lesson/77/"},
    ]
    made = saved(coordinator, workgroup, table(*changed), accept_missing=True)
    assert catalogue() != first
    made = worked(services.undo(actor=coordinator, run=made))
    assert (made.state, made.undone_at, made.rows.exclude(stayed="").count()) == ("undone", clock.now(), 0)
    assert catalogue() == first
    assert services.undo(actor=coordinator, run=made).state == "undone"


def test_undo_of_the_first_file_leaves_nothing(coordinator: Member, workgroup: Workgroup) -> None:
    made = saved(coordinator, workgroup, many(2))
    worked(services.undo(actor=coordinator, run=made))
    assert (Course.objects.count(), Program.objects.count()) == (0, 0)


def test_what_people_enrolled_in_since_stays_and_is_named(coordinator: Member, workgroup: Workgroup) -> None:
    made = saved(coordinator, workgroup, table({"id": "a", **LATER}, {"id": "b", **LATER}), mode="portal")
    member, learner = world.person()
    services.enrol(actor=member, course=Course.objects.get(feed_key="a"), learner=learner)
    made = worked(services.undo(actor=coordinator, run=made))
    assert list(Course.objects.values_list("feed_key", flat=True)) == ["a"]
    assert list(made.rows.exclude(stayed="").values_list("key", "stayed")) == [("a", "enrolled")]


def test_what_was_edited_since_stays_and_is_named(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, many(1))
    made = saved(coordinator, workgroup, many(1, max_price="200000000"))
    Course.objects.update(version=9, fee_max=5)
    made = worked(services.undo(actor=coordinator, run=made))
    assert Course.objects.get().fee_max == 5
    assert list(made.rows.values_list("key", "stayed")) == [("k0", "edited")]


def test_whoever_has_a_place_hears_that_the_days_move_back(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, table(LATER), mode="portal")
    member, learner = world.person()
    services.enrol(actor=member, course=Course.objects.get(), learner=learner)
    made = saved(coordinator, workgroup, table(LATER | {"start_date": "2026-03-27"}))
    worked(services.undo(actor=coordinator, run=made))
    told = Notice.objects.filter(kind="programs/moved").order_by("pk")
    assert [(one.values["old_starts_on"], one.values["new_starts_on"]) for one in told] == [
        ("2026-03-20", "2026-03-27"),
        ("2026-03-27", "2026-03-20"),
    ]
    assert (Course.objects.get().starts_on, Course.objects.get().version) == (dt.date(2026, 3, 20), 3)


def test_seats_that_were_added_and_taken_since_stay(coordinator: Member, workgroup: Workgroup) -> None:
    saved(coordinator, workgroup, table(LATER | {"capacity": "1"}), mode="portal")
    course = Course.objects.get()
    made = saved(coordinator, workgroup, table(LATER | {"capacity": "1", "start_date": "2026-03-27"}))
    services.resize(actor=coordinator, course=course, capacity=2, waiting_size=course.waiting_size)
    for _ in range(2):
        member, learner = world.person()
        services.enrol(actor=member, course=Course.objects.get(), learner=learner)
    worked(services.undo(actor=coordinator, run=made))
    course.refresh_from_db()
    assert (course.starts_on, course.capacity, course.seats_taken) == (dt.date(2026, 3, 20), 2, 2)


@pytest.mark.parametrize(("hours", "code"), [(23, None), (24, "too_late")])
def test_undo_ends_after_a_day(
    coordinator: Member, workgroup: Workgroup, monkeypatch: pytest.MonkeyPatch, hours: int, code: str | None
) -> None:
    made = saved(coordinator, workgroup, many(1))
    later = clock.now() + dt.timedelta(hours=hours)
    monkeypatch.setattr(clock, "now", lambda: later)
    refusal = why_not_undo(made, coordinator)
    assert (refusal and refusal.code) == code


def test_a_later_file_is_undone_first(
    coordinator: Member, workgroup: Workgroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = saved(coordinator, workgroup, many(2))
    later = clock.now() + dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = saved(coordinator, workgroup, many(3))
    with pytest.raises(Refused) as refused:
        services.undo(actor=coordinator, run=first)
    assert refused.value.refusal.code == "later_import"
    worked(services.undo(actor=coordinator, run=second))
    assert services.undo(actor=coordinator, run=first).state == "undoing"


@needs_real
def test_two_real_days_through_the_page_and_back(coordinator: Member, workgroup: Workgroup) -> None:
    other = world.workgroup()
    days = [REAL / "mft_2026-02-24.csv", REAL / "mft_2026-02-25a.csv"]
    lines = [run(day, other) for day in days]
    saved(coordinator, workgroup, days[0].read_bytes())
    between = catalogue()
    second = saved(coordinator, workgroup, days[1].read_bytes())
    assert lines[1] == " ".join(f"{name}={second.counts[name]}" for name in re.findall(r"\w+(?==)", lines[1]))
    assert same(workgroup) == same(other)
    worked(services.undo(actor=coordinator, run=second))
    assert catalogue() == between


# A spreadsheet that nobody has seen before


def spreadsheet(*more: list[Any]) -> bytes:
    """Persian columns, days in three notations, two sheets."""
    book = Workbook()
    sheet = book.active
    sheet.append(["برنامهٔ زمستان کتابخانه‌ها"])
    sheet.append(["نام کلاس", "از تاریخ", "تا تاریخ", "روزها", "ساعت", "مکان", "هزینه", "ظرفیت"])
    sheet.append(["خوشنویسی", "۱۴۰۴/۱۲/۲۰", "1405-02-01", "شنبه و دوشنبه", "۱۶:۰۰", "کتابخانهٔ مرکزی", "۵۰۰,۰۰۰", 20])
    sheet.append(["سفال", dt.date(2026, 3, 15), "شنبه ۱۲ اردیبهشت ۱۴۰۵", "جمعه", dt.time(9), "کتابخانهٔ مرکزی", 0, "۱۲"])
    second = book.create_sheet("کودکان")
    second.append(["نام کلاس", "از تاریخ", "مکان"])
    second.append(["نقاشی", "۳۰ اسفند ۱۴۰۴", "فرهنگسرا"])
    second.append(["قصه", "۱ فروردین ۱۴۰۵", "فرهنگسرا"])
    for row in more:
        second.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


COLUMNS = {
    "title": "نام کلاس",
    "starts_on": "از تاریخ",
    "ends_on": "تا تاریخ",
    "weekdays": "روزها",
    "starts": "ساعت",
    "place": "مکان",
    "fee": "هزینه",
    "capacity": "ظرفیت",
}


def test_a_spreadsheet_is_mapped_by_hand_once(coordinator: Member, workgroup: Workgroup) -> None:
    made = hand_in(coordinator, workgroup, spreadsheet(), "generic")
    assert (made.state, dict(made.columns)["هزینه"]) == ("mapping", ["۵۰۰,۰۰۰", "0"])
    made = worked(services.map_columns(actor=coordinator, run=made, columns=COLUMNS, language="fa"))
    assert (made.state, made.counts["created"], made.counts["rejected"]) == ("read", 3, 1)
    (rejected,) = made.rows.filter(what="rejected")
    assert (rejected.line, "از تاریخ" in rejected.reason) == (2, True)
    assert made.places == ["کتابخانهٔ مرکزی", "فرهنگسرا"]
    venue = world.venue()
    places = {"کتابخانهٔ مرکزی": venue.pk, "فرهنگسرا": None}
    made = worked(services.map_places(actor=coordinator, run=made, places=places))
    assert (made.state, made.places) == ("read", [])
    worked(services.confirm(actor=coordinator, run=made))
    days = {course.program.title: course.starts_on for course in Course.objects.all()}
    assert days == {
        "خوشنویسی": dt.date(2026, 3, 11),
        "سفال": dt.date(2026, 3, 15),
        "قصه": dt.date(2026, 3, 21),
    }
    assert Course.objects.filter(venue=venue).count() == 2
    second = hand_in(coordinator, workgroup, spreadsheet(["شعر", "1405/1/20", "فرهنگسرا"]), "generic")
    assert (second.state, second.counts["created"], second.counts["unchanged"]) == ("read", 1, 3)


def test_a_forgotten_file_goes(coordinator: Member, workgroup: Workgroup, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hand_in(coordinator, workgroup, many(1))
    assert services.forget_files(dt.timedelta(days=3)) == 0
    later = clock.now() + dt.timedelta(days=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert services.forget_files(dt.timedelta(days=3)) == 1
    made.refresh_from_db()
    assert (made.state, made.content) == ("failed", None)
