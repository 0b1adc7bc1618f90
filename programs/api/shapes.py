"""What the API answers, as its schema says it; the dicts that are sent come from `course_out` and its neighbours."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from rest_framework import serializers

from programs.models import ClassMeeting, Course, Enrolment, Item, Roll
from programs.rules import group_words, reserves_of
from programs.rules.answers import questionnaire_of
from programs.rules.joining import belonging_of, district_names, districts_of, words_of

if TYPE_CHECKING:
    from programs.listing import Listed


class Ref(serializers.Serializer[Any]):
    """Something with a page of its own."""

    slug = serializers.CharField()
    name = serializers.CharField()


class OrganisationsOwnOut(Ref):
    """An organisation for whose people alone a course is; `by_code` where a code that it hands out lets in."""

    kind = serializers.ChoiceField(choices=Roll.Kind.choices)
    by_code = serializers.BooleanField()


class SlotOut(serializers.Serializer[Any]):
    """A weekly hour in the city's wall time."""

    weekday = serializers.ChoiceField(choices=["sat", "sun", "mon", "tue", "wed", "thu", "fri"])
    starts = serializers.TimeField(allow_null=True)
    ends = serializers.TimeField(allow_null=True)


class MeetingOut(serializers.Serializer[Any]):
    """One occurrence."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ClassMeeting.State.choices)


class EnrolmentWindowOut(serializers.Serializer[Any]):
    """When and how one gets in."""

    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    selection = serializers.ChoiceField(choices=Course.Selection.choices)
    mode = serializers.ChoiceField(choices=Course.Mode.choices)


class SeatsOut(serializers.Serializer[Any]):
    """Seats in heads; `capacity` and `free` null is unlimited."""

    capacity = serializers.IntegerField(allow_null=True)
    taken = serializers.IntegerField()
    free = serializers.IntegerField(allow_null=True)
    waiting = serializers.IntegerField()


class FeeOut(serializers.Serializer[Any]):
    """Minor units; `max` null is unknown, 0 is free; `currency` null is unknown."""

    min = serializers.IntegerField(allow_null=True)
    max = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    note = serializers.CharField()


class AgeOut(serializers.Serializer[Any]):
    """Bounds on the first day, both included; null is none."""

    min = serializers.IntegerField(allow_null=True)
    max = serializers.IntegerField(allow_null=True)


class AnswerToldOut(serializers.Serializer[Any]):
    """A question and its answer in the language asked for; `file` is the id of a file."""

    number = serializers.IntegerField()
    question = serializers.CharField()
    text = serializers.CharField()
    is_sensitive = serializers.BooleanField()
    file = serializers.IntegerField(allow_null=True)


class AskedOut(serializers.Serializer[Any]):
    """One question at enrolment, in the language asked for; a choice is answered with its number, from 1 on."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Item.Kind.choices)
    text = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField())
    is_required = serializers.BooleanField()
    is_sensitive = serializers.BooleanField()


class AsksOut(serializers.Serializer[Any]):
    """What the course asks whoever enrols, and what one agrees to ("" for nothing)."""

    version = serializers.IntegerField()
    consent = serializers.CharField(allow_blank=True)
    items = AskedOut(many=True)


class CourseOut(serializers.Serializer[Any]):
    """A course; `lang` is the language in which its text is given."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()
    lang = serializers.CharField()
    summary = serializers.CharField()
    program = Ref()
    workgroup = Ref()
    organisation = Ref(allow_null=True)
    area = Ref(allow_null=True)
    venue = Ref(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    slots = SlotOut(many=True)
    meetings = MeetingOut(many=True)
    status = serializers.ChoiceField(choices=Course.Status.choices)
    enrolment = EnrolmentWindowOut()
    seats = SeatsOut()
    fee = FeeOut()
    age = AgeOut()
    audience = serializers.ListField(child=serializers.CharField())
    updated_at = serializers.DateTimeField()


class JoiningOut(serializers.Serializer[Any]):
    """Who alone may join: residents of `districts` (none: the whole city), people of `organisation`, one course of the program
    per person and season with `once`; `words` say it in the language asked for.
    """

    districts = Ref(many=True)
    organisation = OrganisationsOwnOut(allow_null=True)
    once = serializers.BooleanField()
    words = serializers.ListField(child=serializers.CharField())


class MinimumOut(serializers.Serializer[Any]):
    """With how many people it takes place, and on which day that is decided; `is_certain` once it takes place."""

    people = serializers.IntegerField()
    decided_on = serializers.DateField(allow_null=True)
    is_certain = serializers.BooleanField()


class KeptOut(serializers.Serializer[Any]):
    """Seats kept for a group until the end of a day; `free` of them are left, and not counted in `seats.free`."""

    seats = serializers.IntegerField()
    free = serializers.IntegerField()
    until_on = serializers.DateField()
    words = serializers.ListField(child=serializers.CharField())


class CourseFullOut(CourseOut):
    """A course by itself, with what it asks at enrolment, who may join, the program of which a course must be completed, and the
    seats kept for a group.
    """

    questions = AsksOut(allow_null=True)
    requires = Ref(allow_null=True)
    joining = JoiningOut()
    minimum = MinimumOut(allow_null=True)
    kept = KeptOut(many=True)


class NamedOut(serializers.Serializer[Any]):
    """An area, an organisation, a workgroup or a venue."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    url = serializers.URLField()
    name = serializers.CharField()
    lang = serializers.CharField()
    description = serializers.CharField()


