"""The shape of what staff type at the city's desk."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from base.persian import latin_digits, normalise
from base.templatetags.icons import ICONS
from members.models import District
from workgroups.forms import NamedOne, TimeField, text_in
from workgroups.models import LiteracyArea, Organisation, Venue
from workgroups.services.registers import facts_of, stamp_of

DEGREES = _("Write degrees as a number, such as 34.32")
LANGUAGES = ("fa", "en")


class CityForm(forms.Form):
    """What the city is called, its help line, its night."""

    name_fa = text_in("fa", _("Name in Persian"), max_length=100)
    name_en = text_in("en", _("Name in English"), max_length=100)
    phone = forms.CharField(
        label=_("Help line"),
        help_text=_("It stands at the foot of every page."),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "class": "field__input--serial"}),
    )
    quiet_from = TimeField(label=_("Quiet from"), help_text=_("Such as 22:00"))
    quiet_until = TimeField(label=_("Quiet until"), help_text=_("Such as 8:00"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        found = self.cleaned_data
        return {
            "version": found["version"] or 0,
            "names": {"fa": found["name_fa"], "en": found["name_en"]},
            "phone": found["phone"],
            "quiet_from": found["quiet_from"],
            "quiet_until": found["quiet_until"],
        }


class LogoForm(forms.Form):
    """The city's own picture for the header."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, WebP or GIF, at most 5 MB. It is shown 40 pixels high beside the city’s name."),
        error_messages={"required": _("Choose a picture")},
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )


class EntryForm(forms.Form):
    """An entry of one of the city's lists: its address (once), its texts in both languages, its own facts."""

    words: ClassVar[tuple[str, ...]] = ("name",)
    slug = forms.SlugField(
        label=_("Address"),
        help_text=_("Latin letters, digits and hyphens, such as north-park. It cannot be changed later."),
        max_length=50,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
        error_messages={"invalid": _("Use Latin letters, digits and hyphens alone, such as north-park")},
    )
    name_fa = text_in("fa", _("Name in Persian"), max_length=100)
    name_en = text_in("en", _("Name in English"), max_length=100)
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *arguments: Any, is_new: bool = False, **more: Any) -> None:
        super().__init__(*arguments, **more)
        del self.fields["version" if is_new else "slug"]

    @classmethod
    def of(cls, row: Any) -> EntryForm:
        """Filled with what the entry says now."""
        facts = facts_of(row)
        texts = {f"{word}_{language}": text for word in cls.words for language, text in facts.pop(word).items()}
        return cls(initial=cls.shown(facts) | texts | {"version": stamp_of(row)})

    @classmethod
    def shown(cls, facts: dict[str, Any]) -> dict[str, Any]:
        """An entry's columns as the fields show them."""
        return facts

    def parts(self) -> list[dict[str, Any]]:
        """The fields as the page shows them: what has a twin in the other language beside it, the rest one by one."""
        found: list[dict[str, Any]] = []
        for field in self:
            is_pair = field.name.endswith(("_fa", "_en"))
            if found and is_pair and found[-1]["is_pair"]:
                found[-1]["fields"].append(field)
            else:
                found.append({"is_pair": is_pair, "fields": [field]})
        return found

    def columns(self) -> dict[str, Any]:
        """What the fields say about the entry's columns."""
        texts = {f"{word}_{language}" for word in self.words for language in LANGUAGES}
        return {name: value for name, value in self.cleaned_data.items() if name not in texts | {"slug", "version"}}

    def texts(self) -> dict[str, dict[str, str]]:
        """The texts by field and language."""
        found = self.cleaned_data
        return {word: {language: found[f"{word}_{language}"] for language in LANGUAGES} for word in self.words}


class DistrictForm(EntryForm):
    """A municipal district."""


