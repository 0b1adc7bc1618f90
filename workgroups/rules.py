"""What may not be done with workgroups, their people, meetings and decisions, and why."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from base import clock
from base.persian import has_hidden_controls, latin_digits, normalise
from base.refusal import Refusal
from workgroups.models import Appointment, Decision, LiteracyArea, Meeting, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from members.models import City, Member
    from workgroups.models import AgendaItem

    Owner = Member | Organisation | str  # a person, an organisation, or everyone who has a role

LANGUAGES = ("fa", "en")
RESERVED = frozenset({"new", "found"})  # addresses below that of the list
SLUG_RESERVED = Refusal("slug_taken", _("Choose another address"))
LONGEST_TERM = dt.timedelta(days=5 * 366)
FARTHEST_MEETING = dt.timedelta(days=2 * 366)
LONGEST_MEETING = dt.timedelta(hours=12)
WARNED_BEFORE = dt.timedelta(days=30)
MOST_ITEMS = 40
LAST_GOAL = 17
ENTRIES_RESERVED = frozenset({"new", "add"})
LONGEST_CITY = 40
LONGEST_NIGHT = dt.timedelta(hours=14)
PHONE = re.compile(r"\+?[0-9][0-9 -]{1,20}", re.ASCII)

STAFF_ONLY = Refusal("not_yours", _("Only municipal staff can do this"))
COORDINATORS_ONLY = Refusal("not_yours", _("Only the workgroup’s coordinators can do this"))
LANGUAGE_MISSING = Refusal("language_missing", _("Write it in Persian and in English"))
HIDDEN_SIGNS = Refusal("hidden_signs", _("The text holds hidden signs; type it again instead of pasting it"))
MUNICIPALITY_MISSING = Refusal(
    "municipality_missing", _("The municipality is a member of every workgroup; choose it too")
)
AREA_MISSING = Refusal("area_missing", _("Choose at least one literacy area"))
SLUG_TAKEN = Refusal("slug_taken", _("Another workgroup has this address; choose another one"))
WRONG_PLACE = Refusal("wrong_place", _("Workgroups have coordinators and members, the municipality has staff"))
OPEN_TWICE = Refusal("open_twice", _("This person has this role on these days already"))
ENDS_BEFORE = Refusal("ends_before", _("The last day is before the first; check both"))
TERM_LONG = Refusal("term_long", _("An appointment lasts five years at most; it can be extended then"))
STARTS_PAST = Refusal("starts_past", _("Rights cannot begin in the past; write today or a later day"))
ENDED = Refusal("ended", _("This appointment has ended; appoint the person anew"))
ENDS_PAST = Refusal("ends_past", _("Rights cannot end in the past; write today or a later day"))
LAST_COORDINATOR = Refusal(
    "last_coordinator",
    _("Then nobody coordinates the workgroup. Appoint someone else first, or confirm that it shall be so"),
)
NOWHERE = Refusal("nowhere", _("Say where: choose a venue, or write a place or a link"))
LAST_STAFF = Refusal(
    "last_coordinator",
    _("Then nobody of the municipality has this desk. Appoint someone else first, or confirm that it shall be so"),
)
HOURS_WRONG = Refusal("hours_wrong", _("The meeting ends before it begins; check both hours"))
MEETING_LONG = Refusal("meeting_long", _("A meeting lasts twelve hours at most; check both hours"))
MEETING_PAST = Refusal("meeting_past", _("This hour has passed; write a later day or hour"))
MEETING_FAR = Refusal("meeting_far", _("A meeting can be called two years ahead at most"))
CALLED_OFF = Refusal("called_off", _("This meeting was called off"))
APPROVED = Refusal("approved", _("The minutes are approved and no longer change"))
BEGUN = Refusal("begun", _("The meeting has begun; its time and place stay as they were"))
NOT_BEGUN = Refusal("not_begun", _("The meeting has not begun yet"))
NOBODY_MARKED = Refusal("nobody_marked", _("First mark who was there"))
NO_MINUTES = Refusal("no_minutes", _("First write what was said about at least one matter"))
CHANGED = "changed"
CHANGED_TEXT = _("Someone else saved this meanwhile. Nothing of yours is lost: compare, and save once more")
NOT_A_PERSON = Refusal("not_in_group", _("Choose someone of this workgroup"))
AGENDA_FULL = Refusal("agenda_full", _("An agenda has forty matters at most"))
EMPTY = Refusal("empty", _("Write what it is about"))
CLOSED = Refusal("decision_closed", _("This decision is closed; open it again first"))
CITY_LONG = Refusal("name_long", _("Write the city’s name with at most 40 letters"))
PHONE_WRONG = Refusal("phone_wrong", _("Write a telephone number in digits, such as 137 or 083 3723 0000"))
NIGHT_LONG = Refusal("night_long", _("A night of more than 14 hours would hold messages back too long"))
ADDRESS_TAKEN = Refusal("slug_taken", _("Another entry of this list has this address; choose another one"))
ONE_MUNICIPALITY = Refusal("one_municipality", _("The city has one municipality; choose another kind"))
MUNICIPALITY_STAYS = Refusal(
    "one_municipality", _("The municipality stays one: its staff have their rights through it")
)
SDG_WRONG = Refusal("sdg_wrong", _("The goals have the numbers 1 to 17"))
PLACE_WRONG = Refusal("place_wrong", _("Write both latitude and longitude as degrees, such as 34.32 and 47.06"))
NOT_ORDERED = Refusal("not_ordered", _("This list is read by name; it has no other order"))
DUE_PAST = Refusal("due_past", _("The last day has passed; write today or a later day"))


def why_not_govern(member: Member) -> Refusal | None:
    """Whether the member neither is municipal staff today nor a superuser; they alone found and appoint."""
    if member.is_superuser or Appointment.objects.staff(member).exists():
        return None
    return STAFF_ONLY


def why_not_run(workgroup: Workgroup, member: Member) -> Refusal | None:
    """Whether the member does not answer for the workgroup today: its coordinators and staff do."""
    return None if Workgroup.objects.coordinated_by(member).filter(pk=workgroup.pk).exists() else COORDINATORS_ONLY


def why_not_texts(texts: Mapping[str, str]) -> Refusal | None:
    """Whether a text by language lacks one of the site's, or holds signs that nobody sees."""
    if not all(texts.get(language, "").strip() for language in LANGUAGES):
        return LANGUAGE_MISSING
    return why_not_clean(texts.values())


