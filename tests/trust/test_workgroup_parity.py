"""One rule, one answer around workgroups: page and API refuse the same things with the same code (P1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from base import clock
from tests.workgroups.rooms import DAY, TEXT, Room
from workgroups import services
from workgroups.models import Organisation

if TYPE_CHECKING:
    from collections.abc import Callable

    from members.models import Member

pytestmark = pytest.mark.django_db
Ask = tuple[str, str, dict[str, Any]]  # method, address, what is sent
WORDS = {"fa": "کارگروه آب", "en": "Water"}


@pytest.fixture
def room() -> Room:
    return Room()


def sent(member: Member, ask: Ask) -> tuple[int, Any]:
    """The status and the answer."""
    method, address, data = ask
    client = Client()
    client.force_login(member)
    if address.startswith("/api/"):
        answer = client.generic(method, f"{address}?lang=fa", json.dumps(data), content_type="application/json")
    else:
        answer = client.post(address, data)
    return answer.status_code, answer


def by_page(member: Member, ask: Ask) -> tuple[str, str]:
    """The code and the words of the refusal; the code alone is not on the page where a button was refused."""
    status, answer = sent(member, ask)
    if status == 302:
        said = [str(message) for message in get_messages(answer.wsgi_request) if message.level_tag == "error"]
        return "", "".join(said)
    form = answer.context["problem_form"] if "problem_form" in answer.context else answer.context["form"]
    errors = [error for found in form.errors.as_data().values() for error in found]
    return errors[0].code, str(errors[0].messages[0])


def by_api(member: Member, ask: Ask) -> tuple[str, str]:
    """The code and the words of the refusal."""
    status, answer = sent(member, ask)
    assert status == 409, answer.content
    found = json.loads(answer.content)
    return found["code"], found["message"]


def hours(start: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same two hours for a page and for the API."""
    local = clock.wall(start).replace(minute=0, second=0, microsecond=0)
    ends = local + DAY / 24
    page = {"day": local.date().isoformat(), "starts": f"{local.hour}:00", "ends": f"{ends.hour}:00"}
    return page, {"starts_at": local.isoformat(), "ends_at": ends.isoformat()}


def calling(room: Room, start: Any, **where: str) -> tuple[Member, Ask, Ask]:
    page, api = hours(start)
    slug = room.workgroup.slug
    return (
        room.coordinator,
        ("POST", f"/fa/work/workgroups/{slug}/meetings/call/", page | where),
        ("POST", "/api/v1/work/meetings/", api | where | {"workgroup": slug}),
    )


def noon(days: int) -> Any:
    return clock.now().replace(hour=9) + days * DAY


def writing(room: Room) -> tuple[Member, Ask, Ask]:
    meeting = room.begun()
    item = room.item(meeting)
    services.write_minutes(actor=room.coordinator, item=item, minutes="اول", version=1)
    typed = {"minutes": "دوم", "version": 1}
    page = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/{meeting.number}/items/{item.pk}/"
    return room.staff, ("POST", page, typed), ("PATCH", f"/api/v1/work/items/{item.pk}/", typed)


def approving(room: Room) -> tuple[Member, Ask, Ask]:
    meeting = room.begun()
    page = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/{meeting.number}/approve/"
    return room.coordinator, ("POST", page, {}), ("POST", f"/api/v1/work/meetings/{meeting.pk}/approve/", {})


def deciding(room: Room, days: int, owner: str) -> tuple[Member, Ask, Ask]:
    meeting = room.begun()
    due = (clock.today() + days * DAY).isoformat()
    page = f"/fa/work/workgroups/{room.workgroup.slug}/meetings/{meeting.number}/decide/"
    typed = {"text_fa": TEXT["fa"], "text_en": TEXT["en"], "owner": owner, "due_on": due}
    api = {"text": TEXT, "owner": owner, "due_on": due}
    return room.coordinator, ("POST", page, typed), ("POST", f"/api/v1/work/meetings/{meeting.pk}/decisions/", api)


def publishing(room: Room) -> tuple[Member, Ask, Ask]:
    pk = room.decide(text={"fa": "یک کلاس"}).pk
    page = ("POST", f"/fa/work/decisions/{pk}/publish/", {"published": "1"})
    return room.coordinator, page, ("POST", f"/api/v1/work/decisions/{pk}/publish/", {"is_published": True})


def founding(room: Room, organisations: list[Any]) -> tuple[Member, Ask, Ask]:
    area = room.workgroup.areas.get()
    page = {f"{field}_{language}": text for field in ("name", "purpose") for language, text in WORDS.items()}
    page |= {"slug": "water", "areas": [area.pk], "organisations": [one.pk for one in organisations]}
    api = {"slug": "water", "name": WORDS, "purpose": WORDS, "areas": [area.slug]}
    api |= {"organisations": [one.slug for one in organisations]}
    return room.staff, ("POST", "/fa/city/workgroups/found/", page), ("POST", "/api/v1/city/workgroups/", api)


def library(room: Room) -> Any:
    return Organisation.objects.create(slug="library", kind=Organisation.Kind.PUBLIC_INSTITUTION, name="کتابخانه")


def appointing(room: Room, person: str, days: int) -> tuple[Member, Ask, Ask]:
    day = (clock.today() + days * DAY).isoformat()
    typed = {"person": person, "role": "coordinator", "from_on": day}
    page = f"/fa/city/workgroups/{room.workgroup.slug}/appointments/appoint/"
    api = typed | {"workgroup": room.workgroup.slug}
    return room.staff, ("POST", page, typed), ("POST", "/api/v1/city/appointments/", api)


def releasing(room: Room) -> tuple[Member, Ask, Ask]:
    pk = room.coordinator.appointments.get().pk
    typed = {"until_on": clock.today().isoformat()}
    page = f"/fa/city/workgroups/{room.workgroup.slug}/appointments/{pk}/save/"
    return room.staff, ("POST", page, typed), ("POST", f"/api/v1/city/appointments/{pk}/release/", typed)


# What is asked, and the code of the refusal.
CASES: dict[str, tuple[Callable[[Room], tuple[Member, Ask, Ask]], str]] = {
    "a meeting nowhere": (lambda room: calling(room, noon(3)), "nowhere"),
    "a meeting yesterday": (lambda room: calling(room, noon(-1), place="سالن"), "meeting_past"),
    "a meeting in three years": (lambda room: calling(room, noon(1100), place="سالن"), "meeting_far"),
    "minutes that someone else saved": (writing, "changed"),
    "approving without attendance": (approving, "nobody_marked"),
    "deciding for yesterday": (lambda room: deciding(room, -1, f"member:{room.member.pk}"), "due_past"),
    "publishing in one language": (publishing, "language_missing"),
    "founding without the municipality": (lambda room: founding(room, [library(room)]), "municipality_missing"),
    "appointing twice": (lambda room: appointing(room, room.coordinator.phone, 0), "open_twice"),
    "appointing from yesterday": (lambda room: appointing(room, room.stranger.phone, -1), "starts_past"),
    "appointing nobody": (lambda room: appointing(room, "nobody@example.org", 0), "no_member"),
    "releasing the last coordinator": (releasing, "last_coordinator"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_doors_refuse_alike(room: Room, case: str) -> None:
    """P1."""
    arrange, code = CASES[case]
    member, page, api = arrange(room)
    said_by_page, said_by_api = by_page(member, page), by_api(member, api)
    assert said_by_api[0] == code
    assert said_by_page[0] in {code, ""}
    assert said_by_page[1] == said_by_api[1]
