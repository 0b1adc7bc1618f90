"""The shape of what a member says about their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.templatetags.city import digits
from base.templatetags.city import time as clock_time
from members.models import Member
from notifications import rules
from notifications.models import Rhythm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from notifications.models import Channel

LANGUAGES = (("fa", "فارسی"), ("en", "English"))
THEMES = (
    (Member.Theme.SYSTEM, _("As on my phone or computer")),
    (Member.Theme.LIGHT, _("Light")),
    (Member.Theme.DARK, _("Dark")),
)


digits_lazy = lazy(digits, str)
HOURS = [(hour, digits_lazy(f"{hour}:00")) for hour in range(24)]
OWN, NO_REST = "own", "none"


def _hour(label: StrOrPromise) -> forms.TypedChoiceField:
    """A choice of one of the day's hours."""
    look = forms.Select(attrs={"class": "field__input"})
    return forms.TypedChoiceField(label=label, choices=HOURS, coerce=int, empty_value=None, required=False, widget=look)


class PreferencesForm(forms.Form):
    """A tick for each group of kinds and each channel that reaches the member; when, in which language, which colours."""

    digest = forms.ChoiceField(
        label=_("When announcements come"), choices=Rhythm.Digest.choices, required=False, widget=forms.RadioSelect
    )
    rest = forms.ChoiceField(label=_("Hours of rest"), required=False, widget=forms.RadioSelect)
    quiet_from = _hour(_("From the hour"))
    quiet_until = _hour(_("Until"))
    language = forms.ChoiceField(label=_("Language of messages"), choices=LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=_("Page colours"), choices=THEMES, required=False, widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, channels: list[Channel], groups: list[rules.Group], **more: Any) -> None:
        super().__init__(*arguments, **more)
        rest: Any = self.fields["rest"]
        rest.choices = rests()
        self.groups = groups
        self.pairs = [(group.name, channel) for group in groups for channel in channels]
        for group, channel in self.pairs:
            self.fields[f"{group}_{channel}"] = forms.BooleanField(required=False, label=channel.label)

    def rows(self) -> list[tuple[rules.Group, list[Any]]]:
        """Each group with the ticks of its channels, as the table shows them."""
        return [
            (group, [self[f"{name}_{channel}"] for name, channel in self.pairs if name == group.name])
            for group in self.groups
        ]

    def choices(self) -> list[Any]:
        """The questions with one answer each."""
        return [self["digest"], self["rest"], self["language"], self["theme"]]

    def hours(self) -> list[Any]:
        """From when until when, for hours of one's own."""
        return [self["quiet_from"], self["quiet_until"]]

    def clean(self) -> dict[str, Any]:
        """Hours of one's own are two, and not the same."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        hours = [found.get("quiet_from"), found.get("quiet_until")]
        if found.get("rest") == OWN and None in hours:
            self.add_error("rest", _("Say from which hour until which hour you want to rest."))
        elif found.get("rest") == OWN and hours[0] == hours[1]:
            self.add_error("rest", _("The two hours are the same. Choose another one, or choose no hours of rest."))
        return found

    def quiet(self) -> tuple[int | None, int | None]:
        """The hours of rest as they are kept: none of one's own, equal ones for no rest at all."""
        if self.cleaned_data["rest"] == OWN:
            return self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return (0, 0) if self.cleaned_data["rest"] == NO_REST else (None, None)

    def wishes(self) -> dict[tuple[str, Channel], bool]:
        """What was ticked."""
        return {(group, channel): self.cleaned_data[f"{group}_{channel}"] for group, channel in self.pairs}


def rests() -> list[tuple[str, str]]:
    """The city's hours, hours of one's own, or none."""
    city = rules.quiet_hours()
    hours = {"start": clock_time(city.start), "end": clock_time(city.end)}
    return [
        ("", gettext("As in the whole city, from %(start)s to %(end)s") % hours),
        (OWN, gettext("From and until the hours that I choose here")),
        (NO_REST, gettext("None; messages may come at night too")),
    ]


def known_language(code: str) -> str:
    """The language when the portal speaks it, else Persian."""
    return code if code in dict(settings.LANGUAGES) else "fa"
