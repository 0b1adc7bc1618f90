"""The city's registers for programs of its staff: districts, areas, venues, organisations, all by the same doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from base.templatetags.icons import ICONS
from members.asking import In
from members.authentication import OpensWork
from members.models import District
from programs.api.catalogue import LANG
from programs.api.desk import NO, TextsIn, answered, asked, member_of
from programs.api.groups import govern
from workgroups import services
from workgroups.models import LiteracyArea, Organisation, Venue
from workgroups.services.registers import facts_of, stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.urls import URLPattern
    from rest_framework.request import Request

WORDS = ("name", "description", "address")
NO_TEXT = {"fa": "", "en": ""}


class NamesIn(In):
    """What something is called, in both languages."""

    fa = serializers.CharField(max_length=200)
    en = serializers.CharField(max_length=200)


class DistrictIn(In):
    """A municipal district."""

    name = NamesIn()


class AreaIn(In):
    """A literacy area and what it is in the languages of statistics."""

    name = NamesIn()
    description = TextsIn(required=False, default=NO_TEXT)
    icon = serializers.ChoiceField(choices=sorted(ICONS), required=False, allow_blank=True, default="")
    isced = serializers.RegexField(r"^([0-9]{2,4})?$", required=False, allow_blank=True, default="")
    sdg = serializers.ListField(child=serializers.IntegerField(min_value=0, max_value=999), max_length=17, default=list)


class AccessIn(In):
    """How one gets in and there."""

    step_free_entrance = serializers.BooleanField(required=False, default=False)
    accessible_toilet = serializers.BooleanField(required=False, default=False)
    induction_loop = serializers.BooleanField(required=False, default=False)
    lift = serializers.ChoiceField(choices=["yes", "no"], required=False, default="no")
    bus = TextsIn(required=False, default=NO_TEXT)
    parking = TextsIn(required=False, default=NO_TEXT)


class VenueIn(In):
    """A place where classes are held; district and organisation by slug."""

    name = NamesIn()
    address = TextsIn(required=False, default=NO_TEXT)
    district = serializers.SlugRelatedField("slug", queryset=District.objects.all(), allow_null=True, default=None)
    organisation = serializers.SlugRelatedField(
        "slug", queryset=Organisation.objects.all(), allow_null=True, default=None
    )
    lat = serializers.FloatField(allow_null=True, default=None)
    lon = serializers.FloatField(allow_null=True, default=None)
    access = AccessIn(required=False)


class OrganisationIn(In):
    """A body that takes part."""

    name = NamesIn()
    kind = serializers.ChoiceField(choices=Organisation.Kind.choices)
    phone = serializers.CharField(max_length=24, required=False, allow_blank=True, default="")
    description = TextsIn(required=False, default=NO_TEXT)


class MoveEntryIn(In):
    """One place up or down in the order of every list."""

    to = serializers.ChoiceField(choices=["up", "down"])


class EntryOut(serializers.Serializer[Any]):
    """An entry: its address, what it says, and the stamp that a change of it sends back."""

    slug = serializers.CharField()
    version = serializers.CharField()
    facts = serializers.DictField()


def entry_out(row: Any) -> dict[str, Any]:
    """The dict of `EntryOut`."""
    facts = facts_of(row)
    for name in ("district", "organisation"):
        if name in facts:
            facts[name] = getattr(row, name) and getattr(row, name).slug
    return {"slug": row.slug, "version": stamp_of(row), "facts": facts}


def _parted(typed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns and texts as the services take them."""
    texts = {name: dict(value) for name, value in typed.items() if name in WORDS}
    columns = {name: value for name, value in typed.items() if name not in texts}
    if "sdg" in columns:
        columns["sdg"] = sorted(set(columns["sdg"]))
    if "access" in columns:
        columns["access"] = {key: dict(one) if isinstance(one, dict) else one for key, one in columns["access"].items()}
    return columns, texts


