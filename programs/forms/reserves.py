"""What is typed about seats that are kept for a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.forms.fields import Foreign, NumberField
from programs.forms.planning import (
    MOST_SEATS,
    OLDEST,
    DistrictsField,
    audience_columns,
    choices_of,
    out_of_order,
    roll_choices,
)
from programs.words import RULES
from workgroups.forms import DayField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from programs.models import Reserve


def group_columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that say for whom seats are kept; `districts` and `roll` are ids."""
    who = audience_columns(data.get("rule", ""), "", None, data.get("districts", ()), data.get("roll"))
    return {"age_min": data.get("age_min"), "age_max": data.get("age_max"), "audience": who["audience"]}


class KeepForm(forms.Form):
    """How many seats, and to the end of which day."""

    seats = NumberField(
        label=_("Seats to keep"),
        least=1,
        most=MOST_SEATS,
        required=True,
        error_messages={"required": _("Write how many seats are kept")},
    )
    until_on = DayField(
        label=_("Kept to the end of"), help_text=_("What is left then goes to the waiting list, and to everyone")
    )

    @staticmethod
    def initial_of(reserve: Reserve) -> dict[str, Any]:
        """What the form shows of a reserve."""
        return {"seats": reserve.seats, "until_on": reserve.until_on}


class ReserveForm(KeepForm):
    """For whom, too."""

    districts = DistrictsField(_("Who live in"))
    roll = forms.TypedChoiceField(
        label=_("People of an organisation"), coerce=int, empty_value=None, required=False, widget=Foreign
    )
    rule = forms.ChoiceField(label=_("Women or men"), choices=list(RULES.items()), required=False)
    age_min = NumberField(label=_("Age from"), most=OLDEST)
    age_max = NumberField(label=_("Age to"), most=OLDEST)

    def __init__(self, *args: Any, workgroup: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["districts"].choices = choices_of("district")  # type: ignore[attr-defined]
        self.fields["roll"].choices = roll_choices(workgroup)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Youngest before oldest."""
        for name, error in out_of_order(self.cleaned_data).items():
            self.add_error(name, error)
        return self.cleaned_data

    @property
    def group(self) -> dict[str, Any]:
        """The columns, as the service takes them."""
        return group_columns(self.cleaned_data)
