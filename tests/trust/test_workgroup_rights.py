"""The rights around workgroups as one table: every role, every verb, own and another's, page and API, before, during and
after an appointment (P1, P3, P5).
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from base import clock
from members.models import Member
from members.services import make_token
from tests import builders
from tests.workgroups.rooms import DAY, Role, Room
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
TERMS = {
    "before": (1 * DAY, None),
    "first day": (0 * DAY, 30 * DAY),
    "during": (-30 * DAY, None),
    "last day": (-30 * DAY, 1 * DAY),
    "after": (-30 * DAY, 0 * DAY),
}
OPEN = {"first day", "during", "last day"}

# What a verb answers for whom it is allowed, by page and by API; for everyone else both say that nothing is there.
# `{own}` stands for rows of the workgroup in question.
Verb = tuple[str, str, dict[str, Any], int]
VERBS: dict[str, dict[str, Verb | None]] = {
    "see minutes": {
        "page": ("GET", "/fa/work/workgroups/{slug}/meetings/{number}/", {}, 200),
        "api": ("GET", "/api/v1/work/meetings/{meeting}/", {}, 200),
    },
    "print minutes": {"page": ("GET", "/fa/work/workgroups/{slug}/meetings/{number}/minutes/", {}, 200), "api": None},
    "see a decision": {
        "page": ("GET", "/fa/work/decisions/{decision}/", {}, 200),
        "api": ("GET", "/api/v1/work/decisions/{decision}/", {}, 200),
    },
    "call a meeting": {
        "page": ("POST", "/fa/work/workgroups/{slug}/meetings/call/", {}, 422),
        "api": ("POST", "/api/v1/work/meetings/", {"workgroup": "{slug}"} | {"hours": True}, 201),
    },
    "write minutes": {
        "page": ("POST", "/fa/work/workgroups/{slug}/meetings/{number}/items/{item}/", {}, 422),
        "api": ("PATCH", "/api/v1/work/items/{item}/", {"minutes": "گفته شد", "version": 1}, 200),
    },
    "decide": {
        "page": ("POST", "/fa/work/workgroups/{slug}/meetings/{number}/decide/", {}, 422),
        "api": ("POST", "/api/v1/work/meetings/{meeting}/decisions/", {}, 400),
    },
    "publish a decision": {
        "page": ("POST", "/fa/work/decisions/{decision}/publish/", {"published": "1"}, 302),
        "api": ("POST", "/api/v1/work/decisions/{decision}/publish/", {"is_published": True}, 200),
    },
    "approve minutes": {
        "page": ("POST", "/fa/work/workgroups/{slug}/meetings/{number}/approve/", {}, 302),
        "api": ("POST", "/api/v1/work/meetings/{meeting}/approve/", {}, 409),
    },
    "edit": {
        "page": ("POST", "/fa/work/workgroups/{slug}/save/", {}, 422),
        "api": ("PATCH", "/api/v1/work/workgroups/{slug}/", {}, 400),
    },
    "found": {
        "page": ("POST", "/fa/city/workgroups/found/", {}, 422),
        "api": ("POST", "/api/v1/city/workgroups/", {}, 400),
    },
    "appoint": {
        "page": ("POST", "/fa/city/workgroups/{slug}/appointments/appoint/", {}, 422),
        "api": ("POST", "/api/v1/city/appointments/", {}, 400),
    },
    "release": {
        "page": ("POST", "/fa/city/workgroups/{slug}/appointments/{appointment}/save/", {"until_on": "x"}, 422),
        "api": ("POST", "/api/v1/city/appointments/{appointment}/release/", {}, 400),
    },
}
SEEING = {"see minutes", "print minutes", "see a decision"}
RUNNING = SEEING | {"call a meeting", "write minutes", "decide", "publish a decision", "approve minutes", "edit"}
GOVERNING = set(VERBS)
# The table: what each role may do in its own workgroup, and in another one.
TABLE: dict[str, tuple[set[str], set[str]]] = {
    "visitor": (set(), set()),
    "stranger": (set(), set()),
    "member": (SEEING, set()),
    "coordinator": (RUNNING, set()),
    "staff": (GOVERNING, GOVERNING),
    "superuser": (GOVERNING, GOVERNING),
}


@pytest.fixture
def room() -> Room:
    return Room()


def rows(room: Room, *, of_other: bool) -> dict[str, Any]:
    """The rows of the workgroup in question: its meeting, matter, decision, appointment."""
    workgroup, chair = (room.other, room.foreign) if of_other else (room.workgroup, room.coordinator)
    meeting = room.begun(workgroup=workgroup, actor=chair)
    decision = room.decide(meeting, actor=chair, owner="coordinator")
    return {
        "slug": workgroup.slug,
        "number": meeting.number,
        "meeting": meeting.pk,
        "item": meeting.items.get().pk,
        "decision": decision.pk,
        "appointment": Appointment.objects.filter(workgroup=workgroup).first().pk,
    }


def someone(room: Room, role: str, term: str) -> Member | None:
    """A person who has that role in the room's workgroup for that term."""
    if role == "visitor":
        return None
    member = room.person("نادر")
    if role == "superuser":
        Member.objects.filter(pk=member.pk).update(is_superuser=True)
    elif role != "stranger":
        place = {"organisation": builders.municipality()} if role == "staff" else {"workgroup": room.workgroup}
        begins, ends = TERMS[term]
        today = clock.today()
        Appointment.objects.create(
            member=member, role=role, from_on=today + begins, until_on=None if ends is None else today + ends, **place
        )
    return member


