"""What residents wish for and what becomes of it, and what they looked for in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction
from django.db.models import F

from base import clock
from base.persian import fold, normalise
from base.refusal import refuse_if
from members.services import record
from notifications.services import post
from programs.models import Support, VainSearch, Wish
from programs.rules import (
    LONGEST_WISH,
    why_not_fulfil,
    why_not_set_aside,
    why_not_support,
    why_not_text,
    why_not_wish,
)
from programs.search import gist
from programs.services.notices import facts

if TYPE_CHECKING:
    from members.models import District, Member
    from programs.models import Course, Program
    from workgroups.models import LiteracyArea

LONGEST_SEARCH = 60
MOST_DIGITS = 6  # a longer number is somebody's telephone


@transaction.atomic
def wish(
    *, actor: Member, text: str, language: str, area: LiteracyArea | None = None, district: District | None = None
) -> tuple[Wish, bool]:
    """Says what one would like to learn; whoever wished the same before is joined. Returns the wish and whether it is new.

    Wishes are the same when the words that say something are, in any spelling and order.

    Raises:
        Refused: `text_missing`, `text_long`, `text_hidden`, `too_many`.
    """
    refuse_if(why_not_text(text, LONGEST_WISH))
    key = gist(text)
    found = Wish.objects.open().filter(key=key).first()
    if found is None:
        refuse_if(why_not_wish(actor))
        found, is_new = Wish.objects.get_or_create(
            key=key,
            state=Wish.State.OPEN,
            defaults={"text": normalise(text), "language": language, "area": area, "made_at": clock.now()},
        )
        if is_new:
            record(actor=actor, verb="wish", row=found)
            Support.objects.create(wish=found, member=actor, district=district, at=clock.now())
            return found, True
    return support(actor=actor, wish=found, district=district), False


@transaction.atomic
def support(*, actor: Member, wish: Wish, district: District | None = None) -> Wish:
    """Shares a wish; twice changes nothing. Locks the wish, so that whoever joins is told when it is answered.

    Raises:
        Refused: `not_open` when a course answers it already, or it was put aside.
    """
    wish = Wish.objects.select_for_update(no_key=True, of=("self",)).get(pk=wish.pk)
    refuse_if(why_not_support(wish))
    _row, is_new = Support.objects.get_or_create(
        wish=wish, member=actor, defaults={"district": district, "at": clock.now()}
    )
    if is_new:
        record(actor=actor, verb="support", row=wish)
    return wish


@transaction.atomic
def fulfil(*, actor: Member, wish: Wish, program: Program, course: Course | None = None) -> int:
    """Answers a wish with a program, or with one course of it; all who share it are told, each once.

    Returns how many. The same again changes nothing. Locks the wish.

    Raises:
        Refused: `not_yours`; `not_public` when nobody could find it; `not_open` when something else answers the wish already.
    """
    refuse_if(why_not_fulfil(actor, program, course))
    wish = Wish.objects.select_for_update(no_key=True, of=("self",)).get(pk=wish.pk)
    if (wish.program_id, wish.course_id) == (program.pk, course.pk if course else None):
        return 0
    refuse_if(why_not_support(wish))
    wish.state, wish.program, wish.course, wish.answered_at = Wish.State.ANSWERED, program, course, clock.now()
    wish.save(update_fields=["state", "program", "course", "answered_at"])
    members = list(wish.supports.values_list("member", flat=True))
    values = {"wish": wish.text, "program_slug": program.slug, "program_title": _titles(program)}
    values |= facts(course.pk) if course else {"course_slug": "", "course_title": {}}
    post(key=f"wish:{wish.pk}:answered", kind="programs/wish_answered", members=members, values=values)
    record(actor=actor, verb="fulfil", row=wish, changes={"state": ["open", "answered"], "members": len(members)})
    return len(members)


def _titles(program: Program) -> dict[str, str]:
    return {text.language_code: text.title for text in program.translations.all()}


@transaction.atomic
def set_aside(*, actor: Member, wish: Wish) -> Wish:
    """Takes a wish off the public page, where it is none or hurts somebody. Twice changes nothing.

    Raises:
        Refused: `not_yours` for whoever coordinates nothing; `not_open` once a course answers it.
    """
    refuse_if(why_not_set_aside(actor))
    wish = Wish.objects.select_for_update(no_key=True, of=("self",)).get(pk=wish.pk)
    if wish.state != Wish.State.HIDDEN:
        refuse_if(why_not_support(wish))
        wish.state = Wish.State.HIDDEN
        wish.save(update_fields=["state"])
        record(actor=actor, verb="set_aside", row=wish, changes={"state": ["open", "hidden"]})
    return wish


def note_vain_search(*, query: str, area_slug: str = "", district_slug: str = "") -> None:
    """Counts a search that found nothing, without a person and without a line in the trail. What looks like a number or an
    address of somebody is not kept; a database that cannot be written to keeps nobody from searching.
    """
    key = fold(query)[:LONGEST_SEARCH]
    if not key or "@" in query or sum(sign.isdigit() for sign in key) > MOST_DIGITS:
        return
    which = {"on": clock.today(), "key": key, "area_slug": area_slug, "district_slug": district_slug}
    try:
        with transaction.atomic():
            if not VainSearch.objects.filter(**which).update(times=F("times") + 1):
                VainSearch.objects.bulk_create([VainSearch(**which)], ignore_conflicts=True)
                VainSearch.objects.filter(**which).update(times=F("times") + 1)
    except DatabaseError:
        return
