"""A course's roster for programs of its coordinators, and residents' questions: the pages' own services and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError as Invalid
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from members.asking import In, once
from members.authentication import OpensMe, OpensWork
from members.forms import parse_contact
from members.models import Care, Learner
from programs import rules, services
from programs.api.catalogue import LANG, PAGING
from programs.api.keyset import Keyset
from programs.api.places import KEY, NO, AnswersIn, NothingIn, answered, member_of, place_out
from programs.api.shapes import AnswerToldOut, PlaceOut, page_of
from programs.models import Course, Enrolment, Question
from programs.roster_file import answer_of
from programs.rosters import heads_of, lines_of
from programs.services.assisting import ASKED
from programs.services.rosters import GROUPS
from programs.sheets import TYPES, XLSX

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse
    from rest_framework.request import Request

    from programs.rosters import Line


PERSON = ("contact", "name", "birth_year", "relation", "gender", "district")


class LineOut(serializers.Serializer[Any]):
    """Somebody's place; instructors get the name alone, contacts are masked until asked for one by one."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Enrolment.State.choices, allow_null=True)
    position = serializers.IntegerField(allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    contact = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True)
    is_assisted = serializers.BooleanField(allow_null=True)
    is_exception = serializers.BooleanField(allow_null=True)
    excepted = serializers.ListField(child=serializers.CharField(), allow_null=True)
    exception_reason = serializers.CharField(allow_null=True, allow_blank=True)
    answers = AnswerToldOut(many=True)


class ContactOut(serializers.Serializer[Any]):
    """How one person is reached."""

    phone = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)


class QuestionOut(serializers.Serializer[Any]):
    """What was asked, and the answer where there is one."""

    id = serializers.IntegerField()
    course = serializers.IntegerField()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class SentOut(serializers.Serializer[Any]):
    """How many members a message reaches."""

    members = serializers.IntegerField()


class AdmitIn(In):
    """Who came or called; `exception` is why, although a rule of who may join says no."""

    contact = serializers.CharField(max_length=254)
    name = serializers.CharField(max_length=200)
    birth_year = serializers.IntegerField(min_value=1000, max_value=9999)
    relation = serializers.ChoiceField(choices=Care.Relation.choices, default=Care.Relation.SELF)
    gender = serializers.ChoiceField(choices=Learner.Gender.values, required=False)
    district = serializers.SlugField(max_length=80, required=False)
    asked = serializers.ChoiceField(choices=list(ASKED))
    consents = serializers.BooleanField()
    if_full = serializers.ChoiceField(choices=["wait", "refuse"], required=False, default="wait")
    answers = AnswersIn(required=False)
    exception = serializers.CharField(max_length=rules.LONGEST_REASON, required=False, allow_blank=True, default="")

    def validate_contact(self, value: str) -> str:
        """As `parse_contact`."""
        try:
            return parse_contact(value)
        except Invalid as error:
            raise ValidationError(error.messages) from error


class ReasonIn(In):
    """Why."""

    reason = serializers.CharField(max_length=rules.LONGEST_REASON)


class ExceptionIn(In):
    """Why, although a rule of who may join says no by now."""

    exception = serializers.CharField(max_length=rules.LONGEST_REASON, required=False, allow_blank=True, default="")


class PromoteIn(ReasonIn):
    """Why, and whether a seat is added for this person."""

    extra_seat = serializers.BooleanField(default=False)


class MessageIn(In):
    """One text in both languages, and to whom."""

    fa = serializers.CharField(max_length=rules.LONGEST_MESSAGE)
    en = serializers.CharField(max_length=rules.LONGEST_MESSAGE)
    to = serializers.ChoiceField(choices=[*GROUPS, "chosen"])
    chosen = serializers.ListField(child=serializers.IntegerField(min_value=1), required=False, max_length=2000)


class TextIn(In):
    """A question or an answer."""

    text = serializers.CharField(max_length=rules.LONGEST_REPLY)