def answer(verb: Verb, found: dict[str, Any], member: Member | None) -> int:
    """The status that the member gets."""
    method, address, data, _status = verb
    data = {name: value.format(**found) if isinstance(value, str) else value for name, value in data.items()}
    if data.pop("hours", None):
        start = clock.now() + 2 * DAY
        data |= {"starts_at": start.isoformat(), "ends_at": (start + DAY / 24).isoformat(), "place": "سالن"}
    client = Client(raise_request_exception=False)
    if member is not None:
        client.force_login(Member.objects.get(pk=member.pk))
    cache.clear()
    if address.startswith("/api/"):
        body = json.dumps(data)
        return client.generic(method, address.format(**found), body, content_type="application/json").status_code
    return getattr(client, method.lower())(address.format(**found), data).status_code


def walked(room: Room, member: Member | None, door: str, *, of_other: bool) -> dict[str, int]:
    """What the member gets for each verb, everything as it was before."""
    found, statuses = rows(room, of_other=of_other), {}
    for name, doors in VERBS.items():
        verb = doors[door]
        if verb is not None:
            with transaction.atomic():
                statuses[name] = answer(verb, found, member)
                transaction.set_rollback(True)
    return statuses


def expected(allowed: set[str], door: str, nothing: int) -> dict[str, int]:
    """What the table says."""
    verbs = {name: doors[door] for name, doors in VERBS.items()}
    return {name: verb[3] if name in allowed else nothing for name, verb in verbs.items() if verb is not None}


CASES = [
    (role, term, of_other, door)
    for role in TABLE
    for term in (TERMS if role in {"member", "coordinator", "staff"} else ["during"])
    for of_other in (False, True)
    for door in ("page", "api")
]


@pytest.mark.parametrize(("role", "term", "of_other", "door"), CASES)
def test_each_role_may_do_what_the_table_says(room: Room, role: str, term: str, of_other: bool, door: str) -> None:  # noqa: FBT001 - a table
    """P1, P3, P5."""
    allowed = TABLE[role][of_other] if term in OPEN else set()
    nothing = {"page": 302, "api": 401}[door] if role == "visitor" else 404
    assert walked(room, someone(room, role, term), door, of_other=of_other) == expected(allowed, door, nothing)


def test_the_walk_can_fail(room: Room) -> None:
    """P1: one appointment more, and the stranger sees the minutes."""
    stranger = someone(room, "stranger", "during")
    assert walked(room, stranger, "page", of_other=False)["see minutes"] == 404
    builders.appoint(stranger, Role.MEMBER, room.workgroup)
    assert walked(room, stranger, "page", of_other=False)["see minutes"] == 200


def test_a_meeting_through_a_foreign_workgroup_is_not_there(room: Room) -> None:
    """P3."""
    theirs, mine = rows(room, of_other=True), rows(room, of_other=False)
    for address in ("items/{item}/", "decide/"):
        path = f"/fa/work/workgroups/{mine['slug']}/meetings/{theirs['number'] + 7}/" + address.format(**theirs)
        client = Client()
        client.force_login(room.coordinator)
        assert client.post(path).status_code == 404
    client = Client()
    client.force_login(room.coordinator)
    path = f"/fa/work/workgroups/{mine['slug']}/meetings/{mine['number']}/items/{theirs['item']}/"
    assert client.post(path, {"minutes": "x", "version": 1}).status_code == 404


@pytest.mark.parametrize("scope", ["read", "me"])
def test_a_token_of_a_lower_scope_does_no_work(room: Room, scope: str) -> None:
    """P1."""
    token = make_token(actor=room.coordinator, name="x", scope=scope)
    found = rows(room, of_other=False)
    head = {"Authorization": f"Bearer {token}"}
    assert Client().get(f"/api/v1/work/meetings/{found['meeting']}/", headers=head).status_code == 403


def test_rights_end_at_midnight_in_the_city(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """P5: on an open session, at the first second of the last day."""
    last = clock.today() + 3 * DAY
    Appointment.objects.filter(member=room.member).update(until_on=last)
    found = rows(room, of_other=False)
    client = Client()
    client.force_login(room.member)
    address = f"/fa/work/decisions/{found['decision']}/"
    moments: dict[str, Callable[[], dt.datetime]] = {
        "before": lambda: clock.at(last, dt.time()) - dt.timedelta(seconds=1),
        "after": lambda: clock.at(last, dt.time(0, 0, 1)),
    }
    statuses = []
    for moment in moments.values():
        monkeypatch.setattr(clock, "now", moment)
        statuses.append(client.get(address).status_code)
    assert statuses == [200, 404]
