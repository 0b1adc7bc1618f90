"""The city's desk for programs of its staff: settings, people, merging, the trail; the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members import city as present_city
from members.asking import In
from members.authentication import OpensWork
from members.models import Member
from programs import people, rules, services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of
from programs.api.groups import govern
from programs.api.keyset import Keyset
from programs.api.places import NothingIn
from programs.api.shapes import page_of
from programs.forms.trail import TrailForm
from workgroups import services as groups

if TYPE_CHECKING:
    from rest_framework.request import Request

LINE = ("id", "at", "actor_id", "for_id", "verb", "object_type", "object_id", "door", "request_id", "changes")


class CityNamesIn(In):
    """What the city is called."""

    fa = serializers.CharField(max_length=100)
    en = serializers.CharField(max_length=100)


class CityIn(In):
    """What the city says of itself, whole, and the version that was read."""

    names = CityNamesIn()
    phone = serializers.CharField(max_length=40)
    quiet_from = serializers.TimeField()
    quiet_until = serializers.TimeField()
    version = serializers.IntegerField(min_value=0)


class FindIn(In):
    """A number or an address in full, or words of a name."""

    asked = serializers.CharField(max_length=254)


class LookIn(In):
    """Why the contacts are looked at."""

    reason = serializers.CharField(max_length=rules.LONGEST_REASON)


class MergeIn(In):
    """The account that ends; all that it holds comes to the one of the address."""

    gone = serializers.IntegerField(min_value=1)


class CityOut(serializers.Serializer[Any]):
    """What the city says of itself; `logo` is a path or empty."""

    names = serializers.DictField(child=serializers.CharField())
    phone = serializers.CharField()
    quiet_from = serializers.TimeField()
    quiet_until = serializers.TimeField()
    logo = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


class FoundOut(serializers.Serializer[Any]):
    """Somebody who was found; the contact is masked."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    contact = serializers.CharField()


class PersonOut(FoundOut):
    """One person: how many learners, places and devices; roles stand among the appointments."""

    learners = serializers.IntegerField()
    places = serializers.IntegerField()
    live_places = serializers.IntegerField()
    devices = serializers.IntegerField()


class ReachedOut(serializers.Serializer[Any]):
    """How somebody is reached."""

    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)


class EndedOut(serializers.Serializer[Any]):
    """How many devices were signed out."""

    devices = serializers.IntegerField()


class MergedOut(serializers.Serializer[Any]):
    """How many rows came over, by kind."""

    moved = serializers.DictField(child=serializers.IntegerField())


class LineOfTrailOut(serializers.Serializer[Any]):
    """One line of the trail."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor_id = serializers.IntegerField(allow_null=True)
    for_id = serializers.IntegerField(allow_null=True)
    verb = serializers.CharField()
    object_type = serializers.CharField()
    object_id = serializers.IntegerField()
    door = serializers.CharField()
    request_id = serializers.CharField(allow_blank=True)
    changes = serializers.DictField()


def city_out() -> dict[str, Any]:
    """The dict of `CityOut`, as it is this very second."""
    present_city.forget()
    facts = present_city.present()
    return {
        "names": facts.names,
        "phone": facts.phone,
        "quiet_from": facts.quiet_from.isoformat(),
        "quiet_until": facts.quiet_until.isoformat(),
        "logo": f"/files/{facts.logo}" if facts.logo else "",
        "version": facts.version,
    }


@extend_schema(methods=["GET"], responses=CityOut)
@extend_schema(methods=["PUT"], parameters=[LANG], request=CityIn, responses={200: CityOut, 409: NO})
@api_view(["GET", "PUT"])
@permission_classes([OpensWork])
def settings(request: Request) -> Response:
    """What the city says of itself; says it anew."""
    govern(request)
    if request.method == "GET":
        return Response(city_out())
    typed = asked(CityIn, request)

    def work() -> tuple[int, Any]:
        groups.set_city(actor=member_of(request), **typed)
        return 200, city_out()

    return answered(request, work)


@extend_schema(parameters=[LANG], request=FindIn, responses={200: FoundOut(many=True)})
@api_view(["POST"])
@permission_classes([OpensWork])
def find(request: Request) -> Response:
    """Looks for people, twenty at most; each search is recorded."""
    govern(request)
    typed = asked(FindIn, request)
    found = services.find_people(actor=member_of(request), asked=typed["asked"])[: people.MOST_FOUND]
    return Response([{"id": one.pk, "name": one.name, "contact": one.contact} for one in found])


def _person(request: Request, pk: int) -> Member:
    govern(request)
    return get_object_or_404(Member, pk=pk)


@extend_schema(responses=PersonOut)
@api_view(["GET"])
@permission_classes([OpensWork])
def person(request: Request, pk: int) -> Response:
    """One person in figures; the look is recorded."""
    found = services.read_person(actor=member_of(request), member=_person(request, pk))
    facts = {"id": pk, "name": found["name"], "contact": found["masked"], "devices": found["devices"]}
    counts = {"learners": len(found["cares"]), "places": found["places"]["all"], "live_places": found["places"]["live"]}
    return Response(facts | counts)


@extend_schema(parameters=[LANG], request=LookIn, responses={200: ReachedOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def contact(request: Request, pk: int) -> Response:
    """How one person is reached, for a reason that is recorded."""
    member, typed = _person(request, pk), asked(LookIn, request)

    def work() -> tuple[int, Any]:
        services.show_contact_of(actor=member_of(request), member=member, **typed)
        return 200, {"phone": member.phone, "email": member.email}

    return answered(request, work)


@extend_schema(parameters=[LANG], request=NothingIn, responses={200: EndedOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def sign_out(request: Request, pk: int) -> Response:
    """Signs a person out everywhere."""
    member = _person(request, pk)
    asked(NothingIn, request)
    return answered(request, lambda: (200, {"devices": services.end_sessions(actor=member_of(request), member=member)}))


@extend_schema(parameters=[LANG], request=MergeIn, responses={200: MergedOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def merge(request: Request, pk: int) -> Response:
    """Makes one account of two."""
    kept, typed = _person(request, pk), asked(MergeIn, request)
    gone = get_object_or_404(Member, pk=typed["gone"])
    return answered(request, lambda: (200, {"moved": services.merge(actor=member_of(request), gone=gone, kept=kept)}))


FILTERS = [
    *(OpenApiParameter(name, int) for name in ("who", "object_id")),
    *(OpenApiParameter(name, str) for name in ("verb", "object_type", "door")),
    *(OpenApiParameter(name, str, description="A day") for name in ("from_on", "until_on")),
]


@extend_schema(operation_id="city_audit_list", parameters=[*FILTERS, *PAGING], responses=page_of(LineOfTrailOut))
@api_view(["GET"])
@permission_classes([OpensWork])
def audit(request: Request) -> Response:
    """The trail, newest first."""
    govern(request)
    form = TrailForm(request.query_params)
    if not form.is_valid():
        raise ValidationError({name: [str(one) for one in errors] for name, errors in form.errors.items()})
    page = Keyset(request, ["-id"]).take(form.asked().rows().values(*LINE))
    for row in page["results"]:
        row["at"] = row["at"].isoformat()
    return Response(page)
