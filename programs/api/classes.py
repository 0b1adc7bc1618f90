"""Single class meetings, moved or called off, and who instructs a course: the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError as Invalid
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from members.forms import LONGEST_CONTACT, parse_contact
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of
from programs.api.fields import Day, Instant, Text
from programs.api.keyset import Keyset
from programs.api.places import KEY
from programs.api.shapes import page_of
from programs.models import ClassMeeting, Course
from workgroups.models import Venue
from workgroups.people import names_of

if TYPE_CHECKING:
    from rest_framework.request import Request

    from programs.models import Teaching

TEACHING: tuple[str, ...] = ("id", "member", "from_on", "until_on")


class MaybeWhyIn(In):
    """A reason by language; people read it in their message."""

    fa = Text(max_length=300, required=False)
    en = Text(max_length=300, required=False)


class OffClassIn(In):
    """Why a class meeting does not take place."""

    reason = MaybeWhyIn(required=False)


class MoveClassIn(OffClassIn):
    """When a class meeting is held instead, and where: a venue by slug, left out: where it was to be held."""

    starts_at = Instant()
    ends_at = Instant()
    venue = serializers.SlugRelatedField("slug", queryset=Venue.objects.all(), required=False, allow_null=True)


class ClassOut(serializers.Serializer[Any]):
    """A class meeting as it stands now."""

    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ClassMeeting.State.choices)
    venue = serializers.CharField(allow_null=True)


class AssignIn(In):
    """Whom to let instruct a course (mobile number or e-mail of a member), from a day on and before another."""

    person = serializers.CharField(max_length=LONGEST_CONTACT)
    from_on = Day()
    until_on = Day(required=False, allow_null=True)

    def validate_person(self, typed: str) -> str:
        """The contact as it is stored.

        Raises:
            ValidationError: it is none.
        """
        try:
            return parse_contact(typed)
        except Invalid as error:
            raise ValidationError(error.messages) from error


class EndTeachingIn(In):
    """The day from which on a teaching gives nothing any more."""

    until_on = Day()


class TeachingOut(serializers.Serializer[Any]):
    """Who instructs a course, from a day on and before another (null: without end)."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)


def course_of(request: Request, pk: int) -> Course:
    """A course that the member answers for."""
    mine = Course.objects.answered_for_by(member_of(request)).select_related("program__workgroup")
    return get_object_or_404(mine, pk=pk)


def _class(request: Request, pk: int, meeting: int) -> ClassMeeting:
    rows = ClassMeeting.objects.filter(course=course_of(request, pk)).select_related("course", "venue")
    return get_object_or_404(rows, pk=meeting)


def _class_out(meeting: ClassMeeting) -> dict[str, Any]:
    return {
        "id": meeting.pk,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "state": meeting.state,
        "venue": meeting.venue.slug if meeting.venue else None,
    }


@extend_schema(
    operation_id="work_class_move", parameters=[LANG, KEY], request=MoveClassIn, responses={200: ClassOut, 409: NO}
)
@api_view(["POST"])
@permission_classes([OpensWork])
def move(request: Request, pk: int, meeting: int) -> Response:
    """Holds one class meeting at another hour or elsewhere; everyone with a place is told."""
    found, typed = _class(request, pk, meeting), asked(MoveClassIn, request)

    def work() -> tuple[int, Any]:
        services.move_class(actor=member_of(request), meeting=found, **typed)
        return 200, _class_out(_class(request, pk, meeting))

    return answered(request, work)


@extend_schema(
    operation_id="work_class_off", parameters=[LANG, KEY], request=OffClassIn, responses={200: ClassOut, 409: NO}
)
@api_view(["POST"])
@permission_classes([OpensWork])
def call_off(request: Request, pk: int, meeting: int) -> Response:
    """Lets one class meeting fall away; everyone with a place is told."""
    found, typed = _class(request, pk, meeting), asked(OffClassIn, request)

    def work() -> tuple[int, Any]:
        services.call_off_class(actor=member_of(request), meeting=found, **typed)
        return 200, _class_out(_class(request, pk, meeting))

    return answered(request, work)


def _teachings_out(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = names_of(row["member"] for row in rows)
    return [{name: row[name] for name in TEACHING if name != "member"} | {"name": names[row["member"]]} for row in rows]


def _teaching_out(row: Teaching) -> dict[str, Any]:
    until_on = row.until_on and row.until_on.isoformat()
    days = {"from_on": row.from_on.isoformat(), "until_on": until_on}
    return {"id": row.pk, "name": names_of([row.member_id])[row.member_id]} | days


@extend_schema(methods=["GET"], operation_id="work_instructors_list", parameters=PAGING, responses=page_of(TeachingOut))
@extend_schema(
    methods=["POST"],
    operation_id="work_instructor_create",
    parameters=[LANG, KEY],
    request=AssignIn,
    responses={201: TeachingOut, 409: NO},
)
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def instructors(request: Request, pk: int) -> Response:
    """Who instructs a course, did or will; assigns a member, who is told."""
    found = course_of(request, pk)
    if request.method == "GET":
        page = Keyset(request, ["id"]).take(found.teachings.values(*TEACHING))
        return Response(page | {"results": _teachings_out(page["results"])})
    typed = asked(AssignIn, request)

    def work() -> tuple[int, Any]:
        days: dict[str, Any] = {name: typed.get(name) for name in ("from_on", "until_on")}
        return 201, _teaching_out(
            services.assign(actor=member_of(request), course=found, contact=typed["person"], **days)
        )

    return answered(request, work)


@extend_schema(
    operation_id="work_instructor_end",
    parameters=[LANG, KEY],
    request=EndTeachingIn,
    responses={200: TeachingOut, 409: NO},
)
@api_view(["POST"])
@permission_classes([OpensWork])
def end(request: Request, pk: int, teaching: int) -> Response:
    """Ends a teaching; the instructor is told."""
    found = get_object_or_404(course_of(request, pk).teachings.select_related("course"), pk=teaching)
    typed = asked(EndTeachingIn, request)

    def work() -> tuple[int, Any]:
        return 200, _teaching_out(services.end_teaching(actor=member_of(request), teaching=found, **typed))

    return answered(request, work)
