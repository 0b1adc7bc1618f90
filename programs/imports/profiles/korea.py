"""Courses of two metropolitan portals of Korea: JSON, no ids, 0 seats for unknown, HTML in the descriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from programs.imports import documents
from programs.imports.catalogue import Row
from programs.imports.cells import BadRow
from programs.imports.keys import course_key, program_key
from programs.imports.profiles.korea_standard import MOST_SEATS, address, told
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    from programs.imports.cells import Cells

TRIAL = "테스트"


def _row(cells: Cells) -> Row:
    title, centre = cells.text("lctreNm", needed=True), cells.text("operInstitutionNm")
    if title.strip("[]() ").startswith(TRIAL):
        raise BadRow("row_trial", _("it is a trial row of the partner (“{text}”)").format(text=title[:60]))
    starts_on, fee, place = cells.day("edcStartDay"), cells.number("lctreCost"), cells.text("edcRdnmadr")
    return Row(
        key=course_key(title, starts_on, cells.text("insttNm") or centre),
        program_key=program_key(title),
        program_title=title,
        language="ko",
        starts_on=starts_on,
        ends_on=cells.day("edcEndDay"),
        fee_min=fee,
        fee_max=fee,
        capacity=cells.number("psncpa", most=MOST_SEATS) or None,
        partner_url=address(cells, "homepageUrl"),
        online=place.endswith("온라인"),
        note=told([("기관", centre), ("장소", place), ("대상", cells.text("edcTrgetType"))]),
        description=cells.paragraphs("lctreCo"),
        place=place,
        opens_on=cells.day("rceptStartDate"),
        closes_on=cells.day("rceptEndDate"),
    )


PROFILE = Profile(
    name="korea",
    columns=(
        "lctreNm",
        "lctreCo",
        "edcTrgetType",
        "rceptStartDate",
        "rceptEndDate",
        "edcStartDay",
        "edcEndDay",
        "psncpa",
        "lctreCost",
        "operInstitutionNm",
        "edcRdnmadr",
        "homepageUrl",
        "insttNm",
    ),
    key=None,
    row=_row,
    records=documents.records,
)
