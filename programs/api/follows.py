"""What a member follows and which openings they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes

from members.asking import In
from members.authentication import OpensMe
from programs.api.catalogue import LANG
from programs.api.desk import NO, answered, asked, member_of, told
from programs.following import PAGES, followed_by, press, thing

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class FollowIn(In):
    """What to follow (`courses`: its opening), or to follow no more."""

    kind = serializers.ChoiceField(choices=list(PAGES))
    slug = serializers.SlugField(max_length=120)
    on = serializers.BooleanField(required=False, default=True)


class FollowOut(serializers.Serializer[Any]):
    """One thing that is followed, and what it is called."""

    kind = serializers.ChoiceField(choices=list(PAGES))
    slug = serializers.CharField()
    name = serializers.CharField()


class FollowedOut(serializers.Serializer[Any]):
    """Whether a thing is followed now."""

    kind = serializers.ChoiceField(choices=list(PAGES))
    slug = serializers.CharField()
    on = serializers.BooleanField()


@extend_schema(methods=["GET"], parameters=[LANG], responses=FollowOut(many=True))
@extend_schema(methods=["POST"], parameters=[LANG], request=FollowIn, responses={200: FollowedOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensMe])
def follows(request: Request) -> Response:
    """What I follow; follows something, or follows it no more."""
    member = member_of(request)
    if request.method == "GET":
        return told(
            request,
            lambda: [
                {"kind": one.button.kind, "slug": one.button.slug, "name": one.name}
                for _kind, some in followed_by(member)
                for one in some
            ],
        )
    typed = asked(FollowIn, request)
    row = thing(typed["kind"], typed["slug"], member)
    if row is None:
        raise Http404

    def work() -> tuple[int, Any]:
        press(member, typed["kind"], row, is_on=typed["on"])
        return 200, typed

    return answered(request, work)
