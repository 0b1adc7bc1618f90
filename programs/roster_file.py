"""A roster as a file for a spreadsheet program, in the page's language: the very answer carries it, it lies nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import get_language, gettext

from base import clock
from base.templatetags.city import digits, instant
from members.rules import spelt
from programs.answers import cell_of, questions_in
from programs.listing import listed
from programs.models import Course
from programs.sheets import TYPES, as_file

if TYPE_CHECKING:
    from programs.rosters import Line


def answer_of(course: Course, lines: list[Line], kind: str) -> HttpResponse:
    """The answer with the file, `xlsx` or `csv`."""
    language = get_language() or "fa"
    title = listed(Course.objects.filter(pk=course.pk), language)[0].title
    content = as_file(kind, table_of(lines), title=title, is_rtl=language == "fa")
    name = quote(f"{course.slug}-{clock.today():%Y-%m-%d}.{kind}")
    return HttpResponse(
        content, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def table_of(lines: list[Line]) -> list[list[str]]:
    """The roster as a table of texts in the page's language, headings first; the year of birth is not in it."""
    heading = [
        gettext("Name"),
        gettext("Age"),
        gettext("State"),
        gettext("Place in line"),
        gettext("Contact"),
        gettext("Asked"),
        gettext("Since"),
        gettext("Note"),
    ]
    asked = questions_in(line.answers for line in lines)
    rows = ([*_cells(line), *(cell_of(line.answers, question) for question in asked)] for line in lines)
    return [heading + asked, *rows]


def _cells(line: Line) -> list[str]:
    row = line.row
    return [
        line.name,
        digits(line.age),
        str(line.state),
        digits(line.position),
        ", ".join(spelt(contact) for contact in line.contacts),
        instant(row["asked_at"]),
        instant(row["state_at"]),
        row["exception_reason"] or row["reason"],
    ]
