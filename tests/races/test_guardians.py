"""Two people accept at once to be the second guardian, two browsers answer for one number at once (T2, T7)."""

from __future__ import annotations

import pytest
from django.db import connection

from base import clock
from base.refusal import Refused
from members import services as members
from members.models import Care, Invitation, Learner, Member
from programs import services
from tests.members.people import asked
from tests.programs.town import DAY, person
from tests.races.test_seats import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]
ROUNDS = 8


def child_of(mother: Member) -> Learner:
    return members.care_for(actor=mother, person=members.Person("سارا کریمی", 1393), relation="child", consents=True)


def answers_at_once(child: Learner, mother: Member) -> list[str]:
    asked_for = [person()[0] for _ in range(3)]
    rows = [services.invite(actor=mother, learner=child, contact=one.phone) for one in asked_for]

    def accept(pair: tuple[Member, Invitation]) -> str:
        member, row = pair
        try:
            services.accept_invitation(actor=member, invitation=row, relation="child", consents=True)
        except Refused as refused:
            return refused.refusal.code
        return "accepted"

    return at_once(accept, list(zip(asked_for, rows, strict=True)))


def test_three_who_accept_at_once_give_one_second_guardian() -> None:
    """T2."""
    for _round in range(ROUNDS):
        mother = person()[0]
        child = child_of(mother)
        assert sorted(answers_at_once(child, mother)) == ["accepted", "guardians_full", "guardians_full"]
        assert Care.objects.open_on(clock.today()).filter(learner=child).count() == 2


def test_without_the_lock_a_third_guardian_slips_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """T2: the guard removed, the race happens."""
    queryset = Learner.objects.all().__class__
    monkeypatch.setattr(queryset, "select_for_update", lambda rows, **_how: rows)
    most = 0
    for _round in range(ROUNDS):
        mother = person()[0]
        child = child_of(mother)
        answers_at_once(child, mother)
        most = max(most, Care.objects.open_on(clock.today()).filter(learner=child).count())
    assert most > 2


def test_a_number_is_passed_on_once() -> None:
    """T7: who is known and who is not, at the same instant: one of them has the number then."""
    for _round in range(ROUNDS):
        member = person("پرنیا کریمی", 1366 + 621)[0]
        day = clock.today() - 400 * DAY
        Member.objects.filter(pk=member.pk).update(seen_on=day, created_at=clock.now() - 400 * DAY)
        row, code = asked(member.phone)
        with pytest.raises(Refused):
            members.redeem(pk=row.pk, typed=code, client="a")

        def answer(year: int | None, pk: object = row.pk) -> int:
            try:
                return members.recognise(pk=pk, birth_year=year).pk
            except Refused:
                return 0

        found = sorted(at_once(answer, [1987, None, None]))
        assert found[:2] == [0, 0]
        assert Member.objects.get(phone=member.phone).pk == found[2]
