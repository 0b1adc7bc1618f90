"""The inbox and the preferences, as pages and through the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import services
from notifications.models import Delivery, Preference, Rhythm
from tests import builders
from tests.notifications.test_texts import VALUES

if TYPE_CHECKING:
    from django.test import Client

    from members.models import Member

pytestmark = pytest.mark.django_db


def say(member: Member, key: str = "k", kind: str = "programs/seated", **values: Any) -> None:
    services.post(key=key, kind=kind, members=[member.pk], values=VALUES | values)


@pytest.fixture
def mine(client: Client, citizen: Member) -> Client:
    client.force_login(citizen)
    return client


@pytest.mark.parametrize(
    "path", ["/fa/me/inbox/", "/fa/me/preferences/", "/fa/me/inbox/read/", "/fa/me/preferences/save/"]
)
def test_a_visitor_signs_in_first(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/fa/accounts/signin/?next={path}")


@pytest.mark.parametrize(("language", "headline"), [("fa", "پرنیا"), ("en", "پرنیا is enrolled in “First aid”")])
def test_the_inbox_speaks_the_pages_language(mine: Client, citizen: Member, language: str, headline: str) -> None:
    say(citizen)
    page = mine.get(f"/{language}/me/inbox/").content.decode()
    assert headline in page
    assert f'href="/{language}/courses/first-aid/"' in page


def test_the_inbox_shows_nobody_elses(mine: Client, stranger: Member) -> None:
    """P4."""
    say(stranger)
    assert "First aid" not in mine.get("/en/me/inbox/").content.decode()


def test_an_empty_inbox_says_so(mine: Client) -> None:
    assert "No messages yet" in mine.get("/en/me/inbox/").content.decode()


def test_reading_marks_what_was_shown_and_nothing_newer(mine: Client, citizen: Member) -> None:
    say(citizen, "a")
    shown = Delivery.objects.filter(channel="inbox").latest("pk").pk
    say(citizen, "b")
    assert mine.post("/en/me/inbox/read/", {"until": shown})["Location"] == "/en/me/inbox/"
    new = Delivery.objects.filter(channel="inbox", read_at__isnull=True)
    assert list(new.values_list("notice__key", flat=True)) == ["b"]


@pytest.mark.parametrize("until", ["", "x", "-1", "۱", "9" * 30])
def test_reading_bears_nonsense(mine: Client, until: str) -> None:
    assert mine.post("/en/me/inbox/read/", {"until": until}).status_code == 302


def test_reading_marks_nobody_elses(mine: Client, stranger: Member) -> None:
    say(stranger)
    mine.post("/en/me/inbox/read/", {"until": Delivery.objects.latest("pk").pk})
    assert not Delivery.objects.filter(read_at__isnull=False).exists()


def test_a_tab_shows_its_kinds(mine: Client, citizen: Member) -> None:
    say(citizen, "a")
    say(citizen, "b", "programs/starts_tomorrow")
    page = mine.get("/en/me/inbox/?about=reminders").content.decode()
    assert ("begins tomorrow" in page, "is enrolled" in page) == (True, False)


def test_an_open_offer_asks_and_a_past_one_does_not(mine: Client, citizen: Member) -> None:
    say(citizen, "a", "programs/offered", expires_at="2099-01-01T10:00:00+00:00")
    assert ">Answer<" in mine.get("/en/me/inbox/").content.decode()
    Delivery.objects.all().delete()
    say(citizen, "b", "programs/offered", expires_at="2020-01-01T10:00:00+00:00")
    assert ">Answer<" not in mine.get("/en/me/inbox/").content.decode()


def test_the_number_of_queries_is_the_same_for_1_and_20_messages(mine: Client, citizen: Member) -> None:
    counts = []
    for start, end in ((0, 1), (1, 20)):
        for number in range(start, end):
            say(citizen, str(number))
        mine.get("/en/me/inbox/")
        with CaptureQueriesContext(connection) as queries:
            mine.get("/en/me/inbox/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_preferences_are_kept_and_cookies_follow(mine: Client, citizen: Member) -> None:
    data = {"language": "en", "theme": "dark", "enrolments_sms": "on"}
    response = mine.post("/fa/me/preferences/save/", data)
    citizen.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/en/me/preferences/")
    assert (citizen.language, citizen.theme) == ("en", "dark")
    assert {name: response.cookies[name].value for name in ("language", "theme")} == {"language": "en", "theme": "dark"}
    wanted = dict(Preference.objects.values_list("kind", "wanted"))
    assert wanted == {"enrolments": True, "classes": False, "reminders": False, "organisers": False, "news": False}
    assert 'data-theme="dark"' in mine.get("/en/me/preferences/").content.decode()


def test_preferences_twice_are_the_same(mine: Client, citizen: Member) -> None:
    for _ in range(2):
        mine.post("/fa/me/preferences/save/", {"language": "fa", "theme": ""})
    assert Preference.objects.count() == 5


def test_a_wrong_choice_is_told_and_changes_nothing(mine: Client, citizen: Member) -> None:
    response = mine.post("/en/me/preferences/save/", {"language": "xx", "theme": "pink"})
    citizen.refresh_from_db()
    assert response.status_code == 422
    assert (citizen.language, Preference.objects.count()) == ("fa", 0)
    assert 'href="/fa/me/preferences/"' in response.content.decode()


def test_saving_tries_a_stopped_address_again(mine: Client, citizen: Member) -> None:
    Preference.objects.create(member=citizen, kind="*", channel="email", wanted=False)
    assert "came back" in mine.get("/en/me/preferences/").content.decode()
    mine.post("/en/me/preferences/save/", {"language": "en", "theme": ""})
    assert not Preference.objects.filter(kind="*").exists()


def test_the_defaults_are_ticked(client: Client) -> None:
    member = builders.make_member(email="a@example.org")
    client.force_login(member)
    page = client.get("/en/me/preferences/").content.decode()
    assert page.count("checked") == 5 + 4  # e-mail for each group; digest, rest, language and colours


def test_the_api_tells_the_same_messages(mine: Client, citizen: Member) -> None:
    say(citizen, "a")
    say(citizen, "b", "programs/waiting")
    answer = mine.get("/api/v1/me/inbox/?page_size=1").json()
    assert [one["kind"] for one in answer["results"]] == ["programs/waiting"]
    assert [one["kind"] for one in mine.get(answer["next"]).json()["results"]] == ["programs/seated"]
    assert answer["previous"] is None


def test_the_api_marks_as_read(mine: Client, citizen: Member) -> None:
    say(citizen)
    until = mine.get("/api/v1/me/inbox/").json()["results"][0]["id"]
    assert mine.post("/api/v1/me/inbox/read/", {"until": until}, content_type="application/json").status_code == 204
    assert mine.get("/api/v1/me/inbox/").json()["results"][0]["is_new"] is False


def test_the_api_refuses_visitors_and_nonsense_as_problems(client: Client, mine: Client) -> None:
    client.logout()
    asked = client.get("/api/v1/me/inbox/")
    assert (asked.status_code, asked["Content-Type"]) == (401, "application/problem+json")


def test_the_api_refuses_nonsense_as_a_problem(mine: Client) -> None:
    asked = mine.post("/api/v1/me/inbox/read/", {"until": "x"}, content_type="application/json")
    assert (asked.status_code, asked["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("rest", "hours", "kept"),
    [("", ("22", "8"), (None, None)), ("own", ("23", "10"), (23, 10)), ("none", ("22", "8"), (0, 0))],
)
def test_hours_of_rest_and_a_digest_are_kept(
    mine: Client, citizen: Member, rest: str, hours: tuple[str, str], kept: tuple[int | None, int | None]
) -> None:
    data = {"language": "fa", "theme": "", "rest": rest, "quiet_from": hours[0], "quiet_until": hours[1]}
    assert mine.post("/fa/me/preferences/save/", data | {"digest": "weekly"}).status_code == 302
    row = Rhythm.objects.get(member=citizen)
    assert ((row.quiet_from, row.quiet_until), row.digest) == (kept, "weekly")
    page = mine.get("/en/me/preferences/").content.decode()
    assert f'value="{rest}" id="id_rest_' in page
    assert page.count("checked") >= 4


@pytest.mark.parametrize("hours", [("9", "9"), ("9", ""), ("25", "8"), ("x", "8")])
def test_hours_that_are_none_are_told_and_nothing_is_lost(
    mine: Client, citizen: Member, hours: tuple[str, str]
) -> None:
    data = {"language": "fa", "theme": "", "rest": "own", "quiet_from": hours[0], "quiet_until": hours[1]}
    response = mine.post("/en/me/preferences/save/", data)
    assert response.status_code == 422
    assert "hour" in response.content.decode()
    assert not Rhythm.objects.exists()
