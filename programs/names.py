"""What areas, districts, venues, workgroups and organisations are called: few rows that every list needs, kept for a minute."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.cache import cache
from django.db.models import BigIntegerField, CharField, Value
from django.db.models.functions import Cast

from members.models import District
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

KEPT_SECONDS = 60


class Named(NamedTuple):
    """One of them: `extra` is a venue's address or an area's icon, `parent` a venue's organisation."""

    slug: str
    name: str
    extra: str
    parent: int | None
    order: int


NOBODY = Named("", "", "", None, 0)
Names = dict[str, dict[int | None, Named]]
# Of this process, by language: to unpack them anew at every request costs a millisecond.
_held: dict[str, tuple[str, Names]] = {}


def names(language: str, wanted: Iterable[tuple[str, int]] = ()) -> Names:
    """By kind (`area`, `district`, `venue`, `workgroup`, `organisation`) and id, in the language or, where that lacks, in
    another; one query a minute. A new name is seen after that minute, a new row (one of `wanted` that is not known) at once.
    """
    stamp: str | None = cache.get(f"names:{language}")
    found = _kept(language, stamp) if stamp else None
    if found is None or any(pk not in found[kind] for kind, pk in wanted):
        found = _read(language)
        _keep(language, secrets.token_hex(8), found)
    return found


def _kept(language: str, stamp: str) -> Names | None:
    """What was read under that stamp, by this process or another one."""
    mine = _held.get(language)
    if mine is not None and mine[0] == stamp:
        return mine[1]
    found: Names | None = cache.get(f"names:{language}:{stamp}")
    if found is not None:
        _held[language] = stamp, found
    return found


def _keep(language: str, stamp: str, found: Names) -> None:
    _held[language] = stamp, found
    cache.set(f"names:{language}:{stamp}", found, KEPT_SECONDS)
    cache.set(f"names:{language}", stamp, KEPT_SECONDS)


def _read(language: str) -> Names:
    found: Names = {kind: {} for kind in ("area", "district", "venue", "workgroup", "organisation")}
    whole = _part("area", LiteracyArea, order="order", extra="icon").union(
        _part("district", District, order="order"),
        _part("venue", Venue, extra="translations__address", parent="organisation_id"),
        _part("workgroup", Workgroup),
        _part("organisation", Organisation),
        all=True,
    )
    for kind, pk, slug, code, name, extra, parent, order in whole:
        if code == language or pk not in found[kind]:
            found[kind][pk] = Named(slug, name or slug, extra or "", parent, order)
    return found


def _part(kind: str, model: Any, *, order: str = "", extra: str = "", parent: str = "") -> QuerySet[Any, Any]:
    columns = {
        "of_kind": Value(kind, output_field=CharField()),
        "code": Cast("translations__language_code", CharField()),
        "label": Cast("translations__name", CharField()),
        "more": Cast(extra or Value(""), CharField()),
        "above": Cast(parent or Value(None), BigIntegerField()),
        "rank": Cast(order or Value(0), BigIntegerField()),
    }
    rows: QuerySet[Any, Any] = model.objects.order_by().annotate(**columns)
    return rows.values_list("of_kind", "pk", "slug", "code", "label", "more", "above", "rank")
