"""The demo city's areas, districts, organisations, venues and workgroups."""

from __future__ import annotations

from members.models import District
from programs.demo.files import rows, texts
from programs.services.demo.rows import absent, ids, write, write_texts
from workgroups.models import LiteracyArea, Organisation, Venue, Workgroup


def load() -> None:
    """Writes those that are missing."""
    _load_areas()
    _load_districts()
    _load_organisations()
    _load_venues()
    _load_workgroups()


def _load_areas() -> None:
    entries = absent(LiteracyArea, rows("areas"))
    areas = write(
        LiteracyArea(
            slug=one["slug"],
            order=one["order"],
            icon=one["icon"],
            isced=one["isced_f_2013"]["detailed"],
            sdg=one["sdg"],
        )
        for one in entries
    )
    found = zip(areas, entries, strict=True)
    write_texts(LiteracyArea, {area.pk: texts(name=e["name"], description=e["description"]) for area, e in found})


def _load_districts() -> None:
    entries = absent(District, rows("districts"))
    districts = write(District(slug=one["slug"], order=one["number"]) for one in entries)
    write_texts(District, {row.pk: texts(name=one["name"]) for row, one in zip(districts, entries, strict=True)})


def _load_organisations() -> None:
    entries = absent(Organisation, rows("organisations"))
    organisations = write(Organisation(slug=one["slug"], kind=one["kind"]) for one in entries)
    found = zip(organisations, entries, strict=True)
    write_texts(Organisation, {row.pk: texts(name=e["name"], description=e["description"]) for row, e in found})


def _load_venues() -> None:
    entries = absent(Venue, rows("venues"))
    districts, organisations = ids(District), ids(Organisation)
    venues = write(
        Venue(
            slug=one["slug"],
            district_id=districts[one["district"]],
            organisation_id=organisations[one["organisation"]],
            lat=one["lat"],
            lon=one["lon"],
            access=one["access"],
        )
        for one in entries
    )
    found = zip(venues, entries, strict=True)
    write_texts(Venue, {venue.pk: texts(name=e["name"], address=e["address"]) for venue, e in found})


def _load_workgroups() -> None:
    entries = absent(Workgroup, rows("workgroups"))
    areas, organisations = ids(LiteracyArea), ids(Organisation)
    workgroups = write(Workgroup(slug=one["slug"]) for one in entries)
    for workgroup, one in zip(workgroups, entries, strict=True):
        workgroup.areas.set([areas[slug] for slug in one["areas"]])
        workgroup.organisations.set([organisations[slug] for slug in one["members"]])
    found = zip(workgroups, entries, strict=True)
    write_texts(Workgroup, {row.pk: texts(name=e["name"], purpose=e["purpose"]) for row, e in found})
