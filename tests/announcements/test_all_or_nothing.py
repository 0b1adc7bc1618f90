"""T4 for announcements: a fault after any statement of a service leaves nothing behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from announcements import services
from announcements.models import Announcement, Picture
from members.models import Audit
from notifications.models import Delivery, Notice
from tests import builders
from tests.announcements.writing import REASON, Writing, staff, told_all
from tests.programs.town import Town
from tests.trust.test_all_or_nothing import Fault, FaultAfter

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.django_db
NEW = {"en": {"title": "Learning days"}}


def everything() -> list[list[Any]]:
    """All that a service of this room may write."""
    texts = Announcement._parler_meta.root_model  # noqa: SLF001 - parler has no other name for it
    links = Announcement.courses.through
    models: tuple[Any, ...] = (Announcement, texts, links, Picture, Audit, Notice, Delivery)
    return [list(model.objects.order_by("pk").values()) for model in models]


def of(row: Announcement, **more: Any) -> dict[str, Any]:
    return {"announcement": row, "version": row.version, **more}


def to_edit() -> Callable[[], Any]:
    written = Writing()
    row = written.draft()
    return lambda: services.edit(actor=written.author, facts={"kind": "event"}, texts=NEW, **of(row))


def to_link() -> Callable[[], Any]:
    written, courses = Writing(), [Town().course()]
    row = written.draft()
    return lambda: services.link(actor=written.author, announcement=row, courses=courses)


def to_approve() -> Callable[[], Any]:
    row, second = Writing().review(), staff()
    return lambda: services.approve(actor=second, **of(row))


def to_correct() -> Callable[[], Any]:
    written = Writing()
    row = written.out()
    told_all()
    return lambda: services.correct(actor=written.author, facts={}, texts=NEW, tells=True, **of(row))


def to_withdraw() -> Callable[[], Any]:
    written = Writing()
    row = written.out()
    return lambda: services.withdraw(actor=written.author, announcement=row, reason=REASON)


def to_spread() -> Callable[[], Any]:
    builders.make_member()
    Writing().out()
    return services.spread_due


SERVICES = {
    "begin": lambda: Writing().begin,
    "edit": to_edit,
    "link": to_link,
    "approve": to_approve,
    "correct": to_correct,
    "withdraw": to_withdraw,
    "spread_due": to_spread,
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_after_any_statement_leaves_nothing(name: str) -> None:
    """T4."""
    call = SERVICES[name]()
    before = everything()
    for passed in range(200):
        try:
            with transaction.atomic(), connection.execute_wrapper(FaultAfter(passed)):
                call()
        except Fault:
            assert everything() == before, f"after {passed} statements"
        else:
            break
    assert passed > 3
    assert everything() != before