class Register(NamedTuple):
    """One of the registers: its rows, and the shapes of a new entry and of a change."""

    model: Any
    new: type[In]
    edit: type[In]


def register(model: Any, shape: type[In]) -> Register:
    """A new entry has its address besides; a change has the stamp of what was read."""
    noun = shape.__name__.removesuffix("In")
    slug, version = serializers.SlugField(max_length=50), serializers.CharField(max_length=40)
    about = {"__module__": __name__, "__doc__": shape.__doc__}
    new = type(f"New{noun}In", (shape,), about | {"slug": slug})
    edit = type(f"{noun}EditIn", (shape,), about | {"version": version})
    return Register(model, new, edit)


def _entries(of: Register) -> Any:
    def entries(request: Request) -> Response:
        """Every entry of the register; adds one."""
        govern(request)
        if request.method == "GET":
            return Response([entry_out(row) for row in of.model.objects.prefetch_related("translations")])
        columns, texts = _parted(asked(of.new, request))
        actor = member_of(request)

        def work() -> tuple[int, Any]:
            return 201, entry_out(services.add_entry(actor=actor, row=of.model(**columns), texts_of=texts))

        return answered(request, work)

    return _view(entries, "POST", EntryOut(many=True), of.new, status=201)


def _entry(of: Register) -> Any:
    def entry(request: Request, slug: str) -> Response:
        """One entry; says anew what it is, whole."""
        govern(request)
        row = get_object_or_404(of.model, slug=slug)
        if request.method == "GET":
            return Response(entry_out(row))
        columns, texts = _parted(asked(of.edit, request))
        stamp, actor = columns.pop("version"), member_of(request)
        if "access" in columns:  # what a partner or the demo said beyond the fields stays
            columns["access"] = row.access | columns["access"]

        def work() -> tuple[int, Any]:
            found = services.edit_entry(actor=actor, row=row, columns=columns, texts_of=texts, stamp=stamp)
            return 200, entry_out(found)

        return answered(request, work)

    return _view(entry, "PUT", EntryOut, of.edit)


def _move(of: Register) -> Any:
    @extend_schema(parameters=[LANG], request=MoveEntryIn, responses={200: EntryOut, 409: NO})
    @api_view(["POST"])
    @permission_classes([OpensWork])
    def move(request: Request, slug: str) -> Response:
        """Moves an entry of an ordered register one place."""
        govern(request)
        row, by = get_object_or_404(of.model, slug=slug), 1 if asked(MoveEntryIn, request)["to"] == "down" else -1

        def work() -> tuple[int, Any]:
            services.move_entry(actor=member_of(request), row=row, by=by)
            return 200, entry_out(row)

        return answered(request, work)

    return move


def _view(view: Callable[..., Response], method: str, read: Any, written: Any, status: int = 200) -> Any:
    """Opens an address that is read and written, and describes both."""
    opened = api_view(["GET", method])(permission_classes([OpensWork])(view))
    opened = extend_schema(methods=["GET"], responses=read)(opened)
    more = {"parameters": [LANG], "request": written, "responses": {status: EntryOut, 409: NO}}
    return extend_schema(methods=[method], **more)(opened)


def _doors(kind: str, of: Register) -> list[URLPattern]:
    """The three addresses of a register: all of it and one more; one entry and its change; its place."""
    start, name = f"city/{kind}/", f"api_city_{kind}"
    return [
        path(start, _entries(of), name=name),
        path(f"{start}<slug:slug>/", _entry(of), name=f"{name}_entry"),
        path(f"{start}<slug:slug>/move/", _move(of), name=f"{name}_move"),
    ]


urlpatterns = [
    *_doors("districts", register(District, DistrictIn)),
    *_doors("areas", register(LiteracyArea, AreaIn)),
    *_doors("venues", register(Venue, VenueIn)),
    *_doors("organisations", register(Organisation, OrganisationIn)),
]
