"""What the city asks for: wishes to answer, searches in vain, and where courses are and are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of, told, workgroups_of
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.shapes import page_of
from programs.demand import at_least, named_slugs, seasons, vain_searches
from programs.demand import coverage as coverage_of
from programs.demand import wishes as wishes_of
from programs.models import Course, Program, Wish

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

LONGEST_SLUG = 80
COLUMNS: tuple[str, ...] = ("id", "text", "language", "area__slug", "state", "supporters", "made_at")
WHERE = [OpenApiParameter("area", str), OpenApiParameter("district", str)]
CELL = ("district", "courses", "offered", "filled", "unlimited")


class WishOut(serializers.Serializer[Any]):
    """A wish; `supporters` is null for fewer than five people."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    language = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Wish.State.choices)
    supporters = serializers.IntegerField(allow_null=True)
    made_at = serializers.DateTimeField()


class WishAnswerIn(In):
    """What answers a wish: a published program of mine, or a published course of mine (by id); one of the two."""

    program = serializers.IntegerField(min_value=1, required=False)
    course = serializers.IntegerField(min_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two.

        Raises:
            ValidationError: none, or both.
        """
        if len(attrs) != 1:
            raise serializers.ValidationError(_("Name a program or a course"))
        return attrs


class ToldOut(serializers.Serializer[Any]):
    """How many members are told."""

    members = serializers.IntegerField()


class SearchOut(serializers.Serializer[Any]):
    """What was looked for in vain, and how often within ninety days; from five times on."""

    text = serializers.CharField()
    times = serializers.IntegerField()


class CoverageCellOut(serializers.Serializer[Any]):
    """What an area offers in a district: courses, limited seats and how many are taken, courses without a limit."""

    district = serializers.CharField()
    courses = serializers.IntegerField()
    offered = serializers.IntegerField()
    filled = serializers.IntegerField()
    unlimited = serializers.IntegerField()


class CoverageLineOut(serializers.Serializer[Any]):
    """An area with its cells that are not empty."""

    area = serializers.CharField()
    cells = CoverageCellOut(many=True)


class CoverageOut(serializers.Serializer[Any]):
    """Areas by districts in one season; `elsewhere` is a district of its own."""

    season = serializers.CharField()
    seasons = serializers.ListField(child=serializers.CharField())
    districts = serializers.ListField(child=serializers.CharField())
    areas = CoverageLineOut(many=True)


def _where(request: Request) -> list[str]:
    workgroups_of(request)  # whoever coordinates nothing finds nothing here
    return [request.query_params.get(name, "")[:LONGEST_SLUG] for name in ("area", "district")]


def _wish_out(row: dict[str, Any]) -> dict[str, Any]:
    return {name.removesuffix("__slug"): row[name] for name in COLUMNS} | {"supporters": at_least(row["supporters"])}


def _rows(found: QuerySet[Any]) -> QuerySet[Any, dict[str, Any]]:
    return found.values(*COLUMNS)


@extend_schema(operation_id="work_wishes_list", parameters=[*PAGING, *WHERE], responses=page_of(WishOut))
@api_view(["GET"])
@permission_classes([OpensWork])
def wishes(request: Request) -> Response:
    """The open wishes, the latest first; of one area or district where it is named."""
    page = Keyset(request, ["-id"]).take(_rows(wishes_of(*_where(request))))
    return Response(page | {"results": [_wish_out(row) for row in page["results"]]})


def _wish(request: Request, pk: int) -> Wish:
    workgroups_of(request)
    return get_object_or_404(Wish.objects.select_related("area"), pk=pk)


def _one(wish: Wish) -> dict[str, Any]:
    names = ("text", "language", "state")
    facts = {"id": wish.pk, "area": wish.area.slug if wish.area else None, "made_at": wish.made_at.isoformat()}
    return facts | {name: getattr(wish, name) for name in names} | {"supporters": at_least(wish.supports.count())}


@extend_schema(operation_id="work_wish_retrieve", responses=WishOut)
@api_view(["GET"])
@permission_classes([OpensWork])
def wish(request: Request, pk: int) -> Response:
    """One wish."""
    return Response(_one(_wish(request, pk)))


def _chosen(request: Request, typed: dict[str, Any]) -> dict[str, Any]:
    mine = member_of(request)
    if "program" in typed:
        return {"program": get_object_or_404(Program.objects.answered_for_by(mine), pk=typed["program"])}
    courses = Course.objects.answered_for_by(mine).select_related("program")
    course = get_object_or_404(courses, pk=typed["course"])
    return {"program": course.program, "course": course}


@extend_schema(parameters=[LANG, KEY], request=WishAnswerIn, responses={200: ToldOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def answer(request: Request, pk: int) -> Response:
    """Answers a wish with a program or course; all who share it are told."""
    found, typed = _wish(request, pk), asked(WishAnswerIn, request)
    chosen = _chosen(request, typed)
    return answered(
        request, lambda: (200, {"members": services.fulfil(actor=member_of(request), wish=found, **chosen)})
    )


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: WishOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def set_aside(request: Request, pk: int) -> Response:
    """Takes a wish off the public page."""
    found = _wish(request, pk)
    asked(NothingIn, request)
    return answered(request, lambda: (200, _one(services.set_aside(actor=member_of(request), wish=found))))


@extend_schema(operation_id="work_searches_list", parameters=WHERE, responses=SearchOut(many=True))
@api_view(["GET"])
@permission_classes([OpensWork])
def searches(request: Request) -> Response:
    """What was looked for in vain within ninety days, most often first."""
    return Response([{"text": text, "times": times} for text, times in vain_searches(*_where(request))])


@extend_schema(
    operation_id="work_coverage_retrieve", parameters=[OpenApiParameter("season", str)], responses=CoverageOut
)
@api_view(["GET"])
@permission_classes([OpensWork])
def coverage(request: Request) -> Response:
    """What each area offers in each district in a season (`1405-3`; the present one where another is named)."""
    _where(request)
    shown, season = seasons(request.query_params.get("season", ""))

    def make() -> dict[str, Any]:
        _districts, lines = coverage_of(season)
        areas = [
            {"area": line.slug, "cells": [{name: getattr(one, name) for name in CELL} for one in line.cells if one]}
            for line in lines
        ]
        districts = [slug for slug, _name in named_slugs("district")]
        named = {"season": season.key, "seasons": [one.key for one in shown], "districts": districts}
        return named | {"areas": areas}

    return told(request, make)
