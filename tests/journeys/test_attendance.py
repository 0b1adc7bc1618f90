"""Attendance on a phone: thirty people with three taps; the connection cut in the middle loses nothing and doubles nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from members.models import Audit
from programs.models import Course
from records import services
from records.models import Attendance
from records.services import Marked
from tests.programs.town import enrol, person
from tests.records.conftest import Class

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page, Route

    from members.models import Member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = "[data-said]"


@pytest.fixture
def room() -> Class:
    """A class of thirty that began an hour ago."""
    room = Class(people=0)
    Course.objects.filter(pk=room.course.pk).update(capacity=30)
    room.places = [enrol(room.course, person(f"نفر {number}")[0]) for number in range(30)]
    return room


@pytest.fixture
def phone_of(
    room: Class, window: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, Member], None]
) -> Callable[[Member], tuple[BrowserContext, Page]]:
    """A member's phone with the sheet open."""

    def opened(member: Member) -> tuple[BrowserContext, Page]:
        context = window()
        sign_in(context, member)
        page = context.new_page()
        page.goto(f"/fa/work/courses/{room.course.slug}/attendance/{room.meeting.pk}/")
        return context, page

    return opened


def tap(page: Page, room: Class, at: int, mark: str) -> None:
    page.locator(f'label:has([name="mark_{room.places[at].pk}"][value="{mark}"])').click()


def save(page: Page) -> None:
    page.locator(".save-bar button").click()


def kept(room: Class) -> dict[str, int]:
    marks = list(Attendance.objects.filter(meeting=room.meeting).values_list("mark", flat=True))
    return {mark: marks.count(mark) for mark in sorted(set(marks))}


def test_thirty_people_of_whom_two_are_absent_take_three_taps(room: Class, phone_of: Callable[..., Any]) -> None:
    _context, page = phone_of(room.instructor)
    tap(page, room, 3, "absent")
    tap(page, room, 4, "absent")
    save(page)
    expect(page.locator(SAID)).to_have_attribute("data-state", "saved")
    assert kept(room) == {"absent": 2, "present": 28}
    assert page.evaluate("Object.keys(localStorage)") == []


def test_without_a_connection_nothing_is_lost_and_nothing_doubled(room: Class, phone_of: Callable[..., Any]) -> None:
    """The line is cut before the first tap, comes back, and the answer to the first sending gets lost as well."""
    context, page = phone_of(room.instructor)
    context.set_offline(True)
    tap(page, room, 3, "absent")
    save(page)
    expect(page.locator(SAID)).to_have_attribute("data-state", "offline")
    expect(page.locator(SAID)).to_contain_text("۳۰")
    tap(page, room, 4, "late")
    assert kept(room) == {}
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        if route.request.method == "PUT" and not lost:
            lost.append(route.fetch().text())
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/attendance/?lang=*", lose_one)
    context.set_offline(False)
    expect(page.locator(SAID)).to_have_attribute("data-state", "waits", timeout=15_000)
    assert len(lost) == 1
    assert (kept(room), Audit.objects.filter(verb="mark_attendance").count()) == ({"absent": 1, "present": 29}, 1)
    save(page)
    expect(page.locator(SAID)).to_have_attribute("data-state", "saved")
    assert kept(room) == {"absent": 1, "late": 1, "present": 28}
    assert set(Attendance.objects.values_list("version", flat=True)) == {1, 2}
    assert page.evaluate("Object.keys(localStorage)") == []


def test_what_was_tapped_outlives_the_page_and_goes_with_the_account(room: Class, phone_of: Callable[..., Any]) -> None:
    _context, page = phone_of(room.instructor)
    tap(page, room, 3, "absent")
    page.reload()
    expect(page.locator(f'[name="mark_{room.places[3].pk}"][value="absent"]')).to_be_checked()
    expect(page.locator(SAID)).to_have_attribute("data-state", "waits")
    page.goto("/fa/me/")
    page.get_by_role("button", name="خروج").last.click()
    page.wait_for_url("**/fa/")
    page.wait_for_function("Object.keys(localStorage).length === 0")


def test_of_two_phones_the_second_is_told_and_decides(room: Class, phone_of: Callable[..., Any]) -> None:
    _context, page = phone_of(room.instructor)
    services.mark(actor=room.coordinator, meeting=room.meeting, marks={room.places[3].pk: Marked("late", 0)})
    tap(page, room, 3, "absent")
    save(page)
    expect(page.locator(SAID)).to_have_attribute("data-state", "changed")
    expect(page.locator(f'[data-theirs="{room.places[3].pk}"]')).to_contain_text("با تأخیر")
    assert kept(room) == {"late": 1}
    save(page)
    expect(page.locator(SAID)).to_have_attribute("data-state", "saved")
    assert kept(room) == {"absent": 1, "present": 29}
