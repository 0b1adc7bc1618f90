"""What came of learning, for programs: the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from base import clock
from members.asking import In
from members.authentication import OpensMe, OpensWork
from members.limits import allow, client_of, retry_after
from programs import rules as places
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, answered, asked, member_of, told
from programs.api.keyset import Keyset
from programs.api.places import KEY, NothingIn
from programs.api.shapes import page_of
from programs.models import ClassMeeting, Course, Enrolment
from programs.rules import LONGEST_REASON
from programs.services import read_roster
from records import codes, papers, passports, services
from records.attendance import Mark, sheet_of
from records.models import Certificate
from records.outcomes import standings

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from records.outcomes import Standing

MOST_MARKS = 2000
MOST_CHECKS, A_MINUTE = 30, 60


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


class OutcomeOut(serializers.Serializer[Any]):
    """How a course ended, or may end, for one learner. `passes` is what the rule says, null where it cannot."""

    enrolment = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Enrolment.State.choices)
    attended = serializers.IntegerField()
    counted = serializers.IntegerField()
    passes = serializers.BooleanField(allow_null=True)
    certificate = serializers.CharField(allow_null=True)


class OutcomesOut(serializers.Serializer[Any]):
    """Everybody with a seat."""

    outcomes = OutcomeOut(many=True)


class OutcomeIn(In):
    """How a course ended for one learner, and why; they read the reason."""

    completed = serializers.BooleanField()
    reason = serializers.CharField(max_length=LONGEST_REASON)


class RevokeIn(In):
    """Why a certificate no longer holds; whoever checks it reads it."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class CheckedOut(serializers.Serializer[Any]):
    """What may be said of a code: nothing more than the paper says, of a revoked one no name."""

    state = serializers.ChoiceField(choices=papers.STATES)
    code = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    issued_on = serializers.DateField(allow_null=True)
    revoked_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(allow_null=True)


def _outcome_out(one: Standing) -> dict[str, Any]:
    return {
        "enrolment": one.enrolment.pk,
        "name": one.enrolment.learner.name,
        "state": one.enrolment.state,
        "attended": one.tally.attended,
        "counted": one.tally.counted,
        "passes": one.passes,
        "certificate": codes.spelt(one.certificate.code) if one.certificate else None,
    }


def _own_course(request: Request, pk: int) -> Course:
    mine = Course.objects.answered_for_by(member_of(request)).select_related("program__workgroup")
    return get_object_or_404(mine, pk=pk)


@extend_schema(methods=["GET"], operation_id="work_outcomes", parameters=[LANG], responses=OutcomesOut)
@extend_schema(
    methods=["POST"],
    operation_id="work_outcomes_confirm",
    parameters=[LANG, KEY],
    request=NothingIn,
    responses={200: OutcomesOut, 409: NO},
)
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def outcomes(request: Request, pk: int) -> Response:
    """What the rule says of everybody with a seat; records it for all whose outcome is open."""
    course = _own_course(request, pk)
    if request.method == "GET":
        read_roster(actor=member_of(request), course=course)
        return Response({"outcomes": [_outcome_out(one) for one in standings(course)]})
    asked(NothingIn, request)

    def work() -> tuple[int, Any]:
        services.confirm(actor=member_of(request), course=course)
        return 200, {"outcomes": [_outcome_out(one) for one in standings(course)]}

    return answered(request, work)


@extend_schema(
    operation_id="work_outcome_decide", parameters=[LANG, KEY], request=OutcomeIn, responses={200: OutcomeOut, 409: NO}
)
@api_view(["POST"])
@permission_classes([OpensWork])
def outcome(request: Request, pk: int) -> Response:
    """Records or corrects the outcome of one seat; a certificate is issued or revoked with it."""
    mine = Course.objects.answered_for_by(member_of(request)).values("pk")
    place = get_object_or_404(Enrolment.objects.filter(course__in=mine).select_related("course"), pk=pk)
    typed = asked(OutcomeIn, request)

    def work() -> tuple[int, Any]:
        services.decide(actor=member_of(request), enrolment=place, **typed)
        (standing,) = standings(place.course, [place.pk])
        return 200, _outcome_out(standing)

    return answered(request, work)


