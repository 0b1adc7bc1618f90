"""What the city asks for: wishes are grouped, shared and answered; searches in vain counted without a person (V5); coverage."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from base import calendar, clock
from members.models import Audit
from notifications.models import Delivery
from programs import demand, services
from programs.models import Course, Support, VainSearch, Wish
from programs.services.demand import note_vain_search
from tests.programs.test_rosters import code_of, coordinator_of, signed_in
from tests.programs.town import DAY, Town, crowd, person

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db
SWIM = "کلاس شنا برای بانوان"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def desk(town: Town) -> Member:
    return coordinator_of(town)


def wish(text: str = SWIM, member: Member | None = None, **where: object) -> Wish:
    return services.wish(actor=member or person()[0], text=text, language="fa", **where)[0]


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("شنا بانوان", True),
        ("بانوان، شنا", True),
        ("دورهٔ شنا برای بانوان", True),
        ("شنا", False),
        ("شنا آقایان", False),
    ],
)
def test_like_wishes_are_one_in_every_spelling(other: str, *, is_same: bool) -> None:
    assert (wish() == wish(other)) is is_same


def test_who_wishes_the_same_joins_and_twice_changes_nothing() -> None:
    member = person()[0]
    row = wish(member=member)
    assert services.wish(actor=member, text=SWIM, language="fa") == (row, False)
    services.support(actor=person()[0], wish=row)
    assert Support.objects.filter(wish=row).count() == 2
    assert list(Audit.objects.filter(object_type="programs.wish").values_list("verb", flat=True)) == ["wish", "support"]


def test_a_wish_is_answered_with_a_course_and_all_who_share_it_are_told_once(town: Town, desk: Member) -> None:
    row, course = wish(), town.course()
    for _ in range(3):
        services.support(actor=person()[0], wish=row)
    assert services.fulfil(actor=desk, wish=row, program=town.program, course=course) == 4
    assert services.fulfil(actor=desk, wish=row, program=town.program, course=course) == 0
    told = Delivery.objects.filter(notice__kind="programs/wish_answered", channel="inbox")
    assert told.count() == 4
    text = signed_in(told.first().member).get("/en/me/inbox/").content.decode()
    assert "Photography with a phone" in text
    row.refresh_from_db()
    assert (row.state, row.course) == ("answered", course)
    assert wish() != row


def test_only_a_workgroups_own_and_public_course_answers(town: Town, desk: Member) -> None:
    """P1."""
    row, other = wish(), Town()
    draft = town.course(state=Course.State.DRAFT)
    cases = {
        "not_yours": {"program": other.program},
        "not_public": {"program": town.program, "course": draft},
    }
    for code, answer in cases.items():
        assert code_of(lambda answer=answer: services.fulfil(actor=desk, wish=row, **answer)) == code
    assert code_of(lambda: services.fulfil(actor=person()[0], wish=row, program=town.program)) == "not_yours"
    services.fulfil(actor=desk, wish=row, program=town.program)
    second = town.new_program()
    assert code_of(lambda: services.fulfil(actor=desk, wish=row, program=second)) == "not_open"
    assert code_of(lambda: services.support(actor=person()[0], wish=row)) == "not_open"


def test_what_is_no_wish_is_put_aside_by_coordinators_alone(desk: Member) -> None:
    row = wish()
    assert code_of(lambda: services.set_aside(actor=person()[0], wish=row)) == "not_yours"
    for _ in range(2):
        services.set_aside(actor=desk, wish=row)
    assert SWIM not in Client().get("/fa/wishes/").content.decode()
    assert Audit.objects.filter(verb="set_aside").count() == 1


def test_five_new_wishes_a_day_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """R1."""
    member = person()[0]
    for number in range(5):
        wish(f"سفالگری {number}", member)
    assert code_of(lambda: wish("قالی", member)) == "too_many"
    later = clock.now() + DAY
    monkeypatch.setattr(clock, "now", lambda: later)
    assert wish("قالی", member).text == "قالی"


def test_a_visitor_reads_and_gets_no_cookie_and_a_member_wishes_from_the_page() -> None:
    row = wish("سفالگری")
    visitor = Client()
    answer = visitor.get("/fa/wishes/?q=شنا")
    assert ("سفالگری" in answer.content.decode(), answer.cookies) == (True, {})
    client = signed_in(person()[0])
    assert 'value="شنا"' in client.get("/fa/wishes/?q=شنا").content.decode()
    client.post("/fa/wishes/add/", {"text": SWIM, "district": "", "area": ""})
    client.post(f"/fa/wishes/{row.pk}/support/")
    assert Wish.objects.filter(text=SWIM).exists()
    assert row.supports.count() == 2
    assert client.post("/fa/wishes/add/", {"text": " "}).status_code == 422


def test_groups_under_five_are_not_shown(town: Town, desk: Member) -> None:
    """V5."""
    few, many = wish(area=town.area, district=town.district), wish("سفالگری", district=town.district)
    for _ in range(4):
        services.support(actor=person()[0], wish=many, district=town.district)
    pages = [Client().get("/en/wishes/").content.decode(), signed_in(desk).get("/en/work/demand/").content.decode()]
    for text in pages:
        assert ("5 people would like it" in text, "1 person would" in text) == (True, False)
    found = demand.shares()
    assert [share.people for share in found["area"] if share.slug == town.area.slug] == [None]
    assert [share.people for share in found["district"] if share.slug == town.district.slug] == [6]
    assert few.supports.count() == 1


# Searches in vain


def search(query: str, **more: str) -> None:
    cache.clear()
    assert Client().get("/fa/courses/", {"q": query, **more}).status_code == 200


def test_a_search_in_vain_is_counted_and_a_fruitful_one_is_not(town: Town, desk: Member) -> None:
    """V5: no row says who searched, and fewer than five times is not shown."""
    town.course()
    for _ in range(4):
        search("رانندگی در برف", district=town.district.slug)
    search("عکاسی")
    assert list(VainSearch.objects.values_list("key", "times", "district_slug")) == [
        ("رانندگی در برف", 4, town.district.slug)
    ]
    address = f"/fa/work/demand/?district={town.district.slug}"
    assert "رانندگی در برف" not in signed_in(desk).get(address).content.decode()
    search("رانندگي در برف", district=town.district.slug)
    assert "رانندگی در برف" in signed_in(desk).get(address).content.decode()
    assert "رانندگی در برف" not in signed_in(desk).get("/fa/work/demand/?district=other").content.decode()


@pytest.mark.parametrize("query", ["09181234567", "a@example.org", "", "؟!", "۰۹۱۸۱۲۳۴۵۶۷ من"])
def test_what_may_name_somebody_is_not_kept(query: str) -> None:
    note_vain_search(query=query)
    assert VainSearch.objects.count() == 0


def test_a_database_that_cannot_be_written_to_keeps_nobody_from_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(VainSearch.objects, "filter", fail)
    search("هیچ‌چیز")
    assert VainSearch.objects.count() == 0


def test_the_empty_result_leads_to_a_wish() -> None:
    text = Client().get("/fa/courses/?q=هیچ‌چیز").content.decode()
    assert "/fa/wishes/?q=%D9%87" in text


# Coverage


def test_coverage_counts_seats_by_area_district_and_season(town: Town, desk: Member) -> None:
    course = town.course(capacity=10)
    crowd(course, 3)
    town.course(capacity=5)
    town.course(capacity=None, venue=None)
    season = demand.Season(*calendar.quarter_of(course.starts_on))
    districts, lines = demand.coverage(season)
    line = next(line for line in lines if line.slug == town.area.slug)
    column = [one.slug for one in districts].index(town.district.slug)
    assert line.cells[column] == demand.Cell(town.area.slug, town.district.slug, 2, 15, 3, 0)
    assert line.cells[-1] == demand.Cell(town.area.slug, "elsewhere", 1, 0, 0, 1)
    assert all(cell is None for cell in line.cells[:-1] if cell != line.cells[column])
    query = f"?season={season.key}&area={town.area.slug}&district={town.district.slug}"
    text = signed_in(desk).get(f"/fa/work/coverage/courses/{query}").content.decode()
    assert course.slug in text
    page = signed_in(desk).get(f"/en/work/coverage/?season={season.key}").content.decode()
    assert "3 of 15" in " ".join(page.split())


@pytest.mark.parametrize(
    ("day", "season", "fa", "en"),
    [
        (dt.date(2026, 11, 24), (1405, 3), "پاییز ۱۴۰۵", "Autumn 2026"),
        (dt.date(2026, 12, 22), (1405, 4), "زمستان ۱۴۰۵", "Winter 2026–2027"),
        (dt.date(2027, 3, 20), (1405, 4), "زمستان ۱۴۰۵", "Winter 2026–2027"),
        (dt.date(2027, 3, 21), (1406, 1), "بهار ۱۴۰۶", "Spring 2027"),
        (dt.date(2025, 3, 20), (1403, 4), "زمستان ۱۴۰۳", "Winter 2024–2025"),
    ],
)
def test_a_season_is_a_quarter_of_the_jalali_year(day: dt.date, season: tuple[int, int], fa: str, en: str) -> None:
    """D9."""
    assert calendar.quarter_of(day) == season
    first, after = calendar.quarter_bounds(*season)
    assert first <= day < after
    assert [calendar.quarter_text(*season, language=language) for language in ("fa", "en")] == [fa, en]
    moved = demand.Season(*season).moved(4)
    assert (moved.year, moved.quarter) == (season[0] + 1, season[1])
    with translation.override("fa"):
        assert demand.Season(*season).label == fa


@pytest.mark.parametrize("path", ["wishes/", "work/demand/", "work/coverage/"])
def test_the_number_of_queries_is_the_same_for_one_and_for_many(town: Town, desk: Member, path: str) -> None:
    client, found = signed_in(desk), []
    for many in (1, 20):
        for number in range(many):
            services.fulfil(
                actor=desk, wish=wish(f"قالی {many} {number}"), program=town.program, course=town.course(meetings=1)
            )
            wish(f"سفال {many} {number}", area=town.area, district=town.district)
        client.get(f"/fa/{path}")
        with CaptureQueriesContext(connection) as counted:
            assert client.get(f"/fa/{path}").status_code == 200
        found.append(len(counted))
    assert found[0] == found[1] <= 14
