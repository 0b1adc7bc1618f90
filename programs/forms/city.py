"""The shape of what staff type at the city's desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workgroups.forms import TimeField, text_in


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
