"""What is typed about learning that has taken place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.rosters import CHOOSE, ReasonForm
from records.models import Attendance
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
