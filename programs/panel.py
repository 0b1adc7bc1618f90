"""The seat panel of a course: what this person can do at this moment, and why not, as one plain value for the template."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base.calendar import list_text
from base.refusal import Refusal
from members.models import Care, Learner
from programs import rules
from programs.family import cares_of
from programs.models import Course, Enrolment
from programs.rules.places import GENDER_OF_AUDIENCE
from programs.services.enrolling import position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from members.models import Member
    from programs.models import Reserve
    from programs.models.standing import Standing

NOBODY = Refusal("nobody", _("Nobody of you can enrol in this course"))
EDGES = {
    "open": "info",
    "lottery": "info",
    "approval": "info",
    "applied": "info",
    "few": "warn",
    "kept": "info",
    "waiting": "info",
    "offered": "danger",
    "seated": "ok",
    "completed": "ok",
    "cancelled": "danger",
    "partner": "info",
    "age": "warn",
    "audience": "warn",
    "requires": "warn",
    "district": "warn",
    "belongs": "warn",
    "once": "warn",
    "clash": "warn",
    "nobody": "warn",
}


@dataclass
class Choice:
    """One learner in the panel: may enrol, or the reason why not, or the place that already stands."""

    learner: Learner
    is_self: bool
    refusal: Refusal | None = None
    enrolment: Enrolment | None = None
    position: int | None = None
    others: list[str] = field(default_factory=list)
    is_kept: bool = False  # a seat of a group's is left for them

    @property
    def names(self) -> str:
        """Whose place it is; for an offer to several, all of them."""
        return list_text([self.learner.name, *self.others], language=get_language() or "fa")

    @property
    def needs_profile(self) -> bool:
        """Whether only facts are missing that the member can give about themself or whom they care for."""
        return self.refusal is not None and self.refusal.code == "needs_profile"


@dataclass
class Panel:
    """One state at a time. `state` names it as the design guide's table does; `choices` are those who may still enrol."""

    course: Standing
    state: str
    refusal: Refusal | None = None
    choices: list[Choice] = field(default_factory=list)
    standing: list[Choice] = field(default_factory=list)
    clash_title: str = ""
    chosen: frozenset[int] = frozenset()
    is_open: bool = False
    applied: int = 0
    reserves: list[Reserve] = field(default_factory=list)

    @property
    def is_family(self) -> bool:
        """Whether names are needed: somebody else than the member is among them."""
        return any(not choice.is_self for choice in [*self.choices, *self.standing])

    @property
    def asks_gender(self) -> bool:
        """Whether whoever is added must say it for this course."""
        return self.course.audience.get("rule") in GENDER_OF_AUDIENCE

    @property
    def by_code(self) -> list[Choice]:
        """Learners who may enrol once they show by the organisation's code that they belong there."""
        refused = [(one, one.refusal) for one in self.choices if one.refusal and one.refusal.code == "belongs"]
        return [one for one, refusal in refused if refusal.values["data"]["code"]]

    @property
    def first(self) -> Choice | None:
        """Whose choice is made beforehand: the one who was just added or completed, else the first who may enrol."""
        able = self.can_enrol
        return next((one for one in able if one.learner.pk in self.chosen), able[0] if able else None)

    @property
    def is_together(self) -> bool:
        """Whether several can be enrolled at once."""
        return len(self.can_enrol) > 1

    @property
    def answers_for(self) -> list[Choice]:
        """For whom the course's questions are put: the only one who can enrol, or those who were chosen; nobody while that is
        open, or one of them must give other facts first.
        """
        able = self.can_enrol
        only = able if len(able) == 1 and not self.standing and len(self.choices) == 1 else []
        found = [choice for choice in able if choice.learner.pk in self.chosen] or only
        return [] if any(one.needs_profile for one in found) else found

    @property
    def edge(self) -> str:
        """The colour of its edge; "" for a plain one."""
        return EDGES.get(self.state, "")

    @property
    def can_enrol(self) -> list[Choice]:
        """Learners for whom the button works, or works after the profile page."""
        return [choice for choice in self.choices if choice.refusal is None or choice.needs_profile]

    @property
    def next_position(self) -> int:
        """The place in the queue that a newcomer would get."""
        return self.course.waiting + 1

    @property
    def percent_taken(self) -> int:
        """How much of the bar is filled."""
        return min(100, 100 * self.course.seats_taken // self.course.capacity) if self.course.capacity else 100

    @property
    def would_wait(self) -> bool:
        """Whether the button leads into the queue, for whomever it is pressed."""
        return self.is_open and self.course.is_full and not self.course.is_chosen and not self.is_kept

    @property
    def is_kept(self) -> bool:
        """Whether seats of a group's are left for everybody who can enrol."""
        return bool(self.can_enrol) and all(choice.is_kept for choice in self.can_enrol)

    @property
    def kept(self) -> list[tuple[Reserve, str]]:
        """The reserves that have seats left, with the words for whom."""
        return [(one, " · ".join(rules.group_words(one))) for one in self.reserves if one.left]


def panel_for(course: Standing, member: Member | AnonymousUser, chosen: Iterable[int] = ()) -> Panel:
    """The panel as this person sees it now, with the learners `chosen` beforehand. A visitor costs no query, a member three
    and those of clashes; a course where people apply first, or that keeps seats for a group, one more.
    """
    refusal = rules.why_not_open(course)
    is_open = refusal is None and rules.why_not_seats(course) is None
    panel = Panel(course, _state(course, refusal), refusal, chosen=frozenset(chosen), is_open=is_open)
    panel.reserves = rules.reserves_of(course) if refusal is None else []
    if course.is_chosen and is_open:
        panel.applied = Enrolment.objects.filter(course=course.pk, state=Enrolment.State.APPLIED).count()
    if not member.is_authenticated:
        return panel
    state, choices = panel.state, _choices(course, member, refusal, panel.reserves)
    panel.standing = _by_need(_by_offer([choice for choice in choices if choice.enrolment is not None]))
    panel.choices = [choice for choice in choices if choice.enrolment is None]
    if panel.standing and panel.standing[0].enrolment is not None:
        panel.state = panel.standing[0].enrolment.state
    elif refusal is None and panel.choices and not panel.can_enrol:
        panel.refusal = panel.by_code[0].refusal if panel.by_code else _common(panel.choices)
        panel.state = panel.refusal.code if panel.refusal else state
        panel.clash_title = _clash_title(panel.refusal)
    elif panel.is_kept and course.is_full and not course.is_chosen:
        panel.state = "kept"
    return panel


def _state(course: Standing, refusal: Refusal | None) -> str:
    if refusal is not None:
        return refusal.code
    seats = rules.why_not_seats(course)
    if seats is not None:
        return seats.code
    if course.is_chosen:
        return course.selection
    if course.is_full:
        return "full"
    return "few" if course.is_few else "open"


def _common(choices: list[Choice]) -> Refusal | None:
    """Why nobody of them can enrol: the one reason of all, else that each has another."""
    codes = {choice.refusal.code for choice in choices if choice.refusal}
    return choices[0].refusal if len(codes) == 1 else NOBODY


def _by_offer(standing: list[Choice]) -> list[Choice]:
    """Those to whom seats are offered together are one entry: who is first, with the names of the others."""
    found: dict[int, Choice] = {}
    for choice in standing:
        place = choice.enrolment
        is_offered = place is not None and place.state == Enrolment.State.OFFERED and place.offer_id
        first = found.setdefault(is_offered or -len(found) - 1, choice)
        if first is not choice:
            first.others.append(choice.learner.name)
    return list(found.values())


def _by_need(standing: list[Choice]) -> list[Choice]:
    """The place that most needs the person first: an offer before a place in the queue before a seat."""
    order = ("offered", "waiting", "applied", "seated", "completed", "absent")
    return sorted(standing, key=lambda one: order.index(one.enrolment.state) if one.enrolment else len(order))


def _choices(course: Standing, member: Member, refusal: Refusal | None, reserves: list[Reserve]) -> list[Choice]:
    cares = cares_of(member)
    live: dict[int, dict[int, Enrolment]] = {care.learner_id: {} for care in cares}
    for one in rules.live_places(list(live)):
        live[one.learner_id][one.course_id] = one
    known = [_choice(course, care, live[care.learner_id], refusal, reserves) for care in cares]
    if known and known[0].is_self:
        return known
    nobody = Learner(name="")  # the member, who has not said yet who they are
    return [Choice(nobody, is_self=True, refusal=refusal or rules.why_not_suited(course, nobody)), *known]


def _choice(
    course: Standing, care: Care, live: dict[int, Enrolment], refusal: Refusal | None, reserves: list[Reserve]
) -> Choice:
    learner, enrolment = care.learner, live.get(course.pk)
    choice = Choice(learner, is_self=care.relation == Care.Relation.SELF, enrolment=enrolment)
    if enrolment is not None:
        choice.position = position(enrolment) if enrolment.state == Enrolment.State.WAITING else None
    elif refusal is None:
        places = rules.Places.among(live.values())
        reserve = rules.reserve_for(course, reserves, [learner])
        choice.is_kept = reserve is not None and reserve.left > 0
        choice.refusal = rules.why_not_enrol(course, learner, places, kept=int(choice.is_kept))
    return choice


def _clash_title(refusal: Refusal | None) -> str:
    """The title of the course that stands in the way, in the page's language or any."""
    if refusal is None or refusal.code != "clash":
        return ""
    titles = Course.objects.filter(pk=refusal.values["course"]).values_list(
        F("program__translations__language_code"), F("program__translations__title")
    )
    found = dict(titles)
    return str(found.get(get_language() or "") or next(iter(found.values()), ""))
