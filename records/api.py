"""What came of learning, for programs: the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensWork
from programs import rules as places
from programs.api.catalogue import LANG
from programs.api.desk import NO, answered, asked, member_of
from programs.api.places import KEY
from programs.models import ClassMeeting, Course
from programs.services import read_roster
from records import services
from records.attendance import Mark, sheet_of

if TYPE_CHECKING:
    from rest_framework.request import Request

MOST_MARKS = 2000


class MarkIn(In):
    """Whether somebody was there; `version` is that of the mark as it was read, 0 where there was none."""

    enrolment = serializers.IntegerField(min_value=1)
    mark = serializers.ChoiceField(choices=Mark.values)
    version = serializers.IntegerField(min_value=0, max_value=10**6)


class MarksIn(In):
    """Who was there: all of it is saved or nothing. Who is left out stays as they are."""

    marks = serializers.ListField(child=MarkIn(), max_length=MOST_MARKS)


class MarkOut(serializers.Serializer[Any]):
    """Somebody on the sheet."""

    enrolment = serializers.IntegerField()
    name = serializers.CharField()
    mark = serializers.ChoiceField(choices=Mark.choices, allow_null=True)
    version = serializers.IntegerField()


class SheetOut(serializers.Serializer[Any]):
    """The sheet of one class meeting."""

    meeting = serializers.IntegerField()
    marks = MarkOut(many=True)


def _meeting(request: Request, pk: int, meeting: int) -> ClassMeeting:
    mine = Course.objects.with_roster_for(member_of(request)).select_related("program__workgroup")
    course = get_object_or_404(mine, pk=pk)
    found = get_object_or_404(ClassMeeting, course=course, pk=meeting)
    found.course = course
    return found


def _sheet_out(meeting: ClassMeeting) -> dict[str, Any]:
    """The dict of `SheetOut`."""
    marks = [
        {"enrolment": one.enrolment, "name": one.name, "mark": one.mark or None, "version": one.version}
        for one in sheet_of(meeting)
    ]
    return {"meeting": meeting.pk, "marks": marks}


@extend_schema(methods=["GET"], operation_id="work_attendance", parameters=[LANG], responses=SheetOut)
@extend_schema(
    methods=["PUT"],
    operation_id="work_attendance_mark",
    parameters=[LANG, KEY],
    request=MarksIn,
    responses={200: SheetOut, 409: NO},
)
@api_view(["GET", "PUT"])
@permission_classes([OpensWork])
def attendance(request: Request, pk: int, meeting: int) -> Response:
    """Who was there at a class meeting; says it or corrects it."""
    found = _meeting(request, pk, meeting)
    if request.method == "GET":
        if places.why_not_answer_for(found.course, member_of(request)) is None:
            read_roster(actor=member_of(request), course=found.course)
        return Response(_sheet_out(found))
    typed = asked(MarksIn, request)
    marks = {one["enrolment"]: services.Marked(one["mark"], one["version"]) for one in typed["marks"]}

    def work() -> tuple[int, Any]:
        services.mark(actor=member_of(request), meeting=found, marks=marks)
        return 200, _sheet_out(found)

    return answered(request, work)


urlpatterns = [
    path("work/courses/<int:pk>/meetings/<int:meeting>/attendance/", attendance, name="api_work_attendance"),
]