@extend_schema(
    operation_id="work_certificate_revoke",
    parameters=[LANG, KEY],
    request=RevokeIn,
    responses={200: CheckedOut, 409: NO},
)
@api_view(["POST"])
@permission_classes([OpensWork])
def revoke(request: Request, code: str) -> Response:
    """Revokes a certificate with a reason; the outcome stays."""
    mine = Course.objects.answered_for_by(member_of(request)).values("pk")
    rows = Certificate.objects.filter(enrolment__course__in=mine).select_related("enrolment__course")
    row = get_object_or_404(rows, code=codes.read(code) or "-")
    typed = asked(RevokeIn, request)

    def work() -> tuple[int, Any]:
        return 200, _checked_out(services.revoke(actor=member_of(request), certificate=row, **typed), code)

    return answered(request, work)


def _checked_out(row: Certificate | None, code: str) -> dict[str, Any]:
    state = papers.state_of(row)
    found: dict[str, Any] = dict.fromkeys(CheckedOut().fields) | {"state": state, "code": code[: codes.SHOWN]}
    if row is None or state == "erased":
        return found
    one = papers.shown(row)
    found |= {"code": one["code"], "title": one["title"], "issued_on": row.issued_on.isoformat()}
    if row.revoked_at is not None:
        return found | {"revoked_on": clock.day_of(row.revoked_at).isoformat(), "reason": row.reason}
    return found | {"name": one["name"]}


@extend_schema(operation_id="certificate_check", parameters=[LANG], responses=CheckedOut)
@api_view(["GET"])
def check(request: Request, code: str) -> Response:
    """Whether a code is that of a genuine certificate, a revoked one, or none; thirty a minute."""
    if not allow(f"verify:{client_of(request._request)}", MOST_CHECKS, A_MINUTE):  # noqa: SLF001 - Django's own request
        raise Throttled(wait=retry_after(A_MINUTE))
    rows = Certificate.objects.select_related("enrolment__learner")
    row = rows.filter(code=codes.read(code)).first() if codes.read(code) else None
    return told(request, lambda: _checked_out(row, code))


@extend_schema(operation_id="my_certificates", parameters=[LANG, *PAGING], responses=page_of(CheckedOut))
@api_view(["GET"])
@permission_classes([OpensMe])
def my_certificates(request: Request) -> Response:
    """Mine and those of the people I care for."""
    mine = Certificate.objects.visible_to(member_of(request))
    page = Keyset(request, ["id"]).take(cast("QuerySet[Any, dict[str, Any]]", mine.values("id")))
    ids = [row["id"] for row in page["results"]]
    rows = {one.pk: one for one in Certificate.objects.filter(pk__in=ids).select_related("enrolment__learner")}
    return told(request, lambda: page | {"results": [_checked_out(rows[pk], rows[pk].code) for pk in ids]})


class AreaHoursOut(serializers.Serializer[Any]):
    """How long somebody learned in an area."""

    name = serializers.CharField()
    minutes = serializers.IntegerField()


class PassportCourseOut(serializers.Serializer[Any]):
    """One course in a passport."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=Enrolment.State.choices)
    minutes = serializers.IntegerField()
    certificate = serializers.CharField(allow_null=True)


class PassportOut(serializers.Serializer[Any]):
    """What one learner learned; `minutes` counts completed courses."""

    learner = serializers.IntegerField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    areas = AreaHoursOut(many=True)
    courses = PassportCourseOut(many=True)


class PassportsOut(serializers.Serializer[Any]):
    """Mine and those of the people I care for."""

    passports = PassportOut(many=True)


@extend_schema(operation_id="my_passport", parameters=[LANG], responses=PassportsOut)
@api_view(["GET"])
@permission_classes([OpensMe])
def my_passport(request: Request) -> Response:
    """The learning passports of everybody for whom I act."""
    member = member_of(request)
    return told(
        request,
        lambda: {"passports": [passports.as_json(one) for one in passports.passports_of(passports.mine(member))]},
    )


urlpatterns = [
    path("work/courses/<int:pk>/meetings/<int:meeting>/attendance/", attendance, name="api_work_attendance"),
    path("work/courses/<int:pk>/outcomes/", outcomes, name="api_work_outcomes"),
    path("work/enrolments/<int:pk>/outcome/", outcome, name="api_work_outcome"),
    path("work/certificates/<str:code>/revoke/", revoke, name="api_work_certificate_revoke"),
    path("me/certificates/", my_certificates, name="api_my_certificates"),
    path("me/passport/", my_passport, name="api_my_passport"),
    path("verify/<str:code>/", check, name="api_verify"),
]
