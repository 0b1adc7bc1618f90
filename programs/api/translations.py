"""What waits for its translation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.authentication import OpensWork
from programs.api.catalogue import LANG
from programs.api.desk import workgroups_of
from programs.models import Program
from programs.translating import waiting

if TYPE_CHECKING:
    from rest_framework.request import Request

MOST = 100


class TranslationOut(serializers.Serializer[Any]):
    """A program that lacks `language`, or has it older than the original; `reach` is how many people meet it."""

    program = serializers.IntegerField()
    slug = serializers.CharField()
    language = serializers.ChoiceField(choices=["fa", "en"])
    is_stale = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    reach = serializers.IntegerField()


@extend_schema(operation_id="work_translations_list", parameters=[LANG], responses=TranslationOut(many=True))
@api_view(["GET"])
@permission_classes([OpensWork])
def translations(request: Request) -> Response:
    """The first hundred programs of my workgroups that wait for a translation, those that most people meet first."""
    mine = Program.objects.filter(workgroup__in=workgroups_of(request).values("pk"))
    names = ("language", "is_stale", "since", "reach")
    return Response(
        [
            {"program": one.program.pk, "slug": one.program.slug} | {name: getattr(one, name) for name in names}
            for one in waiting(mine, slice(MOST))
        ]
    )
