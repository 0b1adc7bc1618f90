"""Who may join a course, beyond age and audience: where one lives, to whom one belongs, what was completed before, how often."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from base.calendar import BadDay, list_text, quarter_of, year_of
from base.persian import fold
from base.refusal import Refusal
from members.models import Care, digests
from programs.models import Course, Enrolment, Program, Roll
from programs.names import names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

    from members.models import Learner
    from programs.models.standing import Standing
    from programs.rules.places import Places

# The rules from which a coordinator may except somebody; seats, window and timetable hold for all.
WAIVED = ("age", "audience", "district", "belongs", "requires", "once")
LISTED = "roll"
FOR = {
    Roll.Kind.PUPILS: _("For pupils or students of {name}"),
    Roll.Kind.STAFF: _("For staff of {name}"),
    Roll.Kind.PEOPLE: _("For people of {name}"),
}
KEEPS_OUT = {
    Roll.Kind.PUPILS: _("This course is for pupils or students of {name}"),
    Roll.Kind.STAFF: _("This course is for staff of {name}"),
    Roll.Kind.PEOPLE: _("This course is for people of {name}"),
}


class Titled(NamedTuple):
    """A program by its address and its title in the page's language, else in the original's."""

    slug: str
    title: str


def titled_programs(programs: QuerySet[Program]) -> dict[int, Titled]:
    """The programs by id: one query."""
    language, found = get_language() or "fa", dict[int, Titled]()
    rows = programs.order_by("pk").values_list("pk", "slug", "translations__language_code", "translations__title")
    for pk, slug, code, title in rows:
        if title and (pk not in found or code == language):
            found[pk] = Titled(slug, title)
    return found


def required_by(course: Standing) -> Titled | None:
    """The program of which a course must be completed first; no query where nothing is required."""
    pk = course.audience.get("program")
    return next(iter(titled_programs(Program.objects.filter(pk=pk)).values()), None) if pk else None


def why_not_prepared(course: Standing, places: Places) -> Refusal | None:
    """Whether the learner has not completed what the course builds upon; no query where it builds upon nothing."""
    required = required_by(course)
    if required is None:
        return None
    done = [pk for pk, state in places.states.items() if state == Enrolment.State.COMPLETED]
    if Program.objects.filter(slug=required.slug, courses__in=done).exists():
        return None
    words = format_lazy(_("First complete a course of “{title}”"), title=required.title)
    return Refusal("requires", words, {"data": {"program": required.slug}, "title": required.title})


def why_not_still_prepared(enrolment: Enrolment, places: Places) -> Refusal | None:
    """The same when an offer is accepted, which a coordinator may have excepted."""
    return None if "requires" in enrolment.excepted else why_not_prepared(enrolment.course, places)


# Where one lives


def districts_of(course: Standing) -> list[int]:
    """Ids of the districts whose residents alone may join: the course's own, else its program's; none is the whole city."""
    return course.audience.get("districts") or course.joining.get("districts") or []


def district_names(ids: Collection[int]) -> list[tuple[str, str]]:
    """Slug and name of districts in the page's language; kept for a minute."""
    known = names(get_language() or "fa", [("district", pk) for pk in ids])["district"] if ids else {}
    return [(known[pk].slug, known[pk].name) for pk in ids if pk in known]


def why_not_local(course: Standing, learner: Learner) -> Refusal | None:
    """Whether the learner lives elsewhere."""
    wanted = districts_of(course)
    if not wanted or learner.district_id in wanted:
        return None
    found = district_names(wanted)
    listed = list_text([name for _slug, name in found], language=_language())
    words = format_lazy(_("This course is for people who live in {districts}"), districts=listed)
    return Refusal("district", words, {"data": {"districts": [slug for slug, _name in found]}})


def _language() -> str:
    return "en" if (get_language() or "fa").startswith("en") else "fa"


# To whom one belongs


class Belonging(NamedTuple):
    """The organisation for whose people a course is, and whether a code shows it."""

    roll: int
    kind: str
    slug: str
    name: str
    by_code: bool

    @property
    def words(self) -> str:
        """For whom, as the course's page says it."""
        return str(FOR[Roll.Kind(self.kind)]).format(name=self.name)


def belonging_of(course: Standing) -> Belonging | None:
    """For whose people a course is; no query where it is for everybody."""
    pk = course.audience.get(LISTED)
    columns = ("pk", "kind", "organisation_id", "organisation__slug", "code_digest")
    row = Roll.objects.filter(pk=pk).values_list(*columns).first() if pk else None
    if row is None:
        return None
    named = names(get_language() or "fa", [("organisation", row[2])])["organisation"]
    return Belonging(row[0], row[1], row[3], named[row[2]].name, row[4] is not None)


