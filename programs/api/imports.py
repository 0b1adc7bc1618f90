"""Partners' files: handed in, looked at row by row, confirmed, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.exceptions import Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from members.limits import allow, retry_after
from programs import services
from programs.api.catalogue import LANG, PAGING, language_of
from programs.api.desk import NO, WhyNotOut, answered, asked, member_of, told, why_not, workgroups_of
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.shapes import page_of
from programs.changes import described
from programs.forms.handing import AN_HOUR, MOST_AN_HOUR, PROFILES
from programs.imports import generic
from programs.imports.limits import MOST_BYTES
from programs.models import Feed, Import, ImportRow
from programs.rules import why_not_undo
from workgroups.models import LiteracyArea, Venue

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

ID: tuple[str, ...] = ("id",)
COUNTS = ("created", "updated", "unchanged", "missing", "rejected")
PLAIN = ("name", "state", "failure", "is_stale", "made_at", "saved_at", "undone_at")


class HandInIn(In):
    """A file, its format, and into which workgroup its courses go (area and workgroup by slug)."""

    workgroup = serializers.SlugField(max_length=80)
    profile = serializers.ChoiceField(choices=PROFILES)
    partner = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    file = serializers.FileField(max_length=200)
    mode = serializers.ChoiceField(choices=Feed.Mode.choices)
    area = serializers.SlugRelatedField(
        "slug", queryset=LiteracyArea.objects.all(), required=False, allow_null=True, default=None
    )
    accept_missing = serializers.BooleanField(required=False, default=False)

    def validate_file(self, file: Any) -> Any:
        """Not too large; the rest is read by a worker.

        Raises:
            ValidationError: it is.
        """
        if file.size > MOST_BYTES:
            raise serializers.ValidationError(_("The file is larger than 20 MB"))
        return file


class ColumnsIn(In):
    """Which column of the file holds which field (only `title` must be given), and the language of its texts."""

    columns = serializers.DictField(child=serializers.CharField(max_length=500), allow_empty=False)
    language = serializers.ChoiceField(choices=("fa", "en"), default="fa")

    def validate_columns(self, columns: dict[str, str]) -> dict[str, str]:
        """Only fields that there are, the title among them.

        Raises:
            ValidationError: another one is named, or the title is missing.
        """
        unknown = sorted(columns.keys() - set(generic.FIELDS))
        if unknown or "title" not in columns:
            wrong = ", ".join(unknown) or "title"
            raise serializers.ValidationError(_("Check these fields: {names}").format(names=wrong))
        return columns


class PlaceIn(In):
    """A place in the partner's words, and the slug of the venue that it is here; null is none of them."""

    place = serializers.CharField(max_length=500)
    venue = serializers.SlugRelatedField("slug", queryset=Venue.objects.all(), allow_null=True)


class PlacesIn(In):
    """Which of our venues the partner's places are."""

    places = PlaceIn(many=True, required=False, default=list)


class SeatsIn(In):
    """The courses that take the organiser's number of seats; left out: all where it is another one."""

    courses = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=1000)


class SeatsDoneOut(serializers.Serializer[Any]):
    """How many courses changed, and those in which more people have a seat than the organiser says."""

    changed = serializers.IntegerField()
    full = serializers.ListField(child=serializers.IntegerField())


