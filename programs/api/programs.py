"""Programs as their coordinators write them: list, facts and texts, review, publication, remarks, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.authentication import OpensWork
from programs import services
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of, told, workgroups_of
from programs.api.drafts import (
    CourseLineOut,
    NewProgramIn,
    ProgramIn,
    ProgramLineOut,
    ProgramWorkOut,
    RemarkIn,
    RemarkOut,
    VersionOut,
    joining_facts,
    line_out,
    program_out,
    version_out,
)
from programs.api.fields import VersionIn
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.shapes import page_of
from programs.history import versions_of
from programs.models import Course, Program, Remark, Revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

ID: tuple[str, ...] = ("id",)
COURSE: tuple[str, ...] = ("id", "slug", "state", "version", "starts_on", "ends_on")
REMARK: tuple[str, ...] = ("id", "at", "by", "text")


def _program(request: Request, pk: int) -> Program:
    mine = Program.objects.answered_for_by(member_of(request)).select_related("workgroup", "area")
    return get_object_or_404(mine.prefetch_related("translations"), pk=pk)


def _act(request: Request, pk: int, act: Callable[[Program], object]) -> Response:
    """Does something with a program and answers what it is then."""
    found = _program(request, pk)
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        act(found)
        return 200, program_out(_program(request, pk))

    return answered(request, work)


@extend_schema(
    methods=["GET"],
    operation_id="work_programs_list",
    parameters=[*PAGING, OpenApiParameter("state", str, many=True, enum=list(Program.State.values))],
    responses=page_of(ProgramLineOut),
)
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=NewProgramIn, responses={201: ProgramWorkOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def programs(request: Request) -> Response:
    """The programs of my workgroups, the latest first; begins one."""
    mine = workgroups_of(request)
    if request.method == "GET":
        states = request.query_params.getlist("state")
        found = Program.objects.filter(workgroup__in=mine.values("pk"), **({"state__in": states} if states else {}))
        page = Keyset(request, ["-id"]).take(found.values(*ID))
        rows = Program.objects.filter(pk__in=[row["id"] for row in page["results"]]).order_by("-pk")
        shown = rows.select_related("workgroup", "area").prefetch_related("translations")
        return Response(page | {"results": [line_out(row) for row in shown]})
    typed = asked(NewProgramIn, request)
    workgroup = get_object_or_404(mine, slug=typed["workgroup"])
    texts = {language: {"title": title} for language, title in typed["title"].items()}

    def work() -> tuple[int, Any]:
        made = services.create_program(actor=member_of(request), workgroup=workgroup, area=typed["area"], texts=texts)
        return 201, program_out(_program(request, made.pk))

    return answered(request, work)


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: ProgramWorkOut})
@extend_schema(methods=["PATCH"], parameters=[LANG, KEY], request=ProgramIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["GET", "PATCH"])
@permission_classes([OpensWork])
def program(request: Request, pk: int) -> Response:
    """A program with its checklist; changes it, 409 `changed_meanwhile` where someone else has since `version`."""
    found = _program(request, pk)
    if request.method == "GET":
        return told(request, lambda: program_out(found))
    typed = asked(ProgramIn, request)
    facts: dict[str, Any] = {"area_id": typed["area"].pk} if "area" in typed else {}
    facts |= joining_facts(found, typed)
    facts |= {"level": typed["level"]} if "level" in typed else {}

    def work() -> tuple[int, Any]:
        services.edit_program(
            actor=member_of(request),
            program=found,
            version=typed["version"],
            facts=facts,
            texts=typed.get("texts", {}),
        )
        return 200, program_out(_program(request, pk))

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def publish(request: Request, pk: int) -> Response:
    """Shows a program, with its draft courses that lack nothing, to everyone."""
    return _act(request, pk, lambda found: services.publish(actor=member_of(request), program=found))


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def submit(request: Request, pk: int) -> Response:
    """Asks others to look a draft over."""
    return _act(request, pk, lambda found: services.submit(actor=member_of(request), program=found))


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def archive(request: Request, pk: int) -> Response:
    """Takes a program out of the public pages."""
    return _act(request, pk, lambda found: services.archive(actor=member_of(request), program=found))


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def reopen(request: Request, pk: int) -> Response:
    """Makes an archived program, or one in review, a draft again."""
    return _act(request, pk, lambda found: services.reopen(actor=member_of(request), program=found))


@extend_schema(methods=["GET"], operation_id="work_remarks_list", parameters=PAGING, responses=page_of(RemarkOut))
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=RemarkIn, responses={201: RemarkOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def remarks(request: Request, pk: int) -> Response:
    """What was said about a program, the latest first; says something."""
    found = _program(request, pk)
    if request.method == "GET":
        return Response(Keyset(request, ["-id"]).take(Remark.objects.filter(program=found).values(*REMARK)))
    typed = asked(RemarkIn, request)
    send_back = typed["send_back"] and found.state == Program.State.REVIEW

    def work() -> tuple[int, Any]:
        said = services.remark(actor=member_of(request), program=found, text=typed["text"], send_back=send_back)
        return 201, {"id": said.pk, "at": said.at.isoformat(), "by": said.by_id, "text": said.text}

    return answered(request, work)


@extend_schema(
    methods=["GET"], operation_id="work_program_courses_list", parameters=PAGING, responses=page_of(CourseLineOut)
)
@extend_schema(methods=["POST"], parameters=[LANG, KEY], request=NothingIn, responses={201: CourseLineOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def courses(request: Request, pk: int) -> Response:
    """The runs of a program, the latest first; begins one, a draft without days."""
    found = _program(request, pk)
    if request.method == "GET":
        return Response(Keyset(request, ["-id"]).take(Course.objects.filter(program=found).values(*COURSE)))
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        made = services.create_course(actor=member_of(request), program=found)
        return 201, {name: getattr(made, name) for name in COURSE}

    return answered(request, work)


@extend_schema(operation_id="work_program_versions_list", parameters=[LANG], responses=VersionOut(many=True))
@api_view(["GET"])
@permission_classes([OpensWork])
def versions(request: Request, pk: int) -> Response:
    """The latest fifty versions of a program, newest first, each with what it changed."""
    found = _program(request, pk)
    return told(request, lambda: [version_out(one) for one in versions_of(found)])


@extend_schema(parameters=[LANG, KEY], request=VersionIn, responses={200: ProgramWorkOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def restore(request: Request, pk: int, number: int) -> Response:
    """Brings a program back to what it was in a version, as a new one; `version` is the present one."""
    kept = Revision.objects.filter(program=_program(request, pk)).select_related("program__workgroup")
    revision = get_object_or_404(kept, version=number)
    typed = asked(VersionIn, request)

    def work() -> tuple[int, Any]:
        services.restore(actor=member_of(request), revision=revision, **typed)
        return 200, program_out(_program(request, pk))

    return answered(request, work)
