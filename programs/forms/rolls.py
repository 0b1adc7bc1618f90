"""What is typed about the people of an organisation for whom a course is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from programs.forms.planning import choices_of
from programs.models import Roll
from programs.services.rolls import why_not_until
from workgroups.forms import DayField

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from workgroups.models import Workgroup

LARGEST_FILE = 1024 * 1024
LONGEST_TEXT = 400_000


class RollForm(forms.Form):
    """Whose people they are, what they are there, until when the list is kept."""

    workgroup = forms.TypedChoiceField(label=_("Workgroup"), coerce=int)
    organisation = forms.TypedChoiceField(
        label=_("Organisation"), coerce=int, error_messages={"required": _("Choose an organisation")}
    )
    kind = forms.ChoiceField(label=_("Who"), choices=Roll.Kind.choices, widget=forms.RadioSelect, initial="pupils")
    until_on = DayField(
        label=_("Forget the list on"), help_text=_("Within the next 400 days, such as 1405/9/24 or 2026-12-15")
    )

    def __init__(self, *args: Any, workgroups: Iterable[Workgroup], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workgroup"].choices = [(one.pk, one.name) for one in workgroups]  # type: ignore[attr-defined]
        self.fields["organisation"].choices = choices_of("organisation", _("Choose"))  # type: ignore[attr-defined]

    def clean_until_on(self) -> dt.date:
        """A day on which a list may be forgotten."""
        day: dt.date = self.cleaned_data["until_on"]
        refusal = why_not_until(day)
        if refusal is not None:
            raise ValidationError(refusal.message, code=refusal.code)
        return day


class LinesForm(forms.Form):
    """The people, pasted or as a text file."""

    lines = forms.CharField(
        label=_("The people, one a line"),
        help_text=_(
            "A mobile number, an e-mail address, or name and year of birth such as: Parnia Karimi, 1392. It replaces the list "
            "there is. The lines are kept only in a form that nobody can read."
        ),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": "8", "dir": "auto", "lang": "und", "autocomplete": "off"}),
    )
    file = forms.FileField(label=_("Or a text file (CSV, up to 1 MB)"), required=False)

    def clean(self) -> dict[str, Any]:
        """The text of either."""
        file = self.cleaned_data.get("file")
        text = self.cleaned_data.get("lines") or ""
        if file is not None:
            text = _text_of(file) if file.size <= LARGEST_FILE else ""
        if not text.strip():
            self.add_error("lines", ValidationError(_("Paste the people, or choose a text file"), code="lines_missing"))
        self.cleaned_data["text"] = text
        return self.cleaned_data


def _text_of(file: Any) -> str:
    try:
        return str(file.read().decode("utf-8-sig")).replace("\x00", "")
    except UnicodeDecodeError:
        return ""
