"""Trouble with the database is told as it is, never as our mistake (D5, D6, D7)."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import ConnectionHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from learningcity import problems
from learningcity import urls as portal
from members.models import Member

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest
    from pytest_django.fixtures import SettingsWrapper


def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Wants a row that another one holds."""
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=pk)
    return HttpResponse("got it")


def cut(request: HttpRequest) -> HttpResponse:
    """Loses its connection and goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("still there")


urlpatterns = [
    path("lock/<int:pk>/", lock),
    path("api/lock/<int:pk>/", lock),
    path("cut/", cut),
    *portal.urlpatterns,
]


def another_connection() -> ConnectionHandler:
    """A second person's connection to the same database."""
    return ConnectionHandler({"default": connection.settings_dict | {"NAME": connection.settings_dict["NAME"]}})


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_busy(settings: SettingsWrapper) -> None:
    """D6."""
    settings.ROOT_URLCONF = __name__
    member = Member.objects.create(phone="+989180000001")
    other = another_connection()["default"]
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM members_member WHERE id = %s FOR UPDATE", [member.pk])
        page = Client().get(f"/lock/{member.pk}/")
        answer = Client().get(f"/api/lock/{member.pk}/")
    finally:
        other.rollback()
        other.close()
    assert (page.status_code, page["Retry-After"]) == (409, "5")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert answer.json()["code"] == "busy"
    assert Client().get(f"/lock/{member.pk}/").content == b"got it"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_come_again_and_the_next_request_has_a_new_one(settings: SettingsWrapper) -> None:
    """D5."""
    settings.ROOT_URLCONF = __name__
    lost = Client().get("/cut/")
    assert (lost.status_code, lost["Retry-After"]) == (503, "5")
    connections.close_all()
    assert Client().get("/readyz").status_code == 200


def sqlite(file: Path, **options: object) -> ConnectionHandler:
    """A database of its own in a file, with a table."""
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE kept (text)")
    usual = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": {"timeout": 0.1, **options}}
    return ConnectionHandler({"default": usual})


def what_happens(handler: ConnectionHandler, *statements: str) -> problems.Problem | None:
    """The trouble that the last of these statements makes."""
    try:
        with handler["default"].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except DatabaseError as error:
        return problems.named(error)
    finally:
        handler["default"].close()
    return None


@pytest.mark.django_db
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """D7."""
    many = "INSERT INTO kept SELECT zeroblob(100000)"
    assert what_happens(sqlite(tmp_path / "a"), "PRAGMA max_page_count = 3", many) == problems.FULL
    assert what_happens(sqlite(tmp_path / "b"), many) is None


@pytest.mark.django_db
def test_a_read_only_file_is_named(tmp_path: Path) -> None:
    """D7."""
    one = "INSERT INTO kept VALUES (1)"
    assert what_happens(sqlite(tmp_path / "a"), "PRAGMA query_only = 1", one) == problems.FULL


@pytest.mark.django_db
def test_a_database_that_another_writes_is_away_for_a_moment(tmp_path: Path) -> None:
    handler = sqlite(tmp_path / "a")
    writer = sqlite3.connect(tmp_path / "a", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert what_happens(handler, "INSERT INTO kept VALUES (1)") == problems.AWAY
    writer.close()


@pytest.mark.django_db
def test_another_error_stays_an_error(tmp_path: Path) -> None:
    broken = problems.of_database(RequestFactory().get("/fa/"), ValueError("ours"))
    assert broken is None


def words_of(response: Any) -> list[str]:
    """What stands on the page."""
    return re.sub(r"<[^>]+>", " ", response.content.decode()).split()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/fa/courses/no-such/", "/fa/no-such/", "/en/no/such/place/"])
def test_a_demo_says_what_is_not_there_as_production_does(settings: SettingsWrapper, address: str) -> None:
    there = Client().get(address)
    settings.DEBUG, settings.MIDDLEWARE = True, [*settings.MIDDLEWARE, "learningcity.middleware.Missing"]
    here = Client().get(address)
    assert (here.status_code, words_of(here)) == (there.status_code, words_of(there))
    assert Client().get("/api/v1/no-such/").json()["title"] == "Not Found"
    assert Client().get("/courses/").status_code == 302  # without a language one still gets to the page
