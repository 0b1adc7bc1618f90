"""What is looked for in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from base.persian import latin_digits, normalise
from programs import rules
from programs.acts import ACTS
from programs.trail import DOORS, Asked
from workgroups.forms import DayField

if TYPE_CHECKING:
    from collections.abc import Container

NUMBER = _("Write a number, such as 12")
LONGEST_ID = 18  # digits of a bigint


class NumberField(forms.CharField):
    """A row's number in any digits."""

    def __init__(self, **more: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "numeric", "class": "field__input--year", "autocomplete": "off"}
        super().__init__(required=False, max_length=40, widget=forms.TextInput(attrs=attrs), **more)

    def clean(self, value: Any) -> int | None:
        """The number; None where it is left out."""
        typed = latin_digits(normalise(super().clean(value))).removeprefix("#")
        if not typed:
            return None
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST_ID):
            raise forms.ValidationError(NUMBER, code="number")
        return int(typed)


def kinds() -> list[tuple[str, str]]:
    """Every kind of row, by the name that the trail uses."""
    rooms = ("members", "notifications", "workgroups", "programs", "records", "announcements", "privacy")
    models = [one for one in apps.get_models() if one._meta.app_label in rooms]  # noqa: SLF001 - Django's documented name
    facts = [one._meta for one in models]  # noqa: SLF001 - Django's documented name
    named = [
        (one.label_lower, str(one.verbose_name)) for one in facts if not (one.model_name or "").endswith("translation")
    ]
    return sorted(named, key=lambda pair: pair[1])


class TrailForm(forms.Form):
    """Which lines of the trail."""

    who = NumberField(label=_("Account"), help_text=_("Its number, such as 12"))
    verb = forms.ChoiceField(label=_("Act"), required=False)
    object_type = forms.ChoiceField(label=_("About"), required=False)
    object_id = NumberField(label=_("Its number"))
    door = forms.ChoiceField(label=_("Through"), required=False, choices=[("", _("Any way")), *DOORS.items()])
    from_on = DayField(label=pgettext_lazy("a day", "From"), required=False)
    until_on = DayField(label=pgettext_lazy("a day", "Up to and including"), required=False)

    def __init__(self, *arguments: Any, among: Container[str] | None = None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        acts = sorted(((verb, str(act)) for verb, act in ACTS.items()), key=lambda pair: pair[1])
        self.fields["verb"].choices = [("", _("Any act")), *acts]  # type: ignore[attr-defined]
        known = [pair for pair in kinds() if among is None or pair[0] in among]
        self.fields["object_type"].choices = [("", _("Anything")), *known]  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What the reader takes; nothing of a form that is wrong."""
        return Asked(**self.cleaned_data) if self.is_valid() else Asked()


class TrailExportForm(forms.Form):
    """Why the trail is given out."""

    reason = forms.CharField(
        label=_("Why do you need the file?"),
        help_text=_("One line; it stays in the audit trail."),
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write the reason")},
    )