def why_not_clean(texts: Iterable[str]) -> Refusal | None:
    """Whether a text holds signs that nobody sees."""
    return HIDDEN_SIGNS if any(has_hidden_controls(text) for text in texts) else None


def why_not_call(names: Mapping[str, str], phone: str) -> Refusal | None:
    """Whether the city cannot be called so in a page's header, or its line not be dialled."""
    if any(len(name) > LONGEST_CITY for name in names.values()):
        return CITY_LONG
    return None if PHONE.fullmatch(latin_digits(normalise(phone))) else PHONE_WRONG


def why_not_sleep(quiet_from: dt.time, quiet_until: dt.time) -> Refusal | None:
    """Whether the night would leave too few hours in which people can be told anything."""
    minutes = (60 * (quiet_until.hour - quiet_from.hour) + quiet_until.minute - quiet_from.minute) % (24 * 60)
    return NIGHT_LONG if dt.timedelta(minutes=minutes) > LONGEST_NIGHT else None


def why_not_address(row: Any) -> Refusal | None:
    """Whether a new entry of one of the city's lists cannot have its address."""
    if row.slug in ENTRIES_RESERVED:
        return SLUG_RESERVED
    return ADDRESS_TAKEN if type(row).objects.filter(slug=row.slug).exists() else None


def why_not_entry(row: Any) -> Refusal | None:
    """Whether an entry of one of the city's lists says what cannot be."""
    if isinstance(row, Organisation):
        return _why_not_municipality(row)
    if isinstance(row, LiteracyArea):
        return None if all(isinstance(one, int) and 1 <= one <= LAST_GOAL for one in row.sdg) else SDG_WRONG
    if isinstance(row, Venue):
        if row.lat is None and row.lon is None:
            return None
        is_place = row.lat is not None and row.lon is not None and abs(row.lat) <= 90 and abs(row.lon) <= 180  # noqa: PLR2004 - degrees
        return None if is_place else PLACE_WRONG
    return None


def _why_not_municipality(row: Organisation) -> Refusal | None:
    """Whether there would be two municipalities, or none any more."""
    known = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY)
    if row.kind == Organisation.Kind.MUNICIPALITY:
        return ONE_MUNICIPALITY if known.exclude(pk=row.pk).exists() else None
    return MUNICIPALITY_STAYS if row.pk and known.filter(pk=row.pk).exists() else None


def why_not_overwrite(now: str, seen: str, theirs: Mapping[str, Any]) -> Refusal | None:
    """Whether an entry says something else now than when it was read; `theirs` is what it says."""
    return None if now == seen else Refusal(CHANGED, CHANGED_TEXT, {"version": now, "theirs": dict(theirs)})


