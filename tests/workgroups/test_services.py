"""What may be changed in a workgroup, what each refusal says, and that twice is once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from base import clock
from base.refusal import Refused
from members.models import Audit
from notifications.models import Delivery, Notice
from programs import services as programs
from programs.models import Program
from tests import builders
from tests.workgroups.rooms import DAY, TEXT, Role, Room
from workgroups import rules, services
from workgroups.models import Appointment, Attendance, Decision, Meeting, Workgroup
from workgroups.services import texts
from workgroups.services.meetings import Where

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db
WORDS = {"name": {"fa": "کارگروه آب", "en": "Water workgroup"}, "purpose": {"fa": "آب برای همه", "en": "Water for all"}}


@pytest.fixture
def room() -> Room:
    return Room()


def code_of(work: Callable[[], Any]) -> str:
    """The code with which it was refused, "" if it was not; a refusal leaves no line and no notice."""
    before = (Audit.objects.count(), Notice.objects.count())
    try:
        with transaction.atomic():
            work()
    except Refused as refused:
        assert (Audit.objects.count(), Notice.objects.count()) == before
        return refused.refusal.code
    return ""


def told(event: str) -> set[int]:
    """Who was told."""
    return set(Delivery.objects.filter(notice__kind=f"workgroups/{event}").values_list("member", flat=True))


def group(room: Room, **changes: Any) -> dict[str, Any]:
    area = room.workgroup.areas.get()
    return WORDS | {"areas": [area], "organisations": [builders.municipality()]} | changes


def test_staff_found_a_workgroup_in_both_languages(room: Room) -> None:
    found = services.found(actor=room.staff, slug="water", **group(room))
    assert (found.founded_on, texts.read(found, "name")) == (clock.today(), WORDS["name"])
    assert Audit.objects.filter(verb="found", actor_id=room.staff.pk).count() == 1


FOUNDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "by a coordinator": ("not_yours", {"who": "coordinator"}),
    "without English": ("language_missing", {"name": {"fa": "آب"}}),
    "without the municipality": ("municipality_missing", {"organisations": []}),
    "without an area": ("area_missing", {"areas": []}),
    "with hidden signs": ("hidden_signs", {"name": {"fa": "آب\u202e", "en": "Water"}}),
    "under a taken address": ("slug_taken", {"slug": "taken"}),
    "under an address of the desk": ("slug_taken", {"slug": "new"}),
}


@pytest.mark.parametrize("case", FOUNDINGS)
def test_founding_is_refused(room: Room, case: str) -> None:
    code, changes = FOUNDINGS[case]
    builders.make_workgroup(slug="taken")
    changes = dict(changes)
    who, slug = getattr(room, changes.pop("who", "staff")), changes.pop("slug", "water")
    count = Workgroup.objects.count()
    assert code_of(lambda: services.found(actor=who, slug=slug, **group(room, **changes))) == code
    assert Workgroup.objects.count() == count


def test_of_two_who_edit_the_second_is_told(room: Room) -> None:
    workgroup = room.workgroup
    services.edit_workgroup(actor=room.coordinator, workgroup=workgroup, version=1, **group(room))
    other = {"name": {"fa": "نام دیگر", "en": "Other name"}}
    assert (
        code_of(
            lambda: services.edit_workgroup(actor=room.staff, workgroup=workgroup, version=1, **group(room, **other))
        )
        == rules.CHANGED
    )
    services.edit_workgroup(actor=room.staff, workgroup=workgroup, version=1, **group(room))
    assert Audit.objects.filter(verb="edit_workgroup").count() == 1


def appointing(room: Room, **changes: Any) -> Appointment:
    usual = {"actor": room.staff, "member": room.stranger, "role": Role.COORDINATOR, "place": room.workgroup}
    return services.appoint(**usual | {"from_on": clock.today()} | changes)


def test_a_right_begins_with_the_appointment_and_the_person_is_told(room: Room) -> None:
    assert not Workgroup.objects.coordinated_by(room.stranger).exists()
    appointing(room)
    assert list(Workgroup.objects.coordinated_by(room.stranger)) == [room.workgroup]
    assert told("appointed") == {room.stranger.pk}


APPOINTINGS: dict[str, tuple[str, Callable[[Room], dict[str, Any]]]] = {
    "by a coordinator": ("not_yours", lambda room: {"actor": room.coordinator}),
    "from yesterday": ("starts_past", lambda _: {"from_on": clock.today() - DAY}),
    "until before it begins": ("ends_before", lambda _: {"until_on": clock.today()}),
    "for six years": ("term_long", lambda _: {"until_on": clock.today() + 6 * 366 * DAY}),
    "twice": ("open_twice", lambda room: {"member": room.coordinator}),
    "staff of a workgroup": ("wrong_place", lambda _: {"role": Role.STAFF}),
    "coordinator of the municipality": ("wrong_place", lambda _: {"place": builders.municipality()}),
    "staff by staff": ("not_yours", lambda _: {"role": Role.STAFF, "place": builders.municipality()}),
    "staff by a superuser": (
        "",
        lambda room: {"actor": room.superuser, "role": Role.STAFF, "place": builders.municipality()},
    ),
    "as member too": ("", lambda room: {"member": room.coordinator, "role": Role.MEMBER}),
}


@pytest.mark.parametrize("case", APPOINTINGS)
def test_appointing_follows_its_rules(room: Room, case: str) -> None:
    code, changes = APPOINTINGS[case]
    assert code_of(lambda: appointing(room, **changes(room))) == code


def test_release_ends_the_right_at_once_and_twice_is_once(room: Room) -> None:
    one = appointing(room)
    for _ in range(2):
        services.release(actor=room.staff, appointment=one, until_on=clock.today())
    assert not Workgroup.objects.entered_by(room.stranger).exists()
    assert Audit.objects.filter(verb="release").count() == 1
    assert told("released") == {room.stranger.pk}


def test_the_last_coordinator_leaves_only_when_one_is_sure(room: Room) -> None:
    one = Appointment.objects.get(member=room.coordinator)
    leave = {"actor": room.staff, "appointment": one, "until_on": clock.today()}
    assert code_of(lambda: services.release(**leave)) == "last_coordinator"
    assert rules.loses_coordinator_on(room.workgroup) is None
    services.release(**leave, is_sure=True)
    assert rules.loses_coordinator_on(room.workgroup) == clock.today()


def test_an_appointment_is_extended_but_not_over_a_later_one(room: Room) -> None:
    one = appointing(room, until_on=clock.today() + 10 * DAY)
    appointing(room, from_on=clock.today() + 20 * DAY)
    extend = {"actor": room.staff, "appointment": one}
    services.extend(**extend, until_on=clock.today() + 15 * DAY)
    assert code_of(lambda: services.extend(**extend, until_on=None)) == "open_twice"
    one.refresh_from_db()
    assert one.until_on == clock.today() + 15 * DAY


TODAY = dt.date(2026, 11, 24)
GAPS = [
    ([(TODAY, None)], None),
    ([], TODAY),
    ([(TODAY, TODAY + 21 * DAY)], TODAY + 21 * DAY),
    ([(TODAY, TODAY + 31 * DAY)], None),
    ([(TODAY, TODAY + 5 * DAY), (TODAY + 5 * DAY, None)], None),
    ([(TODAY, TODAY + 5 * DAY), (TODAY + 6 * DAY, None)], TODAY + 5 * DAY),
]


@pytest.mark.parametrize(("terms", "day"), GAPS)
def test_the_day_without_coordinator_is_foreseen(terms: list[Any], day: dt.date | None) -> None:
    assert rules.first_gap(terms, TODAY) == day


def test_a_meeting_gets_the_next_number_and_everyone_is_invited(room: Room) -> None:
    assert [room.call().number, room.call().number] == [1, 2]
    assert told("invited") == {room.coordinator.pk, room.member.pk}


MEETINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "backwards": ("hours_wrong", {"starts_at": DAY * 2, "ends_at": DAY}),
    "all day and night": ("meeting_long", {"starts_at": DAY, "ends_at": DAY * 2}),
    "yesterday": ("meeting_past", {"starts_at": -DAY, "ends_at": -DAY / 2}),
    "in three years": ("meeting_far", {"starts_at": DAY * 1100, "ends_at": DAY * 1100.1}),
    "nowhere": ("nowhere", {"where": Where()}),
    "with a long agenda": ("agenda_full", {"agenda": [f"بند {number}" for number in range(41)]}),
}


@pytest.mark.parametrize("case", MEETINGS)
def test_calling_is_refused(room: Room, case: str) -> None:
    code, changes = MEETINGS[case]
    now = clock.now()
    changes = {name: now + value if isinstance(value, dt.timedelta) else value for name, value in changes.items()}
    assert code_of(lambda: room.call(**changes)) == code
    assert Meeting.objects.count() == 0


def test_a_moved_meeting_is_told_and_its_version_grows(room: Room) -> None:
    meeting = room.call()
    start = clock.now() + 5 * DAY
    hours = {"starts_at": start, "ends_at": start + DAY / 24, "where": Where(link="https://meet.example.org/a")}
    for _ in range(2):
        moved = services.move_meeting(actor=room.coordinator, meeting=meeting, version=1, **hours)
    assert (moved.version, Notice.objects.filter(kind="workgroups/meeting_moved").count()) == (2, 1)
    later = hours | {"starts_at": start + DAY / 48}
    assert (
        code_of(lambda: services.move_meeting(actor=room.staff, meeting=meeting, version=1, **later)) == rules.CHANGED
    )
    for _ in range(2):
        off = services.call_off(actor=room.coordinator, meeting=meeting)
    assert (off.is_off, Notice.objects.filter(kind="workgroups/meeting_off").count()) == (True, 1)


def test_of_two_who_write_the_second_is_told_and_nothing_is_lost(room: Room) -> None:
    item = room.item(room.begun())
    services.write_minutes(actor=room.coordinator, item=item, minutes="اول", version=1)
    with pytest.raises(Refused) as refused:
        services.write_minutes(actor=room.staff, item=item, minutes="دوم", version=1)
    assert (refused.value.refusal.code, refused.value.refusal.values) == (
        "changed",
        {"version": 2, "theirs": {"minutes": "اول"}},
    )
    item.refresh_from_db()
    assert item.minutes == "اول"
    services.write_minutes(actor=room.staff, item=item, minutes="دوم", version=2)
    services.write_minutes(actor=room.staff, item=item, minutes="دوم", version=1)
    assert Audit.objects.filter(verb="write_minutes").count() == 2


def test_approved_minutes_are_fixed(room: Room) -> None:
    meeting = room.begun()
    approve = {"actor": room.coordinator, "meeting": meeting}
    assert code_of(lambda: services.approve_minutes(**approve)) == "nobody_marked"
    services.mark_attendance(**approve, marks={room.member.pk: "present"})
    assert code_of(lambda: services.approve_minutes(**approve)) == "no_minutes"
    services.write_minutes(actor=room.coordinator, item=room.item(meeting), minutes="گفته شد", version=1)
    decision = room.decide(meeting)
    for _ in range(2):
        services.approve_minutes(**approve)
    assert Audit.objects.filter(verb="approve_minutes").count() == 1
    refused = [
        lambda: services.write_minutes(actor=room.coordinator, item=room.item(meeting), minutes="دیگر", version=2),
        lambda: services.add_item(**approve, title="بند"),
        lambda: services.mark_attendance(**approve, marks={room.member.pk: "absent"}),
        lambda: room.decide(meeting),
        lambda: edit(room, decision, text={"fa": "متن دیگر", "en": TEXT["en"]}),
    ]
    assert [code_of(work) for work in refused] == ["approved"] * 5
    assert edit(room, decision, due_on=clock.today() + 20 * DAY).due_on == clock.today() + 20 * DAY


def test_only_people_of_that_day_are_marked(room: Room) -> None:
    meeting = room.begun()
    marks = {room.stranger.pk: "present"}
    assert (
        code_of(lambda: services.mark_attendance(actor=room.coordinator, meeting=meeting, marks=marks))
        == "not_in_group"
    )
    assert Attendance.objects.count() == 0
    assert (
        code_of(lambda: services.mark_attendance(actor=room.coordinator, meeting=room.call(), marks={})) == "not_begun"
    )


def edit(room: Room, decision: Decision, **changes: Any) -> Decision:
    usual = {"text": TEXT, "owner": room.member, "due_on": decision.due_on, "version": decision.version}
    return services.edit_decision(**{"actor": room.coordinator, "decision": decision} | usual | changes)


def test_a_decision_is_numbered_and_its_owner_told(room: Room) -> None:
    meeting = room.begun()
    assert [room.decide(meeting).number, room.decide(meeting).number] == [1, 2]
    assert told("decision_owed") == {room.member.pk}


DECISIONS: dict[str, tuple[str, Callable[[Room], dict[str, Any]]]] = {
    "by a member": ("not_yours", lambda room: {"actor": room.member}),
    "without words": ("empty", lambda _: {"text": {"fa": " "}}),
    "owed by a stranger": ("not_in_group", lambda room: {"owner": room.stranger}),
    "due yesterday": ("due_past", lambda _: {"due_on": clock.today() - DAY}),
    "owed by a role": ("", lambda _: {"owner": "staff"}),
    "owed by an organisation": ("", lambda _: {"owner": builders.municipality()}),
    "owed by staff by name": ("", lambda room: {"owner": room.staff}),
    "in one language": ("", lambda _: {"text": {"fa": "یک کلاس"}}),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_deciding_follows_its_rules(room: Room, case: str) -> None:
    code, changes = DECISIONS[case]
    meeting = room.begun()
    assert code_of(lambda: room.decide(meeting, **changes(room))) == code


def test_publishing_needs_both_languages(room: Room) -> None:
    decision = room.decide(text={"fa": "یک کلاس"})
    publish = {"actor": room.coordinator, "decision": decision}
    assert code_of(lambda: services.publish_decision(**publish)) == "language_missing"
    edit(room, decision)
    for _ in range(2):
        services.publish_decision(**publish)
    assert list(Decision.objects.published()) == [decision]
    assert Audit.objects.filter(verb="publish_decision").count() == 1
    decision.refresh_from_db()
    assert code_of(lambda: edit(room, decision, text={"fa": "یک کلاس"})) == "language_missing"


def test_who_owes_it_by_name_may_say_that_it_is_done(room: Room) -> None:
    decision = room.decide()
    assert code_of(lambda: services.close(actor=room.foreign, decision=decision, state="done")) == "not_yours"
    for _ in range(2):
        done = services.close(actor=room.member, decision=decision, state="done")
    assert (done.closed_on, Audit.objects.filter(verb="close").count()) == (clock.today(), 1)
    assert code_of(lambda: edit(room, done, due_on=clock.today() + DAY)) == "decision_closed"
    assert services.close(actor=room.coordinator, decision=decision, state="open").closed_on is None


def test_what_one_owes_follows_todays_roles(room: Room) -> None:
    meeting = room.begun()
    owners = {"name": room.member, "role": "coordinator", "staff": "staff", "body": builders.municipality()}
    made = {kind: room.decide(meeting, owner=owner).pk for kind, owner in owners.items()}

    def owed(member: Any) -> set[str]:
        found = set(Decision.objects.owed_by(member).values_list("pk", flat=True))
        return {kind for kind, pk in made.items() if pk in found}

    assert owed(room.member) == {"name"}
    assert owed(room.coordinator) == {"role", "body"}
    assert owed(room.staff) == {"staff"}
    assert owed(room.foreign) == set()
    Appointment.objects.filter(member=room.coordinator).update(until_on=clock.today())
    assert owed(room.coordinator) == set()


def test_a_program_comes_from_a_decision_of_its_own_workgroup(room: Room) -> None:
    program = Program.objects.get(workgroup=room.workgroup)
    decision = room.decide()
    theirs = room.decide(room.begun(workgroup=room.other, actor=room.foreign), actor=room.foreign, owner="coordinator")
    lead = {"actor": room.coordinator, "row": program}
    assert code_of(lambda: programs.attribute(**lead, decision=theirs)) == "other_workgroup"
    assert code_of(lambda: programs.attribute(actor=room.foreign, row=program, decision=decision)) == "not_yours"
    for _ in range(2):
        programs.attribute(**lead, decision=decision)
    assert list(decision.programs.all()) == [program]
    assert Audit.objects.filter(verb="attribute").count() == 1
    programs.attribute(**lead, decision=None)
    assert not decision.programs.exists()


BROKEN: dict[str, Callable[[Room], Any]] = {
    "a meeting that ends before it begins": lambda room: Meeting.objects.filter(pk=room.call().pk).update(
        ends_at=clock.now()
    ),
    "a meeting nowhere": lambda room: Meeting.objects.filter(pk=room.call().pk).update(place=""),
    "an approval by nobody": lambda room: Meeting.objects.filter(pk=room.call().pk).update(approved_at=clock.now()),
    "the same number twice": lambda room: Meeting.objects.filter(pk__in=[room.call().pk, room.call().pk]).update(
        number=9
    ),
    "a decision of two owners": lambda room: Decision.objects.filter(pk=room.decide().pk).update(owner_role="staff"),
    "a done decision without a day": lambda room: Decision.objects.filter(pk=room.decide().pk).update(state="done"),
    "an open appointment twice": lambda room: builders.appoint(room.member, Role.MEMBER, room.workgroup),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_database_refuses(room: Room, case: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BROKEN[case](room)
