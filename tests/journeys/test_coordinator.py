"""A new coordinator's first hour in a real browser: from the appointment to a published program with twelve meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from base import clock
from base.calendar import day_digits
from programs.models import Course, Program
from tests.programs.town import DAY, Town, person
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from members.models import Member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_FIELDS, MOST_TAPS = 25, 15
SAID = {
    "workspace": "میز کار",
    "new": "ساختن برنامه",
    "continue": "ادامه",
    "add": "افزودن دوره",
    "make": "ساختن جلسه‌ها",
    "publish": "انتشار برنامه",
    "first": "اول عنوان و چکیده را به انگلیسی بنویسید",
}


class Hands:
    """A person at a page, whose fields and taps are counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.fields, self.taps = page, 0, 0

    def write(self, name: str, text: str) -> None:
        """Fills one field."""
        self.fields += 1
        self.page.locator(f"[name={name}]").fill(text)

    def choose(self, name: str, value: str) -> None:
        """Chooses in one list."""
        self.fields += 1
        self.page.locator(f"[name={name}]").select_option(value)

    def tick(self, name: str, value: str) -> None:
        """Ticks one box."""
        self.fields += 1
        self.page.locator(f"[name={name}][value='{value}']").check()

    def tap(self, role: Any, words: str) -> None:
        """Presses one button or link of the page itself."""
        self.taps += 1
        button = self.page.locator("main").get_by_role(role, name=words, exact=True).first
        button.click(force=True)  # a button that cannot act yet says why when it is pressed


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def coordinator(town: Town) -> Member:
    member = person("هیوا رستمی")[0]
    Appointment.objects.create(member=member, role="coordinator", workgroup=town.workgroup, from_on=clock.today())
    return member


@pytest.mark.parametrize(("width", "script"), [(390, True), (1280, True), (390, False)])
def test_a_newcomer_goes_from_an_appointment_to_a_published_program(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    town: Town,
    coordinator: Member,
    width: int,
    *,
    script: bool,
) -> None:
    context = window(width, java_script_enabled=script)
    sign_in(context, coordinator)
    page = context.new_page()
    hands = Hands(page)
    page.goto("/fa/me/")
    hands.tap("link", SAID["workspace"])
    hands.tap("link", SAID["new"])
    write_program(hands, town)
    hands.tap("button", SAID["publish"])  # too early: the page says what to do
    expect(page.locator("#ready [role=alert]")).to_contain_text(SAID["first"])
    finish_texts(hands)
    plan_course(hands, town)
    page.goto(f"/fa/work/programs/{Program.objects.get(translations__title='گلیم‌بافی').slug}/")
    hands.tap("button", SAID["publish"])
    page.wait_for_load_state()
    published(page, town)
    assert (hands.fields <= MOST_FIELDS, hands.taps <= MOST_TAPS) == (True, True), (hands.fields, hands.taps)


def write_program(hands: Hands, town: Town) -> None:
    """Title and area, then what there is in Persian."""
    hands.write("title_fa", "گلیم‌بافی")
    hands.choose("area", str(town.area.pk))
    hands.tap("button", SAID["continue"])
    hands.page.wait_for_url("**/work/programs/*/")
    hands.write("summary_fa", "از نخ تا گلیم")
    hands.write("outcomes_fa", "گلیم ساده می‌بافید")


def finish_texts(hands: Hands) -> None:
    """The English side; what was typed before the refusal is still there."""
    expect(hands.page.locator("[name=summary_fa]")).to_have_value("از نخ تا گلیم")
    hands.write("title_en", "Kilim weaving")
    hands.write("summary_en", "From thread to kilim")
    hands.write("outcomes_en", "You weave a simple kilim")
    hands.taps += 1
    hands.page.locator("#ready button:not([formaction])").click()
    expect(hands.page.locator("#ready .checklist__item--done")).to_have_count(5)


def plan_course(hands: Hands, town: Town) -> None:
    """Mondays and Wednesdays from five to seven, twelve meetings; a venue, a window."""
    hands.tap("button", SAID["add"])
    hands.page.wait_for_url("**/work/courses/*/")
    for weekday in ("2", "4"):
        hands.tick("weekdays", weekday)
    hands.write("first", day_digits(clock.today() + 40 * DAY, language="fa"))
    hands.write("count", "۱۲")
    hands.write("starts", "۱۷")
    hands.write("ends", "۱۹:۰۰")
    hands.tap("button", SAID["make"])
    expect(hands.page.locator(".table--dense tbody tr")).to_have_count(12)
    hands.choose("venue", str(town.venue.pk))
    hands.write("opens_at", f"{day_digits(clock.today(), language='fa')} ۰:۰۰")
    hands.write("closes_at", day_digits(clock.today() + 30 * DAY, language="fa"))
    hands.taps += 1
    hands.page.locator("#ready button:not([formaction])").click()
    expect(hands.page.locator("#ready .checklist__item--done")).to_have_count(4)


def published(page: Page, town: Town) -> None:
    """Both are public, in both languages, with twelve meetings and a place to enrol."""
    program = Program.objects.get(state=Program.State.PUBLISHED, translations__title="گلیم‌بافی")
    course = program.courses.get()
    assert (course.state, course.meetings.count(), course.venue_id) == (Course.State.PUBLISHED, 12, town.venue.pk)
    for language, title in (("fa", "گلیم‌بافی"), ("en", "Kilim weaving")):
        page.goto(f"/{language}/courses/{course.slug}/")
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("#seat")).to_be_visible()