def why_not_found(slug: str) -> Refusal | None:
    """Whether the address is taken."""
    if slug in RESERVED:
        return SLUG_RESERVED
    return SLUG_TAKEN if Workgroup.objects.filter(slug=slug).exists() else None


def why_not_made_of(organisations: Iterable[Organisation], areas: Iterable[Any]) -> Refusal | None:
    """Whether a workgroup of these would lack the municipality or an area."""
    if not any(one.kind == Organisation.Kind.MUNICIPALITY for one in organisations):
        return MUNICIPALITY_MISSING
    return None if list(areas) else AREA_MISSING


def why_not_hold(role: str, place: Workgroup | Organisation, actor: Member) -> Refusal | None:
    """Whether the role has no place there; staff of the municipality are appointed by superusers alone."""
    if isinstance(place, Workgroup):
        return WRONG_PLACE if role == Appointment.Role.STAFF else None
    if role != Appointment.Role.STAFF or place.kind != Organisation.Kind.MUNICIPALITY:
        return WRONG_PLACE
    return None if actor.is_superuser else STAFF_ONLY


def why_not_appoint(
    member: Member, role: str, place: Workgroup | Organisation, from_on: dt.date, until_on: dt.date | None
) -> Refusal | None:
    """Whether the days are no term, or the member has the role there on one of them already."""
    if from_on < clock.today():
        return STARTS_PAST
    if until_on is not None and until_on <= from_on:
        return ENDS_BEFORE
    if until_on is not None and until_on - from_on > LONGEST_TERM:
        return TERM_LONG
    where = {"workgroup": place} if isinstance(place, Workgroup) else {"organisation": place}
    same = Appointment.objects.filter(member=member, role=role, **where)
    overlapping = same.ahead_of(from_on).filter(Q() if until_on is None else Q(from_on__lt=until_on))
    return OPEN_TWICE if overlapping.exists() else None


def why_not_release(appointment: Appointment, until_on: dt.date, *, is_sure: bool) -> Refusal | None:
    """Whether it cannot end on that day; unless `is_sure`, also whether no coordinator would be left then."""
    if has_ended(appointment):
        return ENDED
    if until_on < clock.today():
        return ENDS_PAST
    if until_on < appointment.from_on:
        return ENDS_BEFORE
    return None if is_sure else why_not_without(appointment, until_on)


def why_not_without(appointment: Appointment, day: dt.date) -> Refusal | None:
    """Whether the workgroup would have no coordinator on that day, or the municipality no staff, were it not for this one."""
    if appointment.role == Appointment.Role.STAFF:
        staff = Appointment.objects.open_on(day).filter(role=Appointment.Role.STAFF).exclude(pk=appointment.pk)
        return None if staff.exists() else LAST_STAFF
    if appointment.role != Appointment.Role.COORDINATOR:
        return None
    others = Appointment.objects.open_on(day).filter(
        workgroup=appointment.workgroup_id, role=Appointment.Role.COORDINATOR
    )
    return None if others.exclude(pk=appointment.pk).exists() else LAST_COORDINATOR


def why_not_extend(appointment: Appointment, until_on: dt.date | None) -> Refusal | None:
    """Whether it has ended, or would end no later than now, or last too long."""
    if has_ended(appointment):
        return ENDED
    if until_on is None:
        return None
    if until_on <= max(appointment.from_on, clock.today()):
        return ENDS_BEFORE
    return TERM_LONG if until_on - max(appointment.from_on, clock.today()) > LONGEST_TERM else None


def why_not_reach(appointment: Appointment, until_on: dt.date | None) -> Refusal | None:
    """Whether until that day the person would have the role twice, because a later appointment begins before."""
    later = Appointment.objects.filter(
        member=appointment.member_id,
        role=appointment.role,
        workgroup=appointment.workgroup_id,
        organisation=appointment.organisation_id,
        from_on__gte=appointment.from_on,
    ).exclude(pk=appointment.pk)
    return OPEN_TWICE if later.filter(Q() if until_on is None else Q(from_on__lt=until_on)).exists() else None


def has_ended(appointment: Appointment) -> bool:
    """Whether it gives nothing any more."""
    return appointment.until_on is not None and appointment.until_on <= clock.today()


def why_not_meet(starts_at: dt.datetime, ends_at: dt.datetime, where: Iterable[object]) -> Refusal | None:
    """Whether these cannot be the hours and the place of a meeting to come."""
    if ends_at <= starts_at:
        return HOURS_WRONG
    if ends_at - starts_at > LONGEST_MEETING:
        return MEETING_LONG
    if starts_at <= clock.now():
        return MEETING_PAST
    if starts_at - clock.now() > FARTHEST_MEETING:
        return MEETING_FAR
    return None if any(where) else NOWHERE


