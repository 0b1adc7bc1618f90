"""Public reading: courses, programs and those who offer them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast
from django.http import Http404
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view

from base.calendar import WEEKDAYS
from base.prepared import prepared
from programs import calendars
from programs.api.keyset import Keyset
from programs.api.public import public_answer
from programs.api.shapes import (
    CourseFullOut,
    CourseOut,
    DrawOut,
    NamedOut,
    ProgramOut,
    address,
    course_out,
    joining_out,
    page_of,
    public_questions,
)
from programs.catalogue import SORTS, Filters, course_for, find
from programs.explaining import draw_of, draw_out
from programs.listing import Listed, every_row, rows_of, seen_by, shown
from programs.models import ClassMeeting, Course, Program, Slot
from programs.rules.joining import required_by
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse
    from rest_framework.request import Request

ORDERS = {"soonest": ["sort_on", "id"], "newest": ["-id"], "relevance": ["rank", "sort_on", "id"]}
LANG = OpenApiParameter("lang", str, enum=["fa", "en"], description="The language of texts; Persian when left out")
PAGING = [LANG, OpenApiParameter("cursor", str), OpenApiParameter("page_size", int, description="1 to 100, usually 20")]
FILTERS = [
    OpenApiParameter("q", str, description="Words; every one must occur. By relevance, the 1,000 soonest are given"),
    *(OpenApiParameter(name, str, many=True) for name in ("area", "district", "audience", "language")),
    OpenApiParameter("weekday", str, many=True, enum=list(WEEKDAYS)),
    OpenApiParameter("daypart", str, many=True, enum=["morning", "afternoon", "evening"]),
    OpenApiParameter("open", str, many=True, enum=["1", "soon"]),
    *(OpenApiParameter(name, str, enum=["1"]) for name in ("free", "seats", "online", "past")),
    OpenApiParameter("age", int),
    OpenApiParameter("sort", str, enum=list(SORTS)),
]


def language_of(request: Request) -> str:
    """The language asked for, Persian when it is left out or not ours."""
    asked = request.query_params.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


@extend_schema(operation_id="courses_list", parameters=[*FILTERS, *PAGING], responses=page_of(CourseOut))
@api_view(["GET"])
@public_answer
def courses(request: Request) -> dict[str, Any]:
    """The catalogue: repeated parameters are alternatives, different ones all hold, as on the catalogue's page."""
    filters = Filters.read(request.query_params)
    language = language_of(request)
    if filters.is_ranked:
        order, rows = "relevance", rows_of(find(filters), language)
    else:
        order = filters.order if filters.order != "relevance" else "soonest"
        rows = cast("QuerySet[Course, dict[str, Any]]", find(filters, every_row(language).public()))
    page = Keyset(request, ORDERS[order]).take(rows)
    return page | {"results": with_times(shown(page["results"], language))}


@extend_schema(parameters=[LANG], responses={200: CourseFullOut, 404: OpenApiResponse(description="Not there")})
@api_view(["GET"])
@public_answer
def course(request: Request, pk: int) -> dict[str, Any]:
    """One course; a draft is there only for those who answer for it."""
    language = language_of(request)
    found = seen_by(request.user, language, pk=pk)
    if found is None:
        raise Http404
    with translation.override(language):
        required = required_by(found)
        more = {"requires": required and {"slug": required.slug, "name": required.title}}
        more |= {"questions": public_questions(found), **joining_out(found)}
        return with_times([found])[0] | more


@extend_schema(parameters=[LANG], responses={200: DrawOut, 404: OpenApiResponse(description="Not there")})
@api_view(["GET"])
@public_answer
def draw(request: Request, pk: int) -> dict[str, Any]:
    """A course's draw: the promise before it; the seed and the order after it."""
    found = draw_of(course_for(request.user, pk=pk))
    if found is None:
        raise Http404
    return draw_out(found)


def with_times(found: list[Listed]) -> list[dict[str, Any]]:
    """The rows as the API gives them, with their weekly hours and class meetings from one query."""
    slots: dict[int, list[dict[str, Any]]] = {row.id: [] for row in found}
    meetings: dict[int, list[dict[str, Any]]] = {row.id: [] for row in found}
    for pk, kind, first, starts, ends in _times(list(slots)):
        if kind == "slot":
            slots[pk].append({"weekday": WEEKDAYS[int(first)], "starts": starts, "ends": ends})
        else:
            meetings[pk].append({"starts_at": _instant(starts), "ends_at": _instant(ends), "state": first})
    return [course_out(row, slots[row.id], meetings[row.id]) for row in found]


