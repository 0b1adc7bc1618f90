"""A course, a program, a workgroup: everything needed to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from base import clock
from base.pages import public_page
from programs.catalogue import Filters, find, public
from programs.following import button_for
from programs.listing import Listed, listed, seen_by, with_hours
from programs.models import ClassMeeting, Course, Program
from programs.outcomes import came_of, results_of
from programs.panel import Panel, panel_for
from programs.rules.joining import belonging_of, required_by, words_of
from programs.views.answers import put_questions
from programs.words import AUDIENCES, LANGUAGES
from workgroups.models import Appointment, Decision, Organisation, Workgroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse

    from members.models import Learner, Member
    from programs.forms.answers import FamilyAnswers

SIMILAR = 3
LOOKED_THROUGH = 30  # courses, for three that suit an age
LONG_ID = 19  # digits of a bigint
MOST_DECISIONS = 100
LEADS_ELSEWHERE = {
    "queue_full",
    "full",
    "closed",
    "cancelled",
    "age",
    "audience",
    "requires",
    "district",
    "belongs",
    "once",
    "clash",
    "paused",
    "drawn",
    "nobody",
}


@require_safe
@public_page
def course_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Facts first, then the seat panel, then the rest."""
    return render(request, "programs/course_detail.html", course_context(request, slug))


def course_context(
    request: HttpRequest, slug: str, chosen: Iterable[int] = (), typed: FamilyAnswers | None = None
) -> dict[str, Any]:
    """All that a course's page shows, with those learners chosen and what was typed for them. A course that this person may not
    see is not there.
    """
    course = seen_by(request.user, lang(), is_full=True, slug=slug)
    if course is None:
        raise Http404
    with_hours([course])
    panel = panel_for(course, request.user, chosen or ids_in(request.GET.getlist("learner")))
    meetings = list(ClassMeeting.objects.filter(course=course.pk).order_by("starts_at"))
    context = {
        "course": course,
        "panel": panel,
        "required": required_by(course),
        "joining": words_of(course, belonging_of(course)),
        "meetings": meetings,
        "organisations": organisations_of(course),
        "follow": button_for("courses", course, request.user) if panel.state == "not_open" else None,
        "similar": similar_to(course, panel),
        "outcomes": course.text("program", "outcomes").splitlines(),
        "audiences": [AUDIENCES.get(word, word) for word in course.for_whom if word != "everyone"],
        "languages": [LANGUAGES.get(code, code) for code in course.speaks],
        "structured": structured(request, course, meetings),
    }
    put_questions(context, typed)
    return context


def ids_in(typed: list[str]) -> list[int]:
    """The numbers of learners among what an address or a form holds."""
    return [int(one) for one in typed if one.isascii() and one.isdecimal() and len(one) < LONG_ID]


def organisations_of(course: Listed) -> list[tuple[str, str]]:
    """Slug and name of the organisations whose workgroup offers it."""
    language = get_language() or "fa"
    rows = Organisation.objects.filter(workgroups__slug=course.workgroup_slug).values_list(
        "slug", "translations__language_code", "translations__name"
    )
    found: dict[str, str] = {}
    for slug, code, name in rows:
        if code == language or slug not in found:
            found[slug] = name
    return list(found.items())


def similar_to(course: Listed, panel: Panel) -> list[Listed]:
    """Where to go when this course leads nowhere: other runs of the program first, then of the area; else nothing."""
    if panel.state not in LEADS_ELSEWHERE and course.now_status not in {Course.Status.ENDED, Course.Status.RUNNING}:
        return []
    return alternatives_to(course)


def alternatives_to(course: Listed, learner: Learner | None = None) -> list[Listed]:
    """Courses that are open or soon, of the same program first, then of the area; for a learner those of their age."""
    near = Q(program__slug=course.program_slug) | Q(area__slug=course.area_slug)
    rows = find(Filters(open=("1", "soon"))).filter(near).exclude(pk=course.pk)
    first = rows.annotate(other=Count("pk", filter=~Q(program__slug=course.program_slug))).order_by(
        "other", "sort_on", "pk"
    )
    if learner is None:
        return listed(first, get_language() or "fa", slice(SIMILAR))
    some = listed(first, get_language() or "fa", slice(LOOKED_THROUGH))
    today = clock.today()
    return [one for one in some if learner.could_be_aged(one.age_min, one.age_max, one.starts_on or today)][:SIMILAR]


