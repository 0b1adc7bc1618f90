"""What people are told about their places: the facts that a message needs, and to whom it goes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Min, Q

from base import clock
from base.calendar import list_text, time_range_text, time_text, weekday_text
from base.prepared import prepared
from members.models import Care
from notifications.models import Notice
from notifications.services import Said, post, post_all, recall
from programs.models import ClassMeeting, Course
from workgroups.models import Appointment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from members.models import Member
    from programs.models import Enrolment, Program

TOGETHER = frozenset({"applied", "seated", "waiting", "offered", "declined", "lapsed", "refused", "unplaced"})
MOVES, ENDS = frozenset({"moved", "changed"}), frozenset({"cancelled", "withdrawn"})


def facts(course_id: int) -> dict[str, Any]:
    """Plain values about a course for its messages, in every language, from one query:
    `course_title` and `venue` by language, `course_slug`, `starts_on` and `starts_at` as ISO text or None.
    """
    found: dict[str, Any] = {"course_title": {}, "venue": {}}
    own: dict[str, str] = {}
    for slug, starts_on, first, *texts in _rows_of(course_id):
        found |= {
            "course_slug": slug,
            "starts_on": starts_on and starts_on.isoformat(),
            "starts_at": first and first.isoformat(),
        }
        for target, language, text in zip(
            (found["course_title"], own, found["venue"]), texts[::2], texts[1::2], strict=True
        ):
            if language and text:
                target[language] = text
    found["course_title"] |= own
    return found


@prepared
def _rows_of(course: int) -> QuerySet[Course, Any]:
    held = ~Q(meetings__state=ClassMeeting.State.CANCELLED)
    return (
        Course.objects.filter(pk=course)
        .annotate(first=Min("meetings__starts_at", filter=held))
        .values_list(
            "slug",
            "starts_on",
            "first",
            "program__translations__language_code",
            "program__translations__title",
            "translations__language_code",
            "translations__title",
            "venue__translations__language_code",
            "venue__translations__name",
        )
    )


def guardians(learner_ids: Iterable[int]) -> dict[int, list[int]]:
    """Ids of the members who care for each learner today."""
    return _guardians(learner_ids)[0]


def _guardians(learner_ids: Iterable[int]) -> tuple[dict[int, list[int]], set[int]]:
    """The same, and those of the learners who are a member themselves; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    own = set()
    for learner, guardian, relation in _care_for(list(learner_ids), clock.today()):
        found[learner].append(guardian)
        if relation == Care.Relation.SELF:
            own.add(learner)
    return found, own


@prepared
def _care_for(learners: list[int], today: dt.date) -> QuerySet[Care, Any]:
    care = Care.objects.open_on(today).filter(learner__pk__in=learners, guardian__erased_at__isnull=True)
    return care.values_list("learner", "guardian", "relation")


class Known(NamedTuple):
    """What the messages about a course need, read before its row is locked, so that the lock is held for less."""

    facts: dict[str, Any]
    receivers: dict[int, list[int]]
    own: set[int]

    @classmethod
    def of(cls, course_id: int, learner_ids: Iterable[int]) -> Known:
        """Two queries."""
        return cls(facts(course_id), *_guardians(learner_ids))


def tell(
    enrolments: Sequence[Enrolment],
    event: str,
    *,
    urgency: Notice.Urgency = Notice.Urgency.SERVICE,
    about: str = "",
    known: Known | None = None,
    own_values: Mapping[int, dict[str, Any]] | None = None,
    **values: Any,
) -> None:
    """Posts one notice for each place in one course to whoever cares for its learner, and one for those of a party with the same
    guardians where the event is theirs together; the same event is told once.

    `about` tells apart events of one kind that may come again to the same place (two changes of dates); `own_values` are those
    that differ from place to place, by its id. A few queries for each thousand places.
    """
    if not enrolments:
        return
    common, receivers, own = known or Known.of(enrolments[0].course_id, [one.learner_id for one in enrolments])
    _recall_reminders(enrolments, event, common["starts_on"])
    units = _heard_together(enrolments, receivers) if event in TOGETHER else [[one] for one in enrolments]
    differing = own_values or {}
    said = [
        Said(
            key=f"enrolment:{unit[0].pk}:{event}{about and ':'}{about}",
            members=receivers[unit[0].learner_id],
            values=common | values | differing.get(unit[0].pk, {}) | _who(unit, own),
        )
        for unit in units
    ]
    post_all(said, kind=f"programs/{event}", urgency=urgency)


