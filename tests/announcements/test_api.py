"""The API of announcements: public reading, and the same refusals as the pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from announcements.models import Announcement
from base import clock
from members import services as accounts
from tests.announcements.writing import EVERYONE, TEXTS, Writing, staff, told_all
from tests.programs.town import Town

if TYPE_CHECKING:
    from members.models import Member

pytestmark = pytest.mark.django_db


class Caller:
    """Someone who asks with a token for work."""

    def __init__(self, member: Member) -> None:
        token = accounts.make_token(actor=member, name="desk", scope="work")
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, data: Any = None) -> Any:
        """The answer with its status as `status`."""
        body = "" if data is None else json.dumps(data)
        answer = Client().generic(
            method, f"/api/v1/{path}", body, content_type="application/json", headers=self.headers
        )
        found = json.loads(answer.content)
        return (found if isinstance(found, dict) else {}) | {"status": answer.status_code}


def test_public_reading_gives_what_is_out() -> None:
    written = Writing(Town().workgroup)
    row = written.out()
    Writing().begin()
    for language in ("fa", "en"):
        found = Client().get(f"/api/v1/announcements/?lang={language}").json()["results"]
        assert [(one["slug"], one["title"], one["lang"]) for one in found] == [
            (row.slug, TEXTS[language]["title"], language)
        ]
        whole = Client().get(f"/api/v1/announcements/{row.slug}/?lang={language}").json()
        assert whole["body"] == TEXTS[language]["body"]


def test_pages_of_the_list_join_without_a_gap() -> None:
    written = Writing()
    slugs = [written.out().slug for _number in range(5)]
    found, address = [], "/api/v1/announcements/?page_size=2"
    while address:
        answer = Client().get(address.replace("http://127.0.0.1:8000", "")).json()
        found += [one["slug"] for one in answer["results"]]
        address = answer["next"]
    assert found == slugs[::-1]


def test_the_whole_way_of_an_announcement() -> None:
    author, second = Caller(staff()), Caller(staff())
    row = author.ask("POST", "city/announcements/", {"title": {"fa": "خبر", "en": "News"}})
    assert (row["status"], row["state"]) == (201, "draft")
    address = f"city/announcements/{row['id']}/"
    texts = {name: {code: TEXTS[code][name] for code in TEXTS} for name in ("title", "summary", "body")}
    row = author.ask("PATCH", address, texts | {"version": row["version"], "audience": EVERYONE})
    assert all(step["done"] for step in row["steps"])
    assert author.ask("POST", f"{address}submit/")["state"] == "review"
    assert author.ask("POST", f"{address}approve/", {"version": row["version"]})["code"] == "second_person"
    assert second.ask("POST", f"{address}approve/", {"version": row["version"]})["state"] == "published"
    told_all()
    assert author.ask("GET", f"{address}messages/")["channels"]["inbox"] == {"sent": 2}
    assert author.ask("POST", f"{address}messages/", {"to": "pause"})["status"] == 200
    answer = author.ask("POST", f"{address}withdraw/", {"reason": {"fa": "اشتباه بود", "en": "It was a mistake"}})
    assert answer["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("submit/", None, "texts_fa"),
        ("approve/", {"version": 1}, "texts_fa"),
        ("approve/", {"version": 9}, "changed_meanwhile"),
        ("withdraw/", {"reason": {"fa": "x", "en": "y"}}, "wrong_state"),
        ("messages/", {"to": "pause"}, "not_told"),
    ],
)
@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_rule_that_says_no_is_409_in_the_language_asked_for(path: str, data: Any, code: str, language: str) -> None:
    author = staff()
    row = Writing(None, author).begin()
    answer = Caller(author).ask("POST", f"city/announcements/{row.pk}/{path}?lang={language}", data)
    assert (answer["status"], answer["code"]) == (409, code)
    assert any(sign > "\u0600" for sign in answer["message"]) == (language == "fa")


def test_an_audience_that_is_none_is_refused_and_changes_nothing() -> None:
    author = staff()
    row = Writing(None, author).begin()
    answer = Caller(author).ask("PATCH", f"city/announcements/{row.pk}/", {"version": 1, "audience": {"moon": True}})
    assert (answer["status"], answer["code"]) == (409, "audience_unknown")
    assert Announcement.objects.get().version == 1


def test_the_time_of_publication_is_an_instant() -> None:
    author = staff()
    row = Writing(None, author).begin()
    at = "2027-03-20T20:30:00Z"
    answer = Caller(author).ask("PATCH", f"city/announcements/{row.pk}/", {"version": 1, "publish_at": at})
    assert answer["status"] == 200
    row.refresh_from_db()
    assert row.publish_at is not None
    assert row.publish_at.astimezone(clock.now().tzinfo).isoformat() == "2027-03-20T20:30:00+00:00"
