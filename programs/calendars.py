"""iCalendar files: a member's own class meetings, or one learner's, behind a secret address; the public catalogue's."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import quote_etag
from django.utils.translation import get_language, override

from base import clock
from members.models import Care, Member
from notifications import invitations
from programs.catalogue import Filters, find
from programs.listing import Listed, listed
from programs.models import ClassMeeting, Course, Enrolment
from programs.names import NOBODY, names
from workgroups.models import Appointment, Meeting
from workgroups.services import event_of_meeting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.http import HttpRequest, QueryDict
    from icalendar import Event

BITS_IN_HEX = 40
LONGEST_ID = 18
MOST_COURSES = 200
RECENT = dt.timedelta(days=90)  # past meetings of workgroups that a calendar still gets


State = Enrolment.State
KEPT = (State.SEATED, State.COMPLETED, State.ABSENT, State.CANCELLED)  # what was called off says so


def _secret_of(holder: Member | Care) -> str:
    kind, letter = ("calendar", "") if isinstance(holder, Member) else ("calendar.learner", "l")
    mark = salted_hmac(kind, f"{holder.pk}:{holder.calendar_version}", algorithm="sha256").hexdigest()
    return f"{letter}{holder.pk}-{mark[:BITS_IN_HEX]}"


def address_of(holder: Member | Care) -> str:
    """The secret address of everything that concerns a member, or of one learner for who cares for them: 160 bits derived
    from the site's key and the holder's version, stored nowhere.
    """
    return f"{settings.SITE_URL}{reverse('calendar', args=[_secret_of(holder)])}"


def holder_of(secret: str) -> Member | Care | None:
    """Whose calendar an address opens; None for one that never was, or is no more: renewed, erased, or the care has ended."""
    number, _, _mark = secret.partition("-")
    pk = number.removeprefix("l")
    is_number = pk.isascii() and pk.isdecimal() and len(pk) <= LONGEST_ID
    holder: Member | Care | None = None
    if is_number and pk == number:
        holder = Member.objects.filter(pk=int(pk), erased_at__isnull=True).first()
    elif is_number:
        cares = Care.objects.open_on(clock.today()).filter(guardian__erased_at=None, learner__erased_at=None)
        holder = cares.select_related("guardian").filter(pk=int(pk)).first()
    return holder if holder is not None and constant_time_compare(_secret_of(holder), secret) else None


def of_holder(holder: Member | Care) -> bytes:
    """Class meetings of the courses of everyone a member cares for, and meetings of their workgroups; or those of one learner.
    In the member's language.
    """
    if isinstance(holder, Care):
        places = Enrolment.objects.filter(learner=holder.learner_id)
        return _file(_courses(places, holder.guardian.language))
    classes = _courses(Enrolment.objects.visible_to(holder), holder.language)
    mine = Appointment.objects.open_on(clock.today()).filter(member=holder, workgroup__isnull=False)
    meetings = Meeting.objects.filter(workgroup__in=mine.values("workgroup"), ends_at__gte=clock.now() - RECENT)
    with override(holder.language):
        rows = meetings.select_related("workgroup", "venue").prefetch_related(
            "workgroup__translations", "venue__translations"
        )
        return _file(classes, [_workgroup_event(meeting) for meeting in rows.order_by("starts_at")])


def _courses(places: QuerySet[Enrolment], language: str) -> list[Listed]:
    return listed(Course.objects.filter(pk__in=places.filter(state__in=KEPT).values("course")), language)


def of_catalogue(query: QueryDict, language: str) -> bytes:
    """Class meetings of the courses that the filters leave, the soonest first, at most two hundred courses."""
    code = language if language in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE
    return _file(listed(find(Filters.read(query)), code, slice(MOST_COURSES)))


def of_workgroup_meeting(meeting: Meeting) -> bytes:
    """One meeting of a workgroup; its UID stays and its sequence grows, so that a calendar replaces what it has."""
    return invitations.file([_workgroup_event(meeting)])


def _workgroup_event(meeting: Meeting) -> Event:
    page = reverse("programs:work_meeting", args=[meeting.workgroup.slug, meeting.number])
    return invitations.event(event_of_meeting(meeting), get_language() or settings.LANGUAGE_CODE, page)


def _file(courses: Iterable[Listed], more: Iterable[Event] = ()) -> bytes:
    by_pk = {course.pk: course for course in courses}
    meetings = ClassMeeting.objects.filter(course__in=by_pk).order_by("starts_at")
    return invitations.file([*(_event(meeting, by_pk[meeting.course_id]) for meeting in meetings), *more])


def _event(meeting: ClassMeeting, course: Listed) -> Event:
    from icalendar import Event  # it is large, and few requests are about calendars

    is_off = meeting.state == ClassMeeting.State.CANCELLED or course.state == Course.State.CANCELLED
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{settings.SITE_URL.partition('://')[2]}")
    event.add("dtstamp", course.updated_at)
    event.add("sequence", course.version)
    event.add("dtstart", clock.wall(meeting.starts_at))
    event.add("dtend", clock.wall(meeting.ends_at))
    event.add("summary", course.title)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("location", _place(meeting, course))
    event.add("url", f"{settings.SITE_URL}/{course.page_language}/courses/{course.slug}/")
    return event


def _place(meeting: ClassMeeting, course: Listed) -> str:
    """Where the class is held: one that was moved elsewhere says so."""
    if meeting.venue_id in {None, course.venue_id}:
        return str(course.place)
    language = course.page_language
    return names(language, [("venue", meeting.venue_id)])["venue"].get(meeting.venue_id, NOBODY).name


def answer(request: HttpRequest, content: bytes) -> HttpResponse:
    """The file with an ETag, so that a calendar that asks every hour gets few bytes."""
    found = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    found["ETag"] = etag
    found["Cache-Control"] = "private, max-age=300"
    found["Referrer-Policy"] = "no-referrer"
    return get_conditional_response(request, etag=etag, response=found) or found