@prepared
def _times(ids: list[int]) -> QuerySet[Any, Any]:
    def part(rows: QuerySet[Any], kind: str, first: str, begins: str, stops: str) -> QuerySet[Any, Any]:
        words = {"first": first, "begins": begins, "stops": stops}
        casts = {name: Cast(word, TextField()) for name, word in words.items()}
        kinds = Value(kind, output_field=CharField())
        found: QuerySet[Any, Any] = rows.filter(course__pk__in=ids).order_by().annotate(kind=kinds, **casts)
        return found.values_list("course", "kind", *words)

    slots = part(Slot.objects.all(), "slot", "weekday", "starts", "ends")
    both = slots.union(part(ClassMeeting.objects.all(), "meeting", "state", "starts_at", "ends_at"), all=True)
    return both.order_by("kind", "begins")


def _instant(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


@extend_schema(parameters=FILTERS, responses={(200, "text/calendar"): OpenApiTypes.STR})
@api_view(["GET"])
def feed(request: Request) -> HttpResponse:
    """Class meetings of the courses that the filters leave, as iCalendar."""
    language = language_of(request)
    with translation.override(language):
        return calendars.answer(request, calendars.of_catalogue(request.query_params, language))


@extend_schema(operation_id="programs_list", parameters=PAGING, responses=page_of(ProgramOut))
@api_view(["GET"])
@public_answer
def programs(request: Request) -> dict[str, Any]:
    """Published programs."""
    language = language_of(request)
    rows = Program.objects.filter(state=Program.State.PUBLISHED).values("id", "slug", "workgroup__slug", "area__slug")
    page = Keyset(request, ["id"]).take(cast("QuerySet[Any, Any]", rows))
    texts = _texts(Program, page["results"], ("title", "summary", "outcomes"), language)
    return page | {
        "results": [
            {
                "id": row["id"],
                "slug": row["slug"],
                "url": address(f"programs/{row['slug']}", language),
                **texts[row["id"]],
                "outcomes": (texts[row["id"]]["outcomes"] or "").splitlines(),
                "workgroup": row["workgroup__slug"],
                "area": row["area__slug"],
            }
            for row in page["results"]
        ]
    }


def _texts(model: Any, rows: list[dict[str, Any]], fields: tuple[str, ...], language: str) -> dict[int, dict[str, Any]]:
    """Texts of each row in the language, else in the one it has; `lang` says which."""
    found: dict[int, dict[str, Any]] = {}
    names = [f"translations__{field}" for field in fields]
    wanted = model.objects.filter(pk__in=[row["id"] for row in rows])
    for pk, code, *texts in wanted.order_by("pk").values_list("pk", "translations__language_code", *names):
        if pk not in found or code == language:
            found[pk] = {
                "lang": code or language,
                **{name: text or "" for name, text in zip(fields, texts, strict=True)},
            }
    return found


def _named(request: Request, model: Any, kind: str, field: str) -> dict[str, Any]:
    language = language_of(request)
    page = Keyset(request, ["id"]).take(model.objects.values("id", "slug"))
    texts = _texts(model, page["results"], ("name", field), language)
    results = [
        {
            "id": row["id"],
            "slug": row["slug"],
            "url": address(f"{kind}/{row['slug']}", language),
            "name": texts[row["id"]]["name"],
            "lang": texts[row["id"]]["lang"],
            "description": texts[row["id"]][field],
        }
        for row in page["results"]
    ]
    return page | {"results": results}


@extend_schema(operation_id="areas_list", parameters=PAGING, responses=page_of(NamedOut))
@api_view(["GET"])
@public_answer
def areas(request: Request) -> dict[str, Any]:
    """Literacy areas."""
    return _named(request, LiteracyArea, "areas", "description")


@extend_schema(operation_id="organisations_list", parameters=PAGING, responses=page_of(NamedOut))
@api_view(["GET"])
@public_answer
def organisations(request: Request) -> dict[str, Any]:
    """Organisations."""
    return _named(request, Organisation, "organisations", "description")


@extend_schema(operation_id="workgroups_list", parameters=PAGING, responses=page_of(NamedOut))
@api_view(["GET"])
@public_answer
def workgroups(request: Request) -> dict[str, Any]:
    """Workgroups; the description is their purpose."""
    return _named(request, Workgroup, "workgroups", "purpose")


@extend_schema(operation_id="venues_list", parameters=PAGING, responses=page_of(NamedOut))
@api_view(["GET"])
@public_answer
def venues(request: Request) -> dict[str, Any]:
    """Venues; the description is the address."""
    return _named(request, Venue, "venues", "address")
