"""The shape of what is typed about workgroups, appointments, meetings and decisions."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from base import calendar, clock
from base.persian import latin_digits, normalise
from members.forms import LONGEST_CONTACT
from members.models import Member
from workgroups.models import Appointment, Attendance, LiteracyArea, Organisation, Venue
from workgroups.services.meetings import Where

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workgroups.models import Decision, Meeting, Workgroup
    from workgroups.people import Person
    from workgroups.rules import Owner

Role = Appointment.Role
TIME_SHAPE = _("Write the hour in 24 hours, such as 16:30")
OWNER_SHAPE = _("Choose who owes it")
_TIME = re.compile(r"(\d{1,2})(?:\s?[:٫.]\s?(\d{2}))?", re.ASCII)
_PAIRS = ("fa", "en")


class DayField(forms.CharField):
    """A day as people write it: Jalali or Gregorian, in any digits."""

    def __init__(self, **more: Any) -> None:
        attrs = {"class": "field__input--date", "autocomplete": "off"}
        missing = {"required": calendar.BadDay.message}
        super().__init__(max_length=80, widget=forms.TextInput(attrs=attrs), error_messages=missing, **more)

    def clean(self, value: Any) -> dt.date | None:
        """The day; None where an optional one is left out."""
        typed = super().clean(value)
        try:
            return calendar.parse_day(typed) if typed else None
        except calendar.BadDay as bad:
            raise ValidationError(bad.message, code=bad.code) from bad

    def prepare_value(self, value: Any) -> Any:
        """A day as it is typed in the page's language; what was typed stays as it is."""
        is_day = isinstance(value, dt.date)
        return calendar.day_digits(value, language=get_language() or "fa") if is_day else value


class TimeField(forms.CharField):
    """An hour of the day, in any digits."""

    def __init__(self, **more: Any) -> None:
        attrs = {"class": "field__input--date", "inputmode": "numeric", "autocomplete": "off"}
        missing = {"required": TIME_SHAPE}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), error_messages=missing, **more)

    def clean(self, value: Any) -> dt.time | None:
        """The hour; None where an optional one is left out."""
        typed = super().clean(value)
        found = _TIME.fullmatch(latin_digits(normalise(typed)))
        if typed and not found:
            raise ValidationError(TIME_SHAPE, code="time_shape")
        try:
            return dt.time(int(found[1]), int(found[2] or 0)) if found else None
        except ValueError as error:
            raise ValidationError(TIME_SHAPE, code="time_shape") from error

    def prepare_value(self, value: Any) -> Any:
        """An hour as it is typed in the page's language; what was typed stays as it is."""
        is_time = isinstance(value, dt.time)
        return calendar.time_text(value, language=get_language() or "fa") if is_time else value


def name_of(row: Any) -> str:
    """A row's name in the page's language, or in any."""
    return str(row.safe_translation_getter("name", any_language=True) or row.slug)


class Named(forms.ModelMultipleChoiceField[Any]):
    """Several rows by their names."""

    def label_from_instance(self, obj: Any) -> str:
        """As `name_of`."""
        return name_of(obj)


class NamedOne(forms.ModelChoiceField[Any]):
    """One row by its name."""

    def label_from_instance(self, obj: Any) -> str:
        """As `name_of`."""
        return name_of(obj)


def text_in(language: str, label: Any, rows: int = 0, **more: Any) -> forms.CharField:
    """A field for a text in one language, with its own `lang` and `dir`."""
    attrs = {"lang": language, "dir": "rtl" if language == "fa" else "ltr"}
    widget = forms.Textarea(attrs={**attrs, "rows": rows}) if rows else forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, widget=widget, **more)


