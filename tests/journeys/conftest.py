"""A real browser over the running portal, and the hands of the people in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as conf
from django.test import Client
from playwright.sync_api import sync_playwright

from base.persian import latin_digits
from notifications import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

    from members.models import Member

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--hide-scrollbars"]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the browser's driver keeps a loop in the tests' thread


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what needs a browser where there is none, and says so."""
    for item in items:
        if item.get_closest_marker("browser") and CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="needs Chromium: install chromium, or set CHROMIUM to its path"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for each worker."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def window(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser's window of its own: a person at a phone, unless a width is given."""
    opened = []

    def window_of(width: int = 390, height: int = 844, **options: Any) -> BrowserContext:
        usual = {
            "base_url": live_server.url,
            "viewport": {"width": width, "height": height},
            "reduced_motion": "reduce",
        }
        opened.append(browser.new_context(**usual | options))
        opened[-1].set_default_timeout(15_000)
        return opened[-1]

    yield window_of
    for one in opened:
        one.close()


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[BrowserContext, Member], None]:
    """Gives a window the session of a member who signed in before."""

    def enter(context: BrowserContext, member: Member) -> None:
        client = Client()
        client.force_login(member)
        value = client.cookies[conf.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": conf.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return enter


@pytest.fixture
def phone(settings: SettingsWrapper, tmp_path: Path) -> Callable[[], str]:
    """Waits for the sign-in code as it was really sent, and reads its six digits."""
    settings.OUTBOX = tmp_path / "outbox"

    def code() -> str:
        for _ in range(20):
            settings.DEBUG = True  # messages of one's own machine lie in a folder
            services.hand_over_codes()
            settings.DEBUG = False
            found = sorted(settings.OUTBOX.glob("*.json"), key=lambda path: path.stat().st_mtime)
            if found:
                body = json.loads(found[-1].read_text(encoding="utf-8"))["body"]
                return re.search(r"\d{6}", latin_digits(body))[0]
            time.sleep(0.3)
        raise AssertionError("no code came")

    return code
