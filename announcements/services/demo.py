"""The demo city's announcements, and how they keep up with later days."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from announcements.audience import why_not_meant
from announcements.models import Announcement
from announcements.services.publishing import notice_of
from announcements.services.writing import folded
from base import clock, door
from members.models import Audit, Member
from programs.demo.files import texts
from programs.models import Course
from programs.services.demo.rows import DOOR, absent, line, write, write_texts
from workgroups.models import Appointment

if TYPE_CHECKING:
    from programs.demo.files import Entry

FILE = Path(__file__).resolve().parents[1] / "demo" / "announcements.json"
LOADED, MOVED = "load_demo", "move_demo"
TOLD_SINCE = -3  # days: what is older was told before the demo began
WEEK = dt.timedelta(days=7)
State = Announcement.State


@transaction.atomic
def load_demo() -> int:
    """Writes the announcements that are missing and moves on those that nobody touched; returns how many were added. Again
    on the same day it changes nothing.
    """
    staff = Appointment.objects.open_on(clock.today()).filter(role=Appointment.Role.STAFF).order_by("pk")
    people = list(Member.objects.filter(pk__in=staff.values("member")).order_by("pk")[:2])
    if len(people) < 2:  # noqa: PLR2004 - one writes, another approves
        return 0
    with door.through(DOOR):
        entries: list[Entry] = json.loads(FILE.read_text(encoding="utf-8"))["rows"]
        added = [(entry, rule) for entry in absent(Announcement, entries) if (rule := _rule(entry))]
        for entry, rule in added:
            _load(entry, rule, *people)
        _move_forward()
    return len(added)


def _rule(entry: Entry) -> dict[str, Any]:
    """The entry's audience without courses that the demo city does not have; empty where nothing is left."""
    rule = entry["audience"]["rule"]
    parts = [_known(one) for one in rule.get("any", [rule])]
    left = [one for one in parts if one]
    found = left[0] if len(left) == 1 else {"any": left}
    return found if left and why_not_meant(found) is None else {}


def _known(fact: dict[str, Any]) -> dict[str, Any]:
    if "enrolled_in" not in fact:
        return fact
    slugs = Course.objects.filter(slug__in=fact["enrolled_in"]).order_by("slug").values_list("slug", flat=True)
    return {"enrolled_in": list(slugs)} if slugs else {}


def _load(entry: Entry, rule: dict[str, Any], author: Member, approver: Member) -> None:
    today = clock.today()
    words = texts(title=entry["title"], summary=entry["summary"], body=entry["body"])
    row = Announcement(
        slug=entry["slug"],
        kind=entry["kind"],
        audience=rule,
        channels=["inbox"],
        is_pinned=entry["pinned"],
        is_banner=entry.get("banner", False),
        ends_at=clock.at(today + dt.timedelta(days=entry["expires_offset_days"]), dt.time(23, 59)),
        author=author,
        search_text=folded(words),
        **_standing(entry, approver),
    )
    row.save()
    write_texts(Announcement, {row.pk: words})
    row.courses.set(Course.objects.filter(slug__in=_courses(rule)))
    if row.state == State.PUBLISHED and entry["publish_offset_days"] >= TOLD_SINCE:
        row.notice = notice_of(row, row.kind, "published")
        row.save(update_fields=["notice"])
    write([line(row, LOADED, changes={"on": today.isoformat()})])


def _standing(entry: Entry, approver: Member) -> dict[str, Any]:
    """Its state and hours: out since that day, waiting for it, or waiting for a second reader."""
    day = clock.today() + dt.timedelta(days=entry["publish_offset_days"])
    publish_at = clock.at(day, dt.time.fromisoformat(entry["publish_at"]))
    if entry.get("in_review"):
        return {"state": State.REVIEW}
    approval = {"approver": approver, "approved_at": min(publish_at, clock.now())}
    if publish_at > clock.now():
        return {"state": State.SCHEDULED, "publish_at": publish_at, **approval}
    return {"state": State.PUBLISHED, "publish_at": publish_at, "published_at": publish_at, **approval}


def _courses(rule: dict[str, Any]) -> list[str]:
    return [slug for one in rule.get("any", [rule]) for slug in one.get("enrolled_in", [])]


def _move_forward() -> None:
    """By whole weeks, as the demo's courses are."""
    today = clock.today()
    label = Announcement._meta.label_lower  # noqa: SLF001 - Django's documented name
    lines = Audit.objects.filter(object_type=label, door=DOOR, verb__in=[LOADED, MOVED]).order_by("pk")
    since = {pk: dt.date.fromisoformat(told["on"]) for pk, told in lines.values_list("object_id", "changes")}
    for row in Announcement.objects.filter(pk__in=since, version=1, state__in=[State.PUBLISHED, State.SCHEDULED]):
        weeks = (today - since[row.pk]).days // WEEK.days
        if weeks > 0:
            step = weeks * WEEK
            Announcement.objects.filter(pk=row.pk).update(
                publish_at=F("publish_at") + step, published_at=F("published_at") + step, ends_at=F("ends_at") + step
            )
            on = since[row.pk] + step
            write([line(row, MOVED, changes={"on": on.isoformat()})])
