"""The shape of what a member says about their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.models import Member

if TYPE_CHECKING:
    from notifications import rules
    from notifications.models import Channel

LANGUAGES = (("fa", "فارسی"), ("en", "English"))
THEMES = (
    (Member.Theme.SYSTEM, _("As on my phone or computer")),
    (Member.Theme.LIGHT, _("Light")),
    (Member.Theme.DARK, _("Dark")),
)


class PreferencesForm(forms.Form):
    """Language, colours, and a tick for each group of kinds and each channel that reaches the member."""

    language = forms.ChoiceField(label=_("Language of messages"), choices=LANGUAGES, widget=forms.RadioSelect)
    theme = forms.ChoiceField(label=_("Page colours"), choices=THEMES, required=False, widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, channels: list[Channel], groups: list[rules.Group], **more: Any) -> None:
        super().__init__(*arguments, **more)
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
        """The two questions with one answer each."""
        return [self["language"], self["theme"]]

    def wishes(self) -> dict[tuple[str, Channel], bool]:
        """What was ticked."""
        return {(group, channel): self.cleaned_data[f"{group}_{channel}"] for group, channel in self.pairs}


def known_language(code: str) -> str:
    """The language when the portal speaks it, else Persian."""
    return code if code in dict(settings.LANGUAGES) else "fa"
