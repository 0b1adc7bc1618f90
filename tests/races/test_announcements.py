"""Two who approve the same announcement at once, two who save it at once, and workers who write its messages at once."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection

from announcements import services
from announcements.models import Announcement
from members.models import Audit, Member
from notifications.models import Delivery, Notice
from tests.announcements.writing import TEXTS, Writing, staff
from tests.races.test_seats import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: set DATABASE_URL"),
]


def test_two_approvals_at_once_publish_once() -> None:
    """T2."""
    row, readers = Writing().review(), [staff() for _ in range(4)]

    def approve(reader: Member) -> str:
        return services.approve(actor=reader, announcement=row, version=row.version).state

    assert at_once(approve, readers) == ["published"] * 4
    assert Notice.objects.count() == 1
    assert Audit.objects.filter(verb="publish").count() == 1


def test_a_change_and_an_approval_at_once_never_let_out_what_nobody_read() -> None:
    for _round in range(5):
        written, reader = Writing(), staff()
        row = written.review()

        def act(who: Member, row: Announcement = row, reader: Member = reader) -> str:
            if who == reader:
                return services.approve(actor=who, announcement=row, version=row.version).state
            texts = {"en": {"title": "Something else"}}
            return services.edit(actor=who, announcement=row, version=row.version, facts={}, texts=texts).state

        answers = set(at_once(act, [reader, written.author]))
        row = Announcement.objects.prefetch_related("translations").get(pk=row.pk)
        title = row.safe_translation_getter("title", language_code="en")
        if row.state == "published":
            assert (title, answers) == (TEXTS["en"]["title"], {"published", "wrong_state"})
        else:
            assert (title, answers) == ("Something else", {"review", "changed_meanwhile"})


def test_workers_at_once_write_each_message_once() -> None:
    """T3: many workers, one announcement; whoever comes second passes on."""
    Member.objects.bulk_create(Member(email=f"m{number}@example.org") for number in range(300))
    Writing().out(channels=["inbox", "email"])

    def work(_number: int) -> int:
        return sum(iter(services.spread_due, 0))

    at_once(work, range(4))
    while services.spread_due():
        continue
    counted = Counter(Delivery.objects.values_list("member", "channel"))
    assert set(counted.values()) == {1}
    assert len({member for member, _channel in counted}) == Member.objects.count()
