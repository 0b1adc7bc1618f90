"""Staff in a real browser, in both languages: one writes, sees it and chooses the audience; another approves; it goes out, is
watched and corrected; an urgent notice stands on every page within ten seconds and leaves as fast.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from announcements import banner, services
from announcements.models import Announcement
from base import clock
from notifications.models import Delivery
from tests import builders
from tests.announcements.writing import REASON, TEXTS, Writing, staff, told_all
from tests.programs.town import DAY, Town

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from members.models import Member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = {
    "fa": {
        "begin": "شروع",
        "show": "نمایش متن و تعداد گیرنده‌ها",
        "submit": "فرستادن برای بازبینی",
        "approve": "تأیید و انتشار",
        "later": "تأیید؛ سر ساعتش منتشر می‌شود",
        "correct": "ثبت اصلاح",
        "log": "گزارش ارسال",
        "all": "همهٔ پیام‌ها فرستاده شد",
        "corrected": "اصلاح شد",
        "at": "۱۴۰۹/۱/۱ ۹:۰۰",
    },
    "en": {
        "begin": "Begin",
        "show": "Show and count",
        "submit": "Send for review",
        "approve": "Approve and publish",
        "later": "Approve; it goes out at its hour",
        "correct": "Correct it",
        "log": "Messages",
        "all": "All has left",
        "corrected": "Corrected on",
        "at": "2030-03-21 9:00",
    },
}


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words, exact=True).first.click()


def write(page: Page, language: str) -> None:
    """The whole text in both languages, for everyone."""
    for code, own in TEXTS.items():
        for name, text in own.items():
            page.locator(f"[name={name}_{code}]").fill(text)
    page.locator("[name=whom][value=everyone]").check()


@pytest.mark.parametrize(("language", "width", "script"), [("fa", 1280, True), ("en", 390, True), ("fa", 390, False)])
def test_an_announcement_goes_its_way(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    language: str,
    width: int,
    *,
    script: bool,
) -> None:
    author, second = staff(), staff()
    for _one in range(6):
        builders.make_member()
    first, other, resident = (window(width=width, java_script_enabled=script) for _one in range(3))
    sign_in(first, author)
    sign_in(other, second)
    page, reader = first.new_page(), other.new_page()
    row = written_and_submitted(page, language)
    approved_and_sent(reader, language, row)
    corrected(page, resident.new_page(), language, row)
    assert Delivery.objects.filter(channel="inbox").count() == 8


def written_and_submitted(page: Page, language: str) -> Announcement:
    """In both languages, seen and counted before it is handed on, with an hour to come."""
    said = SAID[language]
    page.goto(f"/{language}/city/announcements/new/")
    for code in TEXTS:
        page.locator(f"[name=title_{code}]").fill(TEXTS[code]["title"])
    press(page, said["begin"])
    write(page, language)
    press(page, said["show"])
    expect(page.locator(".preview")).to_have_count(2)
    expect(page.locator(".audience__total")).to_be_visible()
    page.locator("[name=publish_at]").fill(said["at"])
    press(page, said["submit"])
    expect(page.locator("h1")).to_have_text(TEXTS[language]["title"])
    row = Announcement.objects.get()
    assert row.state == "review"
    return row


def approved_and_sent(reader: Page, language: str, row: Announcement) -> None:
    """By somebody else; at its hour it goes out and is watched."""
    reader.goto(f"/{language}/city/announcements/{row.slug}/")
    press(reader, SAID[language]["later"])
    row.refresh_from_db()
    assert row.state == "scheduled"
    Announcement.objects.update(publish_at=clock.now())
    assert services.publish_due() == 1
    told_all()
    reader.goto(f"/{language}/city/deliveries/{row.pk}/")
    expect(reader.get_by_text(SAID[language]["all"])).to_be_visible()


def corrected(page: Page, resident: Page, language: str, row: Announcement) -> None:
    """Readers see that it was."""
    page.goto(f"/{language}/city/announcements/{row.slug}/")
    page.locator("[name=body_fa]").fill("از یکشنبه تا جمعه.")
    press(page, SAID[language]["correct"])
    resident.goto(f"/{language}/announcements/{row.slug}/")
    expect(resident.get_by_text(SAID[language]["corrected"]).first).to_be_visible()


def test_the_panel_follows_what_is_typed(
    window: Callable[..., BrowserContext], sign_in: Callable[[BrowserContext, Member], None]
) -> None:
    """Saved while one types: the steps beside the form are ticked one by one, without a press."""
    written = Writing()
    row = written.begin()
    context = window(width=1280)
    sign_in(context, written.author)
    page = context.new_page()
    page.goto(f"/fa/city/announcements/{row.slug}/")
    done = page.locator(".checklist__item--done")
    before = done.count()
    for name in ("summary", "body"):
        page.locator(f"[name={name}_fa]").fill(TEXTS["fa"][name])
    page.locator("[name=summary_en]").focus()
    expect(done).to_have_count(before + 1)


def test_an_urgent_notice_is_everywhere_within_ten_seconds(window: Callable[..., BrowserContext]) -> None:
    town = Town()
    course = town.course()
    page = window().new_page()
    addresses = ("/fa/", f"/fa/courses/{course.slug}/", "/en/help/")
    banner.forget()
    for address in addresses:
        page.goto(address)
        assert page.locator(".alert-bar").count() == 0
    written = Writing()
    row = written.out(kind="urgent", is_banner=True, ends_at=clock.now() + DAY)
    assert appears(page, addresses, 1) < 10
    services.withdraw(actor=written.author, announcement=row, reason=REASON)
    assert appears(page, addresses, 0) < 10


def appears(page: Page, addresses: tuple[str, ...], count: int) -> float:
    """The seconds until so many banners stand on each of the pages, looked at without the reload that asks for anew."""
    since = time.monotonic()
    for address in addresses:
        while time.monotonic() - since < 15:
            page.goto(address)
            if page.locator(".alert-bar").count() == count:
                break
            page.wait_for_timeout(300)
    return time.monotonic() - since
