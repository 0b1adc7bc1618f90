"""Invitations to meetings go with their e-mails as iCalendar, by a real mail server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from base import clock
from members.models import Member
from notifications import services
from tests.notifications.conftest import NOON
from tests.workgroups.rooms import DAY, Room
from workgroups import services as groups

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from email.message import EmailMessage

    from tests.notifications.servers import MailHandler

pytestmark = pytest.mark.django_db(transaction=True)
MAIL = "guest@example.org"


def files(mail: MailHandler) -> list[EmailMessage]:
    """What went to the guest as files, by the order of sending."""
    sent = [message for message in mail.received if message["To"] == MAIL]
    return [part for message in sent for part in message.iter_attachments()]


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_meeting_that_is_called_moved_and_called_off_is_one_event_in_the_guests_calendar(
    at: Callable[[dt.datetime], None], mail: MailHandler, language: str
) -> None:
    at(NOON)
    room = Room()
    Member.objects.filter(pk=room.member.pk).update(email=MAIL, language=language)
    meeting = room.call()
    services.deliver_due()
    start = clock.now() + 6 * DAY
    where = groups.meetings.Where(place="سالن ۳")
    facts = {"starts_at": start, "ends_at": start + DAY / 24, "where": where}
    meeting = groups.move_meeting(actor=room.coordinator, meeting=meeting, version=1, **facts)
    services.deliver_due()
    groups.call_off(actor=room.coordinator, meeting=meeting)
    services.deliver_due()
    services.deliver_due()
    found = files(mail)
    assert [(part.get_content_type(), part.get_param("method"), part.get_filename()) for part in found] == [
        ("text/calendar", method, "meeting.ics") for method in ("REQUEST", "REQUEST", "CANCEL")
    ]
    calendars = [Calendar.from_ical(part.get_content()) for part in found]
    assert [one["METHOD"] for one in calendars] == ["REQUEST", "REQUEST", "CANCEL"]
    events = [one.walk("VEVENT")[0] for one in calendars]
    assert {one["UID"] for one in events} == {f"workgroup-meeting-{meeting.pk}@127.0.0.1:8000"}
    assert [(one["SEQUENCE"], str(one["STATUS"])) for one in events] == [
        (1, "CONFIRMED"),
        (2, "CONFIRMED"),
        (3, "CANCELLED"),
    ]
    assert [(str(one["ATTENDEE"]), one["ATTENDEE"].params["RSVP"]) for one in events] == [
        (f"mailto:{MAIL}", "FALSE")
    ] * 3
    assert (events[1]["DTSTART"].dt, str(events[1]["LOCATION"])) == (start, "سالن ۳")
    names = {text.language_code: text.name for text in room.workgroup.translations.all()}
    assert {str(one["SUMMARY"]) for one in events} == {names[language]}
    assert f"/{language}/work/" in str(events[0]["URL"])


def test_the_words_stand_beside_the_file(at: Callable[[dt.datetime], None], mail: MailHandler) -> None:
    at(NOON)
    room = Room()
    Member.objects.filter(pk=room.member.pk).update(email=MAIL)
    room.call()
    services.deliver_due()
    (message,) = [one for one in mail.received if one["To"] == MAIL]
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    body = message.get_body(("html",))
    assert body is not None
    assert "meetings/1/" in body.get_content()
