"""Whom an announcement is for: a rule of plain JSON, the members it means, and its words.

A rule is one fact (`{"district": "district-4"}`) or joins others: `{"any": [...]}`, `{"all": [...]}`, `{"not": {...}}`. What is
said of a person holds for those they care for as well: a mother of a child in District 4 belongs to District 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.calendar import list_text
from base.persian import latin_digits, persian_digits
from base.refusal import Refusal
from members.models import Care, District, Member
from programs.listing import listed
from programs.models import Course, Enrolment, Follow, Program
from programs.names import names
from workgroups.models import Appointment, LiteracyArea, Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model, QuerySet

Rule = dict[str, Any]
State = Enrolment.State
STATES = {
    "enrolled_in": (State.SEATED, State.OFFERED, State.COMPLETED, State.ABSENT),
    "waiting_in": (State.WAITING, State.APPLIED),
    "formerly_in": (State.COMPLETED, State.ABSENT, State.WITHDRAWN),
}
LANGUAGES = ("fa", "en")
OLDEST = 120
DEEPEST, LARGEST = 4, 200
UNKNOWN = Refusal("audience_unknown", _("Part of this audience is not known; choose it again"))
NOBODY = Refusal("audience_missing", _("First choose who it is for"))
FOREIGN = Refusal("audience_foreign", _("A workgroup writes to its own people, followers and courses alone"))


def members_in(rule: Rule) -> QuerySet[Member]:
    """The members that a rule means; who has erased their account is never among them."""
    return Member.objects.filter(_meant(rule), erased_at__isnull=True)


def _meant(rule: Rule) -> Q:
    name, value = _parted(rule)
    if name == "any":
        return _joined((_meant(one) for one in value), Q.OR)
    if name == "all":
        return _joined((_meant(one) for one in value), Q.AND)
    if name == "not":
        return ~_meant(value)
    return FACTS[name].meant(value)


def _joined(parts: Iterable[Q], how: str) -> Q:
    found = Q()
    for part in parts:
        found = found._combine(part, how)  # type: ignore[attr-defined] # noqa: SLF001 - Django's own way to choose
    return found


def _parted(rule: Rule) -> tuple[str, Any]:
    ((name, value),) = rule.items()
    return name, value


def why_not_meant(rule: Any) -> Refusal | None:
    """Whether the rule is none, names what is not there, or is larger than anybody can read."""
    if not _has_shape(rule, DEEPEST):
        return UNKNOWN
    facts = list(_facts(rule))
    if not facts:
        return NOBODY
    if len(facts) > LARGEST or not all(FACTS[name].is_known(value) for name, value in facts):
        return UNKNOWN
    return None


def _has_shape(rule: Any, depth: int) -> bool:
    if not isinstance(rule, dict) or len(rule) != 1 or depth == 0:
        return False
    name, value = _parted(rule)
    if name in {"any", "all"}:
        return isinstance(value, list) and all(_has_shape(one, depth - 1) for one in value)
    return _has_shape(value, depth - 1) if name == "not" else name in FACTS


def _facts(rule: Rule) -> Iterable[tuple[str, Any]]:
    name, value = _parted(rule)
    if name in {"any", "all"}:
        for one in value:
            yield from _facts(one)
    elif name == "not":
        yield from _facts(value)
    else:
        yield name, value


def why_not_meant_by(rule: Rule, workgroup: Workgroup) -> Refusal | None:
    """Whether the rule reaches people beyond the workgroup's own: its members, its followers, those of its courses."""
    return None if _is_within(rule, workgroup) else FOREIGN


def _is_within(rule: Rule, workgroup: Workgroup) -> bool:
    name, value = _parted(rule)
    if name == "any":
        return bool(value) and all(_is_within(one, workgroup) for one in value)
    if name == "all":
        return any(_is_within(one, workgroup) for one in value)
    if name in {"workgroup", "follows_workgroup"}:
        return bool(value == workgroup.slug)
    if name == "follows_program":
        return Program.objects.filter(workgroup=workgroup, slug=value).exists()
    return name in STATES and not Course.objects.filter(slug__in=value).exclude(program__workgroup=workgroup).exists()


# Facts


class Fact(NamedTuple):
    """One thing that can be said of a member: whom it means, whether its value is known, how it reads."""

    meant: Callable[[Any], Q]
    is_known: Callable[[Any], bool]
    words: Callable[[Any, str], str]


def _care() -> QuerySet[Care]:
    today = clock.today()
    open_today = Q(until_on__isnull=True) | Q(until_on__gt=today)
    return Care.objects.filter(open_today, guardian=OuterRef("pk"), learner__erased_at__isnull=True)


