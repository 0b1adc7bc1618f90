"""The learners for whom the member acts: read, added, corrected, and the care for them ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensMe
from members.models import Care, District, Learner
from members.rules import CARED_FOR, typed_year
from members.services import Person, care_for, edit_learner
from programs import services
from programs.api.catalogue import LANG
from programs.api.desk import NO, answered, asked, member_of
from programs.api.places import KEY, limit_acts
from programs.family import cares_of

if TYPE_CHECKING:
    from rest_framework.request import Request

RELATIONS = [one.value for one in CARED_FOR]
LONGEST = 200


class LearnerOut(serializers.Serializer[Any]):
    """Someone the member may enrol; `born_from..born_until` is the calendar year of birth."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    relation = serializers.ChoiceField(choices=Care.Relation.choices)
    born_from = serializers.DateField(allow_null=True)
    born_until = serializers.DateField(allow_null=True)
    gender = serializers.ChoiceField(choices=Learner.Gender.values, allow_null=True)
    district = serializers.CharField(allow_null=True)


class LearnersOut(serializers.Serializer[Any]):
    """All of them; there is one page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = LearnerOut(many=True)


class LearnerEditIn(In):
    """What is to be corrected; the rest stays. `birth_year` is Jalali or Gregorian, null takes gender and district back."""

    name = serializers.CharField(required=False, max_length=LONGEST)
    birth_year = serializers.IntegerField(required=False, min_value=1, max_value=9998)
    relation = serializers.ChoiceField(required=False, choices=RELATIONS)
    gender = serializers.ChoiceField(required=False, allow_null=True, choices=Learner.Gender.values)
    district = serializers.SlugRelatedField(
        required=False, allow_null=True, slug_field="slug", queryset=District.objects.all()
    )


class LearnerIn(LearnerEditIn):
    """Who is added, and that the member may act for them and agrees that this is kept."""

    name = serializers.CharField(max_length=LONGEST)
    birth_year = serializers.IntegerField(min_value=1, max_value=9998)
    relation = serializers.ChoiceField(choices=RELATIONS)
    consents = serializers.BooleanField()


def learner_out(care: Care) -> dict[str, Any]:
    """The dict of `LearnerOut`."""
    learner = care.learner
    return {
        "id": learner.pk,
        "name": learner.name,
        "relation": care.relation,
        "born_from": learner.born_from and learner.born_from.isoformat(),
        "born_until": learner.born_until and learner.born_until.isoformat(),
        "gender": learner.gender,
        "district": learner.district.slug if learner.district else None,
    }


@extend_schema(methods=["GET"], operation_id="me_learners_list", responses=LearnersOut)
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=LearnerIn, responses={201: LearnerOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensMe])
def learners(request: Request) -> Response:
    """The learners whom the member cares for today, the member first; adds one."""
    member = member_of(request)
    if request.method == "GET":
        rows = [learner_out(care) for care in cares_of(member)]
        return Response(LearnersOut({"next": None, "previous": None, "results": rows}).data)
    typed = asked(LearnerIn, request)
    limit_acts(request)

    def work() -> tuple[int, Any]:
        person = Person(typed["name"], typed["birth_year"], typed.get("gender"), typed.get("district"))
        added = care_for(actor=member, person=person, relation=typed["relation"], consents=typed["consents"])
        return 201, learner_out(_care(request, added.pk))

    return answered(request, work)


def _care(request: Request, pk: int) -> Care:
    """The member's care for that learner; for everybody else it is not there."""
    mine = Care.objects.filter(pk__in=[care.pk for care in cares_of(member_of(request))])
    return get_object_or_404(mine.select_related("learner__district"), learner=pk)


@extend_schema(methods=["PATCH"], parameters=[LANG, KEY], request=LearnerEditIn, responses={200: LearnerOut, 409: NO})
@extend_schema(methods=["DELETE"], parameters=[LANG], request=None, responses={204: None, 409: NO})
@api_view(["PATCH", "DELETE"])
@permission_classes([OpensMe])
def learner(request: Request, pk: int) -> Response:
    """Corrects what is known of one learner; or ends the care for them, at once."""
    limit_acts(request)
    care = _care(request, pk)
    if request.method == "DELETE":
        return answered(request, lambda: _ended(request, care))
    typed = asked(LearnerEditIn, request)
    person = _corrected(care.learner, typed)

    def work() -> tuple[int, Any]:
        relation = typed.get("relation", care.relation)
        edit_learner(actor=member_of(request), learner=care.learner, person=person, relation=relation)
        return 200, learner_out(_care(request, pk))

    return answered(request, work)


def _ended(request: Request, care: Care) -> tuple[int, Any]:
    services.end_care(actor=member_of(request), learner=care.learner)
    return 204, None


def _corrected(learner: Learner, typed: dict[str, Any]) -> Person:
    """The learner as known, with what was sent in its place.

    Raises:
        ValidationError: no year of birth is known and none was sent.
    """
    year = typed_year(learner.born_from) if learner.born_from else 0
    person = Person(learner.name, year, learner.gender, learner.district)._replace(
        **{name: value for name, value in typed.items() if name != "relation"}
    )
    if not person.birth_year:
        raise ValidationError({"birth_year": ["This field is required."]})
    return person
