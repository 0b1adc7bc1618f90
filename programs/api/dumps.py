"""The whole public catalogue in one file: JSON, a table, and XCRI-CAP. Streamed by the thousand, so that memory stays flat."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import Throttled

from base import clock
from base.calendar import day_text
from members.city import present
from members.limits import allow, client_of, retry_after
from members.models import ApiToken
from programs.api.catalogue import LANG, language_of, with_times
from programs.api.public import as_json
from programs.catalogue import public
from programs.listing import rows_of, shown
from programs.models import Course
from programs.sheets import BOM, cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_framework.request import Request

BATCH = 1000
AN_HOUR, MOST_AN_HOUR = 3600, 10
COLUMNS = (
    "id", "url", "title", "lang", "program", "workgroup", "organisation", "area", "venue", "starts_on", "ends_on",
    "hours", "status", "opens_at", "closes_at", "enrolment", "selection", "capacity", "free", "fee_min", "fee_max",
    "currency", "age_min", "age_max", "updated_at",
)  # fmt: skip
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<catalog xmlns="http://xcri.org/profiles/1.2/catalog" xmlns:mlo="http://purl.org/net/mlo"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" generated="{now}">
<provider>
<dc:identifier>{site}</dc:identifier>
<dc:title>{city}</dc:title>
<mlo:url>{site}</mlo:url>
"""


def _batches(language: str) -> Iterator[list[dict[str, Any]]]:
    """All courses of the catalogue as the API gives them, the runs of a program together."""
    ids = list(public().order_by("program_id", "pk").values_list("pk", flat=True))
    for at in range(0, len(ids), BATCH):
        with translation.override(language):
            some = ids[at : at + BATCH]
            rows = {row["id"]: row for row in rows_of(Course.objects.filter(pk__in=some), language)}
            found = with_times(shown([rows[pk] for pk in some if pk in rows], language))
        yield found


