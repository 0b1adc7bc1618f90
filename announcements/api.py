"""The API of what the city says: public reading, and writing through the services of the pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from announcements import desks, rules, services  # noqa: F401 - `desks` registers the converter
from announcements.checklist import steps_of
from announcements.listing import Choice, chosen, with_texts
from announcements.models import Announcement
from members.asking import In
from members.authentication import OpensWork
from notifications.progress import Progress, progress
from programs.api.catalogue import LANG, PAGING
from programs.api.desk import NO, StepOut, TextsIn, answered, asked, member_of, steps_out, told
from programs.api.keyset import Keyset
from programs.api.public import public_answer
from programs.api.shapes import Ref, page_of
from programs.catalogue import public as public_courses
from programs.checklist import LANGUAGES, texts_of
from programs.models import Course, Program
from workgroups.models import Workgroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from rest_framework.request import Request

Kind, State = Announcement.Kind, Announcement.State
WORDS = ("title", "summary", "body")
FILTERS = [
    OpenApiParameter("q", str, description="Words of the title, the summary or the text"),
    OpenApiParameter("kind", str, enum=list(Kind.values)),
    OpenApiParameter("by", str, description="A workgroup's slug, or `city`"),
    OpenApiParameter("past", int, enum=[1], description="Those that are over too"),
]


class AnnouncementOut(serializers.Serializer[Any]):
    """An announcement in a list, in the language asked for."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    url = serializers.URLField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    lang = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    workgroup = Ref(allow_null=True)
    is_pinned = serializers.BooleanField()
    published_at = serializers.DateTimeField()
    corrected_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class AnnouncementWholeOut(AnnouncementOut):
    """One announcement with its text (Markdown) and what it leads to, by slug."""

    body = serializers.CharField()
    programs = serializers.ListField(child=serializers.CharField())
    courses = serializers.ListField(child=serializers.CharField())


