"""What a course asks at enrolment, for programs: the questions, answers and files, by the pages' own services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from members.asking import In, once
from members.authentication import OpensMe, OpensWork
from programs import services
from programs.answers import as_document, told_in
from programs.api.catalogue import LANG
from programs.api.desk import asked, told
from programs.api.fields import Text
from programs.api.places import KEY, NO, answered, limit_acts, member_of
from programs.api.shapes import AnswerToldOut
from programs.catalogue import course_for
from programs.models import AnswerFile, Course, Enrolment, Item
from programs.models.questionnaire import MOST_ITEMS
from programs.rules.answers import LONGEST_CHOICE, LONGEST_CONSENT, LONGEST_ITEM, MOST_CHOICES, questionnaire_of

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.request import Request


class PairIn(In):
    """A text in both languages."""

    fa = Text(max_length=LONGEST_CONSENT, allow_blank=True, default="")
    en = Text(max_length=LONGEST_CONSENT, allow_blank=True, default="")


class QuestionIn(In):
    """One question; `choices` by language, the same number in both, for the kind `choice` alone."""

    kind = serializers.ChoiceField(choices=Item.Kind.choices)
    text_fa = Text(max_length=LONGEST_ITEM)
    text_en = Text(max_length=LONGEST_ITEM)
    choices_fa = serializers.ListField(child=Text(max_length=LONGEST_CHOICE), default=list, max_length=MOST_CHOICES)
    choices_en = serializers.ListField(child=Text(max_length=LONGEST_CHOICE), default=list, max_length=MOST_CHOICES)
    is_required = serializers.BooleanField(default=True)
    is_sensitive = serializers.BooleanField(default=False)


class QuestionnaireIn(In):
    """All that the course asks from now on, and the version that was read (0 where nothing was asked)."""

    version = serializers.IntegerField(min_value=0)
    consent = PairIn(required=False)
    items = serializers.ListField(child=QuestionIn(), max_length=MOST_ITEMS)


class QuestionnaireOut(serializers.Serializer[Any]):
    """All that the course asks."""

    version = serializers.IntegerField()
    consent = PairIn()
    items = QuestionIn(many=True)


class CorrectIn(In):
    """What is answered instead, by the number of the question, and that one agrees."""

    consent = serializers.BooleanField(required=False)
    given = serializers.DictField()


class FileIn(In):
    """A PDF or a picture of at most 5 MB, and the number of the question that it answers."""

    number = serializers.IntegerField(min_value=1, max_value=MOST_ITEMS)
    file = serializers.FileField(max_length=200, allow_empty_file=True)


class FileOut(serializers.Serializer[Any]):
    """The id by which an answer names the file."""

    id = serializers.IntegerField()
    name = serializers.CharField()


def questionnaire_out(course: Course) -> dict[str, Any]:
    """The dict of `QuestionnaireOut`."""
    now = questionnaire_of(course)
    rows = now.items.all() if now else []
    names = ("kind", "text_fa", "text_en", "is_required", "is_sensitive")
    lines = ("choices_fa", "choices_en")
    return {
        "version": course.asks_version,
        "consent": {"fa": now.consent_fa, "en": now.consent_en} if now else {"fa": "", "en": ""},
        "items": [
            {name: getattr(row, name) for name in names} | {name: getattr(row, name).splitlines() for name in lines}
            for row in rows
        ],
    }


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: QuestionnaireOut})
@extend_schema(
    methods=["PUT"], parameters=[LANG, KEY], request=QuestionnaireIn, responses={200: QuestionnaireOut, 409: NO}
)
@api_view(["GET", "PUT"])
@permission_classes([OpensWork])
def questionnaire(request: Request, pk: int) -> Response:
    """What a course asks whoever enrols; writes it anew as the next version."""
    course = get_object_or_404(Course.objects.answered_for_by(member_of(request)), pk=pk)
    if request.method == "GET":
        return told(request, lambda: questionnaire_out(course))
    typed = asked(QuestionnaireIn, request)
    items = [one | {name: "\n".join(one[name]) for name in ("choices_fa", "choices_en")} for one in typed["items"]]
    consent = typed.get("consent") or {"fa": "", "en": ""}

    def work() -> tuple[int, dict[str, Any]]:
        row = services.ask_for(
            actor=member_of(request), course=course, version=typed["version"], consent=consent, items=items
        )
        return 200, questionnaire_out(row)

    return answered(request, lambda: once(request, work))


@extend_schema(parameters=[LANG], request=FileIn, responses={201: FileOut, 409: NO})
@api_view(["POST"])
@parser_classes([MultiPartParser])
@permission_classes([OpensMe])
def hand_over(request: Request, pk: int) -> Response:
    """Takes a file for an answer; it waits a day for the enrolment or correction that names it."""
    limit_acts(request)
    course = course_for(request.user, pk=pk)
    typed = asked(FileIn, request)

    def work() -> Response:
        file = services.hand_over(actor=member_of(request), course=course, **typed)
        return Response({"id": file.pk, "name": file.name}, status=201)

    return answered(request, work)


@extend_schema(parameters=[LANG], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
@api_view(["GET"])
@permission_classes([OpensMe])
def file(request: Request, pk: int) -> HttpResponse:
    """A file of an answer, to be saved: mine, of whom I care for, or of a course that I answer for."""
    mine = AnswerFile.objects.visible_to(request.user).select_related("sheet__enrolment")
    found = get_object_or_404(mine, pk=pk)
    return as_document(found, services.read_answer_file(actor=member_of(request), file=found))


@extend_schema(methods=["GET"], parameters=[LANG], responses={200: AnswerToldOut(many=True)})
@extend_schema(
    methods=["PUT"], parameters=[LANG, KEY], request=CorrectIn, responses={200: AnswerToldOut(many=True), 409: NO}
)
@api_view(["GET", "PUT"])
@permission_classes([OpensMe])
def answers(request: Request, pk: int) -> Response:
    """What was answered for one's own place; until the course begins it can be answered anew."""
    mine = Enrolment.objects.visible_to(member_of(request)).filter(sheet__isnull=False)
    place = get_object_or_404(mine.select_related("course", "sheet__questionnaire"), pk=pk)

    def shown() -> list[dict[str, Any]]:
        return [one._asdict() for one in told_in(place.course, [place.pk])[place.pk]]

    if request.method == "GET":
        return told(request, shown)
    typed = asked(CorrectIn, request)
    limit_acts(request)

    def work() -> tuple[int, Any]:
        services.correct(actor=member_of(request), enrolment=place, answers=typed)
        return 200, shown()

    return answered(request, lambda: once(request, work))
