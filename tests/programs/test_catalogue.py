"""What the catalogue finds, how it counts what each filter would leave, and how it shows that nothing was found."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.http import QueryDict

from base import clock
from base.calendar import WEEKDAYS
from programs.catalogue import DAYPARTS, Filters, count, find, public
from programs.models import Course, Program
from programs.templatetags.programs import Card
from tests.programs.town import DAY, Town, crowd
from tests.reading import page_of

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "programs"


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def city(town: Town) -> Town:
    """Two areas and districts, and courses that differ in everything that one can filter by."""
    other = Town()
    begins = clock.at(clock.today() + 20 * DAY, dt.time(9))
    now = clock.now()
    some: list[dict[str, Any]] = [
        {"first": begins, "fee_max": 0, "age_min": 6, "age_max": 12, "audience_words": " children girls "},
        {"first": begins + DAY, "fee_max": 500_000, "age_min": 18, "audience_words": " women parents "},
        {"first": begins + dt.timedelta(days=2, hours=5), "online": True, "venue": None, "languages": " fa en "},
        {"first": begins + dt.timedelta(days=3, hours=9), "capacity": None, "languages": " ckb "},
        {"first": begins + 4 * DAY, "opens_at": now + DAY, "closes_at": None},
        {"first": begins + 5 * DAY, "opens_at": now - 3 * DAY, "closes_at": now - DAY},
        {"first": begins + 6 * DAY, "mode": Course.Mode.PARTNER, "fee_max": None, "capacity": None},
        {"first": begins - 60 * DAY, "meetings": 2},
        {"first": begins + 7 * DAY, "missing_since": clock.today(), "online": True},
    ]
    for place in (town, other):
        for columns in some:
            place.course(program=place.new_program(), **columns)
    crowd(town.course(capacity=1), 2)
    other.course(state=Course.State.CANCELLED)
    other.course(state=Course.State.DRAFT)
    other.course(program=other.new_program(state=Program.State.DRAFT))
    return town


def asked(query: str) -> Filters:
    return Filters.read(QueryDict(query))


SELECTIONS = [
    "",
    "free=1",
    "online=1",
    "seats=1",
    "open=1",
    "open=soon",
    "open=1&open=soon&free=1",
    "weekday=sat&weekday=mon",
    "daypart=morning&free=1",
    "age=10",
    "age=۳۰&weekday=tue&weekday=wed&weekday=thu",
    "audience=women&audience=children",
    "language=ckb",
    "past=1",
    "past=1&free=1&seats=1",
    "q=عکاسی&free=1",
    "q=photography&open=1",
]
OPTIONS = {
    "weekday": WEEKDAYS,
    "daypart": DAYPARTS,
    "audience": ("children", "girls", "women", "parents", "everyone"),
    "language": ("fa", "en", "ckb"),
    "open": ("1", "soon"),
}


@pytest.mark.parametrize("query", SELECTIONS)
def test_each_option_counts_what_choosing_it_alone_would_show(city: Town, query: str) -> None:
    filters = asked(query)
    facets = count(filters)
    assert facets.total == find(filters).count()
    options = OPTIONS | {"area": tuple(public().values_list("area__slug", flat=True).distinct())}
    options |= {"district": tuple(public().exclude(district=None).values_list("district__slug", flat=True).distinct())}
    for group, values in options.items():
        counted = {value: facets.options.get(group, {}).get(value, 0) for value in values}
        assert (group, counted) == (
            group,
            {value: find(replace(filters, **{group: (value,)})).count() for value in values},
        )
    for flag in ("free", "seats", "online"):
        chosen = find(replace(filters, **{flag: True})).count()
        assert (flag, facets.options.get(flag, {}).get("1", 0)) == (flag, chosen)


@pytest.mark.parametrize("query", SELECTIONS)
def test_without_a_filter_counts_what_its_removal_would_show(city: Town, query: str) -> None:
    filters = asked(query)
    empty: dict[str, Any] = {"free": False, "seats": False, "online": False, "age": None}
    for name, n in count(filters).without.items():
        assert (name, n) == (name, find(replace(filters, **{name: empty.get(name, ())})).count())


def test_several_values_of_a_filter_are_alternatives_and_filters_all_hold(city: Town) -> None:
    ids = {
        query: set(find(asked(query)).values_list("pk", flat=True))
        for query in ("audience=women", "audience=girls", "free=1")
    }
    both = set(find(asked("audience=women&audience=girls")).values_list("pk", flat=True))
    assert both == ids["audience=women"] | ids["audience=girls"] != set()
    free = set(find(asked("audience=women&audience=girls&free=1")).values_list("pk", flat=True))
    assert free == both & ids["free=1"] != both


def test_the_page_counts_as_the_facets_do(client: Client, city: Town) -> None:
    filters = asked("free=1")
    page = page_of(client.get("/en/courses/?free=1"))
    assert page.text("count") == f"{find(filters).count()} courses"
    boxes = {(found["name"], found["value"]): found for found, _ in page.all("input", type="checkbox")}
    assert "checked" in boxes["free", "1"]
    empty = {key for key, found in boxes.items() if "disabled" in found}
    counted = count(filters).options
    names = {"open", "free", "seats", "online", "area", "district", "weekday", "daypart", "audience", "language"}
    nothing = {key for key in boxes if key[0] in names and not counted.get(key[0], {}).get(key[1])}
    assert empty == nothing != set()
    assert ("past", "1") in boxes


@pytest.mark.parametrize(
    "query",
    [
        "area=../../etc",
        "weekday=someday",
        "age=-1",
        "age=abc",
        "age=99999",
        "sort=cheapest",
        "page=-3",
        "page=x",
        "open=9",
        "q=%00",
    ],
)
def test_what_cannot_be_understood_is_left_out_of_an_old_link(client: Client, city: Town, query: str) -> None:
    assert client.get(f"/fa/courses/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("عکاسی", True),
        ("عكاسي", True),  # Arabic letters
        ("تلفن همراه", True),
        ("تلفن‌همراه", True),
        ("photography", True),
        ("PHONE", True),
        ("سواد رسانه‌ای", True),
        ("تالار شهر", True),
        ("zzz", False),
    ],
)
def test_a_search_finds_words_in_either_language_and_any_spelling(town: Town, query: str, *, is_found: bool) -> None:
    course = town.course()
    assert find(Filters(q=query)).filter(pk=course.pk).exists() == is_found


def test_what_begins_with_the_words_comes_first(town: Town) -> None:
    later = town.course(program=town.new_program("نقاشی دیواری", "Wall painting"), first=clock.now() + 50 * DAY)
    town.course(program=town.new_program("کارگاه نقاشی", "Workshop"), first=clock.now() + 5 * DAY)
    assert find(Filters(q="نقاشی")).first() == later


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_search_without_results_offers_ways_on(client: Client, city: Town, language: str) -> None:
    page = page_of(client.get(f"/{language}/courses/?language=ckb&online=1"))
    links = {found["href"]: words for found, words in page.all("a") if "class" in found and "button" in found["class"]}
    n = find(asked("language=ckb")).count()
    words = {"fa": f"بدون «آنلاین»: {'۰۱۲۳۴۵۶۷۸۹'[n]} دوره", "en": f"Without “Online”: {n} courses"}
    assert links[f"/{language}/courses/?language=ckb"] == words[language]
    assert {"fa": "دوره‌ای با این شرط‌ها نیست", "en": "No course matches"}[language] in [h for _, h in page.all("h3")]


def test_a_slip_of_the_pen_is_understood(client: Client, town: Town) -> None:
    town.course()
    page = page_of(client.get("/en/courses/?q=photografy"))
    assert ("/en/courses/?q=Photography", "Did you mean “Photography”?") in [
        (found["href"], words) for found, words in page.all("a")
    ]


def test_each_active_filter_is_a_chip_that_removes_itself(client: Client, city: Town) -> None:
    page = page_of(client.get("/en/courses/?weekday=sat&weekday=sun&free=1&age=10&q=photography"))
    chips = {words: found["href"] for found, words in page.all("a", class_="chip chip--on")}
    assert chips == {
        "Free": "/en/courses/?weekday=sat&weekday=sun&age=10&q=photography",
        "Saturday": "/en/courses/?weekday=sun&free=1&age=10&q=photography",
        "Sunday": "/en/courses/?weekday=sat&free=1&age=10&q=photography",
        "Age 10": "/en/courses/?weekday=sat&weekday=sun&free=1&q=photography",
    }


def test_pages_neither_skip_nor_repeat(client: Client, town: Town) -> None:
    courses = town.courses(43)
    shown: list[str] = []
    for number in (1, 2, 3):
        page = page_of(client.get(f"/en/courses/?page={number}"))
        shown += [found["href"] for found, _ in page.all("a") if "/en/courses/photography" in found.get("href", "")]
    assert shown == [f"/en/courses/{course.slug}/" for course in courses]


def test_the_script_gets_the_list_alone(client: Client, town: Town) -> None:
    town.course()
    part = page_of(client.get("/fa/courses/", headers={"HX-Request": "true"}))
    assert (len(part.all("h1")), len(part.all("html")), part.all("form", id="results")[0][0]["id"]) == (0, 0, "results")


def test_a_card_is_given_all_that_it_shows() -> None:
    """What it is not given would be shown as nothing."""
    texts = [(TEMPLATES / f"_{part}.html").read_text() for part in ("card", "hours", "ages", "status", "price")]
    assert {name for text in texts for name in re.findall(r"\bcourse\.(\w+)", text)} == set(Card._fields)


def test_a_card_that_was_drawn_before_follows_its_course_and_the_day(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = town.course(first=clock.at(dt.date(2027, 1, 5), dt.time(9)), capacity=9)

    def card(day: dt.date) -> str:
        monkeypatch.setattr(clock, "now", lambda: clock.at(day, dt.time(9)))
        cache.clear()
        ((_, words),) = page_of(client.get("/en/courses/")).all("article")
        return words

    eve, new_year = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
    before = card(eve)
    assert card(new_year) == before.replace("January 2027", "January") != before
    Course.objects.filter(pk=course.pk).update(seats_taken=7, online=True)
    assert card(eve) == before.replace("9 seats left", "Only 2 seats left").replace("City Hall", "Online · City Hall")


def test_what_is_not_for_the_public_is_in_no_list(client: Client, town: Town) -> None:
    hidden = [
        town.course(state=Course.State.DRAFT),
        town.course(state=Course.State.ARCHIVED),
        town.course(state=Course.State.CANCELLED),
        town.course(program=town.new_program(state=Program.State.DRAFT)),
    ]
    for rest in ("", "courses/", f"areas/{town.area.slug}/", f"venues/{town.venue.slug}/"):
        cache.clear()
        text = client.get(f"/en/{rest}").content.decode()
        assert [course.slug for course in hidden if course.slug in text] == []


def test_a_small_number_of_people_is_not_told(client: Client, town: Town) -> None:
    """V5: the city's numbers leave out a group of fewer than five."""
    crowd(town.course(), 4)
    assert "learners" not in client.get("/en/").context["numbers"]
    crowd(town.course(), 5)
    cache.clear()
    assert client.get("/en/").context["numbers"]["learners"] == 9
