"""What waits for its translation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from base.pages import page_number
from members.authentication import OpensWork
from programs.api.catalogue import LANG
from programs.api.desk import workgroups_of
from programs.models import Program
from programs.translating import Waiting, waiting

if TYPE_CHECKING:
    from rest_framework.request import Request

A_PAGE = 100
PAGE = OpenApiParameter("page", int, description="1 to 50")


class TranslationOut(serializers.Serializer[Any]):
    """A program, or a `course` of it (by id; null: the program itself), that lacks `language` or has it older than the original.

    `slug` is that of the course where it is one; `reach` is how many people meet it.
    """

    program = serializers.IntegerField()
    course = serializers.IntegerField(allow_null=True)
    slug = serializers.CharField()
    language = serializers.ChoiceField(choices=["fa", "en"])
    is_stale = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    reach = serializers.IntegerField()


@extend_schema(operation_id="work_translations_list", parameters=[LANG, PAGE], responses=TranslationOut(many=True))
@api_view(["GET"])
@permission_classes([OpensWork])
def translations(request: Request) -> Response:
    """What waits for a translation in my workgroups, programs and courses, a hundred a page, what most people meet first."""
    mine = Program.objects.filter(workgroup__in=workgroups_of(request).values("pk"))
    number = page_number(request.query_params.get("page", "1"))
    return Response([_row(one) for one in waiting(mine, slice((number - 1) * A_PAGE, number * A_PAGE))])


def _row(one: Waiting) -> dict[str, Any]:
    row = {"program": one.program.pk, "course": one.course and one.course.pk, "slug": (one.course or one.program).slug}
    return row | {name: getattr(one, name) for name in ("language", "is_stale", "since", "reach")}
