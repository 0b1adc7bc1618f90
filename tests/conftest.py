"""The cast of the tests, and what they run on."""

from __future__ import annotations

import math
import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django.db import connection

from announcements import banner
from learningcity.cache import PatientRedis
from members import city
from members.models import Care, Member
from tests import builders
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

    from workgroups.models import Workgroup

IDS = re.compile(r"\b(?:[ADFHIPRTUVBS]\d{1,2})\b")


def pytest_configure() -> None:
    """Gives each worker of a parallel run a Redis database of its own, as it has one of PostgreSQL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if settings.REDIS_URL and worker:
        base, _slash, number = settings.CACHES["default"]["LOCATION"].rpartition("/")
        settings.CACHES["default"]["LOCATION"] = f"{base}/{int(number or 0) + 1 + int(worker.removeprefix('gw'))}"
        with suppress(AttributeError):  # the one that was made before, if there is one
            del caches["default"]


# What no database has a part in: pages in a browser, files, values, processes with settings of their own, headers.
ALIKE = {"journeys", "house", "test_settings.py", "test_headers.py"}


def pytest_report_header() -> list[str]:
    """Says first which database and Redis the tests use."""
    kind = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    redis = urlsplit(settings.REDIS_URL).netloc if settings.REDIS_URL else "none (each process caches by itself)"
    lines = [f"database: {kind}", f"redis: {redis}"]
    if kind == "sqlite3":
        lines.append("skipped on SQLite: tests marked `postgresql` (row locks, SKIP LOCKED, triggers)")
    else:
        lines.append(f"skipped on PostgreSQL: {', '.join(sorted(ALIKE))} (alike on every database)")
    return lines


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves out what the database of this run cannot show, and says so."""
    for item in items:
        if connection.vendor == "postgresql":
            if ALIKE & {*item.path.relative_to(item.config.rootpath).parts}:
                item.add_marker(pytest.mark.skip(reason="alike on every database: the run on SQLite shows it"))
        elif item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set DATABASE_URL"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names the promises of the trust documents whose tests passed."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    passed = terminalreporter.getreports("passed")
    ids = {found for report in passed for name, found in report.user_properties if name == "promise"}
    if ids:
        terminalreporter.write_line(f"promises shown: {len(ids)} ({' '.join(sorted(ids, key=_order))})")


def _order(promise: str) -> tuple[str, int]:
    return promise[0], int(promise[1:])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Databases of tests are made and dropped without the haste of a page; locks are waited for as in production."""
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["options"] = "-c lock_timeout=3000 -c statement_timeout=120000"


@pytest.fixture(autouse=True)
def _promises(request: pytest.FixtureRequest) -> None:
    """Writes the ids that a test's module and docstring name into its report."""
    told = f"{request.module.__doc__ or ''} {getattr(request.function, '__doc__', None) or ''}"
    for promise in set(IDS.findall(told)):
        request.node.user_properties.append(("promise", promise))


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """No test reads what another one cached, or goes without Redis because another one took it away. No page looks for a
    banner while its queries are counted; the tests of the banner let it.
    """
    banner.memory.seen, banner.memory.until = None, math.inf
    yield
    PatientRedis.away_until = 0.0
    cache.clear()


@pytest.fixture(autouse=True)
def _settled_city(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The city of the environment, as every process knows it after its first page; a test that changes it says so."""
    monkeypatch.setattr(city, "KEPT_SECONDS", 3600)
    city._held[:] = [(time.monotonic() + 3600, city.of_environment())]  # noqa: SLF001 - nothing else fills it unasked
    yield
    city.forget()


@pytest.fixture(autouse=True)
def _files(settings: SettingsWrapper, tmp_path: Path) -> None:
    """Uploaded files of a test go with it."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(scope="session", autouse=True)
def _nobody_stays(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A connection that a thread or a killed process left open does not keep the database of the tests."""
    yield
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(others, [connection.settings_dict["NAME"]])


@pytest.fixture(scope="session", autouse=True)
def _emptied(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with commits of their own empty the few tables that have rows: TRUNCATE makes hundreds of files anew, with a second
    of waiting for the disk. Needs a superuser, as triggers and foreign keys rest meanwhile; others wait for TRUNCATE.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() == ("on",):
                type(connection.ops).sql_flush = _deletes  # type: ignore[method-assign]


def _deletes(_operations: Any, _style: Any, tables: list[str], **_: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{one}' WHERE EXISTS (SELECT FROM {one})" for one in tables))  # noqa: S608 - our own tables
        filled = [name for (name,) in cursor.fetchall()]
    resting, again = (f"SET LOCAL session_replication_role = {role}" for role in ("replica", "DEFAULT"))
    return [resting, *(f"DELETE FROM {name}" for name in filled), again] if filled else []  # noqa: S608 - the same


@pytest.fixture
def citizen(db: None) -> Member:
    """A member who is their own learner."""
    member = builders.make_member()
    builders.make_learner(member)
    return member


@pytest.fixture
def stranger(db: None) -> Member:
    """Another member, with a child; has nothing to do with anybody else here."""
    member = builders.make_member()
    builders.make_learner(member, name="رها", born=1985)
    builders.make_learner(member, name="آرش", born=2016, relation=Care.Relation.CHILD)
    return member


@pytest.fixture
def workgroup(db: None) -> Workgroup:
    """The workgroup that `coordinator` coordinates."""
    return builders.make_workgroup()


@pytest.fixture
def coordinator(workgroup: Workgroup) -> Member:
    """The coordinator of `workgroup`."""
    member = builders.make_member()
    builders.make_learner(member, name="سارا", born=1980)
    builders.appoint(member, Appointment.Role.COORDINATOR, workgroup)
    return member


@pytest.fixture
def staff(db: None) -> Member:
    """One of the municipality's staff."""
    member = builders.make_member()
    builders.make_learner(member, name="بهروز", born=1975)
    builders.appoint(member, Appointment.Role.STAFF, builders.municipality())
    return member