class CountsOut(serializers.Serializer[Any]):
    """Courses by what becomes of them."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    missing = serializers.IntegerField()
    rejected = serializers.IntegerField()


class ImportOut(serializers.Serializer[Any]):
    """A file that was handed in; `counts` is null until it is read."""

    id = serializers.IntegerField()
    workgroup = serializers.CharField()
    profile = serializers.CharField()
    partner = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Import.State.choices)
    failure = serializers.CharField(allow_blank=True)
    is_stale = serializers.BooleanField()
    made_at = serializers.DateTimeField()
    saved_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    counts = CountsOut(allow_null=True)


class ChangeOut(serializers.Serializer[Any]):
    """A field, as people call it, with its old and new value."""

    field = serializers.CharField()
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class ImportRowOut(serializers.Serializer[Any]):
    """A row that does something, or a course that is no longer there; `told` people hear of it."""

    id = serializers.IntegerField()
    line = serializers.IntegerField(allow_null=True)
    key = serializers.CharField(allow_blank=True)
    what = serializers.ChoiceField(choices=ImportRow.What.choices)
    title = serializers.CharField(allow_blank=True)
    course = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    told = serializers.IntegerField()
    stayed = serializers.CharField(allow_blank=True)
    changes = ChangeOut(many=True)


class ColumnOut(serializers.Serializer[Any]):
    """A column of the file with a few of its cells."""

    name = serializers.CharField()
    examples = serializers.ListField(child=serializers.CharField())


class OtherSeatsOut(serializers.Serializer[Any]):
    """A course with its seats here, and as the organiser now says."""

    course = serializers.IntegerField()
    capacity = serializers.IntegerField(allow_null=True)
    source_capacity = serializers.IntegerField()


class ImportWholeOut(ImportOut):
    """A file with a page of its rows; `columns` of a table, `places` that are not known, `seats` that differ."""

    columns = ColumnOut(many=True)
    places = serializers.ListField(child=serializers.CharField())
    seats = OtherSeatsOut(many=True)

    why_not_undo = WhyNotOut(allow_null=True)
    rows = page_of(ImportRowOut)


def import_out(run: Import) -> dict[str, Any]:
    """The dict of `ImportOut`."""
    values = {name: getattr(run, name) for name in PLAIN}
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
    feed = {"workgroup": run.feed.workgroup.slug, "profile": run.feed.profile, "partner": run.feed.partner}
    counts = {name: run.counts.get(name, 0) for name in COUNTS} if run.counts else None
    return {"id": run.pk} | feed | plain | {"counts": counts}


def _asked_of(run: Import) -> dict[str, Any]:
    """What a person may have to say about the file."""
    courses = run.feed.courses.with_other_seats().order_by("pk")
    differing = courses if run.state == Import.State.SAVED else courses.none()
    return {
        "columns": [{"name": name, "examples": examples} for name, examples in run.columns],
        "places": run.places,
        "seats": [
            {"course": one.pk, "capacity": one.capacity, "source_capacity": one.source_capacity} for one in differing
        ],
    }


def _row(row: ImportRow) -> dict[str, Any]:
    names = ("line", "key", "what", "title", "reason", "told", "stayed")
    changes = [{"field": name, "old": old, "new": new} for name, old, new in row.changes]  # type: ignore[attr-defined]
    return {"id": row.pk, "course": row.course_id, "changes": changes} | {name: getattr(row, name) for name in names}


def _run(request: Request, pk: int) -> Import:
    runs = Import.objects.visible_to(member_of(request)).select_related("feed__workgroup")
    return get_object_or_404(runs.defer("content", "before"), pk=pk)


@extend_schema(methods=["GET"], operation_id="work_imports_list", parameters=PAGING, responses=page_of(ImportOut))
@extend_schema(
    methods=["POST"],
    parameters=[LANG, KEY],
    request={"multipart/form-data": HandInIn},
    responses={201: ImportOut, 409: NO},
)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
@permission_classes([OpensWork])
def imports(request: Request) -> Response:
    """The files of my workgroups, the latest first; takes one of at most 20 MB (ten an hour), which a worker reads."""
    mine = workgroups_of(request)
    if request.method == "GET":
        page = Keyset(request, ["-id"]).take(Import.objects.visible_to(member_of(request)).values(*ID))
        rows = Import.objects.filter(pk__in=[row["id"] for row in page["results"]]).select_related("feed__workgroup")
        shown = rows.defer("content", "before", "columns", "places").order_by("-pk")
        return Response(page | {"results": [import_out(row) for row in shown]})
    typed = asked(HandInIn, request)
    workgroup = get_object_or_404(mine, slug=typed["workgroup"])
    if not allow(f"import:{member_of(request).pk}", MOST_AN_HOUR, AN_HOUR):
        raise Throttled(wait=retry_after(AN_HOUR))
    area, file = typed["area"], typed["file"]

    def work() -> tuple[int, Any]:
        run = services.hand_in(
            actor=member_of(request),
            workgroup=workgroup,
            profile=typed["profile"],
            name=file.name,
            content=file.read(),
            language=language_of(request),
            partner=typed["partner"],
            options={name: typed[name] for name in ("mode", "accept_missing")} | {"area": area.pk if area else None},
        )
        return 201, import_out(_run(request, run.pk))

    return answered(request, work)


@extend_schema(
    operation_id="work_import_retrieve",
    parameters=[*PAGING, OpenApiParameter("what", str, many=True, enum=list(ImportRow.What.values))],
    responses=ImportWholeOut,
)
@api_view(["GET"])
@permission_classes([OpensWork])
def detail(request: Request, pk: int) -> Response:
    """What was understood of a file, with a page of its rows."""
    run, what = _run(request, pk), request.query_params.getlist("what")
    found = run.rows.filter(**({"what__in": what} if what else {}))
    page = Keyset(request, ["id"]).take(found.values(*ID))
    rows = ImportRow.objects.filter(pk__in=[row["id"] for row in page["results"]]).defer("before").order_by("pk")

    def make() -> dict[str, Any]:
        refusal = why_not(why_not_undo(run, member_of(request)))
        shown = page | {"results": [_row(row) for row in described(rows)]}
        return import_out(run) | _asked_of(run) | {"why_not_undo": refusal, "rows": shown}

    return told(request, make)


def _act(request: Request, pk: int, act: Callable[[Import], object]) -> Response:
    run = _run(request, pk)
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        act(run)
        return 200, import_out(_run(request, pk))

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=ColumnsIn, responses={200: ImportOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def columns(request: Request, pk: int) -> Response:
    """Says what the columns of a table mean; remembered for the partner's next files, and this one is read again."""
    run, typed = _run(request, pk), asked(ColumnsIn, request)

    def work() -> tuple[int, Any]:
        services.map_columns(actor=member_of(request), run=run, columns=typed["columns"], language=typed["language"])
        return 200, import_out(_run(request, pk))

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=PlacesIn, responses={200: ImportOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def places(request: Request, pk: int) -> Response:
    """Says which venues the partner's places are; remembered for the partner's next files, and this one is read again."""
    run, typed = _run(request, pk), asked(PlacesIn, request)
    known = {one["place"]: one["venue"] and one["venue"].pk for one in typed["places"]}

    def work() -> tuple[int, Any]:
        services.map_places(actor=member_of(request), run=run, places=known)
        return 200, import_out(_run(request, pk))

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=SeatsIn, responses={200: SeatsDoneOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def seats(request: Request, pk: int) -> Response:
    """Takes over the organiser's number of seats where it is another one; new seats go to those who wait."""
    run, typed = _run(request, pk), asked(SeatsIn, request)

    def work() -> tuple[int, Any]:
        changed, full = services.accept_seats(actor=member_of(request), run=run, courses=typed.get("courses"))
        return 200, {"changed": changed, "full": [course.pk for course in full]}

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ImportOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def confirm(request: Request, pk: int) -> Response:
    """Says yes to what was shown; a worker saves it."""
    return _act(request, pk, lambda run: services.confirm(actor=member_of(request), run=run))


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ImportOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def undo(request: Request, pk: int) -> Response:
    """Takes the whole of it back, for a day; a worker does it."""
    return _act(request, pk, lambda run: services.undo(actor=member_of(request), run=run))