def _streamed(request: Request, parts: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    token = request.auth.pk if isinstance(request.auth, ApiToken) else None
    if not allow(f"dump:{token or client_of(request)}", MOST_AN_HOUR, AN_HOUR):
        raise Throttled(wait=retry_after(AN_HOUR))
    answer = StreamingHttpResponse(parts, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@extend_schema(parameters=[LANG], responses={(200, "application/json"): OpenApiTypes.OBJECT})
@api_view(["GET"])
def dump_json(request: Request) -> StreamingHttpResponse:
    """Every public course, as an array of what `courses/` gives one by one. Ten times an hour."""
    return _streamed(request, _as_json(language_of(request)), "application/json", "courses.json")


def _as_json(language: str) -> Iterator[str]:
    yield "["
    sign = "\n"
    for rows in _batches(language):
        lines = [as_json(row).decode() for row in rows]
        yield sign + ",\n".join(lines)
        sign = ",\n"
    yield "\n]\n"


@extend_schema(parameters=[LANG], responses={(200, "text/csv"): OpenApiTypes.STR})
@api_view(["GET"])
def dump_csv(request: Request) -> StreamingHttpResponse:
    """Every public course, one a line, for a spreadsheet. Ten times an hour."""
    return _streamed(request, _as_csv(language_of(request)), "text/csv", "courses.csv")


def _as_csv(language: str) -> Iterator[str]:
    yield BOM + _lines([COLUMNS])
    for rows in _batches(language):
        yield _lines([_cells(row) for row in rows])


def _lines(rows: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([[cell(value) for value in row] for row in rows])
    return out.getvalue()


def _cells(row: dict[str, Any]) -> list[Any]:
    names = [(row[name] or {}).get("name") for name in ("program", "workgroup", "organisation", "area", "venue")]
    hours = "; ".join(" ".join(str(part) for part in slot.values() if part) for slot in row["slots"])
    window, seats, fee, age = row["enrolment"], row["seats"], row["fee"], row["age"]
    found = [row["id"], row["url"], row["title"], row["lang"], *names, row["starts_on"], row["ends_on"], hours]
    found += [row["status"], _iso(window["opens_at"]), _iso(window["closes_at"]), window["mode"], window["selection"]]
    found += [seats["capacity"], seats["free"], fee["min"], fee["max"], fee["currency"], age["min"], age["max"]]
    return [*found, _iso(row["updated_at"])]


def _iso(instant: dt.datetime | None) -> str:
    return instant.isoformat() if instant else ""


@extend_schema(parameters=[LANG], responses={(200, "application/xml"): OpenApiTypes.STR})
@api_view(["GET"])
def dump_xcri(request: Request) -> StreamingHttpResponse:
    """Every public course in XCRI-CAP 1.2: a program is a course there, a course a presentation. Ten times an hour."""
    return _streamed(request, _as_xcri(language_of(request)), "application/xml", "courses.xml")


def _as_xcri(language: str) -> Iterator[str]:
    city = present().names[language]
    yield HEAD.format(now=clock.now().isoformat(), site=_text(settings.SITE_URL), city=_text(city))
    held: list[dict[str, Any]] = []  # the runs of the last program may go on in the next batch
    for rows in _batches(language):
        programs = [list(runs) for _, runs in groupby([*held, *rows], key=lambda row: row["program"]["slug"])]
        held = programs.pop() if programs else []
        yield "".join(_course(runs) for runs in programs)
    yield (_course(held) if held else "") + "</provider>\n</catalog>\n"


def _course(runs: list[dict[str, Any]]) -> str:
    first = runs[0]
    address = first["url"].rsplit("/courses/", 1)[0] + f"/programs/{first['program']['slug']}/"
    lines = [f'<course xml:lang="{_text(first["lang"])}">', _tag("dc:description", first["summary"])]
    lines += [_tag("dc:identifier", address), _tag("dc:subject", (first["area"] or {}).get("name"))]
    lines += [_tag("dc:title", first["program"]["name"]), _tag("mlo:url", address)]
    return "\n".join([*filter(None, lines), *map(_presentation, runs), "</course>\n"])


def _presentation(row: dict[str, Any]) -> str:
    window, age, fee = row["enrolment"], row["age"], row["fee"]
    venue = (row["venue"] or {}).get("name")
    lines = [_tag("dc:identifier", row["url"]), _tag("dc:title", row["title"]), _tag("mlo:url", row["url"])]
    lines += [_day("mlo:start", row["starts_on"]), _day("end", row["ends_on"])]
    lines += [_day("applyFrom", window["opens_at"]), _day("applyUntil", window["closes_at"])]
    lines += [_tag("mlo:places", row["seats"]["capacity"]), _tag("mlo:cost", _cost(fee)), _tag("age", _ages(age))]
    if venue:
        lines.append(f"<venue><provider>{_tag('dc:title', venue)}</provider></venue>")
    return "\n".join(["<presentation>", *filter(None, lines), "</presentation>"])


def _ages(age: dict[str, Any]) -> str:
    if age["max"] is not None:
        return f"{age['min'] or 0}-{age['max']}"
    return "any" if age["min"] is None else f"{age['min']}+"


def _cost(fee: dict[str, Any]) -> str | None:
    if fee["max"] is None:
        return None
    return "0" if fee["max"] == 0 else f"{fee['max']} {fee['currency'] or ''}".strip()


def _day(tag: str, value: Any) -> str:
    """The day in words and, as the format asks, in digits."""
    if value is None:
        return ""
    day = clock.day_of(value) if isinstance(value, dt.datetime) else value
    words = day_text(day, language="en", today=day, weekday=False, year=True)
    return f'<{tag} dtf="{value.isoformat()}">{words}</{tag}>'


def _tag(tag: str, value: Any) -> str:
    return "" if value is None or value == "" else f"<{tag}>{_text(value)}</{tag}>"


def _text(value: Any) -> str:
    return html.escape(_NOT_XML.sub("", str(value)))
