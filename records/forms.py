"""What is typed about learning that has taken place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.rosters import CHOOSE, ReasonForm
from records.badges import LARGEST
from records.models import Attendance
from records.rules import LONGEST_COMMENT
from records.services import Marked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from records.attendance import Line


def marks_typed(data: QueryDict, lines: Iterable[Line]) -> dict[int, Marked]:
    """The marks of a sheet that differ from those the page was made from, each with the version that the page knew.

    The lines are left with what was chosen, so that a rejected sheet keeps it.
    """
    found: dict[int, Marked] = {}
    for line in lines:
        chosen = data.get(f"mark_{line.enrolment}", "")
        if chosen not in Attendance.Mark.values:
            continue
        line.chosen = chosen
        mark, _colon, version = data.get(f"known_{line.enrolment}", "").partition(":")
        if chosen != mark:
            found[line.enrolment] = Marked(chosen, int(version) if version.isdecimal() and len(version) < 10 else 0)  # noqa: PLR2004
    return found


class OutcomeForm(ReasonForm):
    """How a course ended for one learner, and why."""

    completed = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("yes", _("Completed the course")), ("no", _("Did not attend enough"))],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    field_order = ("completed", "reason")

    @property
    def decision(self) -> dict[str, Any]:
        """What the service takes."""
        return {"completed": self.cleaned_data["completed"] == "yes", "reason": self.cleaned_data["reason"]}


class BadgeForm(forms.Form):
    """A badge that somebody shows: its file, or what stands in it."""

    file = forms.FileField(label=_("The badge’s file"), required=False)
    badge = forms.CharField(
        label=_("Or what stands in it"),
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": "4", "dir": "ltr", "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two.

        Raises:
            ValidationError: neither, or a file that is too large.
        """
        found = super().clean() or {}
        file = found.get("file")
        if file is not None and file.size > LARGEST:
            raise forms.ValidationError(_("This file is too large for a badge"))
        if file is None and not found.get("badge"):
            raise forms.ValidationError(_("Choose the badge’s file, or put in what stands in it"))
        return found

    @property
    def text(self) -> str:
        """What stands in it."""
        file = self.cleaned_data.get("file")
        return file.read().decode("utf-8", "replace") if file is not None else str(self.cleaned_data["badge"])


class FeedbackForm(forms.Form):
    """Stars, whether one would recommend it, and a word."""

    stars = forms.TypedChoiceField(
        label=_("How was the course?"),
        coerce=int,
        choices=[
            (5, _("5 – very good")),
            (4, _("4 – good")),
            (3, _("3 – fair")),
            (2, _("2 – poor")),
            (1, _("1 – bad")),
        ],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    recommends = forms.ChoiceField(
        label=_("Would you recommend it?"),
        required=False,
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=_("Anything else? You need not"),
        help_text=_("The organisers read it without your name, once five have answered."),
        required=False,
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )

    @property
    def opinion(self) -> dict[str, Any]:
        """What the service takes."""
        recommends = {"yes": True, "no": False}.get(self.cleaned_data["recommends"])
        return {"stars": self.cleaned_data["stars"], "recommends": recommends, "comment": self.cleaned_data["comment"]}
