"""Who asks, in which language, and where they are led: proxies, the bare address, twins, the admin's entrance (T13)."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, RequestFactory

from learningcity.context import twin_of
from learningcity.middleware import client_of

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

HOSTS = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "@evil.example",
]
HOSTS += [
    "https://evil.example",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "%2f%2fevil.example",
]
HOSTS += [
    "/%0d%0aLocation:%20https://evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%5cevil",
]
HOSTS += ["http:///evil.example", "https:evil.example", "//evil.example@127.0.0.1", "/\u2028/evil.example", "///"]
PLACES = ["/fa", "/en", "", "/fa/courses"]
TRICKS = [place + host for place in PLACES for host in HOSTS]


@pytest.mark.parametrize("trick", TRICKS)
def test_the_twin_of_no_address_leaves_the_site(trick: str) -> None:
    """T13."""
    twin = twin_of(trick)
    assert twin == "" or twin.startswith(("/fa/", "/en/"))


def test_there_are_enough_tricks() -> None:
    assert len(TRICKS) >= 60


@pytest.mark.parametrize(
    ("address", "twin"),
    [
        ("/fa/", "/en/"),
        ("/en/courses/?q=a&page=2", "/fa/courses/?q=a&page=2"),
        ("/fa/courses/fa/", "/en/courses/fa/"),
        ("/api/v1/courses/", ""),
        ("/family/", ""),
        ("/", ""),
    ],
)
def test_the_twin_is_the_same_page_in_the_other_language(address: str, twin: str) -> None:
    assert twin_of(address) == twin


@pytest.mark.django_db
@pytest.mark.parametrize("trick", HOSTS)
def test_the_admin_leads_only_to_addresses_of_this_site(client: Client, trick: str) -> None:
    """T13."""
    response = client.get("/admin/login/", {"next": trick})
    target = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    assert not urlsplit(target).netloc
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("cookie", "browser", "language"),
    [
        (None, "", "fa"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "en-US,en;q=0.9,fa;q=0.1", "fa"),
        (None, "fr,de;q=0.5", "fa"),
        ("en", "fa", "en"),
        ("fa", "en", "fa"),
        ("xx", "en", "en"),
        (None, "en" * 4000, "fa"),
    ],
)
def test_the_bare_address_leads_to_the_readers_language(cookie: str | None, browser: str, language: str) -> None:
    client = Client(headers={"accept-language": browser})
    if cookie:
        client.cookies["language"] = cookie
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert {"Cookie", "Accept-Language"} <= set(response["Vary"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", ""),
        ("10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_client_is_the_first_machine_that_is_not_ours(
    settings: SettingsWrapper, remote: str, forwarded: str, client: str
) -> None:
    settings.TRUSTED_PROXY = [ip_network("10.0.0.0/8")]
    request = RequestFactory(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded).get("/")
    assert client_of(request) == client


def test_only_the_proxy_names_a_request(settings: SettingsWrapper) -> None:
    settings.TRUSTED_PROXY = [ip_network("10.0.0.0/8")]
    given = "from-the-proxy-1"
    answers = [
        Client(REMOTE_ADDR=remote, headers={"x-request-id": given}).get("/healthz")["X-Request-ID"]
        for remote in ("10.0.0.1", "203.0.113.9")
    ]
    assert answers[0] == given
    assert answers[1] != given


def test_a_request_id_cannot_break_a_line(settings: SettingsWrapper) -> None:
    """T19."""
    settings.TRUSTED_PROXY = [ip_network("10.0.0.0/8")]
    client = Client(REMOTE_ADDR="10.0.0.1", headers={"x-request-id": 'a"b{}\x0bcdefgh'})
    assert client.get("/healthz")["X-Request-ID"].isalnum()
