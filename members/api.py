"""The API's addresses about the member who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from members.authentication import OpensMe
from members.models import Care

if TYPE_CHECKING:
    from rest_framework.request import Request

    from members.models import Member


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes a personal token."""

    target_class = "members.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002 - the framework's signature
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


class MeOut(serializers.Serializer[Any]):
    """The member who asks; `learner` is the member's own learner, null before the first enrolment."""

    id = serializers.IntegerField()
    language = serializers.CharField()
    contact = serializers.CharField()
    learner = serializers.IntegerField(allow_null=True)


@extend_schema(responses=MeOut)
@api_view(["GET"])
@permission_classes([OpensMe])
def me(request: Request) -> Response:
    """Who asks."""
    member = cast("Member", request.user)
    own = Care.objects.filter(guardian=member, relation=Care.Relation.SELF).values_list("learner", flat=True).first()
    facts = {"id": member.pk, "language": member.language, "contact": member.contact, "learner": own}
    return Response(MeOut(facts).data)


urlpatterns = [
    path("me/", me, name="api_me"),
]
