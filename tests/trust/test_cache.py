"""What one person was shown is shown to nobody else: pages that are kept, by whom they are kept, under which name (T14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from base import pages
from tests.programs import town as towns
from tests.programs.town import Town, enrol, offered, person

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

    from members.models import Member

pytestmark = pytest.mark.django_db
MARK = "زرین‌تاج"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def member() -> Member:
    return person(MARK)[0]


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def addresses(town: Town, *slugs: str) -> list[str]:
    """Every public page of the town."""
    rest = ["", "courses/", f"programs/{town.program.slug}/", "workgroups/", f"workgroups/{town.workgroup.slug}/"]
    rest += [f"organisations/{town.organisation.slug}/", f"venues/{town.venue.slug}/", f"areas/{town.area.slug}/"]
    rest += [f"courses/{slug}/" for slug in slugs]
    return [f"/{language}/{one}" for language in ("fa", "en") for one in rest]


def test_what_a_member_was_shown_is_shown_to_nobody_else(town: Town, member: Member) -> None:
    """T14: the cache is filled as A, page and panel, and read as a visitor and as B."""
    seat, offer = town.course(first=towns.clock.now() + 60 * towns.DAY), offered(town, member)
    enrol(seat, member)
    found = addresses(town, seat.slug, offer.slug)
    mine = signed_in(member)
    shown = {address: [mine.get(address, headers=head).content.decode() for head in ({}, HTMX)] for address in found}
    assert MARK in shown[f"/fa/courses/{seat.slug}/"][0]
    for other in (Client(), signed_in(person("مینا")[0])):
        for address in found:
            for head in ({}, HTMX):
                answer = other.get(address, headers=head)
                text = answer.content.decode()
                assert (address, answer.status_code, MARK in text, str(member.phone)[3:] in text) == (
                    address,
                    200,
                    False,
                    False,
                )
                assert "csrfmiddlewaretoken" not in text or settings_cookie(other)


def settings_cookie(client: Client) -> bool:
    """Whether the browser has a session."""
    return "session" in client.cookies


def test_a_draft_seen_by_its_coordinator_is_kept_for_nobody(town: Town, member: Member) -> None:
    """T14."""
    draft = town.course(state="draft")
    member.appointments.create(role="coordinator", workgroup=town.workgroup, from_on=towns.clock.today() - towns.DAY)
    address = f"/fa/courses/{draft.slug}/"
    assert signed_in(member).get(address).status_code == 200
    assert Client().get(address).status_code == 404


def test_a_course_that_was_withdrawn_is_gone_within_ten_seconds(town: Town) -> None:
    """T14: what is kept, is kept for ten seconds and not longer."""
    course = town.course()
    answer = Client().get(f"/fa/courses/{course.slug}/")
    assert answer["Cache-Control"] == "public, max-age=5"
    assert pages.KEPT_SECONDS == 10


def test_a_page_and_its_part_are_kept_apart(town: Town) -> None:
    """T14."""
    town.course()
    whole, part = (Client().get("/fa/courses/", headers=head).content for head in ({}, HTMX))
    again = [Client().get("/fa/courses/", headers=head).content for head in ({}, HTMX)]
    assert [whole, part] == again
    assert b"<html" in whole
    assert b"<html" not in part


def test_languages_are_kept_apart(town: Town) -> None:
    """T14."""
    course = town.course()
    persian, english = (
        Client().get(f"/{language}/courses/{course.slug}/").content.decode() for language in ("fa", "en")
    )
    assert 'lang="fa"' in persian[:60]
    assert 'lang="en"' in english[:60]


@pytest.mark.parametrize("theme", ["dark", "light", "", '"><script>', "x" * 500])
def test_colours_are_kept_apart(town: Town, theme: str) -> None:
    """T14."""
    Client().get("/fa/")
    client = Client()
    client.cookies["theme"] = theme
    text = client.get("/fa/").content.decode()
    assert ('data-theme="dark"' in text, 'data-theme="light"' in text) == (theme == "dark", theme == "light")
    assert "<script>" not in text


def test_another_host_fills_no_cache_of_ours(town: Town, settings: SettingsWrapper) -> None:
    """T12, T14."""
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver", "evil.example"]
    Client().get("/fa/", headers={"host": "evil.example"})
    assert "evil.example" not in Client().get("/fa/").content.decode()


def test_what_is_kept_by_others_says_on_what_it_depends(town: Town) -> None:
    """T14: a proxy between us tells sessions and parts apart."""
    answer = Client().get("/fa/courses/")
    assert {part.strip() for part in answer["Vary"].split(",")} >= {"Cookie", "HX-Request"}


def test_who_has_it_already_gets_304(town: Town) -> None:
    first = Client().get("/fa/courses/")
    again = Client().get("/fa/courses/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# The keeper itself, with a view of its own


@pages.public_page
def echo(request: HttpRequest) -> HttpResponse:
    """A page that gives away who asked."""
    answer = HttpResponse(f"{request.COOKIES} {request.method}")
    if "cookie" in request.GET:
        answer.set_cookie("a", "b")
    answer.status_code = int(request.GET.get("status", "200"))
    return answer


@pytest.mark.parametrize("cookie", ["session", "__Host-session"])
def test_the_keeper_lets_sessions_pass(settings: SettingsWrapper, cookie: str) -> None:
    """T14: under the name of production too."""
    settings.SESSION_COOKIE_NAME = cookie
    request = RequestFactory().get("/x")
    request.COOKIES[cookie] = "mine"
    assert b"mine" in echo(request).content
    assert b"mine" not in echo(RequestFactory().get("/x")).content


@pytest.mark.parametrize("query", ["?cookie=1", "?status=404", "?status=302", "?status=500"])
def test_the_keeper_keeps_neither_cookies_nor_failures(query: str) -> None:
    """T14."""
    cache.clear()
    echo(RequestFactory().get(f"/x{query}"))
    other = RequestFactory().get(f"/x{query}")
    other.COOKIES["other"] = "second"
    assert b"second" in echo(other).content


def test_the_keeper_keeps_no_writing() -> None:
    """T14."""
    echo(RequestFactory().get("/x"))
    assert b"POST" in echo(RequestFactory().post("/x")).content


def test_the_guard_can_fail() -> None:
    """T14: a second visitor does get what the first one was shown, so a page that named its reader would leak."""
    first = RequestFactory().get("/x")
    first.COOKIES["name"] = "Zarrin"
    echo(first)
    assert b"Zarrin" in echo(RequestFactory().get("/x")).content
