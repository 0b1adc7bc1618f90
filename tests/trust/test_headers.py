"""Every address carries the headers (H1), a reader gets no cookie, and what has a session is kept by nobody (T14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    return dict(part.strip().split(" ", 1) for part in header.split(";") if part)


def headers_amiss(address: Address, response: HttpResponse) -> dict[str, Any]:
    """What an answer carries otherwise than it should."""
    expected: dict[str, str | None] = {**FIXED} | looser(response) | stricter(response) | framed(address)
    found: dict[str, Any] = {name: response.headers.get(name) for name in (*FIXED, "Server")}
    found["csp"] = policy(response.headers.get("Content-Security-Policy", ""))
    exception = {"style-src": "'self' 'unsafe-inline'"} if address.path == "/api/v1/docs/" else {}
    exception |= {"frame-ancestors": "*"} if framed(address) else {}
    wanted = {name: expected[name] for name in FIXED} | {"Server": None, "csp": CSP | exception}
    return {name: value for name, value in found.items() if value != wanted[name]}


def test_every_address_carries_the_headers() -> None:
    """H1."""
    amiss = {one.path: headers_amiss(one, Client().get(one.path)) for one in ALL}
    assert {path: wrong for path, wrong in amiss.items() if wrong} == {}


def test_the_look_at_headers_can_fail(client: Client) -> None:
    """H1."""
    address = next(one for one in ALL if one.path == "/fa/help/")
    response = client.get(address.path)
    del response.headers["X-Frame-Options"]
    response.headers["Content-Security-Policy"], response.headers["Server"] = "default-src *", "x"
    assert set(headers_amiss(address, response)) == {"X-Frame-Options", "csp", "Server"}


def test_a_static_file_and_a_missing_page_carry_them_too(client: Client) -> None:
    """H1."""
    for path in ("/static/css/bundle.css", "/fa/nothing-here/", "/nothing-here"):
        assert {name: client.get(path).headers.get(name) for name in FIXED} == FIXED


@pytest.mark.parametrize("path", ["/", "/fa/help/", "/en/about/", "/fa/", "/healthz", "/robots.txt"])
def test_a_reader_gets_no_cookie(client: Client, path: str) -> None:
    assert client.get(path).cookies == {}


def test_nobody_keeps_what_was_asked_with_a_session(settings: SettingsWrapper) -> None:
    """T14."""
    kept = {}
    for address in ALL:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
        kept[address.path] = client.get(address.path)["Cache-Control"]
    assert {path: said for path, said in kept.items() if said != "private, no-store"} == {}


def test_a_post_without_its_token_changes_nothing() -> None:
    """T9; the API's own tests ask it with sessions and tokens."""
    pages = [one.path for one in ALL if not one.path.startswith("/api/")]
    found = {path: Client(enforce_csrf_checks=True).post(path).status_code for path in pages}
    assert {path: status for path, status in found.items() if status not in {403, 404, 405}} == {}


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9"])
def test_a_post_from_another_site_is_refused(origin: str) -> None:
    """T9."""
    client = Client(enforce_csrf_checks=True)
    client.get("/fa/accounts/signin/")
    token = client.cookies["csrf"].value
    data = {"csrfmiddlewaretoken": token}
    assert client.post("/fa/accounts/signin/ask/", data).status_code != 403
    assert client.post("/fa/accounts/signin/ask/", data, headers={"origin": origin}).status_code == 403
