"""A member's own places: enrol, withdraw, answer an offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import Throttled
from rest_framework.response import Response

from base.refusal import Refusal, Refused
from members.asking import In, once
from members.authentication import OpensMe
from members.limits import allow
from programs import services
from programs.api.catalogue import LANG, PAGING, language_of
from programs.api.keyset import Keyset
from programs.api.shapes import EnrolledOut, MyPlaceOut, PlaceOut, page_of
from programs.catalogue import course_for
from programs.family import cares_of, own_of
from programs.models import Enrolment
from programs.services.enrolling import position

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

    from members.models import Learner, Member

Answered = TypeVar("Answered", bound=HttpResponse)
A_MINUTE = 60
MOST_A_MINUTE = 20
MOST_TOGETHER = 12
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="The same key gets the same answer for a day"
)
NO = OpenApiResponse(description="A rule says no: `code` and `message`")


class AnswersIn(In):
    """Answers to what the course asks: by the number of the question a text, the number of a choice, true or false, the id of
    a file (`answer-files`); the version of the questions that was read; that one agrees where there is something to agree to.
    """

    version = serializers.IntegerField(min_value=1)
    consent = serializers.BooleanField(required=False)
    given = serializers.DictField()


class EnrolIn(In):
    """Whom to enrol; oneself when left out. `learners` are seated together or not at all, with `answers_of` each by their id.
    `if_full` says whether a place in the queue is wanted.
    """

    learner = serializers.IntegerField(required=False, min_value=1)
    learners = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, min_length=1, max_length=MOST_TOGETHER
    )
    if_full = serializers.ChoiceField(choices=["wait", "refuse"], required=False, default="wait")
    answers = AnswersIn(required=False)
    answers_of = serializers.DictField(child=AnswersIn(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way of saying whom."""
        if "learner" in attrs and "learners" in attrs:
            raise serializers.ValidationError({"learners": [_("Say `learner` or `learners`, not both")]})
        return attrs


class NothingIn(In):
    """No content."""


def place_out(enrolment: Enrolment) -> dict[str, Any]:
    """The dict of `PlaceOut`."""
    rank = position(enrolment) if enrolment.state == Enrolment.State.WAITING else None
    return {"id": enrolment.pk, "state": enrolment.state, "position": rank}


def _together_out(places: list[Enrolment]) -> dict[str, Any]:
    """The dict of `EnrolledOut`: the place of the first, and that of each."""
    return place_out(places[0]) | {"learners": [place_out(one) | {"learner": one.learner_id} for one in places]}


@extend_schema(parameters=[LANG, KEY], request=EnrolIn, responses={201: EnrolledOut, 200: EnrolledOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensMe])
def enrol(request: Request, pk: int) -> Response:
    """Takes a seat or the next place in the queue; 200 with the same content where it already stands."""
    asked = EnrolIn(data=request.data)
    asked.is_valid(raise_exception=True)
    limit_acts(request)
    course = course_for(request.user, pk=pk)
    wanted = asked.validated_data

    def work() -> tuple[int, dict[str, Any]]:
        wait = wanted["if_full"] == "wait"
        if "learners" in wanted:
            places, is_new = services.enrol_together(
                actor=member_of(request),
                course=course,
                learners=_learners(request, wanted["learners"]),
                wait=wait,
                answers={int(pk): given for pk, given in wanted.get("answers_of", {}).items() if pk.isdecimal()},
            )
            return 201 if is_new else 200, _together_out(places)
        enrolment, is_new = services.enrol(
            actor=member_of(request),
            course=course,
            learner=learner_of(request, wanted.get("learner")),
            wait=wait,
            answers=wanted.get("answers"),
        )
        return 201 if is_new else 200, place_out(enrolment)

    return answered(request, lambda: once(request, work))


def _learners(request: Request, wanted: list[int]) -> list[Learner]:
    mine = [care.learner for care in cares_of(member_of(request)) if care.learner_id in wanted]
    if len(mine) != len(set(wanted)):
        raise Http404
    return mine