class WrittenOut(serializers.Serializer[Any]):
    """An announcement as those need it who write it; `steps` says what it lacks."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    kind = serializers.ChoiceField(choices=Kind.choices)
    workgroup = serializers.CharField(allow_null=True)
    audience = serializers.JSONField()
    channels = serializers.ListField(child=serializers.CharField())
    publish_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    texts = serializers.JSONField()
    steps = StepOut(many=True)


class BeginIn(In):
    """Who says it: a workgroup by slug, or null for the city."""

    workgroup = serializers.SlugField(max_length=80, required=False, allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False, default=Kind.NEWS)
    title = TextsIn()


class AnnouncementEditIn(In):
    """What an announcement shall say and to whom; what is left out stays. `tells` says a correction again."""

    version = serializers.IntegerField(min_value=1)
    title = TextsIn(required=False)
    summary = TextsIn(required=False)
    body = TextsIn(required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    audience = serializers.JSONField(required=False)
    channels = serializers.ListField(
        child=serializers.ChoiceField(choices=["inbox", "email", "sms", "push"]), required=False, max_length=4
    )
    is_public = serializers.BooleanField(required=False)
    is_pinned = serializers.BooleanField(required=False)
    is_banner = serializers.BooleanField(required=False)
    publish_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    programs = serializers.SlugRelatedField("slug", queryset=Program.objects.all(), many=True, required=False)
    courses = serializers.SlugRelatedField("slug", queryset=Course.objects.all(), many=True, required=False)
    tells = serializers.BooleanField(required=False, default=False)


class ApproveIn(In):
    """The version that was read."""

    version = serializers.IntegerField(min_value=1)


class WithdrawIn(In):
    """Why, in both languages."""

    reason = TextsIn()


class ProgressOut(serializers.Serializer[Any]):
    """How far messages are: numbers by channel and state, why some failed, who opened our link or wants no more."""

    told = serializers.BooleanField()
    channels = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    reasons = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    opened = serializers.IntegerField()
    unsubscribed = serializers.IntegerField()


class SteerIn(In):
    """What shall become of its messages."""

    to = serializers.ChoiceField(choices=["pause", "resume", "resend"])


# Public reading


def out(row: Announcement) -> dict[str, Any]:
    """The dict of `AnnouncementOut`, in the language that is active."""
    language = "fa" if (get_language() or "fa").startswith("fa") else "en"
    workgroup = row.workgroup and {"slug": row.workgroup.slug, "name": row.workgroup.name}
    return {
        "id": row.pk,
        "slug": row.slug,
        "url": f"{settings.SITE_URL}/{language}/announcements/{row.slug}/",
        "kind": row.kind,
        "lang": language,
        "title": row.title,
        "summary": row.summary,
        "workgroup": workgroup,
        "is_pinned": row.is_pinned,
        "published_at": row.published_at,
        "corrected_at": row.corrected_at,
        "ends_at": row.ends_at,
    }


@extend_schema(operation_id="announcements_list", parameters=[*FILTERS, *PAGING], responses=page_of(AnnouncementOut))
@api_view(["GET"])
@public_answer
def announcements(request: Request) -> dict[str, Any]:
    """What the city and its workgroups say, newest first."""
    rows: QuerySet[Any, Any] = chosen(Choice.read(request.query_params)).order_by().values("published_at", "id")
    page = Keyset(request, ["-published_at", "-id"]).take(rows)
    known = with_texts(Announcement.objects.filter(pk__in=[one["id"] for one in page["results"]])).in_bulk()
    return page | {"results": [out(known[one["id"]]) for one in page["results"]]}


@extend_schema(operation_id="announcement", parameters=[LANG], responses=AnnouncementWholeOut)
@api_view(["GET"])
@public_answer
def announcement(request: Request, slug: str) -> dict[str, Any]:  # noqa: ARG001 - a view
    """One of them."""
    public = Announcement.objects.filter(state=State.PUBLISHED, is_public=True)
    row = get_object_or_404(with_texts(public), slug=slug)
    programs = row.programs.filter(state=Program.State.PUBLISHED).values_list("slug", flat=True)
    courses = public_courses().filter(announcements=row).values_list("slug", flat=True)
    return out(row) | {"body": row.body, "programs": sorted(programs), "courses": sorted(courses)}


# Writing


def rows_of(request: Request, desk: str) -> QuerySet[Announcement]:
    """The announcements that this member writes at that desk.

    Raises:
        Http404: the desk is not theirs.
    """
    member = member_of(request)
    mine = Workgroup.objects.coordinated_by(member)
    if not (rules.is_staff(member) if desk == "city" else mine.exists()):
        raise Http404
    rows = Announcement.objects.written_by(member).select_related("workgroup")
    return rows if desk == "city" else rows.filter(workgroup__in=mine.values("pk"))


def written(row: Announcement) -> dict[str, Any]:
    """The dict of `WrittenOut`, in the language that is active."""
    fresh = Announcement.objects.select_related("workgroup").prefetch_related("translations").get(pk=row.pk)
    plain = ("slug", "version", "state", "kind", "audience", "channels", "publish_at", "ends_at")
    found = {name: getattr(fresh, name) for name in plain}
    texts = {code: {name: own[name] for name in WORDS} for code, own in texts_of(fresh).items()}
    workgroup = fresh.workgroup.slug if fresh.workgroup else None
    return {"id": fresh.pk, **found, "workgroup": workgroup, "texts": texts, "steps": steps_out(steps_of(fresh))}


@extend_schema(
    methods=["GET"], operation_id="desk_announcements_list", parameters=PAGING, responses=page_of(WrittenOut)
)
@extend_schema(methods=["POST"], parameters=[LANG], request=BeginIn, responses={201: WrittenOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def desk_announcements(request: Request, desk: str) -> Response:
    """Those that I write, the latest first; begins one."""
    rows = rows_of(request, desk)
    if request.method == "GET":
        ids: QuerySet[Any, Any] = rows.values("id")
        page = Keyset(request, ["-id"]).take(ids)
        known = rows.in_bulk([one["id"] for one in page["results"]])
        return told(request, lambda: page | {"results": [written(known[one["id"]]) for one in page["results"]]})
    typed = asked(BeginIn, request)
    mine = Workgroup.objects.coordinated_by(member_of(request))
    workgroup = get_object_or_404(mine, slug=typed["workgroup"]) if typed["workgroup"] else None
    texts = {code: {"title": typed["title"].get(code, "")} for code in LANGUAGES}

    def work() -> tuple[int, Any]:
        row = services.begin(actor=member_of(request), workgroup=workgroup, texts=texts, kind=typed["kind"])
        return 201, written(row)

    return answered(request, work)


@extend_schema(methods=["GET"], parameters=[LANG], responses=WrittenOut)
@extend_schema(methods=["PATCH"], parameters=[LANG], request=AnnouncementEditIn, responses={200: WrittenOut, 409: NO})
@api_view(["GET", "PATCH"])
@permission_classes([OpensWork])
def desk_announcement(request: Request, desk: str, pk: int) -> Response:
    """One that I write; changes it, or corrects what is out."""
    row = get_object_or_404(rows_of(request, desk), pk=pk)
    if request.method == "GET":
        return told(request, lambda: written(row))
    typed = asked(AnnouncementEditIn, request)
    return answered(request, lambda: (200, written(_edit(request, row, typed))))


def _edit(request: Request, row: Announcement, typed: dict[str, Any]) -> Announcement:
    texts = {code: {name: typed[name].get(code, "") for name in WORDS if name in typed} for code in LANGUAGES}
    facts = {name: typed[name] for name in services.FACTS if name in typed}
    whole: dict[str, Any] = {"actor": member_of(request), "announcement": row, "version": typed["version"]}
    if row.state == State.PUBLISHED:
        row = services.correct(**whole, facts=facts, texts=texts, tells=typed["tells"])
    else:
        row = services.edit(**whole, facts=facts, texts=texts)
    links = {name: typed[name] for name in ("programs", "courses") if name in typed}
    return services.link(actor=member_of(request), announcement=row, **links)


def _act(request: Request, desk: str, pk: int, act: Callable[..., Announcement], shape: type[In] = In) -> Response:
    """Does what is asked to one that I write; what was sent has that shape."""
    row = get_object_or_404(rows_of(request, desk), pk=pk)
    typed = asked(shape, request)
    return answered(request, lambda: (200, written(act(actor=member_of(request), announcement=row, **typed))))


@extend_schema(parameters=[LANG], request=None, responses={200: WrittenOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def submit(request: Request, desk: str, pk: int) -> Response:
    """Asks a second person to read it."""
    return _act(request, desk, pk, services.submit)


@extend_schema(parameters=[LANG], request=ApproveIn, responses={200: WrittenOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def approve(request: Request, desk: str, pk: int) -> Response:
    """Lets it out, in the version that was read."""
    return _act(request, desk, pk, services.approve, ApproveIn)


@extend_schema(parameters=[LANG], request=None, responses={200: WrittenOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def send_back(request: Request, desk: str, pk: int) -> Response:
    """Makes it a draft again."""
    return _act(request, desk, pk, services.send_back)


@extend_schema(parameters=[LANG], request=WithdrawIn, responses={200: WrittenOut, 409: NO})
@api_view(["POST"])
@permission_classes([OpensWork])
def withdraw(request: Request, desk: str, pk: int) -> Response:
    """Takes it back."""
    return _act(request, desk, pk, services.withdraw, WithdrawIn)


@extend_schema(methods=["GET"], responses=ProgressOut)
@extend_schema(methods=["POST"], parameters=[LANG], request=SteerIn, responses={200: ProgressOut, 409: NO})
@api_view(["GET", "POST"])
@permission_classes([OpensWork])
def messages(request: Request, desk: str, pk: int) -> Response:
    """How far its messages are, by channel and state; pauses them, lets them go, tries the failed ones again."""
    row = get_object_or_404(rows_of(request, desk), pk=pk)
    if request.method == "GET":
        return Response(_progress(row))
    verb = {"pause": services.pause, "resume": services.resume, "resend": services.resend}[
        asked(SteerIn, request)["to"]
    ]

    def work() -> tuple[int, Any]:
        verb(actor=member_of(request), announcement=row)
        return 200, _progress(row)

    return answered(request, work)


def _progress(row: Announcement) -> dict[str, Any]:
    found = progress(row.notice) if row.notice else Progress({}, {}, 0, 0)
    return {"told": row.was_told, **asdict(found)}


ROW = "<desk:desk>/announcements/<int:pk>"
urlpatterns = [
    path("announcements/", announcements, name="api_announcements"),
    path("announcements/<slug:slug>/", announcement, name="api_announcement"),
    path("<desk:desk>/announcements/", desk_announcements, name="api_desk_announcements"),
    path(f"{ROW}/", desk_announcement, name="api_desk_announcement"),
    path(f"{ROW}/submit/", submit, name="api_desk_submit"),
    path(f"{ROW}/approve/", approve, name="api_desk_approve"),
    path(f"{ROW}/back/", send_back, name="api_desk_send_back"),
    path(f"{ROW}/withdraw/", withdraw, name="api_desk_withdraw"),
    path(f"{ROW}/messages/", messages, name="api_desk_messages"),
]