class ProgramOut(serializers.Serializer[Any]):
    """A program."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()
    lang = serializers.CharField()
    summary = serializers.CharField()
    outcomes = serializers.ListField(child=serializers.CharField())
    workgroup = serializers.CharField()
    area = serializers.CharField(allow_null=True)


class PlaceOut(serializers.Serializer[Any]):
    """A place in a course; `position` is the rank in the queue now, null for who does not wait."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Enrolment.State.choices)
    position = serializers.IntegerField(allow_null=True)


class EachOut(PlaceOut):
    """The place of one of several learners."""

    learner = serializers.IntegerField()


class EnrolledOut(PlaceOut):
    """What came of an enrolment: the place, of the first of those who were asked for together; `learners` has each of theirs."""

    learners = EachOut(many=True, required=False)


class TicketOut(serializers.Serializer[Any]):
    """One ticket of a draw."""

    ticket = serializers.IntegerField()
    people = serializers.IntegerField()


class DrawOut(serializers.Serializer[Any]):
    """A draw; seed and tickets, in the drawn order, once it has taken place."""

    commitment = serializers.CharField()
    committed_at = serializers.DateTimeField()
    seed = serializers.CharField(allow_null=True)
    drawn_at = serializers.DateTimeField(allow_null=True)
    tickets = TicketOut(many=True)


class MyPlaceOut(PlaceOut):
    """One of my places, with the offer's deadline where there is one."""

    learner = serializers.IntegerField()
    course = serializers.IntegerField()
    course_slug = serializers.CharField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of a page of such rows."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    made: type[serializers.Serializer[Any]] = type(f"{row.__name__}Page", (serializers.Serializer,), fields)
    return made()


def address(path: str, language: str) -> str:
    """The absolute address of a page."""
    return f"{settings.SITE_URL}/{language}/{path}/"


def _ref(slug: str | None, name: str) -> dict[str, str] | None:
    return {"slug": slug, "name": name} if slug else None


def course_out(course: Listed, slots: list[Any], meetings: list[Any]) -> dict[str, Any]:
    """The dict of `CourseOut`."""
    return {
        "id": course.id,
        "slug": course.slug,
        "url": address(f"courses/{course.slug}", course.page_language),
        "title": course.title,
        "lang": course.lang,
        "summary": course.text("program", "summary"),
        "program": _ref(course.program_slug, course.text("program", "title")),
        "workgroup": _ref(course.workgroup_slug, course.workgroup_name),
        "organisation": _ref(course.organisation_slug, course.organisation_name),
        "area": _ref(course.area_slug, course.area_name),
        "venue": _ref(course.venue_slug, course.venue_name),
        "starts_on": course.starts_on,
        "ends_on": course.ends_on,
        "slots": slots,
        "meetings": meetings,
        "status": course.now_status.value,
        "enrolment": {
            "opens_at": course.opens_at,
            "closes_at": course.closes_at,
            "selection": course.selection,
            "mode": course.mode,
        },
        "seats": _seats(course),
        "fee": {
            "min": course.fee_min,
            "max": course.fee_max,
            "currency": course.fee_currency,
            "note": course.text("own", "fee_note"),
        },
        "age": {"min": course.age_min, "max": course.age_max},
        "audience": course.for_whom,
        "updated_at": course.updated_at,
    }


def _seats(course: Listed) -> dict[str, int | None]:
    counted = {"taken": course.seats_taken, "waiting": course.waiting}
    return {"capacity": course.capacity, "free": course.seats_free, **counted}


def joining_out(course: Any) -> dict[str, Any]:
    """The dicts of `JoiningOut`, `MinimumOut` and `KeptOut`, in the language that is active."""
    belonging = belonging_of(course)
    own = belonging and {name: getattr(belonging, name) for name in ("slug", "name", "kind", "by_code")}
    districts = [{"slug": slug, "name": name} for slug, name in district_names(districts_of(course))]
    once = bool(course.joining.get("once"))
    people = course.minimum and {
        "people": course.minimum,
        "decided_on": course.decision_day,
        "is_certain": course.decided_at is not None,
    }
    words = words_of(course, belonging)
    kept = [
        {"seats": one.seats, "free": one.left, "until_on": one.until_on, "words": group_words(one)}
        for one in reserves_of(course)
    ]
    return {
        "joining": {"districts": districts, "organisation": own, "once": once, "words": words},
        "minimum": people,
        "kept": kept,
    }


def public_questions(course: Any) -> dict[str, Any] | None:
    """What a course asks, in the language that is active, for whoever thinks of enrolling; None where it asks nothing."""
    now = questionnaire_of(course)
    if now is None:
        return None
    return {
        "version": now.version,
        "consent": now.consent,
        "items": [
            {
                "number": one.number,
                "kind": one.kind,
                "text": one.text,
                "choices": one.choices,
                "is_required": one.is_required,
                "is_sensitive": one.is_sensitive,
            }
            for one in now.items.all()
        ],
    }
