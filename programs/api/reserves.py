"""Seats of a course that are kept for a group: the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.classes import course_of
from programs.api.desk import NO, answered, asked, member_of
from programs.api.drafts import DistrictsIn
from programs.api.fields import Day
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.runs import OTHER_ROLL
from programs.api.shapes import page_of
from programs.forms.planning import MOST_SEATS, OLDEST, out_of_order
from programs.forms.reserves import group_columns
from programs.models import Reserve, Roll
from programs.rules.joining import district_names
from programs.rules.reserving import group_words
from programs.words import RULES

if TYPE_CHECKING:
    from rest_framework.request import Request

    from programs.models import Course

COLUMNS: tuple[str, ...] = ("id", "seats", "taken", "until_on", "age_min", "age_max", "audience", "ended_at")


class KeepIn(In):
    """How many seats are kept, to the end of which day."""

    seats = serializers.IntegerField(min_value=1, max_value=MOST_SEATS)
    until_on = Day()


class ReserveIn(KeepIn):
    """For whom, too: people of whom all that is said is true. `districts` are slugs, `roll` is the id of a list of people."""

    districts = DistrictsIn(required=False)
    roll = serializers.PrimaryKeyRelatedField(queryset=Roll.objects.all(), required=False, allow_null=True)
    rule = serializers.ChoiceField(choices=list(RULES.items()), required=False, allow_blank=True)
    age_min = serializers.IntegerField(min_value=0, max_value=OLDEST, required=False, allow_null=True)
    age_max = serializers.IntegerField(min_value=0, max_value=OLDEST, required=False, allow_null=True)


class ReserveOut(serializers.Serializer[Any]):
    """Seats kept for a group; `taken` of them are, by people of it. `words` say for whom, in the language asked for."""

    id = serializers.IntegerField()
    seats = serializers.IntegerField()
    taken = serializers.IntegerField()
    until_on = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True)
    districts = serializers.ListField(child=serializers.CharField())
    roll = serializers.IntegerField(allow_null=True)
    rule = serializers.ChoiceField(choices=list(RULES.items()), allow_blank=True)
    age_min = serializers.IntegerField(allow_null=True)
    age_max = serializers.IntegerField(allow_null=True)
    words = serializers.ListField(child=serializers.CharField())


def _out(row: Reserve) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("seats", "taken", "age_min", "age_max")}
    who = row.audience
    return {
        "id": row.pk,
        **plain,
        "until_on": row.until_on.isoformat(),
        "ended_at": row.ended_at and row.ended_at.isoformat(),
        "districts": [slug for slug, _name in district_names(who.get("districts", []))],
        "roll": who.get("roll"),
        "rule": who.get("rule", ""),
        "words": group_words(row),
    }


def _group(course: Course, typed: dict[str, Any]) -> dict[str, Any]:
    """The columns of the group that was sent.

    Raises:
        ValidationError: the ages are crossed, or the list is another workgroup's.
    """
    wrong = {name: error.messages for name, error in out_of_order(typed).items()}
    roll = typed.get("roll")
    if roll is not None and roll.workgroup_id != course.program.workgroup_id:
        wrong["roll"] = [str(OTHER_ROLL)]
    if wrong:
        raise ValidationError(wrong)
    districts = [one.pk for one in typed.get("districts", [])]
    return group_columns(typed | {"districts": districts, "roll": roll and roll.pk})


@extend_schema(methods=["GET"], operation_id="work_reserves_list", parameters=PAGING, responses=page_of(ReserveOut))
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=ReserveIn, responses={201: ReserveOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def reserves(request: Request, pk: int) -> Response:
    """For whom seats of a course are or were kept, the latest first; keeps others."""
    course = course_of(request, pk)
    if request.method == "GET":
        page = Keyset(request, ["-id"]).take(Reserve.objects.filter(course=course).values(*COLUMNS))
        return Response(page | {"results": [_out(Reserve(**row)) for row in page["results"]]})
    typed = asked(ReserveIn, request)
    group, how = _group(course, typed), {name: typed[name] for name in ("seats", "until_on")}

    def work() -> tuple[int, Any]:
        return 201, _out(services.reserve_seats(actor=member_of(request), course=course, group=group, **how))

    return answered(request, work)


def _one(request: Request, pk: int, number: int) -> Reserve:
    return get_object_or_404(Reserve, pk=number, course=course_of(request, pk))


@extend_schema(parameters=[LANG, KEY], request=KeepIn, responses={200: ReserveOut, 409: NO})
@api_view(["PATCH"])
@permission_classes([OpensWork])
def reserve(request: Request, pk: int, number: int) -> Response:
    """Keeps more or fewer seats for the same group, or to another day."""
    row, typed = _one(request, pk, number), asked(KeepIn, request)
    return answered(
        request, lambda: (200, _out(services.change_reserve(actor=member_of(request), reserve=row, **typed)))
    )


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ReserveOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def end(request: Request, pk: int, number: int) -> Response:
    """Gives what is left to the queue, and to everyone; twice changes nothing."""
    row = _one(request, pk, number)
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        services.end_reserve(actor=member_of(request), reserve=row)
        return 200, _out(_one(request, pk, number))

    return answered(request, work)
