"""Meetings and decisions of workgroups, through the same services as the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, TextsIn, answered, asked, decision_out, meeting_out, member_of, owner_of
from programs.api.keyset import Keyset
from programs.api.places import NothingIn
from programs.api.shapes import page_of
from workgroups import services
from workgroups.models import AgendaItem, Attendance, Decision, Meeting, Venue, Workgroup
from workgroups.services.meetings import Where

if TYPE_CHECKING:
    from rest_framework.request import Request


ID: tuple[str, ...] = ("id",)


class HoursIn(In):
    """When and where; at least one of venue (its slug), place and link."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    venue = serializers.SlugRelatedField(
        "slug", queryset=Venue.objects.all(), required=False, allow_null=True, default=None
    )
    place = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    link = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")


class CallIn(HoursIn):
    """A meeting of a workgroup, with its agenda."""

    workgroup = serializers.SlugField(max_length=80)
    agenda = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)


class MoveIn(HoursIn):
    """Other hours or another place, and the version that was read."""

    version = serializers.IntegerField(min_value=1)


class ItemIn(In):
    """A matter for the agenda."""

    title = serializers.CharField(max_length=200)


class MinutesIn(In):
    """What was said about a matter, and the version that was read."""

    minutes = serializers.CharField(max_length=10_000, allow_blank=True)
    version = serializers.IntegerField(min_value=1)


class AttendanceIn(In):
    """Marks by the ids of members."""

    marks = serializers.DictField(child=serializers.ChoiceField(choices=Attendance.Mark.choices))

    def validate_marks(self, marks: dict[str, str]) -> dict[int, str]:
        """Marks by ids.

        Raises:
            ValidationError: a name that is no id.
        """
        if not all(pk.isascii() and pk.isdecimal() and len(pk) < 19 for pk in marks):  # noqa: PLR2004 - digits of a bigint
            raise serializers.ValidationError("ids of members")
        return {int(pk): mark for pk, mark in marks.items()}


class DecideIn(In):
    """What was decided, who owes it (`member:1`, `organisation:1`, `role:coordinator`), by when."""

    text = TextsIn()
    owner = serializers.CharField(max_length=40)
    due_on = serializers.DateField()


class EditIn(DecideIn):
    """The same, and the version that was read."""

    version = serializers.IntegerField(min_value=1)


class CloseIn(In):
    """What became of it."""

    state = serializers.ChoiceField(choices=Decision.State.choices)


class PublishIn(In):
    """Whether everyone may read it."""

    is_published = serializers.BooleanField()


