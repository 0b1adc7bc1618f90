"""The shape of what coordinators say about a partner's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from base.persian import normalise
from programs.forms.fields import Foreign
from programs.imports import generic
from programs.imports.limits import MOST_BYTES
from programs.models import Feed
from workgroups.models import LiteracyArea, Venue, Workgroup

if TYPE_CHECKING:
    from members.models import Member
    from programs.models import Import

AN_HOUR, MOST_AN_HOUR = 3600, 10  # files of one member
PROFILES = (
    (generic.NAME, _("Any table: CSV, Excel or JSON")),
    ("mft", _("Institute of vocational courses (mft, CSV)")),
    ("xcri", _("British exchange format (XCRI-CAP, XML)")),
    ("korea_standard", _("Korean national table (CSV)")),
    ("korea", _("Korean metropolitan portals (JSON)")),
    ("madrid", _("City agenda of Madrid (CSV)")),
)
FIELDS = {
    "title": _("title"),
    "key": _("number or code of the course"),
    "starts_on": _("first day"),
    "ends_on": _("last day"),
    "weekdays": _("weekdays"),
    "starts": _("hour of the beginning"),
    "ends": _("hour of the end"),
    "place": _("venue"),
    "fee": _("fee"),
    "capacity": _("seats"),
    "opens_on": _("first day of enrolment"),
    "closes_on": _("last day of enrolment"),
    "age_min": _("youngest age"),
    "age_max": _("oldest age"),
    "link": _("web address"),
    "instructors": _("instructors"),
    "keywords": _("subject"),
    "description": _("description"),
    "note": _("what to know"),
}


class Chosen(forms.ModelChoiceField[Any]):
    """A choice among things that have a name."""

    def label_from_instance(self, obj: Any) -> str:
        """Their name in the page's language."""
        return str(obj.name)


class HandInForm(forms.Form):
    """A file, its format, and into which workgroup its courses go."""

    workgroup = Chosen(Workgroup.objects.none(), label=_("Workgroup"), empty_label=None)
    profile = forms.ChoiceField(label=_("Format of the file"), choices=PROFILES)
    partner = forms.CharField(
        label=_("Partner"),
        required=False,
        max_length=80,
        help_text=_("Whose list it is. With the same name, columns and places are known the next time."),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("At most 20 MB. Nothing changes on the site before you say yes."),
        max_length=200,
        error_messages={"empty": _("The file is empty"), "required": _("Choose a file")},
    )
    mode = forms.ChoiceField(label=_("Where people enrol"), choices=Feed.Mode.choices)
    area = Chosen(
        LiteracyArea.objects.none(),
        label=_("Literacy area of the courses"),
        required=False,
        empty_label=_("as with the last file"),
    )
    accept_missing = forms.BooleanField(
        label=_("The file is right even if more than a third of the courses are missing"), required=False
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Workgroup.objects.coordinated_by(member).prefetch_related("translations")
        areas = LiteracyArea.objects.prefetch_related("translations").order_by("order", "pk")
        self.fields["workgroup"].queryset = mine  # type: ignore[attr-defined]
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["file"].widget.attrs["accept"] = ".csv,.xlsx,.json,.xml"

    def clean_partner(self) -> str:
        """Needed of a table that anyone may have made, so that two partners are not taken for one.

        Raises:
            ValidationError: it is missing.
        """
        partner = normalise(self.cleaned_data["partner"])
        if not partner and self.cleaned_data.get("profile") == generic.NAME:
            raise forms.ValidationError(_("Say whose list it is, such as the name of the library"), code="required")
        return partner

    def clean_file(self) -> Any:
        """Not too large; the rest is read by a worker."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB"), code="file_large")
        return file

    @property
    def options(self) -> dict[str, Any]:
        """As the import takes them."""
        area = self.cleaned_data["area"]
        names = ("mode", "accept_missing")
        return {name: self.cleaned_data[name] for name in names} | {"area": area.pk if area else None}


class ColumnsForm(forms.Form):
    """Which column of the file holds which field."""

    def __init__(self, *args: Any, run: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = run.feed.mapping.get("columns", {})
        examples = {name: "، ".join(shown) for name, shown in run.columns}
        choices: list[tuple[str, Any]] = [("", _("not in the file"))]
        choices += [(name, f"{name} ({shown})"[:120] if shown else name) for name, shown in examples.items()]
        for name, label in FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, required=name == "title", initial=known.get(name, ""), widget=Foreign
            )
        self.fields["language"] = forms.ChoiceField(
            label=_("Language of the texts"), choices=(("fa", _("Persian")), ("en", _("English")))
        )

    @property
    def columns(self) -> dict[str, str]:
        """Field to column, those that are given."""
        return {name: self.cleaned_data[name] for name in FIELDS if self.cleaned_data[name]}


class PlacesForm(forms.Form):
    """Which of our venues each of the partner's places is."""

    def __init__(self, *args: Any, run: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        venues = Venue.objects.prefetch_related("translations").order_by("pk")
        choices = [("", _("not one of the venues here")), *((str(venue.pk), str(venue.name)) for venue in venues)]
        for number, place in enumerate(run.places):
            self.fields[f"place-{number}"] = forms.ChoiceField(
                label=format_html("<bdi>{}</bdi>", place), choices=choices, required=False
            )

    @property
    def places(self) -> dict[str, int | None]:
        """Place to the venue's id."""
        found = {place: self.cleaned_data[f"place-{number}"] for number, place in enumerate(self.run.places)}
        return {place: int(pk) if pk else None for place, pk in found.items()}
