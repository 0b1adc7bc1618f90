"""The forms in which programs and courses are written, in both languages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from base.calendar import WEEKDAY_NAMES
from programs.checklist import IN_LANGUAGE, LANGUAGES, LONGEST_TITLE, texts_of
from programs.forms.fields import DaysField, Foreign, InstantField, NumberField, TextField
from programs.models import Course, Program, Roll
from programs.names import names
from programs.rules.joining import titled_programs
from programs.services.scheduling import Pattern
from programs.words import AUDIENCES, RULES
from programs.words import LANGUAGES as SPOKEN
from workgroups.forms import DayField, TimeField

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.forms import BoundField

    from workgroups.models import Workgroup

RIALS_A_TOMAN = 10
MOST_MEETINGS = 200
MOST_SEATS = 10_000
OLDEST = 120
MOST_COPIES = 12
MOST_TOMAN = 1_000_000_000
ENDS_BEFORE = _("The class must end after it begins")
TITLE_MISSING = _("Give the program a title")
WORD_OF_RULE = {"women_only": "women", "girls_only": "girls", "boys_only": "boys"}


def choices_of(kind: str, empty: Any = None) -> list[tuple[Any, Any]]:
    """What there is of a kind, by its name in the page's language; few hundred rows, kept for a minute."""
    found = [(pk, named.name) for pk, named in names(get_language() or "fa")[kind].items()]
    return ([("", empty)] if empty is not None else []) + found


def out_of_order(data: Mapping[str, Any]) -> dict[str, ValidationError]:
    """What is wrong, by field: enrolment that closes before it opens, an oldest age below the youngest."""
    found = {}
    if data.get("opens_at") and data.get("closes_at") and data["opens_at"] > data["closes_at"]:
        found["closes_at"] = ValidationError(_("Enrolment must close after it opens"), code="window")
    low, high = data.get("age_min"), data.get("age_max")
    if low is not None and high is not None and low > high:
        found["age_max"] = ValidationError(_("The oldest age must not be below the youngest"), code="ages")
    return found


def fee_columns(rials: int | None) -> dict[str, Any]:
    """The columns of a fee; None is unknown."""
    return {"fee_min": rials, "fee_max": rials, "fee_currency": None if rials is None else "IRR"}


def audience_columns(
    rule: str, audience: str, program: int | None = None, districts: Iterable[int] = (), roll: int | None = None
) -> dict[str, Any]:
    """The columns that say who may join, of which program a course must be completed first, residents of which districts and
    people of which list alone (their ids), and for whom it is above all.
    """
    words = dict.fromkeys([audience or "everyone", *filter(None, [WORD_OF_RULE.get(rule)])])
    facts = {"rule": rule, "program": program, "districts": sorted(districts), "roll": roll}
    who = {name: value for name, value in facts.items() if value}
    return {"audience": who, "audience_words": f" {' '.join(words)} "}


def joining_of(districts: Iterable[int], *, once: bool) -> dict[str, Any]:
    """The column of a program that says who may join any of its courses."""
    facts = {"districts": sorted(districts), "once": once}
    return {name: value for name, value in facts.items() if value}


class PairedForm(forms.Form):
    """A form with texts in both languages, and the version that it was opened with."""

    texts: dict[str, tuple[Any, dict[str, Any]]] = {}  # by field: its label and the options of `TextField`
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, options) in self.texts.items():
            for language in LANGUAGES:
                shown = format_lazy(_("{label} ({language})"), label=label, language=IN_LANGUAGE[language])
                self.fields[f"{name}_{language}"] = TextField(language=language, label=shown, **options)

    @property
    def pairs(self) -> list[BoundField]:
        """The text fields, Persian and English by turns."""
        return [self[f"{name}_{language}"] for name in self.texts for language in LANGUAGES]

    @property
    def typed_texts(self) -> dict[str, dict[str, str]]:
        """Texts by language and field, as the services take them."""
        data = self.cleaned_data
        return {language: {name: data[f"{name}_{language}"] for name in self.texts} for language in LANGUAGES}


def _texts_for(row: Program | Course, wanted: Iterable[str]) -> dict[str, str]:
    texts = texts_of(row)
    return {f"{name}_{language}": texts.get(language, {}).get(name, "") for name in wanted for language in LANGUAGES}


