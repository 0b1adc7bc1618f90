"""The audit trail as staff read it: filtered, paged, given out for a reason (T23), and sealed night by night (U1)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import Error
from django.test.utils import CaptureQueriesContext

from base import clock
from base.persian import persian_digits
from base.refusal import Refused
from members.models import Audit, Member, Seal
from members.services import record, seal_trail
from members.trail import verify
from programs import services
from programs.trail import PAGE_SIZE, Asked, as_cells
from tests.programs.town import person

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
PAGE = "/en/city/audit/"


def line(day: dt.date, verb: str = "enrol", actor: Member | None = None, number: int = 7, **more: Any) -> Audit:
    """A line of noon of that day."""
    usual: dict[str, Any] = {
        "object_type": "programs.enrolment",
        "door": "page",
        "changes": {"state": [None, "seated"]},
    }
    at, who = clock.at(day, dt.time(12)), actor and actor.pk
    return Audit.objects.create(at=at, actor_id=who, verb=verb, object_id=number, **(usual | more))


@pytest.fixture
def desk(staff: Member, client: Client) -> Client:
    client.force_login(staff)
    return client


def shown(desk: Client, query: str = "") -> list[int]:
    return [one["line"].pk for one in desk.get(PAGE + query).context["lines"]]


def test_each_filter_leaves_what_it_names(desk: Client) -> None:
    today, member = clock.today(), person()[0]
    first = line(today - 3 * DAY, "enrol", member, 7)
    second = line(today - 2 * DAY, "withdraw", None, 8, door="worker")
    third = line(today - DAY, "enrol", member, 8, door="api")
    for query, found in {
        f"who={member.pk}": [third, first],
        "verb=withdraw": [second],
        "object_id=8": [third, second],
        "object_id=۷": [first],
        "door=worker": [second],
        f"from_on={today - 2 * DAY}": [third, second],
        f"until_on={today - 2 * DAY}": [second, first],
        f"who={member.pk}&object_id=8": [third],
        "object_type=programs.enrolment": [third, second, first],
        "object_type=members.member": [],
    }.items():
        assert shown(desk, f"?{query}") == [one.pk for one in found], query


@pytest.mark.parametrize("query", ["who=x", "object_id=9999999999999999999", "from_on=soon", "door=window"])
def test_a_question_that_makes_no_sense_is_said_and_answers_nothing(desk: Client, query: str) -> None:
    line(clock.today())
    answer = desk.get(f"{PAGE}?{query}")
    assert (answer.status_code, answer.context["lines"]) == (422, [])


def test_pages_neither_skip_nor_repeat_while_lines_come(desk: Client) -> None:
    lines = [line(clock.today(), number=number).pk for number in range(PAGE_SIZE + 20)]
    first = desk.get(f"{PAGE}?verb=enrol")
    line(clock.today())
    second = shown(desk, f"?verb=enrol&before={first.context['after']}")
    assert [one["line"].pk for one in first.context["lines"]] + second == lines[::-1]


def test_a_page_asks_as_much_for_fifty_lines_as_for_one(desk: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            desk.get(PAGE)
        return len(asked)

    line(clock.today(), actor=person()[0])
    one = count()
    for _ in range(PAGE_SIZE):
        line(clock.today(), actor=person()[0])
    assert count() == one


def test_residents_are_shown_by_number_and_staff_by_name(desk: Client, staff: Member) -> None:
    member = person("نیلوفر")[0]
    line(clock.today(), actor=member)
    line(clock.today(), actor=staff)
    page = desk.get(PAGE).content.decode()
    assert "نیلوفر" not in page
    assert f"#{member.pk}" in page
    assert f"#{persian_digits(str(member.pk))}" in desk.get("/fa/city/audit/").content.decode()
    assert "بهروز" in page


def test_lines_say_what_and_which_way_as_the_filter_does(desk: Client) -> None:
    known, gone = line(clock.today(), door="worker"), line(clock.today(), object_type="programs.gone")
    found = {one["line"].pk: one for one in desk.get("/fa/city/audit/").context["lines"]}
    assert (found[known.pk]["about"], found[known.pk]["door"]) == ("ثبت‌نام", "پردازشگر")
    assert (found[known.pk]["act"], found[known.pk]["changes"]) == ("ثبت‌نام", [("وضعیت", "— ← ثبت‌نام شد")])
    assert found[gone.pk]["about"] == "programs.gone"


def test_a_sheet_of_marks_is_told_in_words(desk: Client) -> None:
    line(
        clock.today(), "mark_attendance", object_type="programs.classmeeting", changes={"enrolment 280": [None, "late"]}
    )
    (found,) = desk.get("/fa/city/audit/").context["lines"]
    assert (found["act"], found["changes"]) == ("ثبت حضور و غیاب", [("ثبت‌نام ۲۸۰", "— ← با تأخیر")])


def test_changes_are_told_in_words_and_stay_identifiers_in_the_file(desk: Client) -> None:
    changes = {"fields": ["capacity", "is_online"], "on": "2026-11-29", "state": ["draft", "published"], "x": True}
    line(clock.today(), object_type="programs.course", changes=changes)
    (found,) = desk.get(PAGE).context["lines"]
    assert found["changes"] == [
        ("changed", "seats, is_online"),
        ("day", "Sunday 29 November 2026"),
        ("state", "Draft → Published"),
        ("x", "yes"),
    ]
    assert (
        as_cells(found["line"])[-1] == "fields: capacity, is_online; on: 2026-11-29; state: draft → published; x: True"
    )


def test_texts_related_rows_and_groups_are_named_as_the_reader_knows_them(desk: Client) -> None:
    line(clock.today(), "edit", object_type="programs.course", changes={"fields": ["venue_id", "note_fa", "note_en"]})
    line(clock.today(), "reserve", object_type="programs.course", changes={"joining": {"districts": [5, 6, 7]}})
    line(clock.today(), "enrol", changes={"assisted": "phone"})
    found = [one["changes"] for one in desk.get("/fa/city/audit/").context["lines"]]
    assert found == [
        [("درخواست از راه", "تلفنی")],
        [("چه کسی می‌تواند در دوره‌های برنامه‌اش ثبت‌نام کند", "منطقه‌ها: ۵، ۶، ۷")],
        [("تغییرکرده‌ها", "محل، نکته‌ها به فارسی، نکته‌ها به انگلیسی")],
    ]


def test_values_are_shown_as_text_and_never_as_markup(desk: Client, staff: Member) -> None:
    """T10."""
    record(actor=staff, verb="x", row=staff, changes={"reason": "<script>alert(1)</script>"})
    assert "<script>alert" not in desk.get(PAGE).content.decode()


def test_names_of_fields_are_no_old_and_new(desk: Client, staff: Member) -> None:
    record(actor=staff, verb="edit", row=staff, changes={"fields": ["title", "summary"], "state": ["draft", "review"]})
    assert desk.get(PAGE).context["lines"][0]["changes"] == [("changed", "title, summary"), ("state", "draft → review")]


def test_a_file_needs_a_reason_and_is_in_the_trail_itself(desk: Client, staff: Member) -> None:
    """T23, T16."""
    line(clock.today(), "enrol")
    line(clock.today(), "=cmd()")
    assert desk.post(f"{PAGE}export/", {"verb": "enrol", "reason": " "}).status_code == 422
    assert not Audit.objects.filter(verb="export_trail").exists()
    answer = desk.post(f"{PAGE}export/", {"reason": "asked by the court"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    verbs = [row[4] for row in rows[1:]]
    assert "enrol" in verbs
    assert "'=cmd()" in verbs
    kept = Audit.objects.get(verb="export_trail")
    assert (kept.actor_id, kept.changes["reason"]) == (staff.pk, "asked by the court")
    desk.post(f"{PAGE}export/", {"verb": "enrol", "reason": "once more"})
    assert Audit.objects.filter(verb="export_trail").latest("pk").changes["asked"] == {"verb": "enrol"}


def test_nobody_but_staff_takes_the_trail_away(coordinator: Member) -> None:
    with pytest.raises(Refused):
        services.export_trail(actor=coordinator, asked=Asked(), reason="x")


# Seals


def sealed_days(count: int) -> list[Audit]:
    """Lines on so many days before today, all sealed."""
    first = clock.today() - count * DAY
    lines = [line(first + number * DAY, number=number) for number in range(count) if number != 1]
    seal_trail()
    return lines


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.at(clock.today(), dt.time(12))
    monkeypatch.setattr(clock, "now", lambda: now)


def test_each_day_that_is_over_is_sealed_once_and_today_is_not(noon: None) -> None:
    """U1: days without a line, too."""
    line(clock.today())
    sealed_days(4)
    assert seal_trail() == 0
    assert list(Seal.objects.values_list("day", flat=True)) == [clock.today() - number * DAY for number in (4, 3, 2, 1)]
    found = verify()
    assert (found.days, found.lines, found.broken_on) == (4, 3, None)


def test_yesterday_is_sealed_from_one_in_the_morning_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """U1: what began before midnight may still be on its way."""
    day = clock.today()
    line(day - DAY)
    for hour, count in ((dt.time(0, 59), 0), (dt.time(1, 0), 1)):
        monkeypatch.setattr(clock, "now", lambda hour=hour: clock.at(day, hour))
        assert seal_trail() == count


def unguarded(work: str, *values: object) -> None:
    """What somebody with the database in their hands could do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE members_audit DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE members_seal DISABLE TRIGGER members_seal_append_only")
        cursor.execute(work, values)


