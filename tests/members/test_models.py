"""Each constraint broken once on purpose; the trail that only grows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from members import services
from members.backends import CodeBackend
from members.models import Audit, Care, Learner, Member, SignInCode
from tests.members.people import PHONE

pytestmark = pytest.mark.django_db


def breaks(**columns: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(**columns)


def test_a_member_can_be_reached_or_is_erased() -> None:
    breaks()
    Member.objects.create(erased_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_a_contact_belongs_to_one_member(member: Member, stranger: Member) -> None:
    breaks(phone=member.phone)
    breaks(email=stranger.email)


def test_an_address_is_stored_in_lower_case() -> None:
    breaks(email="Parnia@example.org")


def test_one_has_one_self(member: Member) -> None:
    learner = services.save_profile(actor=member, name="پرنیا", birth_year=1391)
    for guardian, other in [
        (member, Learner.objects.create(name="x")),
        (Member.objects.create(email="a@b.org"), learner),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Care.objects.create(guardian=guardian, learner=other, relation=Care.Relation.SELF)


def test_one_asking_a_minute_for_number_and_client() -> None:
    row = services.ask_code(contact=PHONE, client="a", language="fa")
    row.pk = "6b1f0f5e-0000-4000-8000-000000000000"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    assert SignInCode.objects.count() == 1


def test_an_erased_member_is_nobody(member: Member) -> None:
    assert CodeBackend().get_user(member.pk) == member
    Member.objects.update(erased_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert CodeBackend().get_user(member.pk) is None


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "change",
    ["UPDATE members_audit SET actor_id = 0", "DELETE FROM members_audit", "DELETE FROM members_audit WHERE id > 0"],
)
def test_the_trail_is_only_ever_added_to(member: Member, change: str) -> None:
    """U1."""
    services.record(actor=member, verb="sign_in", row=member)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="the audit trail is"), transaction.atomic():
        cursor.execute(change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Audit.objects.get().delete()
    assert Audit.objects.get().actor_id == member.pk


@pytest.mark.postgresql
def test_without_its_trigger_the_trail_could_be_changed(member: Member) -> None:
    """U1: the guard is what refuses, nothing else."""
    services.record(actor=member, verb="sign_in", row=member)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER members_audit_append_only ON members_audit")
    assert Audit.objects.update(verb="other") == 1
