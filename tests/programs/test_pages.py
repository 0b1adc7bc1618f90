"""Every page in both languages: its status, heading, direction and twin, its words in each state, its number of queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Member
from programs.models import Course, Enrolment
from tests.programs import town as towns
from tests.programs.town import STATES, Town, crowd, enrol, offered, person
from tests.reading import Page, page_of

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytestmark = pytest.mark.django_db
LANGUAGES = {"fa": "rtl", "en": "ltr"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person()[0]


def words_of(response: HttpResponse, part: str = "seat") -> str:
    return page_of(response).text(part)


def queries(client: Client, address: str) -> int:
    """How many statements a page asks of a database none of whose answers was kept."""
    cache.clear()
    return counted(client, address)


def usual_queries(client: Client, address: str) -> int:
    """How many it asks when another visitor has just looked at it: only names are kept for long."""
    client.get(address)
    return counted(client, f"{address}?again")


def counted(client: Client, address: str) -> int:
    """The statements of one answer."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len([one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "UPDATE members_session"))])


# Every page


def addresses(town: Town, course: Course, place: Enrolment) -> dict[str, list[str]]:
    """The addresses of a small town after the language, by whom they are for."""
    return {
        "visitor": [
            "",
            "courses/",
            "courses/?q=nothing-like-this",
            f"courses/{course.slug}/",
            f"programs/{town.program.slug}/",
            "workgroups/",
            f"workgroups/{town.workgroup.slug}/",
            f"organisations/{town.organisation.slug}/",
            f"venues/{town.venue.slug}/",
            f"areas/{town.area.slug}/",
            "accounts/signin/",
            "help/",
            "accessibility/",
            "privacy/",
            "about/",
        ],
        "member": [
            f"courses/{course.slug}/",
            "me/",
            "me/calendar/",
            f"me/enrolments/{place.pk}/leave/",
            "accounts/profile/",
            "me/devices/",
            "me/tokens/",
        ],
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_every_page_speaks_its_language_and_names_its_twin(
    client: Client, town: Town, member: Member, who: str, language: str
) -> None:
    course = town.course()
    place = enrol(course, member)
    if who == "member":
        client.force_login(member)
    for rest in addresses(town, course, place)[who]:
        response = client.get(f"/{language}/{rest}")
        page = page_of(response)
        other = "en" if language == "fa" else "fa"
        (html, _) = page.all("html")[0]
        assert (rest, response.status_code, len(page.all("h1"))) == (rest, 200, 1)
        assert (rest, html["lang"], html["dir"]) == (rest, language, LANGUAGES[language])
        assert page.all("h1")[0][1], rest
        (link, _) = next(found for found in page.all("a") if found[0].get("hreflang"))
        assert (link["hreflang"], link["lang"], link["href"]) == (other, other, f"/{other}/{rest}")
        assert client.get(link["href"]).status_code == 200


def test_the_filters_stay_when_the_language_changes(client: Client, town: Town) -> None:
    (link, _) = page_of(client.get("/fa/courses/?free=1&weekday=sat")).all("a", hreflang="en")[0]
    assert link["href"] == "/en/courses/?free=1&weekday=sat"


# Queries


@pytest.mark.parametrize("rest", ["courses/", "areas/{area}/", "venues/{venue}/", "organisations/{organisation}/", ""])
def test_a_list_asks_as_much_for_thirty_courses_as_for_one(client: Client, town: Town, rest: str) -> None:
    address = "/en/" + rest.format(area=town.area.slug, venue=town.venue.slug, organisation=town.organisation.slug)
    town.course()
    one = queries(client, address)
    town.courses(29)
    assert queries(client, address) == one


def test_the_catalogue_asks_at_most_six_times(client: Client, town: Town) -> None:
    town.courses(3)
    for address in ("/en/courses/", "/fa/courses/?free=1&weekday=sat", "/fa/courses/?q=عکاسی"):
        assert queries(client, address) <= 6


def test_a_program_and_a_workgroup_ask_as_much_for_thirty(client: Client, town: Town) -> None:
    town.course()
    addresses = [f"/en/programs/{town.program.slug}/", f"/en/workgroups/{town.workgroup.slug}/", "/en/workgroups/"]
    one = [queries(client, address) for address in addresses]
    for course in town.courses(29):
        town.course(program=town.program, first=course.meetings.first().starts_at)
    assert [queries(client, address) for address in addresses] == one


@pytest.mark.parametrize("state", STATES)
def test_a_course_asks_a_visitor_six_times_at_most(client: Client, town: Town, member: Member, state: str) -> None:
    course = STATES[state](town, member)
    assert usual_queries(client, f"/en/courses/{course.slug}/") <= 6


@pytest.mark.parametrize("state", sorted(STATES.keys() - {"clash"}))
def test_a_course_asks_a_member_nine_times_at_most(client: Client, town: Town, member: Member, state: str) -> None:
    course = STATES[state](town, member)
    client.force_login(member)
    assert usual_queries(client, f"/en/courses/{course.slug}/") <= 9


def test_other_courses_and_a_clash_cost_two_more_each(client: Client, town: Town, member: Member) -> None:
    course = STATES["clash"](town, member)
    town.courses(5)
    client.force_login(member)
    assert usual_queries(client, f"/en/courses/{course.slug}/") == 8 + 2 + 2


def test_ones_own_page_asks_as_much_for_thirty_places_as_for_two(client: Client, town: Town, member: Member) -> None:
    client.force_login(member)
    courses = town.courses(29)
    queue = town.course(capacity=1, first=towns.clock.now() + 90 * towns.DAY)
    crowd(queue, 1)
    enrol(queue, member)
    enrol(courses[0], member)
    two = queries(client, "/fa/me/")
    for course in courses[1:]:
        enrol(course, member)
    assert queries(client, "/fa/me/") == two


# The seat panel

TITLES = {
    "open": ("ثبت‌نام باز است", "Enrolment is open"),
    "few": ("فقط ۲ جای خالی", "Only 2 seats left"),
    "full": ("ظرفیت تکمیل شد", "Full"),
    "queue_full": ("ظرفیت و صف تکمیل شد", "The course and its waiting list are full"),
    "waiting": ("جای شما در صف: ۱", "You are number 1 in line"),
    "offered": ("یک جا برای شما نگه داشته‌ایم", "We are holding a seat for you"),
    "seated": ("پرنیا ثبت‌نام شد", "پرنیا is enrolled"),
    "clash": ("با دورهٔ دیگری هم‌زمان است", "Clashes with another course"),
    "age": ("این دوره برای ۶ تا ۹ ساله‌هاست", "This course is for ages 6 to 9"),
    "audience": ("این دوره ویژهٔ بانوان است", "This course is for women"),
    "not_open": ("ثبت‌نام هنوز باز نشده", "Enrolment is not open yet"),
    "closed": ("ثبت‌نام بسته شد", "Enrolment is closed"),
    "cancelled": ("این دوره لغو شد", "This course is cancelled"),
    "partner": ("ثبت‌نام نزد برگزارکننده", "Enrolment at the organiser"),
    "paused": ("ثبت‌نام فعلاً متوقف است", "Enrolment is paused"),
}
WORDS = {
    "open": ["۲۰ جای خالی", "20 seats of 20 are left"],
    "full": ["جای شما در صف: ۱", "You would be number 1 in line"],
    "offered": [
        "اگر پاسخ ندهید، جایتان به نفر بعدی صف می‌رسد",
        "Without an answer the seat goes to the next person in line",
    ],
    "clash": ["عکاسی با تلفن همراه", "Photography with a phone"],
    "cancelled": ["استاد بیمار است", "The instructor is ill"],
}
BUTTONS = {
    "not_open": (["باز شدن ثبت‌نام را به من یادآوری کنید"], ["Remind me when enrolment opens"]),
    "open": (["ثبت‌نام"], ["Enrol"]),
    "few": (["ثبت‌نام"], ["Enrol"]),
    "full": (["ورود به صف انتظار"], ["Join the waiting list"]),
    "offered": (["قبول می‌کنم", "نمی‌خواهم"], ["Take the seat", "No, thank you"]),
}
LINKS = {"waiting": ("خروج از صف", "Leave the line"), "seated": ("انصراف از دوره", "Withdraw from the course")}
EDGES = {
    "open": "info",
    "few": "warn",
    "waiting": "info",
    "offered": "danger",
    "seated": "ok",
    "cancelled": "danger",
    "partner": "info",
    "clash": "warn",
    "age": "warn",
    "audience": "warn",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_the_panel_says_the_state_in_the_words_of_the_guide(
    client: Client, town: Town, member: Member, state: str, language: str
) -> None:
    course = STATES[state](town, member)
    client.force_login(member)
    response = client.get(f"/{language}/courses/{course.slug}/")
    page, which = page_of(response), list(LANGUAGES).index(language)
    assert response.context["panel"].state == state
    assert page.text("seat-title") == TITLES[state][which]
    assert WORDS.get(state, ["", ""])[which] in page.text("seat")
    assert buttons(response) == BUTTONS.get(state, ([], []))[which]
    assert LINKS.get(state, ("", ""))[which] in [words for _, words in page.all("a")] + [""]


def buttons(response: HttpResponse) -> list[str]:
    """The buttons of the panel."""
    text = response.content.decode()
    start = text.index('<section class="seat')
    return [words for _, words in Page(text[start : text.index("</section>", start)]).all("button")]


@pytest.mark.parametrize("state", STATES)
def test_the_panels_edge_repeats_its_heading(client: Client, town: Town, member: Member, state: str) -> None:
    course = STATES[state](town, member)
    client.force_login(member)
    page = page_of(client.get(f"/fa/courses/{course.slug}/"))
    edge = EDGES.get(state)
    assert page.all("section", id="seat")[0][0]["class"] == ("seat" + (f" seat--{edge}" if edge else ""))


def test_a_deadline_names_the_day_and_the_hour(client: Client, town: Town, member: Member) -> None:
    course = offered(town, member)
    client.force_login(member)
    until = client.get(f"/en/courses/{course.slug}/").context["panel"].standing[0].enrolment.offer.expires_at
    text = page_of(client.get(f"/en/courses/{course.slug}/")).all("p", class_="seat__deadline")[0][1]
    assert text.startswith("Take it by ")
    assert text.endswith(until.astimezone(towns.clock.wall(until).tzinfo).strftime(", %-H:%M"))


def test_a_visitor_is_led_to_sign_in_and_back(client: Client, town: Town) -> None:
    course = town.course()
    page = page_of(client.get(f"/fa/courses/{course.slug}/"))
    assert (
        {"class": "button button--wide", "href": f"/fa/accounts/signin/?next=/fa/courses/{course.slug}/"},
        "ثبت‌نام",
    ) in page.all("a")


def test_a_course_that_leads_nowhere_shows_others_like_it(client: Client, town: Town, member: Member) -> None:
    other = town.course()
    course = towns.full(town, waiting=1, waiting_size=1)
    page = page_of(client.get(f"/en/courses/{course.slug}/"))
    assert f"/en/courses/{other.slug}/" in [found["href"] for found, _ in page.all("a")]


def test_a_guardian_sees_each_learner_with_the_reason(client: Client, town: Town, member: Member) -> None:
    child = towns.Learner.objects.create(
        name="آرش", born_from=towns.dt.date(2019, 1, 1), born_until=towns.dt.date(2019, 12, 31)
    )
    towns.Care.objects.create(guardian=member, learner=child, relation="child", from_on=towns.dt.date(2020, 1, 1))
    course = town.course(age_min=18, age_max=None)
    client.force_login(member)
    page = page_of(client.get(f"/en/courses/{course.slug}/"))
    boxes = [(found["value"], "disabled" in found) for found, _ in page.all("input", type="radio")]
    assert boxes == [(str(towns.own(member).pk), False), (str(child.pk), True)]
    assert "This course is for people aged 18 and over" in page.text("seat")


def test_who_is_enrolled_already_is_asked_for_whom_the_next_seat_is(client: Client, town: Town, member: Member) -> None:
    child = towns.Learner.objects.create(
        name="آرش", born_from=towns.dt.date(2014, 1, 1), born_until=towns.dt.date(2014, 12, 31)
    )
    towns.Care.objects.create(guardian=member, learner=child, relation="child", from_on=towns.dt.date(2020, 1, 1))
    course = town.course()
    enrol(course, member)
    client.force_login(member)
    page = page_of(client.get(f"/fa/courses/{course.slug}/"))
    assert [(found["value"], "checked" in found) for found, _ in page.all("input", type="radio")] == [
        (str(child.pk), True)
    ]
    assert "آرش" in [words for _, words in page.all("label")]


# One language only


def test_a_course_in_persian_alone_is_shown_as_such_on_an_english_page(client: Client, town: Town) -> None:
    course = town.course(program=town.new_program("سفالگری", None))
    page = page_of(client.get(f"/en/courses/{course.slug}/"))
    (heading, words) = page.all("h1")[0]
    assert (heading["lang"], heading["dir"], words) == ("fa", "rtl", "سفالگری")
    sentence = "The organiser has given this course in one language only; it waits for its translation."
    assert page.all("p", class_="flash")[0][1] == sentence
    (card, _) = page_of(client.get("/en/courses/")).all("h3")[0]
    assert (card["lang"], card["dir"]) == ("fa", "rtl")
    (persian, _) = page_of(client.get(f"/fa/courses/{course.slug}/")).all("h1")[0]
    assert "lang" not in persian


def test_a_program_in_persian_alone_is_shown_as_such(client: Client, town: Town) -> None:
    program = town.new_program("سفالگری", None)
    page = page_of(client.get(f"/en/programs/{program.slug}/"))
    (heading, words) = page.all("h1")[0]
    assert (heading.get("lang"), heading.get("dir"), words) == ("fa", "rtl", "سفالگری")
    sentence = "The organiser has given this program in one language only; it waits for its translation."
    assert page.all("p", class_="flash")[0][1] == sentence


# Acts


def post(client: Client, address: str, *, htmx: bool, **data: Any) -> HttpResponse:
    """Presses a button, with the page's script or without."""
    return client.post(address, data, headers=HTMX if htmx else {})


def state_of(course: Course, member: Member) -> str | None:
    return Enrolment.objects.filter(course=course, learner=towns.own(member)).values_list("state", flat=True).first()


@pytest.mark.parametrize("htmx", [False, True])
def test_enrolling_gives_a_seat_and_shows_it(client: Client, town: Town, member: Member, *, htmx: bool) -> None:
    course = town.course()
    client.force_login(member)
    response = post(client, f"/fa/courses/{course.slug}/enrol/", htmx=htmx)
    if not htmx:
        assert (response.status_code, response["Location"]) == (302, f"/fa/courses/{course.slug}/#seat")
        response = client.get(f"/fa/courses/{course.slug}/")
    assert (response.status_code, words_of(response, "seat-title")) == (200, "پرنیا ثبت‌نام شد")
    assert state_of(course, member) == "seated"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("verb", "after", "title"), [("accept", "seated", "پرنیا is enrolled"), ("decline", "declined", "Only 1 seat left")]
)
def test_an_offer_is_answered(
    client: Client, town: Town, member: Member, verb: str, after: str, title: str, *, htmx: bool
) -> None:
    course = offered(town, member)
    client.force_login(member)
    place = Enrolment.objects.get(course=course, learner=towns.own(member))
    response = post(client, f"/en/me/enrolments/{place.pk}/{verb}/", htmx=htmx)
    if not htmx:
        assert response.status_code == 302
        response = client.get(response["Location"])
    assert (state_of(course, member), words_of(response, "seat-title")) == (after, title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_withdrawing_asks_once_and_says_who_gets_the_seat(
    client: Client, town: Town, member: Member, language: str
) -> None:
    course = town.course(capacity=1)
    place = enrol(course, member)
    crowd(course, 1)
    client.force_login(member)
    asked = client.get(f"/{language}/me/enrolments/{place.pk}/leave/")
    says = {"fa": "۱ نفر", "en": "1 person is in line"}
    assert says[language] in " ".join(words for _, words in page_of(asked).all("li"))
    done = client.post(f"/{language}/me/enrolments/{place.pk}/withdraw/", {"from": "me", "why": "time"})
    assert (done.status_code, done["Location"]) == (302, f"/{language}/me/")
    assert state_of(course, member) == "withdrawn"
    assert Enrolment.objects.get(pk=place.pk).reason == "time"


REJECTED = {
    "queue_full": ("The course and its waiting list are full", "ظرفیت و صف تکمیل شد"),
    "age": ("This course is for ages 6 to 9", "این دوره برای ۶ تا ۹ ساله‌هاست"),
    "audience": ("This course is for women", "این دوره ویژهٔ بانوان است"),
    "closed": ("Enrolment is closed", "ثبت‌نام بسته شد"),
    "cancelled": ("This course is cancelled", "این دوره لغو شد"),
    "not_open": ("Enrolment is not open yet", "ثبت‌نام هنوز باز نشده"),
}


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("code", REJECTED)
def test_a_rejected_act_says_why_and_changes_nothing(
    client: Client, town: Town, member: Member, code: str, *, htmx: bool
) -> None:
    course = STATES[code](town, member)
    client.force_login(member)
    before = list(Course.objects.values("seats_taken", "waiting", "next_place").order_by("pk"))
    for language, words in zip(("en", "fa"), REJECTED[code], strict=True):
        response = post(client, f"/{language}/courses/{course.slug}/enrol/", htmx=htmx)
        page = page_of(response)
        assert (response.status_code, page.all("div", role="alert")[0][1]) == (409, words)
        assert len(page.all("h1")) == (0 if htmx else 1)
        if not htmx:
            other = "en" if language == "fa" else "fa"
            assert page.all("a", hreflang=other)[0][0]["href"] == f"/{other}/courses/{course.slug}/"
    assert list(Course.objects.values("seats_taken", "waiting", "next_place").order_by("pk")) == before
    assert state_of(course, member) is None


def test_an_offer_that_clashes_offers_the_change(client: Client, town: Town, member: Member) -> None:
    course = offered(town, member)
    held = town.course(program=town.new_program("نقاشی", "Painting"))
    enrol(held, member)
    place = Enrolment.objects.get(course=course, learner=towns.own(member))
    client.force_login(member)
    response = client.post(f"/en/me/enrolments/{place.pk}/accept/", {"from": "course"})
    assert response.status_code == 409
    assert buttons(response)[0] == "Withdraw from the other course and take the seat"
    client.post(f"/en/me/enrolments/{place.pk}/accept/", {"from": "course", "leaving": held.pk})
    assert (state_of(course, member), state_of(held, member)) == ("seated", "withdrawn")


def test_an_address_that_acts_leads_back_to_its_page(client: Client, town: Town, member: Member) -> None:
    course = town.course()
    place = enrol(course, member)
    client.force_login(member)
    leads = {
        f"/fa/courses/{course.slug}/enrol/": f"/fa/courses/{course.slug}/",
        f"/fa/me/enrolments/{place.pk}/withdraw/": f"/fa/me/enrolments/{place.pk}/leave/",
        f"/fa/me/enrolments/{place.pk}/accept/": "/fa/me/",
        f"/fa/me/enrolments/{place.pk}/decline/": "/fa/me/",
        "/fa/me/calendar/renew/": "/fa/me/calendar/",
    }
    assert {address: client.get(address)["Location"] for address in leads} == leads


def test_who_is_new_is_asked_for_name_and_birth_first(client: Client, town: Town) -> None:
    course = town.course()
    newcomer = Member.objects.create(phone="+989351112233")
    client.force_login(newcomer)
    page = f"/fa/courses/{course.slug}/"
    response = client.post(f"{page}enrol/")
    assert response["Location"] == f"/fa/accounts/profile/?next=%2Ffa%2Fcourses%2F{course.slug}%2F%23seat"
    with_script = client.post(f"{page}enrol/", headers=HTMX)
    assert (with_script.status_code, with_script["HX-Redirect"]) == (200, response["Location"])
    saved = client.post("/fa/accounts/profile/save/", {"name": "مینا", "birth": "۱۳۷۰", "next": f"{page}#seat"})
    assert saved["Location"] == f"{page}#seat"
    client.post(f"{page}enrol/")
    assert state_of(course, newcomer) == "seated"


# One's own page


def test_ones_own_page_begins_with_what_needs_me(client: Client, town: Town, member: Member) -> None:
    course = offered(town, member)
    enrol(town.course(first=towns.clock.at(towns.clock.today() + 3 * towns.DAY, towns.dt.time(9))), member)
    client.force_login(member)
    page = page_of(client.get("/fa/me/"))
    headings = [words for _, words in page.all("h2")]
    assert headings.index("یک جا برای شما نگه داشته‌ایم") < headings.index("دوره‌های من")
    assert f"/fa/courses/{course.slug}/" in [found["href"] for found, _ in page.all("a")]


def test_the_answer_to_an_offer_from_ones_own_page_leads_back_there(client: Client, town: Town, member: Member) -> None:
    course = offered(town, member)
    place = Enrolment.objects.get(course=course, learner=towns.own(member))
    client.force_login(member)
    response = client.post(f"/fa/me/enrolments/{place.pk}/accept/", {"from": "me"})
    assert (response.status_code, response["Location"], state_of(course, member)) == (302, "/fa/me/", "seated")
