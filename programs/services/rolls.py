"""Lists of an organisation's people, and the code by which they show that they belong there: digests alone, and not for ever."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from base.persian import latin_digits, normalise
from base.refusal import Refusal, Refused, refuse_if
from members.forms import parse_contact
from members.models import Audit, Learner, digests
from members.rules import why_not_birth_year, why_not_name
from members.services import record
from programs.models import Roll, RollLine, RollProof
from programs.rules import NOT_YOURS, number
from programs.rules.joining import LISTED, named_mark, why_not_belonging
from programs.rules.planning import why_not_plan_for

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Course
    from workgroups.models import Organisation, Workgroup

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret - none that is taken for another
CODE_LENGTH = 10  # 49 bits
LONGEST_CODE = 40  # as it may be typed, with gaps
MOST_TRIES_AN_HOUR = 5
MOST_LINES = 5000
LONGEST_LIFE = dt.timedelta(days=400)
_NAMED = re.compile(r"^(?P<name>.*\S)\s*[,;،؛\t]\s*(?P<year>\d{4})$")
CODE_WRONG = Refusal("code_wrong", _("That code is not right; check it again, or ask the organisation for it"))


def open_roll(*, actor: Member, workgroup: Workgroup, organisation: Organisation, kind: str, until_on: dt.date) -> Roll:
    """Begins a list of an organisation's people for a workgroup, or gives the one there is another last day.

    Raises:
        Refused: `not_yours`, `roll_until` for a day that is over or more than 400 days ahead.
    """
    refuse_if(why_not_plan_for(workgroup, actor) or why_not_until(until_on))
    with transaction.atomic():
        roll, is_new = Roll.objects.update_or_create(
            workgroup=workgroup, organisation=organisation, kind=kind, defaults={"until_on": until_on}
        )
        record(actor=actor, verb="open_roll", row=roll, changes={"until_on": until_on.isoformat(), "new": is_new})
    return roll


def why_not_until(until_on: dt.date) -> Refusal | None:
    """Whether a list cannot be kept until that day."""
    if clock.today() < until_on <= clock.today() + LONGEST_LIFE:
        return None
    return Refusal("roll_until", _("Choose a day within the next 400 days; then the list is forgotten"))


def write_lines(*, actor: Member, roll: Roll, text: str) -> int:
    """Replaces the list by what was pasted: a line is a mobile number, an e-mail address, or a name, a comma and a year of
    birth. Only digests are kept, and nothing of the text. Returns how many people it has.

    Raises:
        Refused: `not_yours`, `lines_many`; `lines_wrong` with the numbers of the lines that are none of the three, and then
            the list stays as it was.
    """
    refuse_if(why_not_plan_for(roll.workgroup, actor))
    lines = [(place, normalise(line)) for place, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise Refused(Refusal("lines_many", format_lazy(_("At most {most} lines"), most=number(MOST_LINES))))
    marks = {place: _mark_of(line) for place, line in lines}
    wrong = [place for place, mark in marks.items() if mark is None]
    if wrong:
        words = _("These lines are neither a number, an address, nor a name with a year of birth: {lines}")
        shown = "، ".join(str(number(place)) for place in wrong[:20])
        raise Refused(Refusal("lines_wrong", format_lazy(words, lines=shown), {"lines": wrong}))
    kept = {digests("roll", mark)[0] for mark in marks.values() if mark}
    with transaction.atomic():
        roll = Roll.objects.select_for_update(no_key=True).get(pk=roll.pk)
        roll.lines.all().delete()
        RollLine.objects.bulk_create(RollLine(roll=roll, digest=digest) for digest in sorted(kept))
        record(actor=actor, verb="write_roll", row=roll, changes={"lines": len(kept)})
    return len(kept)


def _mark_of(line: str) -> str | None:
    folded = latin_digits(line)
    found = _NAMED.match(folded)
    if found is not None:
        name, year = found["name"], int(found["year"])
        return None if why_not_name(name) or why_not_birth_year(year) else named_mark(name, year)
    try:
        return parse_contact(folded)
    except ValidationError:
        return None


def make_code(*, actor: Member, roll: Roll) -> str:
    """Makes the code that the organisation hands out to its people; shown this once. The one before opens nothing any more,
    and who came in with it stays.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_plan_for(roll.workgroup, actor))
    code = "".join(secrets.choice(LETTERS) for _place in range(CODE_LENGTH))
    with transaction.atomic():
        Roll.objects.filter(pk=roll.pk).update(code_digest=digests("roll-code", code)[0], code_at=clock.now())
        record(actor=actor, verb="make_roll_code", row=roll)
    return code


def prove(*, actor: Member, course: Course, learner: Learner, code: str) -> None:
    """Shows by the code that a learner belongs to the organisation for whose people the course is; again changes nothing.

    Each try is counted in the trail, even where the code is wrong: five an hour for a member. The caller has seen to it that
    the actor may act for the learner.

    Raises:
        Refused: `too_many`, `code_wrong`.
    """
    roll = Roll.objects.filter(pk=course.audience.get(LISTED), until_on__gt=clock.today()).first()
    if roll is None or why_not_belonging(course, learner) is None:
        return
    refuse_if(why_not_try(actor))
    record(actor=actor, verb="try_roll_code", row=roll)
    typed = re.sub(r"[\s-]", "", latin_digits(normalise(code))).upper()
    known = roll.code_digest or ""
    if not any(constant_time_compare(known, digest) for digest in digests("roll-code", typed)):
        raise Refused(CODE_WRONG)
    with transaction.atomic():
        _row, is_new = RollProof.objects.get_or_create(roll=roll, learner=learner)
        if is_new:
            record(actor=actor, verb="prove", row=roll, on_behalf=learner.pk)


def why_not_try(actor: Member) -> Refusal | None:
    """Whether the member has typed five codes within an hour."""
    since = clock.now() - dt.timedelta(hours=1)
    tried = Audit.objects.filter(verb="try_roll_code", actor_id=actor.pk, at__gt=since).count()
    if tried < MOST_TRIES_AN_HOUR:
        return None
    return Refusal(
        "too_many", _("You have tried several codes; wait an hour, or ask the organisation for the right one")
    )


def forget_roll(*, actor: Member, roll: Roll) -> None:
    """Erases a list, its code and who came in with it; places that were given stay. Twice changes nothing.

    Raises:
        Refused: `not_yours`.
    """
    refuse_if(why_not_plan_for(roll.workgroup, actor))
    with transaction.atomic():
        _erase(Roll.objects.select_for_update(no_key=True).get(pk=roll.pk), actor)


def forget_rolls(older_than: dt.timedelta) -> int:
    """Erases the lists whose last day was so long ago; safe to repeat. Returns how many were erased."""
    due = Roll.objects.filter(until_on__lte=clock.today() - older_than).order_by("pk")
    return sum(_forget(pk) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _forget(pk: int) -> bool:
    return _erase(Roll.objects.select_for_update(no_key=True).get(pk=pk), None)


def _erase(roll: Roll, actor: Member | None) -> bool:
    if not (roll.code_digest or roll.lines.exists() or roll.proofs.exists()):
        return False
    roll.lines.all().delete()
    roll.proofs.all().delete()
    roll.code_digest = roll.code_at = None
    roll.save(update_fields=["code_digest", "code_at"])
    record(actor=actor, verb="forget_roll", row=roll)
    return True


def why_not_roll(roll: Roll | None, workgroup: Workgroup) -> Refusal | None:
    """Whether a course of the workgroup cannot be for that list's people: the list is another workgroup's."""
    return NOT_YOURS if roll is not None and roll.workgroup_id != workgroup.pk else None
