"""What keeps a program or a course from publication, step by step, as the page beside the button lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from programs.models import Course, Program

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGES = ("fa", "en")
LONGEST_TITLE = 200


class Step(NamedTuple):
    """One of them: whether it is `done`, what to do about it, and the field of the form in which that is done."""

    code: str
    label: StrOrPromise
    todo: StrOrPromise
    field: str
    done: bool


IN_LANGUAGE = {"fa": _("in Persian"), "en": _("in English")}


def texts_of(row: Any) -> dict[str, dict[str, Any]]:
    """Every text of a translated row by language and field; one query unless they were fetched before."""
    names = [name for name in row._parler_meta.root.get_translated_fields() if name != "written_at"]  # noqa: SLF001 - parler's
    return {one.language_code: {name: getattr(one, name) or "" for name in names} for one in row.translations.all()}


def _in(language: str, label: StrOrPromise) -> StrOrPromise:
    return format_lazy(label, language=IN_LANGUAGE[language])


def program_steps(program: Program) -> list[Step]:
    """What a program needs before residents may see it: three queries."""
    texts = texts_of(program)
    steps = []
    for language in LANGUAGES:
        own = texts.get(language, {})
        named = bool(own.get("title") and own.get("summary"))
        field = "summary" if own.get("title") else "title"
        steps.append(
            Step(
                f"texts_{language}",
                _in(language, _("Title and summary {language}")),
                _in(language, _("First write title and summary {language}")),
                f"{field}_{language}",
                named,
            )
        )
        steps.append(
            Step(
                f"outcomes_{language}",
                _in(language, _("Outcomes {language}")),
                _in(language, _("First write {language} what people can do afterwards")),
                f"outcomes_{language}",
                bool(own.get("outcomes")),
            )
        )
    dated = program.courses.filter(starts_on__isnull=False).exclude(state=Course.State.CANCELLED)
    area = Step("area", _("Area and workgroup"), _("First choose an area"), "area", program.area_id is not None)
    course = Step(
        "dated_course", _("At least one dated course"), _("First add a course with dates"), "", dated.exists()
    )
    return [*steps, area, course]


def course_steps(course: Course) -> list[Step]:
    """What a course needs before residents may enrol in it: one query."""
    has_dates = course.meetings.exists() or bool(course.slots.exists() and course.starts_on)
    opens, closes = course.opens_at, course.closes_at
    is_here = course.mode == Course.Mode.PORTAL
    has_window = opens is not None and closes is not None and opens < closes and closes > clock.now()
    steps = [
        Step("dates", _("Dates of the meetings"), _("First make the class meetings"), "first", has_dates),
        Step(
            "place",
            _("Venue, or online"),
            _("First choose a venue, or say that it is online"),
            "venue",
            course.venue_id is not None or course.online,
        ),
    ]
    if is_here:
        steps += [
            Step("seats", _("Seats"), _("First say how many seats there are"), "capacity", bool(course.capacity)),
            Step(
                "window",
                _("Enrolment window"),
                _("First say from when until when one can enrol; it must end in the future"),
                "opens_at",
                has_window,
            ),
        ]
    return steps