def _of_age(value: list[int]) -> Q:
    """Of an age today: some day of the years in which the person may have been born fits."""
    youngest, oldest = value
    today = clock.today()
    born_from, born_until = (
        today.replace(year=today.year - oldest - 1, day=1),
        today.replace(year=today.year - youngest, day=min(today.day, 28)),
    )
    return Q(Exists(_care().filter(learner__born_until__gt=born_from, learner__born_from__lte=born_until)))


def _is_age(value: Any) -> bool:
    is_pair = isinstance(value, list) and len(value) == 2  # noqa: PLR2004 - from, to
    return is_pair and all(isinstance(age, int) and 0 <= age <= OLDEST for age in value) and value[0] <= value[1]


def _in_states(name: str) -> Fact:
    def meant(slugs: list[str]) -> Q:
        held = {"learner__enrolments__course__slug__in": slugs, "learner__enrolments__state__in": STATES[name]}
        return Q(Exists(_care().filter(**held)))

    def is_known(slugs: Any) -> bool:
        if not isinstance(slugs, list) or not slugs or not all(isinstance(one, str) for one in slugs):
            return False
        return Course.objects.filter(slug__in=set(slugs)).count() == len(set(slugs))

    def words(slugs: list[str], language: str) -> str:
        titles = [one.title for one in listed(Course.objects.filter(slug__in=slugs).order_by("pk"), language)]
        return str(IN_COURSES[name]) % {"courses": list_text(titles, language=language)}

    return Fact(meant, is_known, words)


IN_COURSES = {
    "enrolled_in": _("those enrolled in %(courses)s"),
    "waiting_in": _("those waiting for %(courses)s"),
    "formerly_in": _("those who were in %(courses)s"),
}


def _has(model: type[Model]) -> Callable[[Any], bool]:
    return lambda slug: isinstance(slug, str) and model._default_manager.filter(slug=slug).exists()  # noqa: SLF001 - Django's


def _named(kind: str, text: Any) -> Callable[[Any, str], str]:
    def words(slug: str, language: str) -> str:
        found = (row.name for row in names(language)[kind].values() if row.slug == slug)
        return str(text) % {"name": next(found, slug)}

    return words


def _program_words(slug: str, language: str) -> str:
    program = Program.objects.prefetch_related("translations").filter(slug=slug).first()
    title = program.safe_translation_getter("title", language_code=language, any_language=True) if program else slug
    return gettext("followers of %(name)s") % {"name": title}


def _follows(**what: Any) -> Q:
    return Q(Exists(Follow.objects.filter(member=OuterRef("pk"), **what)))


def _age_words(value: list[int], language: str) -> str:
    text = gettext("aged %(low)s to %(high)s") % {"low": value[0], "high": value[1]}
    return persian_digits(text) if language == "fa" else latin_digits(text)


FOLLOWERS = _("followers of %(name)s")
FACTS: dict[str, Fact] = {
    "everyone": Fact(lambda _yes: Q(), lambda value: value is True, lambda _yes, _language: gettext("everyone")),
    "district": Fact(
        lambda slug: Q(Exists(_care().filter(learner__district__slug=slug))),
        _has(District),
        _named("district", _("residents of %(name)s")),
    ),
    "age": Fact(_of_age, _is_age, _age_words),
    "language": Fact(
        lambda code: Q(language=code),
        lambda code: code in LANGUAGES,
        lambda code, _language: (
            gettext("those who read Persian") if code == "fa" else gettext("those who read English")
        ),
    ),
    "follows_area": Fact(lambda slug: _follows(area__slug=slug), _has(LiteracyArea), _named("area", FOLLOWERS)),
    "follows_workgroup": Fact(
        lambda slug: _follows(workgroup__slug=slug), _has(Workgroup), _named("workgroup", FOLLOWERS)
    ),
    "follows_program": Fact(lambda slug: _follows(program__slug=slug), _has(Program), _program_words),
    "workgroup": Fact(
        lambda slug: Q(
            Exists(Appointment.objects.open_on(clock.today()).filter(member=OuterRef("pk"), workgroup__slug=slug))
        ),
        _has(Workgroup),
        _named("workgroup", _("people of %(name)s")),
    ),
    **{name: _in_states(name) for name in STATES},
}


def words(rule: Rule) -> str:
    """The rule in the page's language: «مردم منطقهٔ ۴ یا دنبال‌کنندگان محیط زیست»."""
    return _words(rule, "fa" if (get_language() or "fa").startswith("fa") else "en")


def _words(rule: Rule, language: str) -> str:
    name, value = _parted(rule)
    if name in {"any", "all"}:
        joint = gettext(" or ") if name == "any" else gettext(", and of them ")
        return joint.join(_words(one, language) for one in value if "not" not in one) + "".join(
            _words(one, language) for one in value if "not" in one
        )
    if name == "not":
        return gettext(", without %(whom)s") % {"whom": _words(value, language)}
    return FACTS[name].words(value, language)