class WorkgroupForm(forms.Form):
    """What a workgroup is: its words in both languages, its areas, its member organisations."""

    slug = forms.SlugField(
        label=_("Address"),
        help_text=_("Latin letters, digits and hyphens, such as media-literacy. It cannot be changed later."),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
        error_messages={"invalid": _("Use Latin letters, digits and hyphens alone, such as media-literacy")},
    )
    name_fa = text_in("fa", _("Name in Persian"), max_length=200)
    name_en = text_in("en", _("Name in English"), max_length=200)
    purpose_fa = text_in("fa", _("Purpose in Persian"), rows=4, max_length=2000)
    purpose_en = text_in("en", _("Purpose in English"), rows=4, max_length=2000)
    areas = Named(
        label=_("Literacy areas"),
        queryset=LiteracyArea.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one literacy area")},
    )
    organisations = Named(
        label=_("Member organisations"),
        help_text=_("The municipality is always one of them."),
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("The municipality is a member of every workgroup; choose it too")},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, is_new: bool = False, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["areas"].queryset = LiteracyArea.objects.prefetch_related("translations")  # type: ignore[attr-defined]
        organisations = Organisation.objects.prefetch_related("translations")
        self.fields["organisations"].queryset = organisations  # type: ignore[attr-defined]
        del self.fields["version" if is_new else "slug"]

    def facts(self) -> dict[str, Any]:
        """What the services take."""
        found = self.cleaned_data
        return {
            "name": {language: found[f"name_{language}"] for language in _PAIRS},
            "purpose": {language: found[f"purpose_{language}"] for language in _PAIRS},
            "areas": list(found["areas"]),
            "organisations": list(found["organisations"]),
        }


