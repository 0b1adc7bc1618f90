"""Korea's national standard table of lifelong-learning courses: one line a course, Korean, no ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from programs.imports.catalogue import Row, WeeklyHour
from programs.imports.cells import BadCell
from programs.imports.keys import course_key, program_key
from programs.imports.profiles.profile import Profile

if TYPE_CHECKING:
    from programs.imports.cells import Cells

MOST_SEATS = 100_000
WEEKDAYS = {name: number for number, name in enumerate("토일월화수목금")}
SELECTIONS = {"선착순": "first_come", "추첨": "lottery", "심사": "approval", "": ""}


def _row(cells: Cells) -> Row:
    title, centre = cells.text("강좌명", needed=True), cells.text("운영기관명")
    starts_on = cells.day("교육시작일자")
    starts, ends = cells.time("교육시작시각"), cells.time("교육종료시각")
    fee, place = cells.number("수강료"), cells.text("교육장소")
    return Row(
        key=course_key(title, starts_on, centre),
        program_key=program_key(title),
        program_title=title,
        language="ko",
        starts_on=starts_on,
        ends_on=cells.day("교육종료일자"),
        hours=tuple(WeeklyHour(number, starts, ends) for number in weekdays(cells, "운영요일")),
        fee_min=fee,
        fee_max=fee,
        capacity=cells.number("강좌정원수", most=MOST_SEATS) or None,
        partner_url=address(cells, "홈페이지주소"),
        online=cells.text("교육방법구분") == "온라인",
        keywords=cells.text("강좌내용"),
        note=told([("기관", centre), ("장소", place), ("대상", cells.text("교육대상구분"))]),
        place=place,
        opens_on=cells.day("접수시작일자"),
        closes_on=cells.day("접수종료일자"),
        selection=_selection(cells),
    )


def weekdays(cells: Cells, column: str) -> list[int]:
    """The numbers of weekdays written as 화요일+목요일."""
    words = [word.strip().removesuffix("요일") for word in cells.text(column).replace(",", "+").split("+")]
    unknown = [word for word in words if word and word not in WEEKDAYS]
    if unknown:
        raise BadCell(column, "weekday_unreadable", _("“{text}” is not a day of the week").format(text=unknown[0]))
    return [WEEKDAYS[word] for word in words if word]


def address(cells: Cells, column: str) -> str:
    """A web address that may stand without its scheme."""
    if cells.raw(column).strip().startswith("www."):
        return f"https://{cells.text(column, longest=480)}"
    return cells.address(column)


def told(facts: list[tuple[str, str]]) -> str:
    """Facts, one a line, without the empty ones."""
    return "\n".join(f"{name}: {value}" for name, value in facts if value)


def _selection(cells: Cells) -> str:
    word = cells.text("선정방법구분")
    if word not in SELECTIONS:
        raise BadCell(
            "선정방법구분", "selection_unreadable", _("“{text}” is no known way of selection").format(text=word)
        )
    return SELECTIONS[word]


PROFILE = Profile(
    name="korea_standard",
    columns=(
        "강좌명",
        "교육시작일자",
        "교육종료일자",
        "교육시작시각",
        "교육종료시각",
        "강좌내용",
        "교육대상구분",
        "교육방법구분",
        "운영요일",
        "교육장소",
        "강좌정원수",
        "수강료",
        "운영기관명",
        "접수시작일자",
        "접수종료일자",
        "선정방법구분",
        "홈페이지주소",
    ),
    key=None,
    row=_row,
    encodings=("utf-8", "cp949"),
)
