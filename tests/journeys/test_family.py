"""A guardian with a phone: finds a course, adds the child, enrols, hears of a change, withdraws; every touch is counted."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from base import clock
from base.persian import persian_digits
from members import services as accounts
from members.models import Learner, Member
from notifications.models import Delivery
from notifications.texts import render
from programs import services
from programs.models import Enrolment
from tests.journeys.test_every_page import AXE, EVERYTHING, RUN_AXE
from tests.programs import asking
from tests.programs.town import DAY, Town, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_TOUCHES = 11
SAID = {
    "fa": {
        "search": "عکاسی",
        "title": "عکاسی با تلفن همراه",
        "too_old": "این دوره برای",
        "other": "برای کس دیگر",
        "name": "سارا کریمی",
        "add": "افزودن و بازگشت به دوره",
        "enrol": "ثبت‌نام",
        "enrolled": "سارا کریمی ثبت‌نام شد",
        "withdraw": "دیگر برای من مناسب نیست: انصراف",
        "withdrawn": "سارا کریمی از این دوره انصراف داده است",
    },
    "en": {
        "search": "photography",
        "title": "Photography with a phone",
        "too_old": "This course is for ages",
        "other": "For someone else",
        "name": "Sara Karimi",
        "add": "Add and return to the course",
        "enrol": "Enrol",
        "enrolled": "Sara Karimi is enrolled",
        "withdraw": "This no longer suits me: withdraw",
        "withdrawn": "Sara Karimi is withdrawn from this course",
    },
}
WAYS = [(language, script) for language in ("fa", "en") for script in (True, False)]
IDS = [f"{language}-{'with' if script else 'without'}-scripts" for language, script in WAYS]


class Finger:
    """Counts what a person touches: links, buttons, boxes and each field before it is typed into."""

    def __init__(self) -> None:
        self.touches = 0

    def tap(self, what: Locator) -> None:
        self.touches += 1
        what.click()

    def type(self, field: Locator, text: str) -> None:
        self.touches += 1
        field.fill(text)

    def enter(self, field: Locator) -> None:
        self.touches += 1
        field.press("Enter")


def age_twelve(language: str) -> str:
    year = clock.today().year - 12
    return persian_digits(str(year - 621)) if language == "fa" else str(year)


def adds_the_child(page: Page, finger: Finger, said: dict[str, str], language: str) -> None:
    """From the home page to the course with the child chosen."""
    page.goto(f"/{language}/")
    finger.type(page.get_by_role("searchbox"), said["search"])
    finger.enter(page.get_by_role("searchbox"))
    page.wait_for_url(re.compile("q="))
    finger.tap(page.get_by_role("link", name=said["title"]).first)
    expect(page.locator("#seat-title")).to_contain_text(said["too_old"])
    finger.tap(page.locator("#seat").get_by_role("link", name=said["other"]))
    page.wait_for_url(re.compile("/me/family/new/"))
    finger.type(page.locator("input[name=name]"), said["name"])
    finger.type(page.locator("input[name=birth]"), age_twelve(language))
    finger.tap(page.locator("input[name=consents]"))
    finger.tap(page.get_by_role("button", name=said["add"]))
    page.wait_for_url(re.compile("/courses/.*learner="))


def moved(town: Town, place: Enrolment) -> str:
    """The course begins a week later; the path in the message that says so and for whom."""
    desk = person()[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    meeting = place.course.meetings.order_by("starts_at").first()
    at = meeting.starts_at + DAY
    services.move_class(actor=desk, meeting=meeting, starts_at=at, ends_at=at + dt.timedelta(hours=1))
    told = Delivery.objects.select_related("notice", "member").get(notice__kind="programs/moved", channel="inbox")
    assert told.member == place.asked_by
    text = render(told.notice.kind, told.notice.values, told.member.language)
    assert place.learner.name in text.inbox
    return text.path


@pytest.mark.parametrize(("language", "script"), WAYS, ids=IDS)
def test_a_guardian_enrols_a_child_and_gives_the_seat_back(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    *,
    script: bool,
) -> None:
    said, town, finger, member = SAID[language], Town(), Finger(), person()[0]
    Member.objects.filter(pk=member.pk).update(language=language)
    town.course(age_min=8, age_max=14)
    context = window(java_script_enabled=script)
    sign_in(context, member)
    page = context.new_page()
    adds_the_child(page, finger, said, language)
    finger.tap(page.locator("#seat").get_by_role("button", name=said["enrol"], exact=True))
    expect(page.locator("#seat-title")).to_have_text(said["enrolled"])
    place = Enrolment.objects.select_related("learner", "course").get()
    assert (place.learner.name, place.state) == (said["name"], "seated")
    path = moved(town, place)
    finger.touches += 1  # the link in the message
    page.goto(path)
    expect(page.locator(".news__item")).to_contain_text(said["title"])
    finger.tap(page.locator("main").get_by_role("button", name=said["withdraw"]))
    expect(page.locator("main [role=status]")).to_contain_text(said["withdrawn"])
    place.refresh_from_db()
    assert place.state == "withdrawn"
    assert Learner.objects.visible_to(member).count() == 2
    assert finger.touches <= MOST_TOUCHES


@pytest.mark.parametrize(("language", "script"), WAYS, ids=IDS)
def test_two_children_are_enrolled_at_once_each_with_its_own_answers(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    *,
    script: bool,
) -> None:
    town, member, desk = Town(), person()[0], person()[0]
    desk.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=clock.today() - DAY)
    course = asking.asking(town, desk, [asking.item(), asking.item("file", is_required=False)])
    names = [SAID[language]["name"], "آرش"]
    children = [
        accounts.care_for(actor=member, person=accounts.Person(name, 1393), relation="child", consents=True)
        for name in names
    ]
    context = window(java_script_enabled=script)
    sign_in(context, member)
    page = context.new_page()
    page.goto(f"/{language}/courses/{course.slug}/")
    seat = page.locator("#seat")
    send = seat.locator("form button[type=submit]").first
    for one in children:
        seat.locator(f"input[name=learner][value='{one.pk}']").check()
    send.click()
    for one, name in zip(children, names, strict=True):
        expect(seat.locator(f"#of-{one.pk}")).to_contain_text(name)
        seat.locator(f"[name=of_{one.pk}-consent]").check()
    first, second = (seat.locator(f"[name=of_{one.pk}-answer_1]") for one in children)
    first.fill("one")
    file = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": asking.PDF}
    seat.locator(f"[name=of_{children[1].pk}-answer_2]").set_input_files(file)
    send.click()
    expect(seat.locator(".error-summary li")).to_have_count(1)
    expect(first).to_have_value("one")
    expect(seat.locator(f"[name=of_{children[1].pk}-consent]")).to_be_checked()
    if script:
        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE, EVERYTHING) == []
    second.fill("two")
    send.click()
    expect(seat.locator("textarea")).to_have_count(0)
    places = Enrolment.objects.order_by("learner").select_related("sheet")
    assert [(one.state, one.sheet.given, one.sheet.files.count()) for one in places] == [
        ("seated", {"1": "one"}, 0),
        ("seated", {"1": "two"}, 1),
    ]
    assert len({one.party_id for one in places}) == 1