class ItemOut(serializers.Serializer[Any]):
    """A matter of the agenda with its minutes."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    minutes = serializers.CharField()
    version = serializers.IntegerField()


class MeetingWorkOut(serializers.Serializer[Any]):
    """A meeting of a workgroup."""

    id = serializers.IntegerField()
    workgroup = serializers.CharField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Meeting.State.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    venue = serializers.CharField(allow_null=True)
    place = serializers.CharField()
    link = serializers.CharField()
    is_approved = serializers.BooleanField()
    version = serializers.IntegerField()
    agenda = ItemOut(many=True)


class DecisionOut(serializers.Serializer[Any]):
    """A decision; its text by language."""

    id = serializers.IntegerField()
    workgroup = serializers.CharField()
    number = serializers.IntegerField()
    meeting = serializers.IntegerField()
    text = serializers.DictField(child=serializers.CharField())
    owner = serializers.CharField()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(choices=Decision.State.choices)
    closed_on = serializers.DateField(allow_null=True)
    is_published = serializers.BooleanField()
    version = serializers.IntegerField()


def _where(typed: dict[str, Any]) -> dict[str, Any]:
    """The values with the place as the services take it."""
    return typed | {"where": Where(typed.pop("venue"), typed.pop("place"), typed.pop("link"))}


def _meeting(request: Request, pk: int, *, to_run: bool = True) -> Meeting:
    seen = Meeting.objects.run_by(member_of(request)) if to_run else Meeting.objects.visible_to(member_of(request))
    return get_object_or_404(seen.select_related("workgroup", "venue").prefetch_related("items"), pk=pk)


def _shown(meeting: Meeting) -> dict[str, Any]:
    return meeting_out(Meeting.objects.select_related("workgroup", "venue").get(pk=meeting.pk))


@extend_schema(methods=["GET"], operation_id="work_meetings_list", parameters=PAGING, responses=page_of(MeetingWorkOut))
@extend_schema(methods=["POST"], parameters=[LANG], request=CallIn, responses={201: MeetingWorkOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def meetings(request: Request) -> Response:
    """The meetings of my workgroups, the latest first (none for who is in no workgroup); calls one."""
    if request.method == "GET":
        page = Keyset(request, ["-id"]).take(Meeting.objects.visible_to(member_of(request)).values(*ID))
        ids = [row["id"] for row in page["results"]]
        rows = Meeting.objects.filter(pk__in=ids).select_related("workgroup", "venue").prefetch_related("items")
        return Response(page | {"results": [meeting_out(row) for row in rows.order_by("-pk")]})
    typed = _where(asked(CallIn, request))
    mine = Workgroup.objects.coordinated_by(member_of(request))
    workgroup = get_object_or_404(mine, slug=typed.pop("workgroup"))
    return answered(
        request,
        lambda: (201, _shown(services.call_meeting(actor=member_of(request), workgroup=workgroup, **typed))),
    )


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: MeetingWorkOut})
@extend_schema(methods=["PATCH"], parameters=[LANG], request=MoveIn, responses={200: MeetingWorkOut, 409: NO})
@api_view(["GET", "PATCH"])
@permission_classes([OpensWork])
def meeting(request: Request, pk: int) -> Response:
    """A meeting with its minutes; moves it."""
    if request.method == "GET":
        return Response(meeting_out(_meeting(request, pk, to_run=False)))
    found, typed = _meeting(request, pk), _where(asked(MoveIn, request))
    return answered(
        request, lambda: (200, _shown(services.move_meeting(actor=member_of(request), meeting=found, **typed)))
    )


@extend_schema(parameters=[LANG], request=NothingIn, responses={200: MeetingWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def call_off(request: Request, pk: int) -> Response:
    """Calls a meeting off."""
    found = _meeting(request, pk)
    asked(NothingIn, request)
    return answered(request, lambda: (200, _shown(services.call_off(actor=member_of(request), meeting=found))))


@extend_schema(parameters=[LANG], request=ItemIn, responses={201: MeetingWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def add_item(request: Request, pk: int) -> Response:
    """Adds a matter to the agenda."""
    found, typed = _meeting(request, pk), asked(ItemIn, request)

    def work() -> tuple[int, Any]:
        services.add_item(actor=member_of(request), meeting=found, **typed)
        return 201, _shown(found)

    return answered(request, work)


@extend_schema(parameters=[LANG], request=MinutesIn, responses={200: ItemOut, 409: NO})
@api_view(["PATCH"])
@permission_classes([OpensWork])
def write_minutes(request: Request, pk: int) -> Response:
    """Writes what was said about a matter; 409 `changed` where someone else has since `version`."""
    mine = AgendaItem.objects.filter(meeting__in=Meeting.objects.run_by(member_of(request)).values("pk"))
    item = get_object_or_404(mine.select_related("meeting__workgroup"), pk=pk)
    typed = asked(MinutesIn, request)

    def work() -> tuple[int, Any]:
        row = services.write_minutes(actor=member_of(request), item=item, **typed)
        return 200, {name: getattr(row, name) for name in ("id", "title", "minutes", "version")}

    return answered(request, work)


@extend_schema(parameters=[LANG], request=AttendanceIn, responses={200: MeetingWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def mark_attendance(request: Request, pk: int) -> Response:
    """Notes who was there."""
    found, typed = _meeting(request, pk), asked(AttendanceIn, request)

    def work() -> tuple[int, Any]:
        services.mark_attendance(actor=member_of(request), meeting=found, **typed)
        return 200, _shown(found)

    return answered(request, work)


@extend_schema(parameters=[LANG], request=NothingIn, responses={200: MeetingWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def approve(request: Request, pk: int) -> Response:
    """Approves the minutes."""
    found = _meeting(request, pk)
    asked(NothingIn, request)
    return answered(request, lambda: (200, _shown(services.approve_minutes(actor=member_of(request), meeting=found))))


@extend_schema(parameters=[LANG], request=DecideIn, responses={201: DecisionOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def decide(request: Request, pk: int) -> Response:
    """Writes down a decision of a meeting."""
    found, typed = _meeting(request, pk), asked(DecideIn, request)
    typed["owner"] = owner_of(typed["owner"])
    return answered(request, lambda: (201, _told(services.decide(actor=member_of(request), meeting=found, **typed))))


def _told(decision: Decision) -> dict[str, Any]:
    return decision_out(
        Decision.objects.select_related("workgroup").prefetch_related("translations").get(pk=decision.pk)
    )


def _decision(request: Request, pk: int, *, to_run: bool = True) -> Decision:
    seen = Decision.objects.run_by(member_of(request)) if to_run else Decision.objects.visible_to(member_of(request))
    return get_object_or_404(seen.select_related("workgroup", "meeting").prefetch_related("translations"), pk=pk)


@extend_schema(operation_id="work_decisions_list", parameters=PAGING, responses=page_of(DecisionOut))
@api_view(["GET"])
@permission_classes([OpensWork])
def decisions(request: Request) -> Response:
    """The decisions of my workgroups, the latest first (none for who is in no workgroup)."""
    page = Keyset(request, ["-id"]).take(Decision.objects.visible_to(member_of(request)).values(*ID))
    rows = Decision.objects.filter(pk__in=[row["id"] for row in page["results"]]).select_related("workgroup")
    shown = rows.prefetch_related("translations").order_by("-pk")
    return Response(page | {"results": [decision_out(row) for row in shown]})


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: DecisionOut})
@extend_schema(methods=["PATCH"], parameters=[LANG], request=EditIn, responses={200: DecisionOut, 409: NO})
@api_view(["GET", "PATCH"])
@permission_classes([OpensWork])
def decision(request: Request, pk: int) -> Response:
    """A decision; changes it."""
    if request.method == "GET":
        return Response(decision_out(_decision(request, pk, to_run=False)))
    found, typed = _decision(request, pk), asked(EditIn, request)
    typed["owner"] = owner_of(typed["owner"])
    return answered(
        request, lambda: (200, _told(services.edit_decision(actor=member_of(request), decision=found, **typed)))
    )


@extend_schema(parameters=[LANG], request=CloseIn, responses={200: DecisionOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def close(request: Request, pk: int) -> Response:
    """Says what became of a decision."""
    found, typed = _decision(request, pk, to_run=False), asked(CloseIn, request)
    return answered(request, lambda: (200, _told(services.close(actor=member_of(request), decision=found, **typed))))


@extend_schema(parameters=[LANG], request=PublishIn, responses={200: DecisionOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def publish(request: Request, pk: int) -> Response:
    """Puts a decision on the public page, or takes it off."""
    found, typed = _decision(request, pk), asked(PublishIn, request)
    return answered(
        request, lambda: (200, _told(services.publish_decision(actor=member_of(request), decision=found, **typed)))
    )
