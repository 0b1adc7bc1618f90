"""Courses while they are written: what coordinators send and read of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from base.calendar import WEEKDAYS
from members.asking import In
from programs.api.desk import StepOut, WhyNotOut, steps_out, why_not
from programs.api.drafts import CourseLineOut, DistrictsIn
from programs.api.fields import Day, Instant, Text, VersionIn
from programs.checklist import LANGUAGES, LONGEST_TITLE, course_steps, texts_of
from programs.forms.planning import (
    ENDS_BEFORE,
    MOST_COPIES,
    MOST_MEETINGS,
    MOST_SEATS,
    MOST_TOMAN,
    OLDEST,
    RIALS_A_TOMAN,
    CourseForm,
    audience_columns,
    fee_columns,
    out_of_order,
)
from programs.models import ClassMeeting, Course, Program, Roll
from programs.rules import why_not_publish
from programs.rules.joining import district_names, required_by
from programs.words import AUDIENCES, RULES
from programs.words import LANGUAGES as SPOKEN
from workgroups.models import Venue

OTHER_ROLL = _("This list is another workgroup’s")
WAIT_UNTIL = _("Say until which day")
TEXTS = ("title", "note", "instructors", "cancel_reason")
PLAIN = ("online", "opens_at", "closes_at", "age_min", "age_max", "selection", "minimum", "decide_on")
SHOWN = (
    "slug",
    "state",
    "version",
    "starts_on",
    "ends_on",
    "mode",
    "online",
    "opens_at",
    "closes_at",
    "age_min",
    "age_max",
    "selection",
)
SEATS = ("capacity", "waiting_size", "seats_taken", "waiting")


class CourseTextIn(In):
    """The texts of one language; what is left out stays."""

    title = Text(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    note = Text(required=False, allow_blank=True, max_length=3000)
    instructors = Text(required=False, allow_blank=True, max_length=300)


class CourseTextsIn(In):
    """Texts by language."""

    fa = CourseTextIn(required=False)
    en = CourseTextIn(required=False)


class CourseIn(VersionIn):
    """What a course shall be, and the version that was read; what is left out stays. `fee` is in rials, 0 is free.

    `districts` (slugs) and `roll` (id of a list of people) say for whom alone it is; none is for everybody.
    """

    venue = serializers.SlugRelatedField("slug", queryset=Venue.objects.all(), required=False, allow_null=True)
    online = serializers.BooleanField(required=False)
    capacity = serializers.IntegerField(min_value=0, max_value=MOST_SEATS, required=False, allow_null=True)
    waiting_size = serializers.IntegerField(min_value=0, max_value=MOST_SEATS, required=False, allow_null=True)
    fee = serializers.IntegerField(min_value=0, max_value=MOST_TOMAN * RIALS_A_TOMAN, required=False, allow_null=True)
    opens_at = Instant(required=False, allow_null=True)
    closes_at = Instant(required=False, allow_null=True)
    age_min = serializers.IntegerField(min_value=0, max_value=OLDEST, required=False, allow_null=True)
    age_max = serializers.IntegerField(min_value=0, max_value=OLDEST, required=False, allow_null=True)
    selection = serializers.ChoiceField(choices=Course.Selection.choices, required=False)
    rule = serializers.ChoiceField(choices=list(RULES.items()), required=False, allow_blank=True)
    requires = serializers.SlugRelatedField(
        "slug", queryset=Program.objects.filter(state=Program.State.PUBLISHED), required=False, allow_null=True
    )
    audience = serializers.ChoiceField(choices=list(AUDIENCES.items()), required=False)
    language = serializers.ChoiceField(choices=list(SPOKEN.items()), required=False)
    districts = DistrictsIn(required=False)
    roll = serializers.PrimaryKeyRelatedField(queryset=Roll.objects.all(), required=False, allow_null=True)
    minimum = serializers.IntegerField(min_value=1, max_value=MOST_SEATS, required=False, allow_null=True)
    decide_on = Day(required=False, allow_null=True)
    texts = CourseTextsIn(required=False)


class TakesPlaceIn(In):
    """Whether a course with a minimum takes place: `confirm`, or `wait` until another day."""

    verdict = serializers.ChoiceField(choices=["confirm", "wait"])
    until = Day(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A day for waiting.

        Raises:
            ValidationError: there is none.
        """
        if attrs["verdict"] == "wait" and "until" not in attrs:
            raise serializers.ValidationError({"until": [WAIT_UNTIL]})
        return attrs