def why_not_belonging(course: Standing, learner: Learner) -> Refusal | None:
    """Whether the learner is not of the organisation; no query where the course is for everybody.

    A list that is forgotten, or gone, has nobody.
    """
    if not course.audience.get(LISTED):
        return None
    found = belonging_of(course)
    if found is not None and _is_of(found, learner):
        return None
    values = {"organisation": found and found.slug, "code": bool(found and found.by_code)}
    text = KEEPS_OUT[Roll.Kind(found.kind)] if found else _("This course is for the people of an organisation")
    words = format_lazy(text, name=found.name) if found else text
    return Refusal("belongs", words, {"data": values})


def _is_of(found: Belonging, learner: Learner) -> bool:
    roll = Roll.objects.filter(pk=found.roll, until_on__gt=clock.today())
    if learner.pk is None or roll.filter(proofs__learner=learner.pk).exists():
        return learner.pk is not None
    return roll.filter(lines__digest__in=_marks_of(learner, own_only=found.kind == Roll.Kind.STAFF)).exists()


def _marks_of(learner: Learner, *, own_only: bool) -> list[str]:
    """Every digest by which a list may know the learner: their contact, or for others than staff that of who cares for them,
    and the name with each year that the birth touches.
    """
    cares = Care.objects.open_on(clock.today()).filter(learner=learner.pk, guardian__erased_at__isnull=True)
    if own_only:
        cares = cares.filter(relation=Care.Relation.SELF)
    contacts = cares.values_list("guardian__phone", "guardian__email")
    marks = [contact for row in contacts for contact in row if contact]
    return digests_of([*marks, *named_marks(learner)])


def named_marks(learner: Learner) -> list[str]:
    """The learner by name and each year that the birth touches."""
    if learner.born_from is None or learner.born_until is None:
        return []
    return [named_mark(learner.name, year) for year in _years(learner.born_from, learner.born_until)]


def digests_of(marks: Iterable[str]) -> list[str]:
    """What a list may hold for them, by the present key and by those that were rotated out."""
    return [one for mark in marks for one in digests("roll", mark)]


def _years(first: dt.date, last: dt.date) -> list[int]:
    """The years of both calendars that the days touch."""
    found = {day.year for day in (first, last)}
    for day in (first, last):
        try:
            found.add(year_of(day, language="fa"))
        except BadDay:
            continue
    return sorted(found)


def named_mark(name: str, year: int) -> str:
    """A person by name and year of birth, in one spelling."""
    return f"{fold(name)}|{year}"


# How often


def season_key(course: Standing) -> str | None:
    """Program and season of the first day, where the program lets everybody into one course a season; else None."""
    if not course.joining.get("once"):
        return None
    year, quarter = quarter_of(course.sort_on)
    return f"{course.program_id}:{year}-{quarter}"


def why_not_once(course: Standing, places: Places) -> Refusal | None:
    """Whether the learner has a course of the program in that season; no query where the program does not mind.

    What counts is the season of the other course now, or when its place was asked for, which is what the database keeps.
    """
    key = season_key(course)
    if key is None or not places.states:
        return None
    others = Course.objects.filter(pk__in=places.states, program=course.program_id).exclude(pk=course.pk)
    seasons = {quarter_of(day) for day in others.values_list("sort_on", flat=True)}
    if key not in places.once and quarter_of(course.sort_on) not in seasons:
        return None
    text = _(
        "One person takes one course of this program in a season, and has one already. Choose a run that begins in another "
        "season, or give the other place back first"
    )
    return Refusal("once", text)


def rules_broken(course: Standing, learner: Learner, places: Places) -> list[Refusal]:
    """Every rule of joining that keeps the learner out, from which a coordinator may except them."""
    from programs.rules.places import why_not_now, why_not_suited

    found: list[Refusal] = []
    for rule in (partial(why_not_suited, course, learner), partial(why_not_now, course, places)):
        refusal = rule(frozenset(one.code for one in found))
        while refusal is not None and refusal.code in WAIVED:
            found.append(refusal)
            refusal = rule(frozenset(one.code for one in found))
    return found


# What the page says


def facts_missing(course: Standing, learner: Learner) -> list[str]:
    """What these rules must know of the learner and do not: `district`."""
    return ["district"] if districts_of(course) and learner.district_id is None else []


def words_of(course: Standing, belonging: Belonging | None) -> list[str]:
    """Who may join in sentences of the page's language; `belonging` as `belonging_of`."""
    found = []
    if districts_of(course):
        listed = list_text([name for _slug, name in district_names(districts_of(course))], language=_language())
        found.append(str(_("For people who live in {districts}")).format(districts=listed))
    if belonging is not None:
        found.append(belonging.words)
    if course.joining.get("once"):
        found.append(str(pgettext_lazy("who may join", "One course of this program per person and season")))
    return found
