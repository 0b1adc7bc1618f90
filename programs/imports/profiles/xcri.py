"""XCRI-CAP 1.2, the British exchange format: a course there is a program here, a presentation is a course.

Where a day is given in words and in digits the words are right: feeds are known whose digits are a day off.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from base.calendar import BadDay, parse_day
from base.persian import latin_digits
from programs.imports import feeds
from programs.imports.catalogue import Row
from programs.imports.cells import BadCell
from programs.imports.limits import LONGEST_CELL, Record
from programs.imports.profiles.korea_standard import told
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element  # nosec B405 - a type

    from programs.imports.cells import Cells

XCRI, MLO = "{http://xcri.org/profiles/1.2/catalog}", "{http://purl.org/net/mlo}"
DC, XML = "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/XML/1998/namespace}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NAMES = [
    "identifier", "title", "url", "start", "end", "applyFrom", "applyUntil", "age", "places", "cost", "studyMode",
    "venue", "language", "course identifier", "course title", "subject", "description",
]  # fmt: skip
MOST_SEATS, LONGEST_KEYWORDS = 100_000, 300
_AGES = re.compile(r"(\d{1,2})(?:\s*\+|\s*-\s*(\d{1,2}))", re.ASCII)
_AMOUNT = re.compile(r"[^\d\s]{0,3}\s*(\d{1,7})(?:\.00)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def records(raw: bytes) -> Iterator[Record]:
    """One record for each presentation, with what its course says."""
    language = ""
    for course, lines in feeds.elements(raw, f"{XCRI}course"):
        texts = [one.text or "" for one in course.findall(f"{DC}description") if TYPE not in one.attrib]
        subjects = ", ".join(filter(None, ((one.text or "").strip() for one in course.findall(f"{DC}subject"))))
        about = [_text(course, f"{DC}identifier"), _text(course, f"{DC}title"), subjects, "\n".join(texts)]
        language = course.get(f"{XML}lang") or "en"
        for one in course.findall(f"{XCRI}presentation"):
            yield Record(lines[id(one)], NAMES, [*_cells(one), language, *about])


def _cells(one: Element) -> list[str]:
    found = [_text(one, f"{DC}identifier"), _text(one, f"{DC}title"), _text(one, f"{MLO}url")]
    found += [_day(one.find(path)) for path in (f"{MLO}start", f"{XCRI}end", f"{XCRI}applyFrom", f"{XCRI}applyUntil")]
    found += [_text(one, path) for path in (f"{XCRI}age", f"{MLO}places", f"{MLO}cost", f"{XCRI}studyMode")]
    return [*found, _text(one, f"{XCRI}venue/{XCRI}provider/{DC}title")]


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _day(element: Element | None) -> str:
    """The day in words where they are a day, else in digits."""
    if element is None:
        return ""
    text = (element.text or "").strip()
    try:
        parse_day(text)
    except BadDay:
        return (element.get("dtf") or "").split("T")[0] or text
    return text


def _row(cells: Cells) -> Row:
    title, own = cells.text("course title", needed=True), cells.text("title")
    ages = _ages(cells)
    fee = _AMOUNT.fullmatch(latin_digits(cells.raw("cost")))
    venue = cells.text("venue")
    return Row(
        key=cells.text("identifier", needed=True),
        program_key=cells.text("course identifier", needed=True),
        program_title=title,
        language=cells.raw("language")[:2] if _LANGUAGE.match(cells.raw("language")) else "en",
        title=own if own and own != title else None,
        starts_on=cells.day("start"),
        ends_on=cells.day("end"),
        fee_min=int(fee[1]) if fee else None,
        fee_max=int(fee[1]) if fee else None,
        capacity=cells.number("places", most=MOST_SEATS),
        partner_url=cells.address("url"),
        keywords=cells.text("subject", longest=LONGEST_CELL)[:LONGEST_KEYWORDS],
        note=told([("Study mode", cells.text("studyMode")), ("Venue", venue)]),
        description=cells.paragraphs("description"),
        place=venue,
        opens_on=cells.day("applyFrom"),
        closes_on=cells.day("applyUntil"),
        age_min=ages[0],
        age_max=ages[1],
    )


def _ages(cells: Cells) -> tuple[int | None, int | None]:
    text = latin_digits(cells.text("age")).lower()
    if text in {"", "any"}:
        return None, None
    found = _AGES.fullmatch(text)
    if found is None:
        raise BadCell("age", "age_unreadable", _("“{text}” is not an age such as 16+ or 16-18").format(text=text[:40]))
    return int(found[1]), int(found[2]) if found[2] else None


PROFILE = Profile(name="xcri", columns=tuple(NAMES), key="identifier", row=_row, records=records)