def why_not_move(meeting: Meeting) -> Refusal | None:
    """Whether time and place of the meeting stay as they are."""
    if meeting.is_off:
        return CALLED_OFF
    return BEGUN if meeting.has_begun else None


def why_not_list(count: int) -> Refusal | None:
    """Whether an agenda of so many matters is too long."""
    return AGENDA_FULL if count > MOST_ITEMS else None


def why_not_write(meeting: Meeting) -> Refusal | None:
    """Whether nothing can be written into the meeting any more: called off, or approved."""
    if meeting.is_off:
        return CALLED_OFF
    return APPROVED if meeting.is_approved else None


def why_not_mark(meeting: Meeting) -> Refusal | None:
    """Whether nobody can be marked present or absent."""
    return why_not_write(meeting) or (None if meeting.has_begun else NOT_BEGUN)


def why_not_approve(meeting: Meeting) -> Refusal | None:
    """Whether the minutes cannot be approved: too early, or nothing in them."""
    refusal = why_not_mark(meeting)
    if refusal is not None:
        return refusal
    if not meeting.attendances.exists():
        return NOBODY_MARKED
    return None if meeting.items.exclude(minutes="").exists() else NO_MINUTES


def why_not_save(
    row: City | Workgroup | Meeting | AgendaItem | Decision, version: int, theirs: Mapping[str, Any]
) -> Refusal | None:
    """Whether someone else has saved the row since `version` was read; `theirs` is what it says now."""
    if row.version == version:
        return None
    return Refusal(CHANGED, CHANGED_TEXT, {"version": row.version, "theirs": dict(theirs)})


def why_not_owe(workgroup: Workgroup, owner: Owner) -> Refusal | None:
    """Whether the owner has nothing to do with the workgroup on this day."""
    if isinstance(owner, Organisation):
        known = workgroup.organisations.filter(pk=owner.pk).exists()
    elif isinstance(owner, str):
        known = owner in Appointment.Role.values
    else:
        here = Appointment.objects.open_on(clock.today()).filter(member=owner)
        known = here.filter(Q(workgroup=workgroup) | Q(role=Appointment.Role.STAFF)).exists()
    return None if known else NOT_A_PERSON


def why_not_due(due_on: dt.date, before: dt.date | None = None) -> Refusal | None:
    """Whether a new last day has passed already; one that stays (`before`) may have."""
    return DUE_PAST if due_on < clock.today() and due_on != before else None


def why_not_close(decision: Decision, member: Member) -> Refusal | None:
    """Whether the member may not say what became of it: coordinators, staff, and whoever owes it by name may."""
    if (
        decision.owner_id == member.pk
        and Workgroup.objects.entered_by(member).filter(pk=decision.workgroup_id).exists()
    ):
        return None
    return why_not_run(decision.workgroup, member)


def why_not_say(texts: Mapping[str, str]) -> Refusal | None:
    """Whether a decision has no words in any language, or hidden signs among them."""
    return why_not_clean(texts.values()) or (None if any(text.strip() for text in texts.values()) else EMPTY)


def why_not_edit(decision: Decision) -> Refusal | None:
    """Whether it is done or given up."""
    return None if decision.is_open else CLOSED


def why_not_reword(decision: Decision, before: Mapping[str, str], after: Mapping[str, str]) -> Refusal | None:
    """Whether words of approved minutes would change, or a published decision lose a language; adding one is no change."""
    kept = all(after.get(language) == text for language, text in before.items())
    if decision.meeting.is_approved and not kept:
        return APPROVED
    return why_not_texts(after) if decision.is_published else None


def loses_coordinator_on(workgroup: Workgroup) -> dt.date | None:
    """The first day within thirty on which nobody coordinates the workgroup; None where there is none."""
    today = clock.today()
    terms = Appointment.objects.ahead_of(today).filter(workgroup=workgroup, role=Appointment.Role.COORDINATOR)
    return first_gap(list(terms.values_list("from_on", "until_on")), today)


def first_gap(terms: list[tuple[dt.date, dt.date | None]], today: dt.date) -> dt.date | None:
    """The first day from today on, within thirty, that no term covers."""
    day = today
    for from_on, until_on in sorted(terms, key=lambda term: term[0]):
        if from_on > day:
            break
        if until_on is None:
            return None
        day = max(day, until_on)
    return day if day - today <= WARNED_BEFORE else None