def _heard_together(enrolments: Sequence[Enrolment], receivers: dict[int, list[int]]) -> list[list[Enrolment]]:
    """Those of one party whom the same members care for are named in one message."""
    units: dict[Any, list[Enrolment]] = {}
    for one in enrolments:
        alone = one.party_id is None
        units.setdefault(one.pk if alone else (one.party_id, *sorted(receivers[one.learner_id])), []).append(one)
    return list(units.values())


def _who(unit: list[Enrolment], own: set[int]) -> dict[str, Any]:
    """Whose places they are; `is_for_other` lets the texts that do not name the learner anyway do so."""
    names = [one.learner.name for one in unit]
    several = {language: list_text(names, language=language) for language in ("fa", "en")}
    who = {"enrolment": unit[0].pk, "learner": names[0] if len(names) == 1 else several}
    if len(names) > 1:
        return who | {"is_for_other": True, "heads": len(names)}
    return who if unit[0].learner_id in own else who | {"is_for_other": True}


def _recall_reminders(enrolments: Sequence[Enrolment], event: str, starts_on: str | None) -> None:
    """A reminder that still waits (for the morning, or for a provider) would say what is not so any more."""
    days = [(clock.today() + dt.timedelta(days=ahead)).isoformat() for ahead in (0, 1)]
    if event in MOVES or (event in ENDS and starts_on in days):
        recall(keys=[f"enrolment:{one.pk}:starts_tomorrow:{day}" for one in enrolments for day in days])


def hours_by_language(hours: Iterable[tuple[int, dt.time | None, dt.time | None]]) -> dict[str, str]:
    """Weekly hours (weekday, beginning, end) in words, by language."""
    rows = sorted(hours, key=lambda hour: (hour[0], hour[1] or dt.time()))
    return {
        language: list_text([_hour(language, *one) for one in rows], language=language) for language in ("fa", "en")
    }


def _hour(language: str, weekday: int, starts: dt.time | None, ends: dt.time | None) -> str:
    words = [weekday_text(weekday, language=language)]
    if starts and ends:
        words.append(time_range_text(starts, ends, language=language))
    elif starts:
        words.append(time_text(starts, language=language))
    return " ".join(words)


def planners_of(workgroup: int, *, leaving_out: int | None = None) -> QuerySet[Appointment]:
    """The appointments of who writes a workgroup's programs today: its coordinators, or staff where nobody else is left."""
    today = Appointment.objects.open_on(clock.today()).exclude(member=leaving_out or 0)
    planners = today.filter(role=Appointment.Role.COORDINATOR, workgroup=workgroup)
    return planners if planners.exists() else today.filter(role=Appointment.Role.STAFF)


def post_to_planners(program: Program, event: str, *, leaving_out: Member, about: str = "", **values: Any) -> None:
    """Posts one notice about a program to those who write it: its workgroup's coordinators of today, or staff where the one
    who acts is the only one.
    """
    chosen = planners_of(program.workgroup_id, leaving_out=leaving_out.pk)
    titles = dict(program.translations.values_list("language_code", "title"))
    post(
        key=f"program:{program.pk}:{event}:{about or program.version}",
        kind=f"programs/{event}",
        members=chosen.values_list("member", flat=True),
        values={"program_title": titles, "program_slug": program.slug, **values},
    )
