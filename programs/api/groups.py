"""Workgroups and appointments for those who run them: lists, founding, editing, appointing, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from members.forms import member_called
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, TextsIn, answered, asked, member_of
from programs.api.keyset import Keyset
from programs.api.shapes import page_of
from workgroups import rules, services
from workgroups.models import Appointment, LiteracyArea, Organisation, Workgroup

if TYPE_CHECKING:
    from rest_framework.request import Request


COLUMNS: tuple[str, ...] = ("id", "slug", "version")


class WorkgroupIn(In):
    """What a workgroup is; areas and organisations by slug."""

    name = TextsIn()
    purpose = TextsIn()
    areas = serializers.SlugRelatedField("slug", queryset=LiteracyArea.objects.all(), many=True, allow_empty=True)
    organisations = serializers.SlugRelatedField(
        "slug", queryset=Organisation.objects.all(), many=True, allow_empty=True
    )


class FoundIn(WorkgroupIn):
    """A new workgroup."""

    slug = serializers.SlugField(max_length=80)


class WorkgroupEditIn(WorkgroupIn):
    """What it shall be, and the version that was read."""

    version = serializers.IntegerField(min_value=1)


class AppointIn(In):
    """Whom to appoint (mobile number or e-mail) to what; without a workgroup: to the municipality's staff."""

    person = serializers.CharField(max_length=254)
    role = serializers.ChoiceField(choices=Appointment.Role.choices)
    workgroup = serializers.SlugField(max_length=80, required=False, allow_null=True, default=None)
    from_on = serializers.DateField()
    until_on = serializers.DateField(required=False, allow_null=True, default=None)


class ExtendIn(In):
    """The day on which the appointment ends, later than it would; null is without end."""

    until_on = serializers.DateField(allow_null=True)


class ReleaseIn(In):
    """The first day on which the appointment gives nothing any more."""

    until_on = serializers.DateField()
    is_sure = serializers.BooleanField(required=False, default=False)


class WorkgroupWorkOut(serializers.Serializer[Any]):
    """A workgroup as those who run it need it to change it."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    version = serializers.IntegerField()


class AppointmentOut(serializers.Serializer[Any]):
    """An appointment; its person by the id of their account."""

    id = serializers.IntegerField()
    member = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Appointment.Role.choices)
    workgroup = serializers.CharField(allow_null=True)
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)


def appointment_out(row: Appointment) -> dict[str, Any]:
    """The dict of `AppointmentOut`."""
    return {
        "id": row.pk,
        "member": row.member_id,
        "role": row.role,
        "workgroup": row.workgroup.slug if row.workgroup else None,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on and row.until_on.isoformat(),
    }


def workgroup_out(row: Workgroup) -> dict[str, Any]:
    """The dict of `WorkgroupWorkOut`."""
    return {"id": row.pk, "slug": row.slug, "version": row.version}


@extend_schema(operation_id="work_workgroups_list", parameters=PAGING, responses=page_of(WorkgroupWorkOut))
@api_view(["GET"])
@permission_classes([OpensWork])
def work_workgroups(request: Request) -> Response:
    """The workgroups that I have an appointment in; all of them for staff."""
    mine = Workgroup.objects.entered_by(member_of(request))
    if not mine.exists():
        raise Http404
    return Response(Keyset(request, ["slug"]).take(mine.values(*COLUMNS)))


@extend_schema(parameters=[LANG], request=WorkgroupEditIn, responses={200: WorkgroupWorkOut, 409: NO})
@api_view(["PATCH"])
@permission_classes([OpensWork])
def edit_workgroup(request: Request, slug: str) -> Response:
    """Changes a workgroup that I coordinate."""
    workgroup = get_object_or_404(Workgroup.objects.coordinated_by(member_of(request)), slug=slug)
    typed = asked(WorkgroupEditIn, request)
    return answered(
        request,
        lambda: (200, workgroup_out(services.edit_workgroup(actor=member_of(request), workgroup=workgroup, **typed))),
    )


def govern(request: Request) -> None:
    """Lets staff pass.

    Raises:
        Http404: for everyone else there is nothing here.
    """
    if rules.why_not_govern(member_of(request)) is not None:
        raise Http404


@extend_schema(
    methods=["GET"], operation_id="city_workgroups_list", parameters=PAGING, responses=page_of(WorkgroupWorkOut)
)
@extend_schema(methods=["POST"], parameters=[LANG], request=FoundIn, responses={201: WorkgroupWorkOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def city_workgroups(request: Request) -> Response:
    """All workgroups; founds one."""
    govern(request)
    if request.method == "GET":
        return Response(Keyset(request, ["slug"]).take(Workgroup.objects.values(*COLUMNS)))
    typed = asked(FoundIn, request)
    return answered(request, lambda: (201, workgroup_out(services.found(actor=member_of(request), **typed))))


@extend_schema(
    methods=["GET"], operation_id="city_appointments_list", parameters=PAGING, responses=page_of(AppointmentOut)
)
@extend_schema(methods=["POST"], parameters=[LANG], request=AppointIn, responses={201: AppointmentOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def appointments(request: Request) -> Response:
    """All appointments, the latest first; appoints someone."""
    govern(request)
    if request.method == "GET":
        columns = ("id", "member", "role", "workgroup__slug", "from_on", "until_on")
        page = Keyset(request, ["-id"]).take(Appointment.objects.values(*columns))
        rows = [{name.removesuffix("__slug"): value for name, value in row.items()} for row in page["results"]]
        return Response(page | {"results": rows})
    typed = asked(AppointIn, request)
    slug = typed.pop("workgroup")
    place: Workgroup | Organisation = (
        get_object_or_404(Workgroup, slug=slug)
        if slug
        else get_object_or_404(Organisation, kind=Organisation.Kind.MUNICIPALITY)
    )

    def work() -> tuple[int, Any]:
        member = member_called(typed.pop("person"))
        return 201, appointment_out(services.appoint(actor=member_of(request), member=member, place=place, **typed))

    return answered(request, work)


def _appointment(request: Request, pk: int) -> Appointment:
    govern(request)
    return get_object_or_404(Appointment.objects.select_related("workgroup", "organisation"), pk=pk)


@extend_schema(parameters=[LANG], request=ExtendIn, responses={200: AppointmentOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def extend(request: Request, pk: int) -> Response:
    """Lets an appointment end later."""
    row, typed = _appointment(request, pk), asked(ExtendIn, request)
    return answered(
        request,
        lambda: (200, appointment_out(services.extend(actor=member_of(request), appointment=row, **typed))),
    )


@extend_schema(parameters=[LANG], request=ReleaseIn, responses={200: AppointmentOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def release(request: Request, pk: int) -> Response:
    """Ends an appointment."""
    row, typed = _appointment(request, pk), asked(ReleaseIn, request)
    return answered(
        request,
        lambda: (200, appointment_out(services.release(actor=member_of(request), appointment=row, **typed))),
    )
