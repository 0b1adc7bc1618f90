"""Appointing people and releasing them; every right begins and ends with these rows, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from base.refusal import refuse_if
from members.services import record
from workgroups import rules
from workgroups.models import Appointment, Organisation, Workgroup
from workgroups.services import texts
from workgroups.services.telling import tell

if TYPE_CHECKING:
    import datetime as dt

    from members.models import Member


def appoint(
    *,
    actor: Member,
    member: Member,
    role: str,
    place: Workgroup | Organisation,
    from_on: dt.date,
    until_on: dt.date | None = None,
) -> Appointment:
    """Gives a member a role in a workgroup, or in the municipality, from a day on and before another. They are told.

    Locks the place's row, so that of two at once one is refused.

    Raises:
        Refused: `not_yours`, `wrong_place`, `starts_past`, `ends_before`, `term_long`; `open_twice` when the member has
            the role there on one of these days already.
    """
    refuse_if(rules.why_not_govern(actor) or rules.why_not_hold(role, place, actor))
    with transaction.atomic():
        type(place)._default_manager.select_for_update(no_key=True).get(pk=place.pk)  # noqa: SLF001 - Django's documented name
        refuse_if(rules.why_not_appoint(member, role, place, from_on, until_on))
        where = {"workgroup": place} if isinstance(place, Workgroup) else {"organisation": place}
        appointment = Appointment.objects.create(member=member, role=role, from_on=from_on, until_on=until_on, **where)
        record(actor=actor, verb="appoint", row=appointment, changes=_told_days(from_on, until_on) | {"role": role})
        tell("appointed", f"appointment:{appointment.pk}:appointed", [member.pk], _facts(appointment))
    return appointment


def release(*, actor: Member, appointment: Appointment, until_on: dt.date, is_sure: bool = False) -> Appointment:
    """Ends an appointment: from `until_on` on it gives nothing, today included. The person is told. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `ended`, `ends_past`, `ends_before`; `last_coordinator` unless `is_sure`, when nobody would
            coordinate the workgroup from that day on.
    """
    refuse_if(_why_not_change(actor, appointment))
    with transaction.atomic():
        appointment = _locked(appointment)
        if appointment.until_on == until_on:
            return appointment
        refuse_if(rules.why_not_release(appointment, until_on, is_sure=is_sure))
        _end_on(actor, appointment, until_on, "release")
        tell(
            "released",
            f"appointment:{appointment.pk}:released:{until_on}",
            [appointment.member_id],
            _facts(appointment),
        )
    return appointment


def extend(*, actor: Member, appointment: Appointment, until_on: dt.date | None) -> Appointment:
    """Lets an appointment end on another day to come, or (None) be open. The person is told. Twice changes nothing.

    Raises:
        Refused: `not_yours`, `ended`, `ends_before`, `term_long`; `open_twice` where a later one of the same role begins before.
    """
    refuse_if(_why_not_change(actor, appointment))
    with transaction.atomic():
        appointment = _locked(appointment)
        if appointment.until_on == until_on:
            return appointment
        refuse_if(rules.why_not_extend(appointment, until_on) or rules.why_not_reach(appointment, until_on))
        _end_on(actor, appointment, until_on, "extend")
        tell(
            "appointed",
            f"appointment:{appointment.pk}:extended:{until_on}",
            [appointment.member_id],
            _facts(appointment),
        )
    return appointment


def _why_not_change(actor: Member, appointment: Appointment) -> Any:
    place = appointment.workgroup or appointment.organisation
    return rules.why_not_govern(actor) or (place and rules.why_not_hold(appointment.role, place, actor))


def _locked(appointment: Appointment) -> Appointment:
    """The appointment as it stands, under the lock of its workgroup, so that two releases see each other."""
    if appointment.workgroup_id is not None:
        Workgroup.objects.select_for_update(no_key=True).get(pk=appointment.workgroup_id)
    rows = Appointment.objects.select_related("workgroup", "organisation", "member")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=appointment.pk)


def _end_on(actor: Member, appointment: Appointment, until_on: dt.date | None, verb: str) -> None:
    before, appointment.until_on = appointment.until_on, until_on
    appointment.save(update_fields=["until_on"])
    record(
        actor=actor,
        verb=verb,
        row=appointment,
        changes={"until_on": [before and before.isoformat(), until_on and until_on.isoformat()]},
    )


def _told_days(from_on: dt.date, until_on: dt.date | None) -> dict[str, Any]:
    return {"from_on": from_on.isoformat(), "until_on": until_on and until_on.isoformat()}


def _facts(appointment: Appointment) -> dict[str, Any]:
    place = appointment.workgroup or appointment.organisation
    return _told_days(appointment.from_on, appointment.until_on) | {
        "role": appointment.role,
        "workgroup": texts.read(place, "name"),
        "workgroup_slug": appointment.workgroup.slug if appointment.workgroup else "",
    }
