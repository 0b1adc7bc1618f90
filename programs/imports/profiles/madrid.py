"""A city's agenda of events, Spanish: semicolons, Windows letters, weekdays by letter, no number of seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.calendar import weekday_of
from programs.imports.catalogue import Row, WeeklyHour
from programs.imports.cells import BadCell
from programs.imports.keys import program_key
from programs.imports.profiles.korea_standard import told
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    import datetime as dt

    from programs.imports.cells import Cells

WEEKDAYS = {letter: number for number, letter in enumerate("SDLMXJV")}
LONGEST_PRICE = 1000


def _row(cells: Cells) -> Row:
    title, place = cells.text("TITULO", needed=True), cells.text("NOMBRE-INSTALACION")
    starts_on, ends_on = cells.day("FECHA"), cells.day("FECHA-FIN")
    fee = 0 if cells.number("GRATUITO") else None
    facts = [("Lugar", place), ("Precio", cells.text("PRECIO", longest=LONGEST_PRICE))]
    facts.append(("No se celebra", cells.text("DIAS-EXCLUIDOS", longest=LONGEST_PRICE).replace(";", "; ").strip("; ")))
    return Row(
        key=cells.text("ID-EVENTO", needed=True),
        program_key=program_key(title),
        program_title=title,
        language="es",
        starts_on=starts_on,
        ends_on=ends_on,
        hours=tuple(_hours(cells, starts_on if starts_on == ends_on else None)),
        fee_min=fee,
        fee_max=fee,
        partner_url=cells.address("CONTENT-URL"),
        keywords=cells.text("TIPO").rsplit("/", 1)[-1],
        note=told(facts),
        description=cells.paragraphs("DESCRIPCION"),
        place=place,
    )


def _hours(cells: Cells, only: dt.date | None) -> list[WeeklyHour]:
    """The weekdays that are given, or that of the only day, from the hour on; the agenda names no end."""
    letters = [letter for letter in cells.text("DIAS-SEMANA").split(",") if letter]
    unknown = [letter for letter in letters if letter not in WEEKDAYS]
    if unknown:
        reason = _("“{text}” is not a day of the week").format(text=unknown[0])
        raise BadCell("DIAS-SEMANA", "weekday_unreadable", reason)
    starts = cells.time("HORA")
    numbers = [WEEKDAYS[letter] for letter in letters]
    if not numbers and only and starts:
        numbers = [weekday_of(only)]
    return [WeeklyHour(number, starts) for number in numbers]


PROFILE = Profile(
    name="madrid",
    columns=(
        "ID-EVENTO",
        "TITULO",
        "PRECIO",
        "GRATUITO",
        "DIAS-SEMANA",
        "DIAS-EXCLUIDOS",
        "FECHA",
        "FECHA-FIN",
        "HORA",
        "DESCRIPCION",
        "CONTENT-URL",
        "NOMBRE-INSTALACION",
        "TIPO",
    ),
    key="ID-EVENTO",
    row=_row,
    encodings=("utf-8", "cp1252"),
    delimiter=";",
)
