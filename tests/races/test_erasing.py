"""Accounts that are erased while something else happens to them, and workers killed in the middle (V3, I1, I2, I5, U1)."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection, transaction

from base import clock
from base.refusal import Refused
from members import services as accounts
from members import trail
from members.models import Audit, Care, Learner, Member
from members.services import seal_trail
from privacy import services
from privacy.services import erasing
from programs import services as places
from programs.invariants import broken
from programs.models import Course, Enrolment
from tests.privacy import life
from tests.privacy.life import Life
from tests.programs.town import Town, crowd, enrol, own, person
from tests.races.test_seats import at_once
from tests.trust.test_all_or_nothing import Fault, FaultAfter

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]
ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 6
PAST = dt.timedelta(seconds=1)


def due(member: Member) -> Member:
    """The member's waiting time is over."""
    services.ask_to_leave(actor=member, typed=member.contact)
    Member.objects.filter(pk=member.pk).update(leaving_at=clock.now() - PAST)
    return Member.objects.get(pk=member.pk)


def test_many_workers_erase_once() -> None:
    """V3."""
    one = Life()
    due(one.member)
    assert sorted(at_once(lambda _: services.erase_due(), range(8))) == [0] * 7 + [1]
    assert Audit.objects.filter(verb="erase").count() == 1
    assert life.left_in_tables(life.forms()) == {}


def test_undo_at_the_last_moment_is_whole_or_too_late() -> None:
    """V3: never half of it."""
    for _round in range(ROUNDS):
        member = person("پرنیا کریمی")[0]
        enrol(Town().course(), member)
        due(member)

        def work(what: str, member: Member = member) -> Any:
            if what == "erase":
                return services.erase_due()
            return services.keep(actor=member, member=Member.objects.get(pk=member.pk))

        answers = at_once(work, ["erase", "keep"])
        row, (place,) = Member.objects.get(pk=member.pk), Enrolment.objects.filter(asked_by=member)
        if row.erased_at is None:
            assert (answers, row.leaving_at, place.state) == ([0, None], None, "seated")
        else:
            assert (row.phone, place.state) == (None, "withdrawn")
            assert answers[0] == 1


def test_nobody_gets_a_place_who_is_being_erased() -> None:
    """V3, I1, I2, I5: enrolling at the same instant is seen and given back, or refused."""
    for _round in range(ROUNDS):
        member = person()[0]
        course, second = Town().course(capacity=1), Town().course(capacity=1)
        enrol(course, member)
        (behind,) = crowd(course, 1)
        learner = own(member)
        due(member)

        def work(what: str, member: Member = member, second: Course = second, learner: Learner = learner) -> Any:
            if what == "erase":
                return services.erase_due()
            return places.enrol(actor=member, course=Course.objects.get(pk=second.pk), learner=learner)[0].state

        assert at_once(work, ["erase", "enrol"])[0] == 1
        assert not Enrolment.objects.filter(learner=learner, state__in=Enrolment.OPEN).exists()
        assert Enrolment.objects.get(pk=behind.pk).state == "offered"
        assert list(broken()) == []


def test_two_who_share_a_child_leave_at_once_and_it_goes_with_the_second() -> None:
    """V3: no child stays behind without anybody, whoever is first."""
    for _round in range(ROUNDS):
        mother, father = person("مادر")[0], person("پدر")[0]
        child = accounts.care_for(
            actor=mother, person=accounts.Person("سارا کریمی", 1394), relation="child", consents=True
        )
        Care.objects.create(guardian=father, learner=child, relation="child")
        for one in (mother, father):
            due(one)
        at_once(lambda _: services.erase_due(), range(2))
        services.erase_due()
        child.refresh_from_db()
        assert child.erased_at is not None
        assert not Care.objects.filter(learner=child).exists()


def test_what_a_request_under_way_wrote_goes_a_little_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """V3: the account had gone when it wrote."""
    member = person("پرنیا کریمی")[0]
    due(member)
    assert services.erase_due() == 1
    child = accounts.care_for(actor=member, person=accounts.Person("سارا کریمی", 1394), relation="child", consents=True)
    accounts.make_token(actor=member, name="پرنیا", scope="me")
    true = clock.now
    monkeypatch.setattr(clock, "now", lambda: true() + 2 * erasing.UNDER_WAY)
    services.erase_due()
    child.refresh_from_db()
    assert (child.name, Care.objects.count(), member.tokens.count()) == ("—", 0, 0)
    lines = Audit.objects.count()
    monkeypatch.setattr(clock, "now", lambda: true() + 4 * erasing.UNDER_WAY)
    services.erase_due()
    assert Audit.objects.count() == lines


def statements(member: Member) -> int:
    """How many statements an erasure of that member takes: it is counted and taken back."""
    counted: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        counted.extend([sql] if "SAVEPOINT" not in sql else [])
        return execute(sql, *rest)

    with connection.execute_wrapper(count), pytest.raises(Fault):
        _erase_and_fail()
    assert Member.objects.get(pk=member.pk).erased_at is None
    return len(counted)


def _erase_and_fail() -> None:
    with transaction.atomic():
        services.erase_due()
        raise Fault


def test_a_fault_after_any_statement_leaves_everything_as_it_was() -> None:
    """V3, T4."""
    one = Life()
    due(one.member)
    before, whole = sorted(life.rows()), statements(one.member)
    assert whole > 50
    for passed in range(0, whole - 1, 7):  # the last one looks for stragglers, when all is done
        with pytest.raises(Fault), connection.execute_wrapper(FaultAfter(passed)):
            services.erase_due()
        assert sorted(life.rows()) == before, passed
    assert services.erase_due() == 1
    assert life.left_in_tables(life.forms()) == {}


# A process of its own, and no fork of this one: a browser's threads may hold locks here.
_WORKER = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from privacy.services import erase_due
left = [int(sys.argv[1])]
def killed(execute, *rest):
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left[0] -= 1
    return execute(*rest)
with connection.execute_wrapper(killed):
    erase_due()
"""


def killed_after(passed: int) -> int:
    """Lets a worker erase who is due in this test's database, and kills it after so many statements; its exit code."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": urlunsplit(url), "DJANGO_SETTINGS_MODULE": "learningcity.settings"}
    command = [sys.executable, "-c", _WORKER, str(passed)]
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=60, check=False).returncode  # noqa: S603 - our own words


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.95])
def test_a_killed_worker_leaves_nobody_half_erased_and_the_next_one_finishes(share: float) -> None:
    """V3, U1: `kill -9` at four instants of the way."""
    one = Life()
    due(one.member)
    seal_trail()
    before = sorted(life.rows())
    passed = int(statements(one.member) * share)
    assert killed_after(passed) == -signal.SIGKILL
    assert sorted(life.rows()) == before
    assert services.erase_due() == 1
    assert life.left_in_tables(life.forms()) == {}
    assert list(broken()) == []
    assert trail.verify().broken_on is None
    with pytest.raises(Refused):
        services.keep(actor=one.member, member=one.member)
