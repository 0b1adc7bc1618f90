"""One's own page: what needs me, my seats, my places in queues, what I have learned; and my calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from base import clock
from base.calendar import list_text
from base.prepared import prepared
from members.limits import allow, retry_after
from members.models import Care, Invitation, Learner
from members.services import renew_calendar
from members.sessions import member_of
from notifications.models import Channel, Delivery
from programs import calendars
from programs.explaining import EXPLAINED
from programs.family import cares_of
from programs.listing import Listed, listed_by_key
from programs.models import Course, Enrolment
from programs.views.work.desk import number_of
from workgroups.models import Workgroup
from workgroups.rules import why_not_govern

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from members.models import Member

State = Enrolment.State
LATEST_MESSAGES = 3
MOST_AN_HOUR, AN_HOUR = 30, 3600


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """What needs me first, then what is next."""
    rows = places_of(member_of(request))
    return render(request, "programs/me.html", sorted_by_need(rows) | around(member_of(request)))


def places_of(member: Member) -> list[dict[str, Any]]:
    """Every place of the learners this member cares for, with its course and its rank in the queue: four queries."""
    enrolments = _places_of(member.pk, clock.today())
    courses = listed_by_key({one.course_id for one in enrolments}, _language())
    ranks = Enrolment.objects.ranks({one.course_id for one in enrolments if one.state == State.WAITING})
    return [
        {
            "enrolment": one,
            "course": courses[one.course_id],
            "position": ranks.get(one.pk),
            "learner": one.learner,
            "is_self": one.is_self,
        }
        for one in enrolments
    ]


@prepared
def _places_of(member: int, today: dt.date) -> QuerySet[Any, Any]:
    own = Care.objects.filter(guardian=member, learner=OuterRef("learner"), relation=Care.Relation.SELF)
    mine = Enrolment.objects.filter(learner__in=Learner.objects.in_care_of(member, today).values("pk"))
    mine = mine.select_related("learner", "offer", "sheet").annotate(is_self=Exists(own))
    return mine.order_by("course__sort_on", "pk")


def sorted_by_need(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The places in the groups of the page: offers, seats, queues, and what is over (the latest first)."""

    def some(*states: State) -> list[dict[str, Any]]:
        return [row for row in rows if row["enrolment"].state in states and not is_over(row["course"])]

    shown = {State.OFFERED, State.SEATED, State.WAITING, State.APPLIED}
    past = [row for row in rows if row["enrolment"].state not in shown or is_over(row["course"])]
    return {
        "offers": _together(some(State.OFFERED)),
        "seats": some(State.SEATED),
        "queues": some(State.WAITING, State.APPLIED),
        "past": past[::-1],
        "explained": EXPLAINED,
        "is_family": not all(row["is_self"] for row in rows),
    }


def _together(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The offers: one to several people is one row, that of who is first in it, with the names of all."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        first = found.setdefault(row["enrolment"].offer_id, row | {"others": []})
        if first["enrolment"] is not row["enrolment"]:
            first["others"].append(row["learner"].name)
    for row in found.values():
        row["names"] = list_text([row["learner"].name, *row["others"]], language=_language())
    return list(found.values())


def still_on(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The places that somebody still uses or waits with."""
    return [row for row in rows if row["enrolment"].state in Enrolment.OPEN and not is_over(row["course"])]


def is_over(course: Listed) -> bool:
    """Whether a course has ended or was called off."""
    return course.now_status in {Course.Status.ENDED, Course.Status.CANCELLED}


def around(member: Member) -> dict[str, Any]:
    """What stands beside the places: new messages, an invitation to care for somebody, and the desks that today's appointments
    open.
    """
    asked = Invitation.objects.visible_to(member).exists()
    return inbox_of(member) | {"desks": desks_of(member), "is_asked": asked}


def desks_of(member: Member) -> dict[str, bool]:
    """The desks of who may enter a workgroup today; none, after one query, for everybody else."""
    if not Workgroup.objects.entered_by(member).exists():
        return {}
    coordinates = Workgroup.objects.coordinated_by(member).exists()
    return {"coordinates": coordinates, "governs": why_not_govern(member) is None}


def inbox_of(member: Member) -> dict[str, Any]:
    """How many messages are new."""
    mine = Delivery.objects.filter(member=member, channel=Channel.INBOX)
    return {"unread": mine.filter(read_at__isnull=True).count()}


def _language() -> str:
    return get_language() or "fa"


@login_required
@require_safe
def calendar_link(request: HttpRequest) -> HttpResponse:
    """The secret address of the calendar of all my learners, one for each of them, and how to put it on a phone."""
    member = member_of(request)
    kin = [(care, calendars.address_of(care)) for care in cares_of(member)]
    context = {"address": calendars.address_of(member), "kin": kin if len(kin) > 1 else []}
    return render(request, "programs/calendar.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_renew(request: HttpRequest) -> HttpResponse:
    """Makes a new secret address, mine or that of one of my learners; the old one ends at once."""
    if request.method == "POST":
        member, learner = member_of(request), None
        if "learner" in request.POST:
            mine = Learner.objects.visible_to(member)
            learner = get_object_or_404(mine, pk=number_of(request.POST["learner"]))
        renew_calendar(actor=member, learner=learner)
        messages.success(request, gettext("The old address has ended; here is the new one"))
    return redirect("programs:calendar_link")


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A member's own courses as iCalendar, or one learner's; whoever has the address may read it, so it names nobody.

    Thirty times an hour at most.
    """
    holder = calendars.holder_of(secret)
    if holder is None:
        raise Http404
    if not allow(f"calendar:{type(holder).__name__}:{holder.pk}", MOST_AN_HOUR, AN_HOUR):
        return HttpResponse(status=429, headers={"Retry-After": str(retry_after(AN_HOUR))})
    return calendars.answer(request, calendars.of_holder(holder))


@require_safe
def courses_feed(request: HttpRequest) -> HttpResponse:
    """Class meetings of the courses that the filters of the address leave, as iCalendar."""
    return calendars.answer(request, calendars.of_catalogue(request.GET, request.GET.get("lang", "")))
