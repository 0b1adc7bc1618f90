"""A member lets this device be told, and the device shows what comes, in Chromium; the maker's push service alone is played."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from members.models import Member
from notifications.channels import sealing
from notifications.models import PushAddress

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page
    from pytest_django.fixtures import SettingsWrapper
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What the maker's service does when a browser asks it for an address; all else is Chromium's own.
SERVICE = """
PushManager.prototype.subscribe = async ({applicationServerKey}) => {
  const keys = {p256dh: "%s", auth: "%s"};
  const endpoint = "https://fcm.googleapis.com/fcm/send/one";
  sessionStorage.setItem("key", new Uint8Array(applicationServerKey).length);
  return {endpoint, options: {applicationServerKey}, toJSON: () => ({endpoint, keys})};
};
"""
PATIENCE = 250
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration.getNotifications()).map(({title, body, lang, dir, tag}) => ({title, body, lang, dir, tag}));
}"""
TAP = """async (url) => {
  const opened = [];
  Clients.prototype.openWindow = async (address) => opened.push(address);
  await registration.showNotification("x", {tag: "tap", data: {url}});
  const [notification] = await registration.getNotifications({tag: "tap"});
  dispatchEvent(new NotificationEvent("notificationclick", {notification}));
  return opened;
}"""


def came(page: Page, origin: str, data: str) -> list[dict[str, Any]]:
    """What the device shows after a push message came to it."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda said: _keep(found, said))
    session.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller || navigator.serviceWorker.ready")
    while not found:
        page.wait_for_timeout(20)
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[0], "data": data})
    shown: list[dict[str, Any]] = []
    for _ in range(PATIENCE):  # the page itself cannot be asked to wait: a promise counts as true at once
        shown = page.evaluate(SHOWN)
        if shown:
            break
        page.wait_for_timeout(20)
    return shown


def _keep(found: list[str], said: dict[str, Any]) -> None:
    found.extend(one["registrationId"] for one in said["registrations"])


def test_a_device_is_told_and_shows_it_in_its_language(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    live_server: LiveServer,
    settings: SettingsWrapper,
) -> None:
    settings.VAPID_PRIVATE_KEY, public = sealing.new_pair()
    member, context = Member.objects.create(email="a@example.org"), window(permissions=["notifications"])
    sign_in(context, member)
    page = context.new_page()
    page.add_init_script(SERVICE % (public, sealing.encoded(b"s" * 16)))
    page.goto("/fa/me/preferences/")
    page.get_by_role("button", name="روی همین دستگاه خبرم کن").click()
    expect(page.get_by_text("از این پس روی این دستگاه هم خبرتان می‌کنیم")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('key')") == "65"
    row = PushAddress.objects.get()
    assert (row.member, row.endpoint, row.public_key) == (member, "https://fcm.googleapis.com/fcm/send/one", public)
    words = {"title": "پرنیا ثبت‌نام شد", "body": "سفالگری", "lang": "fa", "dir": "rtl", "tag": "t"}
    assert came(page, live_server.url, json.dumps(words | {"url": f"{live_server.url}/fa/me/"})) == [words]
    (worker,) = context.service_workers
    for url, leads in (("/fa/me/", "/fa/me/"), ("https://example.org/x", ""), ("javascript:alert(1)", "")):
        assert worker.evaluate(TAP, url) == [live_server.url + leads]
    page.get_by_role("button", name="برداشتن").click()
    expect(page.get_by_text("آن دستگاه دیگر پیامی نمی‌گیرد")).to_be_visible()
    assert not PushAddress.objects.exists()


def test_nonsense_is_shown_as_a_message_without_words(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    live_server: LiveServer,
    settings: SettingsWrapper,
) -> None:
    settings.VAPID_PRIVATE_KEY = sealing.new_pair()[0]
    context = window(permissions=["notifications"])
    sign_in(context, Member.objects.create(email="a@example.org"))
    page = context.new_page()
    page.goto("/en/me/preferences/")
    page.evaluate("navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)")
    (shown,) = came(page, live_server.url, "no json")
    assert shown["title"] == "پیام تازه · New message"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"java_script_enabled": False}, "Scripts are off in this browser"),
        ({"permissions": []}, "You told this browser not to show messages"),
    ],
)
def test_where_it_cannot_be_the_page_says_why(
    window: Callable[..., BrowserContext],
    sign_in: Callable[[BrowserContext, Member], None],
    settings: SettingsWrapper,
    options: dict[str, Any],
    said: str,
) -> None:
    settings.VAPID_PRIVATE_KEY = sealing.new_pair()[0]
    context = window(**options)
    sign_in(context, Member.objects.create(email="a@example.org", language="en"))
    page = context.new_page()
    page.goto("/en/me/preferences/")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("button", name="Tell me on this device")).to_be_hidden()
