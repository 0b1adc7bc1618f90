"""The roster of a course as its coordinators and instructors see it: who sits, waits, holds an offer, left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base import clock
from base.persian import fold, sort_key
from members.models import Care, Member, years_between
from members.rules import masked
from programs.answers import Told, told_in
from programs.models import Course, Enrolment

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

State = Enrolment.State
PAGE_SIZE = 100
TABS: dict[str, tuple[StrOrPromise, tuple[str, ...]]] = {
    "seated": (pgettext_lazy("people", "Enrolled"), (State.SEATED, State.COMPLETED, State.ABSENT)),
    "offered": (pgettext_lazy("people", "Offered a seat"), (State.OFFERED,)),
    "waiting": (pgettext_lazy("people", "Waiting"), (State.WAITING,)),
    "applied": (pgettext_lazy("people", "Applied"), (State.APPLIED,)),
    "left": (
        _("No longer there"),
        (State.WITHDRAWN, State.DECLINED, State.LAPSED, State.REFUSED, State.UNPLACED, State.CANCELLED),
    ),
}
USUAL = "seated"
RULE_WORDS: dict[str, StrOrPromise] = {
    "age": pgettext_lazy("rule", "age"),
    "audience": pgettext_lazy("rule", "women or men"),
    "district": pgettext_lazy("rule", "district"),
    "belongs": pgettext_lazy("rule", "people of the organisation"),
    "requires": pgettext_lazy("rule", "what must be completed first"),
    "once": pgettext_lazy("rule", "one course a season"),
}
_TAB_OF = {state: name for name, (_title, states) in TABS.items() for state in states}
COLUMNS = (
    "pk", "state", "place", "asked_at", "state_at", "reason", "exception_reason", "exception_rule",
    "exception_by_id", "learner_id", "learner__name", "learner__born_from", "asked_by_id", "offer__expires_at",
)  # fmt: skip


class Head(NamedTuple):
    """One line of the whole list, as little as order, search and counts need."""

    pk: int
    state: str
    place: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page."""

    pk: int
    name: str
    age: int | None
    state: StrOrPromise
    tab: str
    row: dict[str, Any]
    position: int | None
    contacts: tuple[str, ...]
    is_assisted: bool
    answers: tuple[Told, ...] = ()

    @property
    def open_answers(self) -> list[Told]:
        """What may be read by whoever sees the name: nothing sensitive, no file."""
        return [one for one in self.answers if not one.is_sensitive]

    @property
    def excepted(self) -> list[StrOrPromise]:
        """The rules that did not hold for this place, in words."""
        return [RULE_WORDS[code] for code in self.row["exception_rule"].split()]

    @property
    def masked(self) -> str:
        """The first contact as everybody at the desk sees it; "" where there is none."""
        return masked(self.contacts[0]) if self.contacts else ""

    @property
    def can_withdraw(self) -> bool:
        """Whether the coordinator can take the learner out, as far as the state tells."""
        return self.row["state"] in {State.SEATED, State.OFFERED, State.WAITING, State.APPLIED}


@dataclass(frozen=True, slots=True)
class Roster:
    """A tab of the roster, searched, on one of its pages."""

    tab: str
    counts: dict[str, int]
    page: Page[Head]
    lines: list[Line] = field(default_factory=list)


def heads_of(course: Course) -> list[Head]:
    """Everybody who ever had a place in the course: one query. Who waits by place, all others by name."""
    rows = Enrolment.objects.filter(course=course).values_list("pk", "state", "place", "learner__name")
    found = [Head(*row) for row in rows]
    return sorted(found, key=lambda one: (_order(one), one.pk))


def _order(one: Head) -> tuple[int, tuple[int, ...]]:
    return (one.place or 0, ()) if one.state == State.WAITING else (0, sort_key(one.name))


def roster_of(course: Course, *, tab: str = USUAL, query: str = "", number: str = "1") -> Roster:
    """One page of a tab: four queries, however long the list is. The search finds parts of names in every spelling."""
    heads = heads_of(course)
    counts = {name: sum(_TAB_OF[one.state] == name for one in heads) for name in TABS}
    wanted = fold(query)
    some = [one for one in heads if _TAB_OF[one.state] == tab and wanted in fold(one.name)]
    page = Paginator(some, PAGE_SIZE).get_page(number)
    return Roster(tab, counts, page, lines_of(course, heads, [one.pk for one in page.object_list]))


def lines_of(course: Course, heads: list[Head], some: Iterable[int] | None = None) -> list[Line]:
    """The lines of those places, or of all, in the order of the heads: two queries."""
    wanted = None if some is None else set(some)
    places = Enrolment.objects.filter(course=course, **({} if wanted is None else {"pk__in": wanted}))
    rows = {row["pk"]: row for row in places.values(*COLUMNS)}
    carers = _carers(places)
    waiting = [one.pk for one in heads if one.state == State.WAITING]
    ranks = {pk: rank for rank, pk in enumerate(waiting, start=1)}
    told = told_in(course, rows)
    return [
        _line(rows[one.pk], carers[rows[one.pk]["learner_id"]], ranks.get(one.pk), told.get(one.pk, ()))
        for one in heads
        if one.pk in rows
    ]


def _line(row: dict[str, Any], carers: dict[int, str], position: int | None, told: Sequence[Told]) -> Line:
    born = row["learner__born_from"]
    return Line(
        pk=row["pk"],
        name=row["learner__name"],
        age=years_between(born, clock.today()) if born else None,
        state=State(row["state"]).label,
        tab=_TAB_OF[row["state"]],
        row=row,
        position=position,
        contacts=tuple(contact for contact in carers.values() if contact),
        is_assisted=row["asked_by_id"] not in carers,
        answers=tuple(told),
    )


def _carers(places: QuerySet[Enrolment]) -> dict[int, dict[int, str]]:
    """The contacts of who cares for each learner today by member, the learner's own first."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    open_ = Care.objects.open_on(clock.today()).filter(
        learner__in=places.values("learner"), guardian__erased_at__isnull=True
    )
    own = (Care.Relation.SELF,)
    rows = open_.values_list("learner", "guardian", "relation", "guardian__phone", "guardian__email").order_by("pk")
    for learner, guardian, _relation, phone, email in sorted(rows, key=lambda row: row[2] not in own):
        found[learner][guardian] = phone or email or ""
    return found


def is_reader_on_record(course: Course, member: Member) -> bool:
    """Whether the member reads people's data by an office of the city, not as the workgroup's own coordinator: each such
    look is in the trail.
    """
    own = course.program.workgroup.appointments.coordinating(member)
    return not own.exists()
