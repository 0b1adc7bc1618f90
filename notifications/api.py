"""The API's addresses of a member's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from members.asking import In
from members.authentication import OpensMe
from notifications import inbox as reading
from notifications import services

if TYPE_CHECKING:
    from rest_framework.request import Request

    from members.models import Member


class MessageOut(serializers.Serializer[Any]):
    """One message in words; `url` is the page that it is about."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    is_new = serializers.BooleanField()
    asks = serializers.BooleanField()
    subject = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()


class MessagesOut(serializers.Serializer[Any]):
    """A page of messages, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = MessageOut(many=True)


class ReadIn(In):
    """Up to which message everything was read."""

    until = serializers.IntegerField(min_value=1, max_value=2**62)


class Newest(CursorPagination):
    """Twenty a page, by id."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-pk"


@extend_schema(responses=MessagesOut, parameters=[OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)])
@api_view(["GET"])
@permission_classes([OpensMe])
def inbox(request: Request) -> Response:
    """My messages."""
    pages = Newest()
    rows = pages.paginate_queryset(reading.messages_of(cast("Member", request.user)), request)
    items = reading.shown(rows or [], get_language() or "fa")
    results = [
        {name: getattr(one, name) for name in ("id", "kind", "at", "is_new", "asks", "subject", "text")}
        | {"url": settings.SITE_URL + one.path}
        for one in items
    ]
    facts = {"next": pages.get_next_link(), "previous": pages.get_previous_link(), "results": results}
    return Response(MessagesOut(facts).data)


@extend_schema(request=ReadIn, responses={204: None})
@api_view(["POST"])
@permission_classes([OpensMe])
def read(request: Request) -> Response:
    """I have read them."""
    asked = ReadIn(data=request.data)
    asked.is_valid(raise_exception=True)
    services.mark_read(member=cast("Member", request.user), until=asked.validated_data["until"])
    return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("me/inbox/", inbox, name="api_inbox"),
    path("me/inbox/read/", read, name="api_inbox_read"),
]