class AreaForm(EntryForm):
    """A literacy area and what it is in the languages of statistics."""

    words = ("name", "description")
    description_fa = text_in("fa", _("Description in Persian"), rows=3, max_length=2000, required=False)
    description_en = text_in("en", _("Description in English"), rows=3, max_length=2000, required=False)
    icon = forms.ChoiceField(
        label=_("Icon"), required=False, choices=[("", "—"), *((one, one) for one in sorted(ICONS))]
    )
    isced = forms.RegexField(
        r"[0-9]{2,4}",
        label=_("Field of ISCED-F 2013"),
        help_text=_("Two to four digits, such as 0611"),
        required=False,
        error_messages={"invalid": _("Write two to four digits, such as 0611")},
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "class": "field__input--year"}),
    )
    sdg = forms.CharField(
        label=_("Sustainable development goals"),
        help_text=_("Their numbers with commas between, such as 4, 11"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    @classmethod
    def shown(cls, facts: dict[str, Any]) -> dict[str, Any]:
        """The goals as a line."""
        return facts | {"sdg": ", ".join(str(one) for one in facts["sdg"])}

    def clean_sdg(self) -> list[int]:
        """The numbers in order, each once."""
        found = re.findall(r"[0-9]+", latin_digits(normalise(self.cleaned_data["sdg"])))
        return sorted({int(one[:3]) for one in found})


class DegreeField(forms.CharField):
    """A latitude or longitude, in any digits."""

    def __init__(self, **more: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "decimal", "class": "field__input--date", "autocomplete": "off"}
        super().__init__(required=False, max_length=20, widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> float | None:
        """The number; None where it is left out."""
        typed = latin_digits(normalise(super().clean(value))).replace("٫", ".")
        if not typed:
            return None
        if not re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{1,10})?", typed):
            raise ValidationError(DEGREES, code="degrees")
        return float(typed)


ACCESS = {
    "step_free_entrance": _("Step-free entrance"),
    "accessible_toilet": _("Toilet for wheelchairs"),
    "induction_loop": _("Hearing loop"),
}
WAYS = ("bus", "parking")


class VenueForm(EntryForm):
    """A place where classes are held, and how one gets in."""

    words = ("name", "address")
    address_fa = text_in("fa", _("Address in Persian"), max_length=300, required=False)
    address_en = text_in("en", _("Address in English"), max_length=300, required=False)
    district = NamedOne(label=_("District"), queryset=District.objects.none(), required=False, empty_label="—")
    organisation = NamedOne(
        label=_("Organisation"), queryset=Organisation.objects.none(), required=False, empty_label="—"
    )
    lat = DegreeField(label=_("Latitude"), help_text=_("Such as 34.32; empty if not known"))
    lon = DegreeField(label=_("Longitude"), help_text=_("Such as 47.06"))
    step_free_entrance = forms.BooleanField(label=ACCESS["step_free_entrance"], required=False)
    lift = forms.BooleanField(label=_("Lift"), required=False)
    accessible_toilet = forms.BooleanField(label=ACCESS["accessible_toilet"], required=False)
    induction_loop = forms.BooleanField(label=ACCESS["induction_loop"], required=False)
    bus_fa = text_in("fa", _("By bus, in Persian"), max_length=200, required=False)
    bus_en = text_in("en", _("By bus, in English"), max_length=200, required=False)
    parking_fa = text_in("fa", _("Parking, in Persian"), max_length=200, required=False)
    parking_en = text_in("en", _("Parking, in English"), max_length=200, required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        for name, model in (("district", District), ("organisation", Organisation)):
            self.fields[name].queryset = model.objects.prefetch_related("translations")  # type: ignore[attr-defined]

    @classmethod
    def shown(cls, facts: dict[str, Any]) -> dict[str, Any]:
        """The facts of access as fields of their own."""
        access = facts.pop("access")
        ways = {f"{way}_{language}": access.get(way, {}).get(language, "") for way in WAYS for language in LANGUAGES}
        return facts | {name: access.get(name, False) for name in ACCESS} | {"lift": access.get("lift") == "yes"} | ways

    def columns(self) -> dict[str, Any]:
        """The fields of access as the one column that they are; what else a venue's access says is kept by the caller."""
        found = super().columns()
        access: dict[str, Any] = {name: found.pop(name) for name in ACCESS} | {
            "lift": "yes" if found.pop("lift") else "no"
        }
        for way in WAYS:
            access[way] = {language: found.pop(f"{way}_{language}") for language in LANGUAGES}
        return found | {"access": access}


class OrganisationForm(EntryForm):
    """A body that takes part."""

    words = ("name", "description")
    name_fa = text_in("fa", _("Name in Persian"), max_length=200)
    name_en = text_in("en", _("Name in English"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel", "class": "field__input--serial"}),
    )
    description_fa = text_in("fa", _("Description in Persian"), rows=3, max_length=2000, required=False)
    description_en = text_in("en", _("Description in English"), rows=3, max_length=2000, required=False)


FORMS: dict[str, tuple[Any, type[EntryForm]]] = {
    "districts": (District, DistrictForm),
    "areas": (LiteracyArea, AreaForm),
    "venues": (Venue, VenueForm),
    "organisations": (Organisation, OrganisationForm),
}
