"""The pages of workgroups: what is typed, what is kept, what leads where, and how many queries a list costs."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import activate
from icalendar import Calendar

from base import calendar, clock
from programs import paper, services
from programs.calendars import of_holder
from programs.models import Course, Program
from tests import builders
from tests.workgroups.rooms import DAY, TEXT, Role, Room
from workgroups import services as groups
from workgroups.models import Appointment, Decision, Meeting, Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def room() -> Room:
    return Room()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_meeting_is_called_with_days_as_people_write_them(room: Room, language: str) -> None:
    day = clock.today() + 5 * DAY
    typed = {"day": calendar.day_digits(day, language=language), "starts": "۱۶:۳۰", "ends": "18", "place": "سالن ۲"}
    address = f"/{language}/work/workgroups/{room.workgroup.slug}/meetings/"
    answer = signed_in(room.coordinator).post(f"{address}call/", typed | {"agenda": "یک\n\nدو"})
    meeting = Meeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{address}1/")
    local = clock.wall(meeting.starts_at)
    assert (local.date(), local.hour, local.minute, clock.wall(meeting.ends_at).hour) == (day, 16, 30, 18)
    assert list(meeting.items.values_list("title", flat=True)) == ["یک", "دو"]


def test_a_rejected_meeting_keeps_what_was_typed(room: Room) -> None:
    address = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/call/"
    typed = {"day": "۳۱ مهر ۱۴۰۶", "starts": "۲۵:۰۰", "ends": "18", "place": "سالن ۲"}
    answer = signed_in(room.coordinator).post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [word in page for word in typed.values()] == [True] * 4
    assert f'href="/en/work/workgroups/{room.workgroup.slug}/meetings/"' in page


def test_of_two_writers_the_second_sees_both_texts_and_can_save(room: Room) -> None:
    meeting = room.begun()
    item = room.item(meeting)
    address = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/{meeting.number}/items/{item.pk}/"
    first, second = signed_in(room.coordinator), signed_in(room.staff)
    assert first.post(address, {"minutes": "نوشتهٔ نخست", "version": 1}).status_code == 302
    answer = second.post(address, {"minutes": "نوشتهٔ دیگر", "version": 1})
    page = answer.content.decode()
    assert (answer.status_code, "نوشتهٔ نخست" in page, "نوشتهٔ دیگر" in page) == (422, True, True)
    assert second.post(address, {"minutes": "هر دو", "version": 2}).status_code == 302
    item.refresh_from_db()
    assert item.minutes == "هر دو"


def test_a_decision_is_followed_to_its_program_courses_and_figures_and_back(room: Room) -> None:
    program = Program.objects.get(workgroup=room.workgroup)
    builders.make_course(program=program, seats_taken=7, starts_on=clock.today() - DAY, sort_on=clock.today() - DAY)
    decision = room.decide()
    mine = signed_in(room.coordinator)
    lead = f"/en/work/decisions/{decision.pk}/lead/"
    assert mine.post(lead, {"row": f"program:{program.pk}"}).status_code == 302
    meeting = f"/en/work/workgroups/{room.workgroup.slug}/meetings/{decision.meeting.number}/"
    shown = [mine.get(address).content.decode() for address in (meeting, f"/en/work/decisions/{decision.pk}/")]
    assert [f"/en/programs/{program.slug}/" in page for page in shown] == [True, True]
    assert ["7" in page for page in shown] == [True, True]
    public = f"/en/programs/{program.slug}/"
    assert f"/en/work/decisions/{decision.pk}/" in mine.get(public).content.decode()
    assert TEXT["en"] not in Client().get(public).content.decode()
    mine.post(f"/en/work/decisions/{decision.pk}/publish/", {"published": "1"})
    cache.clear()
    page = Client().get(f"/en/workgroups/{room.workgroup.slug}/").content.decode()
    assert [TEXT["en"] in page, "7 people enrolled" in page, f"/en/programs/{program.slug}/" in page] == [True] * 3
    back = f"/en/workgroups/{room.workgroup.slug}/#decision-{decision.number}"
    assert back in Client().get(public).content.decode()
    mine.post(lead, {"row": f"program:{program.pk}", "undo": "1"})
    program.refresh_from_db()
    assert program.decision is None


@pytest.mark.parametrize(("seats", "words"), [(4, "Under 5 people, not shown"), (5, "5 people enrolled")])
def test_small_groups_are_hidden(room: Room, seats: int, words: str) -> None:
    program = Program.objects.get(workgroup=room.workgroup)
    builders.make_course(program=program, seats_taken=seats)
    decision = room.decide()
    services.attribute(actor=room.coordinator, row=program, decision=decision)
    groups.publish_decision(actor=room.coordinator, decision=decision)
    assert words in Client().get(f"/en/workgroups/{room.workgroup.slug}/").content.decode()


def test_late_decisions_stay_public_and_private_ones_are_not(room: Room) -> None:
    meeting = room.begun()
    late, private = room.decide(meeting), room.decide(meeting, text={"fa": "محرمانه", "en": "Private matter"})
    groups.publish_decision(actor=room.coordinator, decision=late)
    Decision.objects.update(due_on=clock.today() - 3 * DAY)
    page = Client().get(f"/en/workgroups/{room.workgroup.slug}/").content.decode()
    assert ("3 days late" in page, "Private matter" in page, "فرهاد" in page, "سارا" in page) == (
        True,
        False,
        False,
        True,
    )
    assert private.shown_text


def test_staff_found_a_workgroup_and_appoint_its_coordinator(room: Room) -> None:
    mine = signed_in(room.staff)
    typed = {"slug": "water", "name_fa": "کارگروه آب", "name_en": "Water", "purpose_fa": "آب", "purpose_en": "Water"}
    chosen: dict[str, Any] = {"areas": [room.workgroup.areas.get().pk]}
    refused = mine.post("/fa/city/workgroups/found/", typed | chosen)
    assert (refused.status_code, "کارگروه آب" in refused.content.decode()) == (422, True)
    answer = mine.post("/fa/city/workgroups/found/", typed | chosen | {"organisations": [builders.municipality().pk]})
    desk = "/fa/city/workgroups/water/appointments/"
    assert (answer.status_code, answer["Location"]) == (302, desk)
    day = calendar.day_digits(clock.today(), language="fa")
    person = {"person": room.stranger.phone.replace("+98", "0"), "role": "coordinator", "from_on": day}
    assert mine.post(f"{desk}appoint/", person).status_code == 302
    assert mine.post(f"{desk}appoint/", person).status_code == 422
    assert [one.slug for one in Workgroup.objects.coordinated_by(room.stranger)] == ["water"]


def test_ending_the_last_coordinator_asks_first(room: Room) -> None:
    one = Appointment.objects.get(member=room.coordinator)
    address = f"/fa/city/workgroups/{room.workgroup.slug}/appointments/{one.pk}/save/"
    mine, day = signed_in(room.staff), calendar.day_digits(clock.today(), language="fa")
    assert mine.post(address, {"until_on": day}).status_code == 422
    assert mine.post(address, {"until_on": day, "is_sure": "on"}).status_code == 302
    assert signed_in(room.coordinator).get("/fa/work/decisions/").status_code == 404


@pytest.mark.parametrize(
    ("who", "desks"),
    [
        ("stranger", (False, False, False)),
        ("member", (False, False, True)),
        ("coordinator", (False, True, True)),
        ("staff", (True,) * 3),
    ],
)
def test_ones_own_page_shows_the_desks_that_are_open(room: Room, who: str, desks: tuple[bool, ...]) -> None:
    page = signed_in(getattr(room, who)).get("/en/me/").content.decode()
    addresses = ('"/en/city/"', '"/en/work/"', "/en/work/decisions/")
    assert tuple(one in page for one in addresses) == desks


LISTS: dict[str, Callable[[Room], tuple[Member, str]]] = {
    "meetings": lambda room: (room.coordinator, f"work/workgroups/{room.workgroup.slug}/meetings/"),
    "decisions": lambda room: (room.coordinator, "work/decisions/?show=open"),
    "one meeting": lambda room: (room.coordinator, f"work/workgroups/{room.workgroup.slug}/meetings/1/"),
    "public page": lambda room: (room.stranger, f"workgroups/{room.workgroup.slug}/"),
    "workgroups": lambda room: (room.staff, "city/workgroups/"),
    "appointments": lambda room: (room.staff, f"city/workgroups/{room.workgroup.slug}/appointments/"),
}


def grow(room: Room, meeting: Meeting) -> None:
    """One more of everything."""
    decision = room.decide(meeting)
    groups.publish_decision(actor=room.coordinator, decision=decision)
    activate("fa")
    program = builders.make_program(workgroup=room.workgroup, decision=decision)
    builders.make_course(program=program, state=Course.State.PUBLISHED)
    groups.add_item(actor=room.coordinator, meeting=meeting, title="بند")
    room.call()
    room.person("مینا", Role.COORDINATOR, builders.make_workgroup())
    room.person("مینا", Role.MEMBER, room.workgroup)


def test_lists_cost_the_same_for_1_and_30_rows(room: Room) -> None:
    meeting = room.begun()
    found: dict[str, list[int]] = {name: [] for name in LISTS}
    for count in (1, 29):
        for _ in range(count):
            grow(room, meeting)
        for name, place in LISTS.items():
            member, path = place(room)
            client = signed_in(member)
            client.get(f"/fa/{path}")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/fa/{path}").status_code == 200
            found[name].append(len(queries))
    assert {name: counts for name, counts in found.items() if counts[0] != counts[1]} == {}


def test_a_calendar_replaces_a_meeting_that_was_moved(room: Room) -> None:
    meeting = room.call()
    address = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/1/meeting.ics"
    mine = signed_in(room.member)
    start = clock.now().replace(microsecond=0) + 6 * DAY
    before = Calendar.from_ical(mine.get(address).content).walk("VEVENT")[0]
    where = groups.meetings.Where(place="سالن ۳")
    groups.move_meeting(
        actor=room.coordinator, meeting=meeting, version=1, starts_at=start, ends_at=start + DAY / 24, where=where
    )
    after = Calendar.from_ical(mine.get(address).content).walk("VEVENT")[0]
    assert (before["UID"], before["SEQUENCE"], after["SEQUENCE"]) == (after["UID"], 1, 2)
    assert (after["DTSTART"].dt, str(after["LOCATION"])) == (start, "سالن ۳")
    own = Calendar.from_ical(of_holder(room.member)).walk("VEVENT")
    assert [one["UID"] for one in own] == [before["UID"]]
    assert Calendar.from_ical(of_holder(room.stranger)).walk("VEVENT") == []


@pytest.mark.skipif(not paper.can_draw(), reason="no PDF can be drawn: install libpango-1.0-0 and libpangoft2-1.0-0")
@pytest.mark.parametrize("language", ["fa", "en"])
def test_minutes_are_drawn_in_persian_with_our_letters(room: Room, language: str) -> None:
    room.decide()
    answer = signed_in(room.member).get(f"/{language}/work/workgroups/{room.workgroup.slug}/meetings/1/minutes.pdf")
    content = answer.content
    assert (answer.status_code, answer["Content-Type"], content[:5]) == (200, "application/pdf", b"%PDF-")
    parts = b"".join(
        zlib.decompress(part) for part in re.findall(rb"stream\n(x\xda.*?)\nendstream", content, re.DOTALL)
    )
    assert (b"Vazirmatn" in parts, b"DejaVu" in parts) == (True, False)
    assert len(content) < 200_000


def test_without_a_drawing_library_the_page_says_how_to_print(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.decide()
    monkeypatch.setattr(paper, "can_draw", lambda: False)
    address = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/1/minutes"
    answer = signed_in(room.member).get(f"{address}.pdf")
    assert (answer.status_code, f'href="{address}/"' in answer.content.decode()) == (503, True)