@pytest.mark.parametrize(
    "work",
    [
        "UPDATE members_audit SET verb = 'withdraw' WHERE object_id = 2",
        "UPDATE members_audit SET actor_id = 1 WHERE object_id = 2",
        "DELETE FROM members_audit WHERE object_id = 2",
        "UPDATE members_seal SET lines = 9 WHERE day = %s",
        "UPDATE members_seal SET digest = '0' WHERE day = %s",
        "DELETE FROM members_seal WHERE day = %s",
    ],
)
def test_whoever_changes_a_sealed_day_is_found_out(noon: None, work: str) -> None:
    """U1: a line changed, a line gone, a seal changed, a seal gone."""
    sealed_days(4)
    day = clock.today() - 2 * DAY
    unguarded(work, *([day] if "%s" in work else []))
    assert verify().broken_on == day
    with pytest.raises(CommandError, match=str(day)):
        call_command("verify_audit")


def test_a_line_slipped_into_a_sealed_day_is_found_out(noon: None) -> None:
    """U1."""
    sealed_days(4)
    line(clock.today() - 3 * DAY)
    assert verify().broken_on == clock.today() - 3 * DAY


def test_a_chain_resealed_from_the_middle_on_is_whole_only_for_who_rewrites_all_of_it(noon: None) -> None:
    """U1: each seal stands on the one before."""
    sealed_days(4)
    before = list(Seal.objects.values_list("digest", flat=True))
    unguarded("DELETE FROM members_seal WHERE day > %s", clock.today() - 4 * DAY)
    unguarded("UPDATE members_audit SET verb = 'x' WHERE object_id = 2")
    seal_trail()
    after = list(Seal.objects.values_list("digest", flat=True))
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, True, False, False]


@pytest.mark.postgresql
@pytest.mark.parametrize("work", ["UPDATE members_seal SET lines = 0", "DELETE FROM members_seal"])
def test_seals_are_only_ever_added_to(noon: None, work: str) -> None:
    """U1."""
    sealed_days(2)
    with pytest.raises(Error), connection.cursor() as cursor:
        cursor.execute(work)


def test_the_command_says_how_much_is_whole(noon: None, capsys: pytest.CaptureFixture[str]) -> None:
    sealed_days(4)
    call_command("verify_audit")
    assert "4 days with 3 lines" in capsys.readouterr().out


def test_a_portal_without_a_line_seals_nothing() -> None:
    assert seal_trail() == 0