def structured(request: HttpRequest, course: Listed, meetings: list[ClassMeeting]) -> dict[str, Any]:
    """The course in schema.org's words, for search engines."""
    return {
        "@context": "https://schema.org",
        "@type": "Course",
        "name": course.title,
        "description": course.text("program", "summary"),
        "inLanguage": course.lang,
        "url": f"{settings.SITE_URL}{request.path}",
        "provider": {"@type": "Organization", "name": course.workgroup_name},
        "hasCourseInstance": _instance(course, [one for one in meetings if one.state != ClassMeeting.State.CANCELLED]),
    }


def _instance(course: Listed, held: list[ClassMeeting]) -> dict[str, Any]:
    address = course.venue_extra
    found = {
        "@type": "CourseInstance",
        "courseMode": "Online" if course.online else "Onsite",
        "startDate": course.starts_on and course.starts_on.isoformat(),
        "endDate": course.ends_on and course.ends_on.isoformat(),
        "inLanguage": course.speaks,
        "location": course.place and {"@type": "Place", "name": course.place, "address": address},
        "subEvent": [
            {
                "@type": "Event",
                "name": course.title,
                "startDate": one.starts_at.isoformat(),
                "endDate": one.ends_at.isoformat(),
            }
            for one in held
        ],
    }
    return {name: value for name, value in found.items() if value}


@require_safe
@public_page
def program_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A program, what one can do after it, and its courses: those to come first."""
    programs = Program.objects.visible_to(request.user).prefetch_related(
        "translations", "area__translations", "workgroup__translations", "workgroup__organisations__translations"
    )
    program = get_object_or_404(programs, slug=slug)
    rows = listed(
        Course.objects.visible_to(request.user).filter(program=program).order_by("-sort_on", "-pk"), lang(), slice(60)
    )
    over = {Course.Status.ENDED, Course.Status.CANCELLED}
    context = {
        "program": program,
        "follow": button_for("programs", program, request.user),
        "decision": origin_of(program, request.user),
        "coming": [row for row in reversed(rows) if row.now_status not in over],
        "past": [row for row in rows if row.now_status in over],
        "outcomes": (program.safe_translation_getter("outcomes", any_language=True) or "").splitlines(),
    }
    return render(request, "programs/program_detail.html", context)


def origin_of(program: Program, member: Member | AnonymousUser) -> Decision | None:
    """The decision that a program came from, if this person may read it."""
    if program.decision_id is None:
        return None
    seen = Decision.objects.prefetch_related("translations").select_related("meeting", "workgroup")
    decision = seen.filter(pk=program.decision_id).first()
    if decision is None or decision.is_published:
        return decision
    return decision if Decision.objects.visible_to(member).filter(pk=decision.pk).exists() else None


@require_safe
@public_page
def workgroup_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Who a workgroup is and what it offers."""
    workgroups = Workgroup.objects.prefetch_related(
        "translations", "areas__translations", "organisations__translations"
    )
    workgroup = get_object_or_404(workgroups, slug=slug)
    coming = Count("courses", filter=Q(courses__in=public().filter(sort_on__gte=clock.today())))
    programs = Program.objects.filter(workgroup=workgroup, state=Program.State.PUBLISHED).annotate(coming=coming)
    decisions = list(
        Decision.objects.published()
        .filter(workgroup=workgroup)
        .select_related("meeting")
        .prefetch_related("translations")
        .order_by("-meeting__starts_at", "-number")[:MOST_DECISIONS]
    )
    outcomes = came_of(decisions, request.user)
    context = {
        "workgroup": workgroup,
        "follow": button_for("workgroups", workgroup, request.user),
        "programs": programs.prefetch_related("translations").order_by("-coming", "slug")[:100],
        "coordinators": coordinators_of(workgroup),
        "decisions": [{"decision": one, "outcome": outcomes[one.pk]} for one in decisions],
        "results": results_of(workgroup),
    }
    return render(request, "programs/workgroup_detail.html", context)


def coordinators_of(workgroup: Workgroup) -> list[str]:
    """Names of today's coordinators, as they gave them themselves."""
    open_today = Appointment.objects.open_on(clock.today()).filter(
        workgroup=workgroup, role=Appointment.Role.COORDINATOR
    )
    names = open_today.filter(member__cares__relation="self").values_list("member__cares__learner__name", flat=True)
    return [name for name in names.order_by("member") if name]


def lang() -> str:
    """The page's language."""
    return get_language() or "fa"