class NewProgramForm(PairedForm):
    """The first lines of a program; everything else comes afterwards."""

    texts = {"title": (_("Title"), {"max_length": LONGEST_TITLE})}
    workgroup = forms.TypedChoiceField(label=_("Workgroup"), coerce=int)
    area = forms.TypedChoiceField(
        label=_("Literacy area"), coerce=int, error_messages={"required": _("Choose an area")}
    )

    def __init__(self, *args: Any, workgroups: Iterable[Workgroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workgroup"].choices = [(one.pk, one.name) for one in workgroups]  # type: ignore[attr-defined]
        self.fields["area"].choices = choices_of("area", _("Choose"))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A title in one language at least."""
        if not (self.cleaned_data.get("title_fa") or self.cleaned_data.get("title_en")):
            self.add_error("title_fa", ValidationError(TITLE_MISSING, code="title"))
        return self.cleaned_data


class DistrictsField(forms.TypedMultipleChoiceField):
    """Districts to tick; none is the whole city."""

    def __init__(self, label: Any = _("Only for people who live in")) -> None:  # noqa: B008 - lazy words
        super().__init__(
            label=label,
            help_text=_("Tick nothing for the whole city."),
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


def roll_choices(workgroup: int) -> list[tuple[Any, Any]]:
    """The lists of people of a workgroup, for a field in which none is for everyone."""
    rolls = [(roll.pk, roll_words(roll)) for roll in Roll.objects.filter(workgroup=workgroup).order_by("pk")]
    return [("", _("For everyone")), *rolls]


def roll_words(roll: Roll) -> str:
    """A list as its coordinators choose it: who of which organisation."""
    name = names(get_language() or "fa", [("organisation", roll.organisation_id)])["organisation"][
        roll.organisation_id
    ].name
    return f"{roll.get_kind_display()} · {name}"


class ProgramForm(PairedForm):
    """A program in both languages."""

    texts = {
        "title": (_("Title"), {"max_length": LONGEST_TITLE}),
        "summary": (_("Summary"), {"rows": 3, "max_length": 600}),
        "outcomes": (_("Outcomes (one a line)"), {"rows": 5, "max_length": 2000}),
        "description": (_("Description"), {"rows": 6, "max_length": 6000}),
        "keywords": (_("Words people search for"), {"max_length": 300}),
    }
    area = forms.TypedChoiceField(label=_("Literacy area"), coerce=int, empty_value=None, required=False)
    level = forms.ChoiceField(label=_("Level"), choices=Program.Level.choices)
    districts = DistrictsField()
    once = forms.BooleanField(
        label=_("One course of this program per person and season"),
        help_text=_("So that everybody gets a turn. A place in a waiting list counts too."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = choices_of("area", _("Choose"))  # type: ignore[attr-defined]
        self.fields["districts"].choices = choices_of("district")  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(program: Program) -> dict[str, Any]:
        """What the form shows of a program: one query."""
        facts = {"version": program.version, "area": program.area_id, "level": program.level}
        facts |= {"districts": program.joining.get("districts"), "once": bool(program.joining.get("once"))}
        return facts | _texts_for(program, ProgramForm.texts)

    @property
    def facts(self) -> dict[str, Any]:
        """The columns, as the service takes them; an area once given stays."""
        chosen = {"area_id": self.cleaned_data["area"]} if self.cleaned_data["area"] else {}
        joining = joining_of(self.cleaned_data["districts"], once=self.cleaned_data["once"])
        return chosen | {"level": self.cleaned_data["level"], "joining": joining}


class CourseForm(PairedForm):
    """A course: place, seats, window, who it is for, cost; its texts in both languages."""

    texts = {
        "title": (_("Name of this run, if it has one"), {"max_length": LONGEST_TITLE}),
        "note": (_("What to know"), {"rows": 3, "max_length": 3000}),
        "instructors": (_("Instructors"), {"max_length": 300}),
    }
    venue = forms.TypedChoiceField(label=_("Venue"), coerce=int, empty_value=None, required=False)
    online = forms.BooleanField(label=_("Online"), required=False)
    capacity = NumberField(label=_("Seats"), most=MOST_SEATS)
    waiting_size = NumberField(label=_("Places in the waiting list"), most=MOST_SEATS)
    fee = NumberField(label=_("Fee (toman; 0 is free)"), most=MOST_TOMAN)
    opens_at = InstantField(label=_("Enrolment opens"))
    closes_at = InstantField(label=_("Enrolment closes"), ends=True)
    selection = forms.ChoiceField(
        label=_("How the seats are given out"), choices=Course.Selection.choices, required=False
    )
    age_min = NumberField(label=_("Age from"), most=OLDEST)
    age_max = NumberField(label=_("Age to"), most=OLDEST)
    rule = forms.ChoiceField(label=_("Who may join"), choices=list(RULES.items()), required=False)
    requires = forms.TypedChoiceField(
        label=_("Complete first"), coerce=int, empty_value=None, required=False, widget=Foreign
    )
    districts = DistrictsField()
    roll = forms.TypedChoiceField(
        label=_("Only for the people of an organisation"), coerce=int, empty_value=None, required=False, widget=Foreign
    )
    minimum = NumberField(label=_("Takes place with at least so many people"), most=MOST_SEATS, least=1)
    decide_on = DayField(label=_("Decided on"), help_text=_("Empty: three days before the first class"), required=False)
    audience = forms.ChoiceField(label=_("Above all for"), choices=list(AUDIENCES.items()), required=False)
    language = forms.ChoiceField(label=_("Taught in"), choices=list(SPOKEN.items()), required=False)

    def __init__(self, *args: Any, workgroup: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["districts"].choices = choices_of("district")  # type: ignore[attr-defined]
        self.fields["roll"].choices = roll_choices(workgroup)  # type: ignore[attr-defined]
        self.fields["venue"].choices = choices_of("venue", _("No venue yet"))  # type: ignore[attr-defined]
        shown = titled_programs(Program.objects.filter(state=Program.State.PUBLISHED))
        named = [(pk, one.title) for pk, one in shown.items()]
        self.fields["requires"].choices = [("", _("Nothing")), *named]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(course: Course) -> dict[str, Any]:
        """What the form shows of a course: one query."""
        names_ = (
            *("version", "online", "capacity", "waiting_size", "opens_at", "closes_at", "age_min", "age_max"),
            *("selection", "minimum", "decide_on"),
        )
        facts = {name: getattr(course, name) for name in names_}
        words = course.audience_words.split()
        facts |= {
            "venue": course.venue_id,
            "fee": None if course.fee_max is None else course.fee_max // RIALS_A_TOMAN,
            "rule": course.audience.get("rule", ""),
            "requires": course.audience.get("program"),
            "districts": course.audience.get("districts"),
            "roll": course.audience.get("roll"),
            "audience": next((word for word in words if word not in WORD_OF_RULE.values()), "everyone"),
            "language": next(iter(course.languages.split()), "fa"),
        }
        return facts | _texts_for(course, CourseForm.texts)

    def clean(self) -> dict[str, Any]:
        """From before until, youngest before oldest."""
        for name, error in out_of_order(self.cleaned_data).items():
            self.add_error(name, error)
        return self.cleaned_data

    @property
    def facts(self) -> dict[str, Any]:
        """The columns, as the service takes them."""
        data = self.cleaned_data
        fee = None if data["fee"] is None else data["fee"] * RIALS_A_TOMAN
        plain = ("online", "opens_at", "closes_at", "age_min", "age_max", "minimum", "decide_on")
        return (
            {name: data[name] for name in plain}
            | fee_columns(fee)
            | {
                "venue_id": data["venue"],
                **audience_columns(data["rule"], data["audience"], data["requires"], data["districts"], data["roll"]),
                "languages": f" {data['language'] or 'fa'} ",
                "selection": data["selection"] or Course.Selection.FIRST_COME,
            }
        )

    @property
    def seats(self) -> tuple[int | None, int | None]:
        """Capacity and places in the queue; nothing typed is no limit."""
        return self.cleaned_data["capacity"], self.cleaned_data["waiting_size"]


class PatternForm(forms.Form):
    """How class meetings repeat."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day of the week")},
    )
    first = DayField(label=_("First day"))
    count = NumberField(
        label=_("Number of meetings"),
        least=1,
        most=MOST_MEETINGS,
        required=True,
        error_messages={"required": _("Write how many meetings there are")},
    )
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("To"))
    skips_holidays = forms.BooleanField(label=_("Not on public holidays"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = WEEKDAY_NAMES["en" if (get_language() or "fa").startswith("en") else "fa"]
        self.fields["weekdays"].choices = list(enumerate(shown))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end after the beginning."""
        data = self.cleaned_data
        if data.get("starts") and data.get("ends") and data["starts"] >= data["ends"]:
            self.add_error("ends", ValidationError(ENDS_BEFORE, code="times"))
        return data

    @property
    def pattern(self) -> Pattern:
        """As the service takes it."""
        data = self.cleaned_data
        return Pattern(
            data["weekdays"], data["first"], data["count"], data["starts"], data["ends"], data["skips_holidays"]
        )


class CopyForm(forms.Form):
    """On which days the new runs begin."""

    firsts = DaysField(
        label=_("First day of each new run, one a line"),
        rows=3,
        required=True,
        error_messages={"required": _("Write the first day")},
    )

    def clean_firsts(self) -> Any:
        """At most a dozen."""
        firsts = self.cleaned_data["firsts"]
        if not 1 <= len(firsts) <= MOST_COPIES:
            raise ValidationError(_("Write between one and twelve days"), code="days")
        return firsts


class RemarkForm(forms.Form):
    """What a reviewer says."""

    text = TextField(
        label=_("Remark"), rows=3, max_length=2000, required=True, error_messages={"required": _("Write your remark")}
    )


class ReasonForm(forms.Form):
    """Why a course is called off, in both languages."""

    reason_fa = TextField(
        language="fa", label=_("Reason in Persian"), max_length=300, required=True,
        error_messages={"required": _("Write the reason in both languages")},
    )  # fmt: skip
    reason_en = TextField(
        language="en", label=_("Reason in English"), max_length=300, required=True,
        error_messages={"required": _("Write the reason in both languages")},
    )  # fmt: skip

    @property
    def reason(self) -> dict[str, str]:
        """By language."""
        return {language: self.cleaned_data[f"reason_{language}"] for language in LANGUAGES}
