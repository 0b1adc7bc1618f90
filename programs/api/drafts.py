"""Programs and their runs while they are written: what coordinators send and read of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from members.asking import In
from members.models import District
from programs.api.desk import StepOut, WhyNotOut, steps_out, why_not
from programs.api.fields import Text, VersionIn
from programs.checklist import LANGUAGES, LONGEST_TITLE, program_steps, texts_of
from programs.forms.planning import TITLE_MISSING, joining_of
from programs.models import Course, Program
from programs.rules import why_not_publish, why_not_turn
from programs.rules.joining import district_names
from workgroups.models import LiteracyArea

MOST_DISTRICTS = 100
TEXTS = ("title", "summary", "outcomes", "description", "keywords")


class TitlesIn(In):
    """The title in one language at least."""

    fa = Text(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    en = Text(required=False, allow_blank=True, max_length=LONGEST_TITLE)

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """As the form of a new program.

        Raises:
            ValidationError: no title at all.
        """
        if not any(attrs.values()):
            raise serializers.ValidationError(TITLE_MISSING)
        return attrs


class NewProgramIn(In):
    """The first lines of a program: whose, in which area (by slug), its title."""

    workgroup = serializers.SlugField(max_length=80)
    area = serializers.SlugRelatedField("slug", queryset=LiteracyArea.objects.all())
    title = TitlesIn()


class ProgramTextIn(In):
    """The texts of one language; what is left out stays."""

    title = Text(required=False, allow_blank=True, max_length=LONGEST_TITLE)
    summary = Text(required=False, allow_blank=True, max_length=600)
    outcomes = Text(required=False, allow_blank=True, max_length=2000)
    description = Text(required=False, allow_blank=True, max_length=6000)
    keywords = Text(required=False, allow_blank=True, max_length=300)


class ProgramTextsIn(In):
    """Texts by language."""

    fa = ProgramTextIn(required=False)
    en = ProgramTextIn(required=False)


class DistrictsIn(serializers.ListField):
    """Districts by their slugs."""

    child = serializers.SlugRelatedField("slug", queryset=District.objects.all())

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_DISTRICTS, **kwargs)


class ProgramIn(VersionIn):
    """What a program shall be, and the version that was read; what is left out stays. `districts` (slugs) and `once` (one course
    per person and season) hold for all its courses.
    """

    area = serializers.SlugRelatedField("slug", queryset=LiteracyArea.objects.all(), required=False)
    level = serializers.ChoiceField(choices=Program.Level.choices, required=False)
    districts = DistrictsIn(required=False)
    once = serializers.BooleanField(required=False)
    texts = ProgramTextsIn(required=False)


class RemarkIn(In):
    """What a reviewer says; `send_back` makes a program in review a draft again."""

    text = Text(max_length=2000)
    send_back = serializers.BooleanField(required=False, default=False)


class ProgramTextOut(serializers.Serializer[Any]):
    """The texts of one language."""

    title = serializers.CharField(allow_blank=True)
    summary = serializers.CharField(allow_blank=True)
    outcomes = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    keywords = serializers.CharField(allow_blank=True)


class ProgramTextsOut(serializers.Serializer[Any]):
    """Texts by language."""

    fa = ProgramTextOut()
    en = ProgramTextOut()


class TitlesOut(serializers.Serializer[Any]):
    """The title by language."""

    fa = serializers.CharField(allow_blank=True)
    en = serializers.CharField(allow_blank=True)


class ProgramLineOut(serializers.Serializer[Any]):
    """A program in a list."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    workgroup = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Program.State.choices)
    level = serializers.ChoiceField(choices=Program.Level.choices)
    version = serializers.IntegerField()
    title = TitlesOut()


class ProgramWorkOut(serializers.Serializer[Any]):
    """A program with all its texts, and what keeps it from publication."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    workgroup = serializers.CharField()
    area = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=Program.State.choices)
    level = serializers.ChoiceField(choices=Program.Level.choices)
    version = serializers.IntegerField()
    districts = serializers.ListField(child=serializers.CharField())
    once = serializers.BooleanField()
    texts = ProgramTextsOut()
    steps = StepOut(many=True)
    why_not_publish = WhyNotOut(allow_null=True)


class CourseLineOut(serializers.Serializer[Any]):
    """A run of a program."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    state = serializers.ChoiceField(choices=Course.State.choices)
    version = serializers.IntegerField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class RemarkOut(serializers.Serializer[Any]):
    """What was said about a program; by whom as the id of their account."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class DifferenceOut(serializers.Serializer[Any]):
    """A field that a version changed; `language` is empty for a fact."""

    field = serializers.CharField()
    language = serializers.CharField(allow_blank=True)
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class VersionOut(serializers.Serializer[Any]):
    """A version: by whom (empty where unknown), when, what it changed."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_blank=True)
    differences = DifferenceOut(many=True)


def version_out(one: Any) -> dict[str, Any]:
    """The dict of `VersionOut`."""
    names = ("language", "old", "new")
    changed = [{"field": str(diff.label)} | {name: getattr(diff, name) for name in names} for diff in one.differences]
    return {"version": one.version, "at": one.at, "by": one.by, "differences": changed}


def _line(program: Program) -> dict[str, Any]:
    names = ("slug", "state", "level", "version")
    return {"id": program.pk, "workgroup": program.workgroup.slug} | {
        "area": program.area.slug if program.area else None,
        **{name: getattr(program, name) for name in names},
    }


def line_out(program: Program) -> dict[str, Any]:
    """The dict of `ProgramLineOut`; no query where workgroup, area and translations were fetched."""
    texts = texts_of(program)
    return _line(program) | {"title": {one: texts.get(one, {}).get("title", "") for one in LANGUAGES}}


def program_out(program: Program) -> dict[str, Any]:
    """The dict of `ProgramWorkOut`, in the language that is active."""
    texts, steps = texts_of(program), program_steps(program)
    is_shown = program.state == Program.State.PUBLISHED
    refusal = None if is_shown else why_not_publish(steps) or why_not_turn(program, Program.State.PUBLISHED)
    return _line(program) | {
        "texts": {one: {name: texts.get(one, {}).get(name, "") for name in TEXTS} for one in LANGUAGES},
        "districts": [slug for slug, _name in district_names(program.joining.get("districts") or [])],
        "once": bool(program.joining.get("once")),
        "steps": steps_out(steps),
        "why_not_publish": why_not(refusal),
    }


def joining_facts(program: Program, typed: dict[str, Any]) -> dict[str, Any]:
    """The column that says who may join, where something of it was sent."""
    if not typed.keys() & {"districts", "once"}:
        return {}
    districts = typed.get("districts", program.joining.get("districts") or [])
    ids = [getattr(one, "pk", one) for one in districts]
    return {"joining": joining_of(ids, once=typed.get("once", bool(program.joining.get("once"))))}
