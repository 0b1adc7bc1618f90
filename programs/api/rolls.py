"""The people of organisations for whom courses are, for programs of the coordinators; and the code, for a resident's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensMe, OpensWork
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import answered as answered_once
from programs.api.desk import asked, workgroups_of
from programs.api.fields import Day
from programs.api.keyset import Keyset
from programs.api.places import KEY, NO, NothingIn, answered, learner_of, limit_acts, member_of
from programs.api.shapes import page_of
from programs.catalogue import course_for
from programs.forms.rolls import LONGEST_TEXT
from programs.models import Roll
from programs.services.rolls import LONGEST_CODE, MOST_LINES
from workgroups.models import Organisation

if TYPE_CHECKING:
    from rest_framework.request import Request

COLUMNS: tuple[str, ...] = (
    "id",
    "workgroup__slug",
    "organisation__slug",
    "kind",
    "until_on",
    "code_at",
    "people",
    "shown",
)


class RollIn(In):
    """Whose people (slugs), what they are there, on which day the list is forgotten."""

    workgroup = serializers.SlugField(max_length=80)
    organisation = serializers.SlugRelatedField("slug", queryset=Organisation.objects.all())
    kind = serializers.ChoiceField(choices=Roll.Kind.choices)
    until_on = Day()


class LinesIn(In):
    """The people, each a mobile number, an e-mail address, or a name, a comma and a year of birth; they replace the list."""

    lines = serializers.ListField(child=serializers.CharField(max_length=254), max_length=MOST_LINES)


class CodeIn(In):
    """The organisation's code, and for which learner; oneself when left out."""

    learner = serializers.IntegerField(required=False, min_value=1)
    code = serializers.CharField(max_length=LONGEST_CODE)


class RollOut(serializers.Serializer[Any]):
    """A list: how many people it has, and how many came in with its code. The people themselves are not kept."""

    id = serializers.IntegerField()
    workgroup = serializers.CharField()
    organisation = serializers.CharField()
    kind = serializers.ChoiceField(choices=Roll.Kind.choices)
    until_on = serializers.DateField()
    code_at = serializers.DateTimeField(allow_null=True)
    people = serializers.IntegerField()
    shown = serializers.IntegerField()


class RollCodeOut(serializers.Serializer[Any]):
    """The code, told this once."""

    code = serializers.CharField()


def _mine(request: Request) -> Any:
    rows = Roll.objects.visible_to(member_of(request)).select_related("workgroup")
    return rows.annotate(people=Count("lines", distinct=True), shown=Count("proofs", distinct=True))


def _out(row: dict[str, Any]) -> dict[str, Any]:
    named = {name.removesuffix("__slug"): value for name, value in row.items()}
    plain = {"until_on": row["until_on"].isoformat(), "code_at": row["code_at"] and row["code_at"].isoformat()}
    return named | plain


def _one(request: Request, pk: int) -> dict[str, Any]:
    return _out(_mine(request).filter(pk=pk).values(*COLUMNS)[0])


@extend_schema(methods=["GET"], operation_id="work_rolls_list", parameters=PAGING, responses=page_of(RollOut))
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=RollIn, responses={201: RollOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def rolls(request: Request) -> Response:
    """The lists of my workgroups, the latest first; begins one, or gives the one there is another last day."""
    mine = workgroups_of(request)
    if request.method == "GET":
        page = Keyset(request, ["-id"]).take(_mine(request).values(*COLUMNS))
        return Response(page | {"results": [_out(row) for row in page["results"]]})
    typed = asked(RollIn, request)
    workgroup = get_object_or_404(mine, slug=typed.pop("workgroup"))

    def work() -> tuple[int, Any]:
        row = services.open_roll(actor=member_of(request), workgroup=workgroup, **typed)
        return 201, _one(request, row.pk)

    return answered_once(request, work)


@extend_schema(parameters=[LANG, KEY], request=LinesIn, responses={200: RollOut, 409: NO})
@api_view(["PUT"])
@permission_classes([OpensWork])
def lines(request: Request, pk: int) -> Response:
    """Replaces the people of a list; 409 `lines_wrong` with the numbers of the lines that are none, and nothing changes."""
    row, typed = get_object_or_404(_mine(request), pk=pk), asked(LinesIn, request)
    text = "\n".join(" ".join(line.split()) for line in typed["lines"])[:LONGEST_TEXT]

    def work() -> tuple[int, Any]:
        services.write_lines(actor=member_of(request), roll=row, text=text)
        return 200, _one(request, pk)

    return answered_once(request, work)


@extend_schema(parameters=[LANG], request=NothingIn, responses={200: RollCodeOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def make_code(request: Request, pk: int) -> Response:
    """Makes a new code for an organisation's people; the one before opens nothing any more. Never answered twice."""
    row = get_object_or_404(_mine(request), pk=pk)
    asked(NothingIn, request)
    return answered(request, lambda: Response({"code": services.make_code(actor=member_of(request), roll=row)}))


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: RollOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def forget(request: Request, pk: int) -> Response:
    """Erases the people of a list, its code, and who came in with it."""
    row = get_object_or_404(_mine(request), pk=pk)
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        services.forget_roll(actor=member_of(request), roll=row)
        return 200, _one(request, pk)

    return answered_once(request, work)


@extend_schema(parameters=[LANG], request=CodeIn, responses={204: None, 409: NO})
@api_view(["POST"])
@permission_classes([OpensMe])
def prove(request: Request, pk: int) -> Response:
    """Shows by an organisation's code that a learner belongs there, so that they may enrol; five tries an hour."""
    typed = asked(CodeIn, request)
    limit_acts(request)
    course = course_for(request.user, pk=pk)

    def work() -> Response:
        learner = learner_of(request, typed.get("learner"))
        services.prove(actor=member_of(request), course=course, learner=learner, code=typed["code"])
        return Response(status=204)

    return answered(request, work)
