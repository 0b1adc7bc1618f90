"""A resident's day in a real browser: joining, searching, enrolling, being told, giving the seat back, being offered one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from base import clock
from base.persian import persian_digits
from members.models import Learner, Member
from programs import services
from programs.models import Enrolment
from tests.programs.town import DAY, STATES, Town, crowd, enrol, offered, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from programs.models import Course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID: dict[str, dict[str, str]] = {
    "fa": {
        "search": "عكاسي",  # with the letters of an Arabic keyboard
        "show": "نمایش دوره‌ها",
        "title": "عکاسی با تلفن همراه",
        "enrol": "ثبت‌نام",
        "number": "۰۹۱۲۳۴۵۶۷۸۹",
        "enter": "ورود",
        "name": "مینا کریمی",
        "year": "۱۳۷۰",
        "is_enrolled": "مینا کریمی ثبت‌نام شد",
        "my_page": "صفحهٔ من",
        "message": "مینا کریمی",
        "withdraw": "انصراف از دوره",
        "join": "ورود به صف انتظار",
        "in_line": "جای شما در صف: ۱",
        "offer": "یک جا برای شما نگه داشته‌ایم",
        "take": "قبول می‌کنم",
        "withdrawn": "انصراف",
    },
    "en": {
        "search": "photography",
        "show": "Show courses",
        "title": "Photography with a phone",
        "enrol": "Enrol",
        "number": "۰۹۱۲۳۴۵۶۷۸۹",
        "enter": "Sign in",
        "name": "Mina Karimi",
        "year": "1991",
        "is_enrolled": "Mina Karimi is enrolled",
        "my_page": "My page",
        "message": "Mina Karimi",
        "withdraw": "Withdraw from the course",
        "join": "Join the waiting list",
        "in_line": "You are number 1 in line",
        "offer": "We are holding a seat for you",
        "take": "Take the seat",
        "withdrawn": "Withdrawn",
    },
}
WAYS = [(language, script) for language in ("fa", "en") for script in (True, False)]
IDS = [f"{language}-{'with' if script else 'without'}-scripts" for language, script in WAYS]
ways = pytest.mark.parametrize(("language", "script"), WAYS, ids=IDS)


def find_a_course(page: Page, said: dict[str, str], language: str) -> None:
    """From the home page: searches, narrows, opens the course."""
    page.goto(f"/{language}/")
    page.get_by_role("searchbox").fill(said["search"])
    page.get_by_role("searchbox").press("Enter")
    page.wait_for_url(re.compile("q="))
    page.locator("summary.filters__summary").click()
    page.locator("input[name=free]").check()
    page.get_by_role("button", name=said["show"]).click()
    page.wait_for_url(re.compile("free=1"))
    expect(page.locator(".chip--on")).to_have_count(1)
    page.get_by_role("link", name=said["title"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said["title"])


def join(page: Page, said: dict[str, str], code: Callable[[], str], language: str) -> None:
    """From the sign-in page: number, code."""
    page.locator("input[name=contact]").fill(said["number"])
    page.locator("main form button").click()
    digits = code()
    page.locator("input[name=code]").fill(persian_digits(digits) if language == "fa" else digits)
    page.locator("main").get_by_role("button", name=said["enter"], exact=True).click()


def say_who(page: Page, said: dict[str, str]) -> None:
    """Name and year of birth."""
    page.locator("input[name=name]").fill(said["name"])
    page.locator("input[name=birth]").fill(said["year"])
    page.locator("main form button[type=submit]").click()


def press(page: Page, words: str) -> None:
    """The one button of the seat panel."""
    page.locator("#seat").get_by_role("button", name=words, exact=True).click()


def title_of(page: Page, words: str) -> None:
    expect(page.locator("#seat-title")).to_have_text(words)


@ways
def test_a_new_resident_enrols_and_gives_the_seat_back(
    window: Callable[..., BrowserContext], phone: Callable[[], str], language: str, *, script: bool
) -> None:
    said, course = SAID[language], Town().course()
    page = window(java_script_enabled=script).new_page()
    find_a_course(page, said, language)
    page.locator("#seat").get_by_role("link", name=said["enrol"], exact=True).click()
    join(page, said, phone, language)
    page.wait_for_url(re.compile(f"/{language}/courses/"))
    assert Member.objects.get().phone == "+989123456789"
    press(page, said["enrol"])
    page.wait_for_url(re.compile("/accounts/profile/"))
    say_who(page, said)
    page.wait_for_url(re.compile(f"/{language}/courses/{course.slug}/"))
    press(page, said["enrol"])
    title_of(page, said["is_enrolled"])
    its_on_ones_own_page(page, said, language)
    gives_it_back(page, said, language)
    assert Enrolment.objects.get().state == "withdrawn"
    assert Learner.objects.get().name == said["name"]


def its_on_ones_own_page(page: Page, said: dict[str, str], language: str) -> None:
    """The course stands there, and the inbox has the message."""
    page.locator(".site-header").get_by_role("link", name=said["my_page"]).click()
    page.wait_for_url(re.compile(f"/{language}/me/$"))
    expect(page.locator(".learning")).to_have_count(1)
    expect(page.locator(".learning")).to_contain_text(said["title"])
    page.goto(f"/{language}/me/inbox/")
    expect(page.locator(".news__item")).to_have_count(1)
    expect(page.locator(".news__item")).to_contain_text(said["message"])
    expect(page.locator(".news__item")).to_contain_text(said["title"])


def gives_it_back(page: Page, said: dict[str, str], language: str) -> None:
    """From one's own page: one question, one button."""
    page.goto(f"/{language}/me/")
    page.locator(".learning .button").click()
    page.wait_for_url(re.compile("/leave/"))
    page.locator("main").get_by_role("button", name=said["withdraw"]).click()
    page.wait_for_url(re.compile(f"/{language}/me/$"))
    expect(page.locator(".learning")).to_have_count(0)
    expect(page.locator("main")).to_contain_text(said["withdrawn"])