class PatternIn(In):
    """How class meetings repeat: on which weekdays, from which day on, how many, from when until when by the city's clock."""

    weekdays = serializers.ListField(
        child=serializers.ChoiceField(choices=list(WEEKDAYS)), allow_empty=False, max_length=7
    )
    first = Day()
    meetings = serializers.IntegerField(min_value=1, max_value=MOST_MEETINGS)
    starts = serializers.TimeField()
    ends = serializers.TimeField()
    skips_holidays = serializers.BooleanField(required=False, default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end after the beginning.

        Raises:
            ValidationError: it is not.
        """
        if attrs["starts"] >= attrs["ends"]:
            raise serializers.ValidationError({"ends": [ENDS_BEFORE]})
        return attrs


class CopiesIn(In):
    """On which days the new runs begin."""

    firsts = serializers.ListField(child=Day(), allow_empty=False, max_length=MOST_COPIES)


class WhyIn(In):
    """The reason in both languages."""

    fa = Text(max_length=300)
    en = Text(max_length=300)


class CancelIn(In):
    """Why a course is called off."""

    reason = WhyIn()


class CourseTextOut(serializers.Serializer[Any]):
    """The texts of one language."""

    title = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    instructors = serializers.CharField(allow_blank=True)
    cancel_reason = serializers.CharField(allow_blank=True)


class CourseTextsOut(serializers.Serializer[Any]):
    """Texts by language."""

    fa = CourseTextOut()
    en = CourseTextOut()


class CourseWorkOut(CourseLineOut):
    """A course with all its texts, and what keeps it from publication; `fee` in minor units of `fee_currency`."""

    program = serializers.IntegerField()
    workgroup = serializers.CharField()
    venue = serializers.CharField(allow_null=True)
    online = serializers.BooleanField()
    mode = serializers.ChoiceField(choices=Course.Mode.choices)
    capacity = serializers.IntegerField(allow_null=True)
    waiting_size = serializers.IntegerField(allow_null=True)
    seats_taken = serializers.IntegerField()
    waiting = serializers.IntegerField()
    fee = serializers.IntegerField(allow_null=True)
    fee_currency = serializers.CharField(allow_null=True)
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    age_min = serializers.IntegerField(allow_null=True)
    age_max = serializers.IntegerField(allow_null=True)
    selection = serializers.ChoiceField(choices=Course.Selection.choices)
    rule = serializers.ChoiceField(choices=list(RULES.items()), allow_blank=True)
    requires = serializers.CharField(allow_null=True)
    audience = serializers.CharField()
    districts = serializers.ListField(child=serializers.CharField())
    roll = serializers.IntegerField(allow_null=True)
    minimum = serializers.IntegerField(allow_null=True)
    decide_on = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    language = serializers.CharField()
    texts = CourseTextsOut()
    steps = StepOut(many=True)
    why_not_publish = WhyNotOut(allow_null=True)


class ClashOut(serializers.Serializer[Any]):
    """Another course that wants the same venue or instructor at that time."""

    what = serializers.ChoiceField(choices=["venue", "instructor"])
    course = serializers.IntegerField()
    slug = serializers.CharField()


class ClassMeetingOut(serializers.Serializer[Any]):
    """One class meeting."""

    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=ClassMeeting.State.choices)
    venue = serializers.CharField(allow_null=True)
    clashes = ClashOut(many=True)


class MadeOut(serializers.Serializer[Any]):
    """How many class meetings there are now, and the public holidays that were left out."""

    meetings = serializers.IntegerField()
    skipped = serializers.ListField(child=serializers.DateField())


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def line_of(course: Course) -> dict[str, Any]:
    """The dict of `CourseLineOut`."""
    return {"id": course.pk} | {name: _plain(getattr(course, name)) for name in SHOWN[:5]}


def course_out(course: Course) -> dict[str, Any]:
    """The dict of `CourseWorkOut`, in the language that is active."""
    texts, steps, form = texts_of(course), course_steps(course), CourseForm.initial_of(course)
    is_draft = course.state == Course.State.DRAFT
    return (
        {"id": course.pk}
        | {name: _plain(getattr(course, name)) for name in (*SHOWN, *SEATS)}
        | {
            "program": course.program_id,
            "workgroup": course.program.workgroup.slug,
            "venue": course.venue.slug if course.venue else None,
            "fee": course.fee_max,
            "fee_currency": course.fee_currency,
            **{name: form[name] for name in ("rule", "audience", "language")},
            "districts": [slug for slug, _name in district_names(form["districts"] or [])],
            "roll": form["roll"],
            **{name: _plain(getattr(course, name)) for name in ("minimum", "decide_on", "decided_at")},
            "requires": getattr(required_by(course), "slug", None),
            "texts": {one: {name: texts.get(one, {}).get(name, "") for name in TEXTS} for one in LANGUAGES},
            "steps": steps_out(steps),
            "why_not_publish": why_not(why_not_publish(steps) if is_draft else None),
        }
    )


def facts_of(course: Course, typed: dict[str, Any]) -> dict[str, Any]:
    """The columns that were sent, as the service takes them.

    Raises:
        ValidationError: together with what stays, enrolment would close before it opens, or the ages would be crossed.
    """
    whole = CourseForm.initial_of(course) | typed
    wrong = out_of_order(whole)
    if wrong:
        raise serializers.ValidationError({name: error.messages for name, error in wrong.items()})
    facts = {name: typed[name] for name in PLAIN if name in typed}
    if "venue" in typed:
        facts["venue_id"] = typed["venue"] and typed["venue"].pk
    if "fee" in typed:
        facts |= fee_columns(typed["fee"])
    if typed.get("roll") is not None and typed["roll"].workgroup_id != course.program.workgroup_id:
        raise serializers.ValidationError({"roll": [OTHER_ROLL]})
    if typed.keys() & {"rule", "audience", "requires", "districts", "roll"}:
        program, roll = (getattr(whole[name], "pk", whole[name]) for name in ("requires", "roll"))
        districts = [getattr(one, "pk", one) for one in whole["districts"] or []]
        facts |= audience_columns(whole["rule"], whole["audience"], program, districts, roll)
    if "language" in typed:
        facts["languages"] = f" {typed['language']} "
    return facts
