"""A digest asks, when it leaves, whether each of its pieces is still for its reader."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from members.models import Member
from notifications import services as messages
from notifications.models import Rhythm
from programs import services as following
from tests.announcements.writing import TEXTS, Writing, told_all
from tests.notifications.conftest import NOON, at, mail
from tests.programs.town import Town

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.notifications.servers import MailHandler

__all__ = ["at", "mail"]
pytestmark = pytest.mark.django_db
MORNING = NOON + dt.timedelta(hours=21, minutes=2)


@pytest.mark.parametrize(
    ("leaves", "told"), [(False, ["inner", "public"]), (True, ["public"])], ids=["stays", "has left the audience"]
)
def test_what_is_not_for_its_reader_any_more_is_left_out(
    at: Callable[[dt.datetime], None],
    mail: MailHandler,
    leaves: bool,  # noqa: FBT001 - a column of the table
    told: list[str],
) -> None:
    town = Town()
    reader = Member.objects.create(email="reader@example.org", language="en")
    following.follow(actor=reader, thing=town.workgroup)
    Rhythm.objects.create(member=reader, digest="daily")
    audience = {"follows_workgroup": town.workgroup.slug}
    for title, is_public in (("inner", False), ("public", True)):
        texts = {code: own | {"title": f"{code} {title}"} for code, own in TEXTS.items()}
        Writing().out(texts=texts, audience=audience, is_public=is_public, channels=["inbox", "email"])
    told_all()
    if leaves:
        following.unfollow(actor=reader, thing=town.workgroup)
    for instant in (MORNING, MORNING + dt.timedelta(minutes=2)):
        at(instant)
        messages.deliver_due()
    (message,) = (one for one in mail.received if one["To"] == reader.email)
    body = message.get_body(("plain",)).get_content()
    assert [title for title in ("inner", "public") if f"en {title}" in body] == told