def learner_of(request: Request, pk: int | None) -> Learner:
    """The learner of that id for whom the member acts, or the member themself.

    Raises:
        Refused: `needs_profile` of a member who has not said who they are.
    """
    if pk is not None:
        return _learners(request, [pk])[0]
    own = own_of(cares_of(member_of(request)))
    if own is None:
        text = _("First tell us the learner’s name and year of birth")
        raise Refused(Refusal("needs_profile", text))
    return own


def member_of(request: Request) -> Member:
    """The member who asks; `OpensMe` has seen to it that there is one."""
    return cast("Member", request.user)


def limit_acts(request: Request) -> None:
    """Counts an act of a member.

    Raises:
        Throttled: above twenty a minute.
    """
    if not allow(f"enrol:{request.user.pk}", MOST_A_MINUTE, A_MINUTE):
        raise Throttled(wait=A_MINUTE)


def answered(request: Request, work: Callable[[], Answered]) -> Answered:
    """Runs the work in the language asked for, so that a refusal's words are in it."""
    with translation.override(language_of(request)):
        try:
            return work()
        except Refused as refused:
            said = Refusal(refused.refusal.code, str(refused.refusal.message), refused.refusal.values)
            raise Refused(said) from refused


def _own(request: Request, pk: int) -> Enrolment:
    mine = Enrolment.objects.visible_to(member_of(request)).select_related("course", "learner", "offer")
    return get_object_or_404(mine, pk=pk)


@extend_schema(parameters=[LANG], request=None, responses={204: None, 409: NO})
@api_view(["DELETE"])
@permission_classes([OpensMe])
def withdraw(request: Request, pk: int) -> Response:
    """Gives a place back; 204, and 204 again."""
    limit_acts(request)
    enrolment = _own(request, pk)

    def work() -> Response:
        services.withdraw(actor=member_of(request), enrolment=enrolment)
        return Response(status=204)

    return answered(request, work)


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensMe])
def accept(request: Request, pk: int) -> Response:
    """Takes the offered seat."""
    return _answer_offer(request, pk, services.accept)


@extend_schema(parameters=[LANG, KEY], request=NothingIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensMe])
def decline(request: Request, pk: int) -> Response:
    """Says no to the offered seat."""
    return _answer_offer(request, pk, services.decline)


def _answer_offer(request: Request, pk: int, verb: Callable[..., Enrolment]) -> Response:
    NothingIn(data=request.data).is_valid(raise_exception=True)
    limit_acts(request)
    enrolment = _own(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, place_out(verb(actor=member_of(request), enrolment=enrolment))

    return answered(request, lambda: once(request, work))


@extend_schema(operation_id="me_enrolments_list", parameters=PAGING, responses=page_of(MyPlaceOut))
@api_view(["GET"])
@permission_classes([OpensMe])
def my_enrolments(request: Request) -> Response:
    """Every place of the learners I care for, the latest first."""
    columns = ("id", "state", "place", "learner", "course", "course__slug", "asked_at", "offer__expires_at")
    page = Keyset(request, ["-id"]).take(Enrolment.objects.visible_to(member_of(request)).values(*columns))
    ranks = Enrolment.objects.ranks({row["course"] for row in page["results"] if row["state"] == "waiting"})
    return Response(page | {"results": [_my_place(row, ranks) for row in page["results"]]})


def _my_place(row: dict[str, Any], ranks: dict[int, int]) -> dict[str, Any]:
    is_offered = row["state"] == Enrolment.State.OFFERED
    return {
        "id": row["id"],
        "state": row["state"],
        "position": ranks.get(row["id"]),
        "learner": row["learner"],
        "course": row["course"],
        "course_slug": row["course__slug"],
        "asked_at": row["asked_at"],
        "expires_at": row["offer__expires_at"] if is_offered else None,
    }