@ways
def test_the_first_in_line_takes_the_seat_from_the_message(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    *,
    script: bool,
) -> None:
    said, course = SAID[language], Town().course(capacity=1)
    (holder,) = crowd(course, 1)
    member = person()[0]
    context = window(java_script_enabled=script)
    sign_in(context, member)
    page = context.new_page()
    page.goto(f"/{language}/courses/{course.slug}/")
    press(page, said["join"])
    title_of(page, said["in_line"])
    services.withdraw(actor=holder.asked_by, enrolment=holder)
    page.goto(f"/{language}/me/inbox/")
    page.locator(".news__item").first.get_by_role("link").last.click()
    page.wait_for_url(re.compile(f"/{language}/me/$"))
    expect(page.locator(".seat--danger h2")).to_have_text(said["offer"])
    page.get_by_role("button", name=said["take"], exact=True).click()
    expect(page.locator(".seat--danger")).to_have_count(0)
    expect(page.locator(".learning")).to_contain_text(said["title"])
    assert Enrolment.objects.get(learner__cares__guardian=member).state == "seated"


@ways
def test_an_offer_is_answered_in_the_panel(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    *,
    script: bool,
) -> None:
    member = person()[0]
    course = offered(Town(), member)
    context = window(java_script_enabled=script)
    sign_in(context, member)
    page = context.new_page()
    page.goto(f"/{language}/courses/{course.slug}/")
    title_of(page, SAID[language]["offer"])
    press(page, SAID[language]["take"])
    expect(page.locator("#seat .button--plain")).to_have_text(SAID[language]["withdraw"])
    assert Enrolment.objects.get(course=course, learner__cares__guardian=member).state == "seated"


@ways
def test_a_seat_that_went_meanwhile_is_said_and_the_queue_is_offered(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    *,
    script: bool,
) -> None:
    member = person()[0]
    course = Town().course(capacity=1, waiting_size=0)
    context = window(java_script_enabled=script)
    sign_in(context, member)
    page = context.new_page()
    page.goto(f"/{language}/courses/{course.slug}/")
    crowd(course, 1)
    press(page, SAID[language]["enrol"])
    expect(page.locator("#seat [role=alert]")).to_be_visible()
    expect(page.locator("#seat button")).to_have_count(0)


# Keyboard and screen reader


def tabs_to(page: Page, selector: str, most: int = 40) -> int:
    """How many times Tab is pressed until that element has the focus."""
    for number in range(1, most + 1):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return number
    raise AssertionError(f"{selector} is not reached by {most} tabs")


def opened(page: Page, course: Course, language: str = "fa") -> Page:
    page.goto(f"/{language}/courses/{course.slug}/")
    return page


def test_the_keyboard_reaches_the_button_and_the_skip_link_shortens_the_way(
    window: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, Member], None]
) -> None:
    context = window()
    sign_in(context, person()[0])
    course = Town().course()
    far = tabs_to(opened(context.new_page(), course), "#seat button")
    page = opened(context.new_page(), course)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    assert tabs_to(page, "#seat button") < far


def test_a_new_panel_takes_the_focus_to_its_heading(
    window: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, Member], None]
) -> None:
    context = window()
    sign_in(context, person()[0])
    page = opened(context.new_page(), Town().course())
    press(page, SAID["fa"]["enrol"])
    title_of(page, "پرنیا ثبت‌نام شد")
    expect(page.locator("#seat-title")).to_be_focused()


def test_a_page_that_is_opened_takes_no_focus(
    window: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, Member], None]
) -> None:
    member = person()[0]
    context = window()
    sign_in(context, member)
    page = opened(context.new_page(), STATES["seated"](Town(), member))
    assert page.evaluate("() => document.activeElement.tagName") == "BODY"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_mistake_is_named_beside_its_field_and_linked(window: Callable[..., BrowserContext], language: str) -> None:
    page = window().new_page()
    page.goto(f"/{language}/accounts/signin/")
    field = page.locator("input[name=contact]")
    field.fill("12345")
    page.locator("main form button").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_visible()
    words = page.locator(".field__error").text_content()
    assert summary.get_by_role("link").text_content() == words
    assert page.title().startswith({"fa": "خطا:", "en": "Error:"}[language])
    summary.get_by_role("link").click()
    expect(field).to_be_focused()
    expect(field).to_have_value("12345")


def test_narrowing_the_list_announces_the_number_and_can_be_undone(window: Callable[..., BrowserContext]) -> None:
    town = Town()
    town.courses(2)
    town.course(fee_min=500, fee_max=500, first=clock.now() + 60 * DAY)
    page = window(1280).new_page()
    loads: list[Any] = []
    page.on("load", lambda one: loads.append(one))  # noqa: PLW0108 - the driver takes no built-in
    page.goto("/en/courses/")
    expect(page.locator("#count")).to_have_text("3 courses")
    page.locator("input[name=free]").check()
    page.get_by_role("button", name="Show courses").click()
    expect(page.locator("#count")).to_have_text("2 courses")
    assert page.url.endswith("free=1&sort=soonest") or "free=1" in page.url
    assert len(loads) == 1
    page.go_back()
    expect(page.locator("#count")).to_have_text("3 courses")
    enrol(town.course(first=clock.now() + 90 * DAY), person()[0])