def read(kind: type[In], request: Request) -> dict[str, Any]:
    """What was sent, in the shape of that kind."""
    asked = kind(data=request.data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found


def _own_course(request: Request, pk: int) -> Course:
    mine = Course.objects.answered_for_by(member_of(request)).select_related("program__workgroup")
    return get_object_or_404(mine, pk=pk)


def _own_place(request: Request, pk: int) -> Enrolment:
    mine = Course.objects.answered_for_by(member_of(request)).values("pk")
    places = Enrolment.objects.filter(course__in=mine).select_related("course", "learner", "offer")
    return get_object_or_404(places, pk=pk)


@extend_schema(
    methods=["GET"],
    operation_id="work_roster_list",
    parameters=[*PAGING, OpenApiParameter("state", str, many=True, enum=list(Enrolment.State.values))],
    responses=page_of(LineOut),
)
@extend_schema(
    methods=["POST"], parameters=[LANG, KEY], request=AdmitIn, responses={201: PlaceOut, 200: PlaceOut, 409: NO}
)
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def roster(request: Request, pk: int) -> Response:
    """Who sits, waits and left; or enrols somebody who came or called."""
    return _admit(request, pk) if request.method == "POST" else _list(request, pk)


def _list(request: Request, pk: int) -> Response:
    member = member_of(request)
    course = get_object_or_404(Course.objects.with_roster_for(member).select_related("program__workgroup"), pk=pk)
    is_desk = rules.why_not_answer_for(course, member) is None
    if is_desk:
        services.read_roster(actor=member, course=course)
    states = request.query_params.getlist("state")
    places = Enrolment.objects.filter(course=course, **({"state__in": states} if states else {}))
    page = Keyset(request, ["id"]).take(cast("QuerySet[Any, dict[str, Any]]", places.values("id")))
    lines = {one.pk: one for one in lines_of(course, heads_of(course), [row["id"] for row in page["results"]])}
    return Response(page | {"results": [line_out(lines[row["id"]], is_desk=is_desk) for row in page["results"]]})


def line_out(line: Line, *, is_desk: bool) -> dict[str, Any]:
    """The dict of `LineOut`."""
    known = {
        "state": line.row["state"],
        "position": line.position,
        "age": line.age,
        "contact": line.masked,
        "asked_at": line.row["asked_at"],
        "is_assisted": line.is_assisted,
        "is_exception": line.row["exception_by_id"] is not None,
        "excepted": line.row["exception_rule"].split(),
        "exception_reason": line.row["exception_reason"],
    }
    answers = [one._asdict() for one in (line.answers if is_desk else line.open_answers)]
    return {"id": line.pk, "name": line.name, "answers": answers} | (known if is_desk else dict.fromkeys(known))


def _admit(request: Request, pk: int) -> Response:
    facts, course = read(AdmitIn, request), _own_course(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        place, is_new = services.admit(
            actor=member_of(request),
            course=course,
            person={name: facts.get(name) or "" for name in PERSON},
            asked=facts["asked"],
            consents=facts["consents"],
            wait=facts["if_full"] == "wait",
            answers=facts.get("answers"),
            exception=facts["exception"],
        )
        return 201 if is_new else 200, place_out(place)

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG, KEY], request=ReasonIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def withdraw(request: Request, pk: int) -> Response:
    """Takes somebody out, with a reason that they read."""
    facts, place = read(ReasonIn, request), _own_place(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, place_out(services.withdraw_for(actor=member_of(request), enrolment=place, **facts))

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG, KEY], request=PromoteIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def promote(request: Request, pk: int) -> Response:
    """Offers a seat out of order, with a reason that stays."""
    facts, place = read(PromoteIn, request), _own_place(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, place_out(services.promote(actor=member_of(request), enrolment=place, **facts))

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG, KEY], request=ExceptionIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def approve(request: Request, pk: int) -> Response:
    """Gives who applied, with their party, seats or the next places in line."""
    facts, place = read(ExceptionIn, request), _own_place(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, place_out(services.approve(actor=member_of(request), enrolment=place, **facts))

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG, KEY], request=ReasonIn, responses={200: PlaceOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def refuse(request: Request, pk: int) -> Response:
    """Says no to who applied, with their party; they read the reason."""
    facts, place = read(ReasonIn, request), _own_place(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, place_out(services.refuse(actor=member_of(request), enrolment=place, **facts))

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG], request=NothingIn, responses=ContactOut(many=True))
@api_view(["POST"])
@permission_classes([OpensWork])
def contact(request: Request, pk: int) -> Response:
    """Shows how one person is reached; that it was asked is recorded."""
    read(NothingIn, request)
    members = services.show_contacts(actor=member_of(request), enrolment=_own_place(request, pk))
    return Response([{"phone": one.phone, "email": one.email} for one in members])


@extend_schema(parameters=[LANG, KEY], request=MessageIn, responses={201: SentOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def message(request: Request, pk: int) -> Response:
    """Writes to a group of the roster or to the chosen places."""
    facts, course = read(MessageIn, request), _own_course(request, pk)

    def work() -> tuple[int, dict[str, Any]]:
        texts = {"fa": facts["fa"], "en": facts["en"]}
        chosen = facts.get("chosen")
        count = services.message(actor=member_of(request), course=course, texts=texts, to=facts["to"], chosen=chosen)
        return 201, {"members": count}

    return answered(request, lambda: once(request, work))


COLUMNS = ("id", "course", "text", "asked_at", "answer", "answered_at")


def question_out(question: Question) -> dict[str, Any]:
    """The dict of `QuestionOut`."""
    return {name: getattr(question, "course_id" if name == "course" else name) for name in COLUMNS}


class ExportIn(In):
    """What the list is needed for, which stays in the trail, and as which kind of file."""

    reason = serializers.CharField(max_length=rules.LONGEST_REASON)
    kind = serializers.ChoiceField(choices=list(TYPES), default="xlsx")


@extend_schema(
    operation_id="work_roster_export",
    parameters=[LANG],
    request=ExportIn,
    responses={(200, XLSX): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY, 409: NO},
)
@api_view(["POST"])
@permission_classes([OpensWork])
def export(request: Request, pk: int) -> HttpResponse:
    """Gives the roster out as a file, in this very answer; ten an hour, each with its reason in the trail."""
    course = get_object_or_404(Course.objects.answered_for_by(member_of(request)), pk=pk)
    facts = read(ExportIn, request)
    return answered(
        request,
        lambda: answer_of(course, services.export(actor=member_of(request), course=course, **facts), facts["kind"]),
    )


@extend_schema(operation_id="work_questions_list", parameters=PAGING, responses=page_of(QuestionOut))
@api_view(["GET"])
@permission_classes([OpensWork])
def questions(request: Request) -> Response:
    """The questions about my courses, the latest first."""
    mine = Question.objects.answered_for_by(member_of(request))
    return Response(Keyset(request, ["-id"]).take(mine.values(*COLUMNS)))


@extend_schema(parameters=[LANG, KEY], request=TextIn, responses={200: QuestionOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def reply(request: Request, pk: int) -> Response:
    """Answers a question; who asked is told."""
    facts = read(TextIn, request)
    mine = Question.objects.answered_for_by(member_of(request)).select_related("course")
    found = get_object_or_404(mine, pk=pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 200, _plain(services.reply(actor=member_of(request), question=found, text=facts["text"]))

    return answered(request, lambda: once(request, work))


def _plain(question: Question) -> dict[str, Any]:
    """As JSON, so that the same answer can be given again."""
    return dict(QuestionOut(question_out(question)).data)


@extend_schema(operation_id="me_questions_list", parameters=PAGING, responses=page_of(QuestionOut))
@api_view(["GET"])
@permission_classes([OpensMe])
def my_questions(request: Request) -> Response:
    """What I asked, the latest first."""
    mine = Question.objects.visible_to(member_of(request))
    return Response(Keyset(request, ["-id"]).take(mine.values(*COLUMNS)))


@extend_schema(parameters=[LANG, KEY], request=TextIn, responses={201: QuestionOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensMe])
def ask(request: Request, pk: int) -> Response:
    """Puts a question to the organiser of a course."""
    facts = read(TextIn, request)
    course = get_object_or_404(Course.objects.visible_to(request.user), pk=pk)

    def work() -> tuple[int, dict[str, Any]]:
        return 201, _plain(services.ask(actor=member_of(request), course=course, text=facts["text"]))

    return answered(request, lambda: once(request, work))
