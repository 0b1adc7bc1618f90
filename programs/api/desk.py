"""What the API's addresses for coordinators and staff share: who may ask, refusals in the asked language, people and days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import translation
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as Wrong
from rest_framework.response import Response

from base.refusal import Refusal, Refused
from members.asking import In, once
from programs.api.catalogue import language_of
from workgroups.forms import owner_named, owner_value
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from members.models import Member
    from programs.checklist import Step
    from workgroups.models import Decision, Meeting
    from workgroups.rules import Owner

NO = OpenApiResponse(description="A rule says no: `code` and `message`")


class TextsIn(In):
    """A text in the languages of the site; one that is left out is empty."""

    fa = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")
    en = serializers.CharField(required=False, allow_blank=True, max_length=4000, default="")


class StepOut(serializers.Serializer[Any]):
    """A step on the way to publication: what it is, what to do about it, whether that is done."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # hides the field's own label, which nobody reads
    todo = serializers.CharField()
    done = serializers.BooleanField()


class WhyNotOut(serializers.Serializer[Any]):
    """Why something may not be done."""

    code = serializers.CharField()
    message = serializers.CharField()


def steps_out(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The dicts of `StepOut`, in the language that is active."""
    return [{"code": one.code, "label": str(one.label), "todo": str(one.todo), "done": bool(one.done)} for one in steps]


def why_not(refusal: Refusal | None) -> dict[str, str] | None:
    """The dict of `WhyNotOut`, in the language that is active."""
    return {"code": refusal.code, "message": str(refusal.message)} if refusal else None


def workgroups_of(request: Request) -> QuerySet[Workgroup]:
    """The workgroups whose programs this member writes.

    Raises:
        Http404: there is none.
    """
    mine = Workgroup.objects.coordinated_by(member_of(request))
    if not mine.exists():
        raise Http404
    return mine


def told(request: Request, make: Callable[[], Any]) -> Response:
    """Answers with what is made in the language asked for."""
    with translation.override(language_of(request)):
        return Response(make())


def member_of(request: Request) -> Member:
    """The member who asks; the permission has seen to it that there is one."""
    return cast("Member", request.user)


def asked(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, in its shape.

    Raises:
        ValidationError: it has another one.
    """
    found = kind(data=request.data)
    found.is_valid(raise_exception=True)
    values: dict[str, Any] = found.validated_data
    return values


def answered(request: Request, work: Callable[[], tuple[int, Any]]) -> Response:
    """Does the work once for a key, in the language asked for, so that a refusal's words are in it."""
    with translation.override(language_of(request)):
        try:
            return once(request, work)
        except Refused as refused:
            said = Refusal(refused.refusal.code, str(refused.refusal.message), refused.refusal.values)
            raise Refused(said) from refused


def owner_of(value: str) -> Owner:
    """Who is meant by `member:1`, `organisation:1` or `role:coordinator`.

    Raises:
        ValidationError: nobody.
    """
    try:
        return owner_named(value)
    except ValidationError as error:
        raise Wrong({"owner": error.messages}) from error


def meeting_out(meeting: Meeting) -> dict[str, Any]:
    """The dict of `MeetingWorkOut`."""
    return {
        "id": meeting.pk,
        "workgroup": meeting.workgroup.slug,
        "number": meeting.number,
        "state": meeting.state,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "venue": meeting.venue.slug if meeting.venue else None,
        "place": meeting.place,
        "link": meeting.link,
        "is_approved": meeting.is_approved,
        "version": meeting.version,
        "agenda": [
            {"id": one.pk, "title": one.title, "minutes": one.minutes, "version": one.version}
            for one in meeting.items.all()
        ],
    }


def decision_out(decision: Decision) -> dict[str, Any]:
    """The dict of `DecisionOut`."""
    return {
        "id": decision.pk,
        "workgroup": decision.workgroup.slug,
        "number": decision.number,
        "meeting": decision.meeting_id,
        "text": {one.language_code: one.text for one in decision.translations.all()},
        "owner": owner_value(decision),
        "due_on": decision.due_on.isoformat(),
        "state": decision.state,
        "closed_on": decision.closed_on and decision.closed_on.isoformat(),
        "is_published": decision.is_published,
        "version": decision.version,
    }
