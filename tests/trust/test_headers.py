"""Every address carries the headers (H1), a reader gets no cookie, and what has a session is kept by nobody (T14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.addresses import Address, all_addresses

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db
ALL = all_addresses()
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def looser(response: HttpResponse) -> dict[str, str]:
    """What other sites may read, they may also embed: the public lists of the API."""
    is_open = response.headers.get("Access-Control-Allow-Origin") == "*"
    return {"Cross-Origin-Resource-Policy": "cross-origin"} if is_open else {}


def stricter(response: HttpResponse) -> dict[str, str]:
    """A page that shows a secret address tells no other page where its reader came from."""
    return {"Referrer-Policy": "no-referrer"} if response.headers["Referrer-Policy"] == "no-referrer" else {}


def framed(address: Address) -> dict[str, str | None]:
    """The list of announcements that other sites may frame (T21); that of a workgroup needs one."""
    if not address.path.endswith("/announcements/embed/"):
        return {}
    return {"X-Frame-Options": None, "Cross-Origin-Resource-Policy": "cross-origin"}


def policy(header: str) -> dict[str, str]:
    """The directives of a content security policy."""
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize("address", ALL, ids=lambda one: one.path)
def test_every_address_carries_the_headers(client: Client, address: Address) -> None:
    """H1."""
    response = client.get(address.path)
    expected: dict[str, str | None] = {**FIXED} | looser(response) | stricter(response) | framed(address)
    assert {name: response.headers.get(name) for name in FIXED} == {name: expected[name] for name in FIXED}
    exception = {"style-src": "'self' 'unsafe-inline'"} if address.path == "/api/v1/docs/" else {}
    exception |= {"frame-ancestors": "*"} if framed(address) else {}
    assert policy(response.headers["Content-Security-Policy"]) == CSP | exception
    assert "Server" not in response.headers


def test_a_static_file_and_a_missing_page_carry_them_too(client: Client) -> None:
    """H1."""
    for path in ("/static/css/bundle.css", "/fa/nothing-here/", "/nothing-here"):
        assert {name: client.get(path).headers.get(name) for name in FIXED} == FIXED


@pytest.mark.parametrize("path", ["/", "/fa/help/", "/en/about/", "/fa/", "/healthz", "/robots.txt"])
def test_a_reader_gets_no_cookie(client: Client, path: str) -> None:
    assert client.get(path).cookies == {}


@pytest.mark.parametrize("address", ALL, ids=lambda one: one.path)
def test_nobody_keeps_what_was_asked_with_a_session(settings: SettingsWrapper, address: Address) -> None:
    """T14."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
    assert client.get(address.path)["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ALL, ids=lambda one: one.path)
def test_a_post_without_its_token_changes_nothing(address: Address) -> None:
    """T9."""
    client = Client(enforce_csrf_checks=True)
    if address.path.startswith("/api/"):
        pytest.skip("the API's own tests ask it with sessions and tokens")
    assert client.post(address.path).status_code in {403, 404, 405}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9"])
def test_a_post_from_another_site_is_refused(origin: str) -> None:
    """T9."""
    client = Client(enforce_csrf_checks=True)
    client.get("/fa/accounts/signin/")
    token = client.cookies["csrf"].value
    data = {"csrfmiddlewaretoken": token}
    assert client.post("/fa/accounts/signin/ask/", data).status_code != 403
    assert client.post("/fa/accounts/signin/ask/", data, headers={"origin": origin}).status_code == 403
