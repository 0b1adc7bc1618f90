"""A resident signs in while a sum stands before text messages: without scripts, and with all that pages are looked over for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from members.models import SignInCode
from tests.journeys.test_every_page import AXE, PHONE, looked_over
from tests.trust.test_pumping import QUESTION, codes, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = {
    "fa": ("شمارهٔ همراه یا ایمیل", "ارسال کد"),
    "en": ("Mobile number or e-mail address", "Send the code"),
}


def challenged(context: BrowserContext, language: str) -> Page:
    """The page with the sum, after a number was typed."""
    label, button = NAMES[language]
    page = context.new_page()
    page.goto(f"/{language}/accounts/signin/")
    page.get_by_label(label).fill("09181234542")
    page.get_by_role("button", name=button).click()
    page.get_by_label(re.compile(QUESTION[language])).wait_for()
    return page


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_resident_answers_the_sum_without_scripts(window: Callable[..., BrowserContext], language: str) -> None:
    """T8: the label is the question, and the number need not be typed again."""
    codes(200)
    page = challenged(window(java_script_enabled=False), language)
    field = page.get_by_label(re.compile(QUESTION[language]))
    assert field.get_attribute("aria-invalid") == "true"
    field.fill(str(total(page.inner_text("main"), language)))
    page.get_by_role("button", name=NAMES[language][1]).click()
    page.wait_for_url(f"**/{language}/accounts/code/")
    assert SignInCode.objects.filter(contact="+989181234542").count() == 1


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_page_with_the_sum_is_without_fault(window: Callable[..., BrowserContext], language: str) -> None:
    codes(200)
    context = window()
    context.add_init_script(AXE)
    page = challenged(context, language)
    page.set_viewport_size({"width": PHONE, "height": 844})
    assert looked_over(page, language) == []
