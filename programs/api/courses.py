"""Courses as their coordinators write them: facts, texts, seats, class meetings, runs like this one, publication."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from base.calendar import WEEKDAYS
from members.authentication import OpensWork
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of, told
from programs.api.drafts import CourseLineOut, VersionOut, version_out
from programs.api.fields import VersionIn
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.runs import (
    CancelIn,
    ClassMeetingOut,
    CopiesIn,
    CourseIn,
    CourseWorkOut,
    MadeOut,
    PatternIn,
    TakesPlaceIn,
    course_out,
    facts_of,
    line_of,
)
from programs.api.shapes import page_of
from programs.history import versions_of
from programs.models import Course, Revision
from programs.services import Pattern
from programs.timetable import collisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

MEETING: tuple[str, ...] = ("id", "starts_at", "ends_at", "state", "venue__slug")


def _course(request: Request, pk: int) -> Course:
    mine = Course.objects.answered_for_by(member_of(request)).select_related("program__workgroup", "venue")
    return get_object_or_404(mine.prefetch_related("translations"), pk=pk)


def _answered(request: Request, pk: int, act: Callable[[], object]) -> Response:
    """Does something with a course and answers what it is then."""

    def work() -> tuple[int, Any]:
        act()
        return 200, course_out(_course(request, pk))

    return answered(request, work)


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: CourseWorkOut})
@extend_schema(methods=["PATCH"], parameters=[LANG, KEY], request=CourseIn, responses={200: CourseWorkOut, 409: NO})
@api_view(["GET", "PATCH"])
@permission_classes([OpensWork])
def course(request: Request, pk: int) -> Response:
    """A course with its checklist; changes it, 409 `changed_meanwhile` where someone else has since `version`."""
    found = _course(request, pk)
    if request.method == "GET":
        return told(request, lambda: course_out(found))
    typed = asked(CourseIn, request)
    seats = tuple(typed.get(name, getattr(found, name)) for name in ("capacity", "waiting_size"))
    facts, is_seats = facts_of(found, typed), typed.keys() & {"capacity", "waiting_size"}
    return _answered(
        request,
        pk,
        lambda: services.edit_course(
            actor=member_of(request),
            course=found,
            version=typed["version"],
            facts=facts,
            texts=typed.get("texts", {}),
            seats=(seats[0], seats[1]) if is_seats else None,
        ),
    )


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: CourseWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def publish(request: Request, pk: int) -> Response:
    """Opens a course to everyone, as soon as its program is."""
    found = _course(request, pk)
    asked(NothingIn, request)
    return _answered(request, pk, lambda: services.publish_course(actor=member_of(request), course=found))


@extend_schema(
    methods=["GET"], operation_id="work_class_meetings_list", parameters=PAGING, responses=page_of(ClassMeetingOut)
)
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=PatternIn, responses={201: MadeOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def meetings(request: Request, pk: int) -> Response:
    """The class meetings of a course with what falls together with each; makes them anew from a weekly rhythm."""
    found = _course(request, pk)
    if request.method == "GET":
        page = Keyset(request, ["starts_at", "id"]).take(found.meetings.values(*MEETING))
        return Response(page | {"results": _with_clashes(found, page["results"])})
    typed = asked(PatternIn, request)
    pattern = Pattern(**typed | {"weekdays": [WEEKDAYS.index(day) for day in typed["weekdays"]]})

    def work() -> tuple[int, Any]:
        skipped = services.make_meetings(actor=member_of(request), course=found, pattern=pattern)
        made = found.meetings.count()
        return 201, {"meetings": made, "skipped": [day.isoformat() for day in skipped]}

    return answered(request, work)


def _with_clashes(course: Course, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    clashes: dict[int, list[dict[str, Any]]] = {row["id"]: [] for row in rows}
    for one in collisions(course):
        if one.meeting in clashes:
            clashes[one.meeting].append({"what": one.what, "course": one.course, "slug": one.slug})
    return [
        {name.removesuffix("__slug"): row[name] for name in MEETING} | {"clashes": clashes[row["id"]]} for row in rows
    ]


@extend_schema(parameters=[LANG, KEY], request=None, responses={204: None, 409: NO})
@api_view(["DELETE"])
@permission_classes([OpensWork])
def meeting(request: Request, pk: int, meeting: int) -> Response:
    """Takes one class meeting out of a course that has not begun."""
    found = _course(request, pk)
    row = get_object_or_404(found.meetings, pk=meeting)

    def work() -> tuple[int, Any]:
        services.drop_meeting(actor=member_of(request), course=found, meeting=row)
        return 204, None

    return answered(request, work)


@extend_schema(
    operation_id="work_copies_create",
    parameters=[LANG, KEY],
    request=CopiesIn,
    responses={201: CourseLineOut(many=True), 409: NO},
)
@api_view(["POST"])
@permission_classes([OpensWork])
def copies(request: Request, pk: int) -> Response:
    """Makes a draft run for each first day, like this one; all of them or none."""
    found, typed = _course(request, pk), asked(CopiesIn, request)

    def work() -> tuple[int, Any]:
        made = services.copy_course(actor=member_of(request), course=found, firsts=typed["firsts"])
        return 201, [line_of(one) for one in made]

    return answered(request, work)


@extend_schema(operation_id="work_course_versions_list", parameters=[LANG], responses=VersionOut(many=True))
@api_view(["GET"])
@permission_classes([OpensWork])
def versions(request: Request, pk: int) -> Response:
    """The latest fifty versions of a course, newest first, each with what it changed."""
    found = _course(request, pk)
    return told(request, lambda: [version_out(one) for one in versions_of(found)])


@extend_schema(parameters=[LANG, KEY], request=VersionIn, responses={200: CourseWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def restore(request: Request, pk: int, number: int) -> Response:
    """Brings facts and texts back to what they were in a version, as a new one; days and seats stay."""
    kept = Revision.objects.filter(course=_course(request, pk)).select_related("course__program__workgroup")
    revision = get_object_or_404(kept, version=number)
    typed = asked(VersionIn, request)
    return _answered(request, pk, lambda: services.restore_course(actor=member_of(request), revision=revision, **typed))


@extend_schema(parameters=[LANG, KEY], request=CancelIn, responses={200: CourseWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def cancel(request: Request, pk: int) -> Response:
    """Calls a course off; everyone with a place reads the reason."""
    found, typed = _course(request, pk), asked(CancelIn, request)
    return _answered(request, pk, lambda: services.cancel(actor=member_of(request), course=found, **typed))


@extend_schema(parameters=[LANG, KEY], request=TakesPlaceIn, responses={200: CourseWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def decide(request: Request, pk: int) -> Response:
    """Decides whether a course with a minimum takes place: confirms it, or waits until another day. `cancel` calls it off."""
    found, typed, actor = _course(request, pk), asked(TakesPlaceIn, request), member_of(request)
    if typed["verdict"] == "wait":
        return _answered(request, pk, lambda: services.wait_until(actor=actor, course=found, day=typed["until"]))
    return _answered(request, pk, lambda: services.confirm_course(actor=actor, course=found))