class AppointForm(forms.Form):
    """Whom to appoint to what, from when and before when."""

    person = forms.CharField(
        label=_("Who?"),
        help_text=_("Mobile number or e-mail of a member"),
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
        error_messages={"required": _("Write the mobile number or e-mail of a member")},
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=[(one.value, one.label) for one in (Role.COORDINATOR, Role.MEMBER)]
    )
    from_on = DayField(label=pgettext_lazy("a day", "From"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    until_on = DayField(
        label=_("Until"), help_text=_("The first day that gives nothing any more; empty: without end"), required=False
    )


class TermForm(forms.Form):
    """On which day an appointment ends."""

    until_on = DayField(
        label=_("Ends on"), help_text=_("The first day that gives nothing any more; empty: without end"), required=False
    )
    is_sure = forms.BooleanField(label=_("Yes, even if nobody coordinates the workgroup then"), required=False)


class MeetingForm(forms.Form):
    """When and where a workgroup meets."""

    day = DayField(label=_("Day"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    starts = TimeField(label=_("Begins at"))
    ends = TimeField(label=_("Ends at"))
    venue = NamedOne(label=_("Venue"), queryset=Venue.objects.none(), required=False, empty_label=_("None of these"))
    place = forms.CharField(
        label=_("Room or other place"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    link = forms.URLField(
        label=_("Link, if it is online"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"invalid": _("Write the whole address, such as https://meet.example.org/a")},
    )
    agenda = forms.CharField(
        label=_("Agenda"),
        help_text=_("One matter a line; more can be added later."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, is_new: bool = False, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["venue"].queryset = Venue.objects.prefetch_related("translations")  # type: ignore[attr-defined]
        del self.fields["version" if is_new else "agenda"]

    @classmethod
    def of(cls, meeting: Meeting) -> MeetingForm:
        """Filled with what the meeting is now."""
        starts, ends = clock.wall(meeting.starts_at), clock.wall(meeting.ends_at)
        initial = {"day": starts.date(), "starts": starts.time(), "ends": ends.time(), "venue": meeting.venue_id}
        return cls(initial=initial | {"place": meeting.place, "link": meeting.link, "version": meeting.version})

    def facts(self) -> dict[str, Any]:
        """What the services take; the hours are those of the city."""
        found = self.cleaned_data
        return {
            "starts_at": clock.at(found["day"], found["starts"]),
            "ends_at": clock.at(found["day"], found["ends"]),
            "where": Where(found["venue"], found["place"], found["link"]),
        }


class ItemForm(forms.Form):
    """A matter for the agenda."""

    title = forms.CharField(
        label=_("Another matter"), max_length=200, error_messages={"required": _("Write what it is about")}
    )


class MinutesForm(forms.Form):
    """What was said about one matter."""

    minutes = forms.CharField(
        label=_("Minutes of this matter"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AttendanceForm(forms.Form):
    """A mark for each person; nobody has to be marked."""

    def __init__(self, *arguments: Any, people: Iterable[Person], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.people = list(people)
        for person in self.people:
            self.fields[f"mark_{person.pk}"] = forms.ChoiceField(
                label=person.name, choices=Attendance.Mark.choices, required=False, widget=forms.RadioSelect
            )

    def rows(self) -> list[tuple[Person, Any]]:
        """Each person with their marks."""
        return [(person, self[f"mark_{person.pk}"]) for person in self.people]

    def marks(self) -> dict[int, str]:
        """Who was marked how."""
        found = {person.pk: self.cleaned_data[f"mark_{person.pk}"] for person in self.people}
        return {pk: mark for pk, mark in found.items() if mark}


class DecisionForm(forms.Form):
    """What was decided, who owes it, by when."""

    text_fa = text_in("fa", _("What was decided? In Persian"), max_length=400, required=False)
    text_en = text_in("en", _("In English"), max_length=400, required=False)
    owner = forms.ChoiceField(label=_("Owner"), error_messages={"required": OWNER_SHAPE, "invalid_choice": OWNER_SHAPE})
    due_on = DayField(label=_("Due"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, workgroup: Workgroup, people: Iterable[Person], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["owner"].choices = owner_choices(workgroup, people)  # type: ignore[attr-defined]

    def text(self) -> dict[str, str]:
        """The words by language."""
        return {language: self.cleaned_data[f"text_{language}"] for language in _PAIRS}

    def clean_owner(self) -> Owner:
        """The person, organisation or role that was chosen."""
        return owner_named(self.cleaned_data["owner"])

    def facts(self) -> dict[str, Any]:
        """What the services take."""
        return {"text": self.text(), "owner": self.cleaned_data["owner"], "due_on": self.cleaned_data["due_on"]}


def owner_choices(workgroup: Workgroup, people: Iterable[Person]) -> list[Any]:
    """Who can owe a decision: the people, everyone of a role, a member organisation."""
    roles = (
        (Role.COORDINATOR, _("The coordinators")),
        (Role.MEMBER, _("All members")),
        (Role.STAFF, _("The city’s staff")),
    )
    organisations = workgroup.organisations.prefetch_related("translations")
    return [
        ("", _("Choose")),
        (_("People"), [(f"member:{one.pk}", one.name) for one in people]),
        (_("Roles"), [(f"role:{role.value}", label) for role, label in roles]),
        (
            _("Organisations"),
            [(f"organisation:{one.pk}", name_of(one)) for one in organisations],
        ),
    ]


def owner_named(value: str) -> Owner:
    """The owner whom a choice means.

    Raises:
        ValidationError: nobody is meant.
    """
    kind, _colon, name = value.partition(":")
    if kind == "role" and name in Role.values:
        return name
    pk = int(name) if name.isascii() and name.isdecimal() and len(name) < 19 else 0  # noqa: PLR2004 - digits of a bigint
    found: Owner | None = None
    if kind == "member":
        found = Member.objects.filter(pk=pk).first()
    elif kind == "organisation":
        found = Organisation.objects.filter(pk=pk).first()
    if found is None:
        raise ValidationError(OWNER_SHAPE, code="owner")
    return found


def owner_value(decision: Decision) -> str:
    """The choice that means the owner of a decision."""
    if decision.owner_id is not None:
        return f"member:{decision.owner_id}"
    if decision.owner_organisation_id is not None:
        return f"organisation:{decision.owner_organisation_id}"
    return f"role:{decision.owner_role}"
