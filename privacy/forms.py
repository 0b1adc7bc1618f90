"""What is asked before an account is erased."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.rules import NOT_TYPED, UNDECIDED, Ground


class LeaveForm(forms.Form):
    """The member's own number or address, so that nothing is lost by a slip."""

    contact = forms.CharField(
        label=_("To erase everything, write the number or address with which you sign in"),
        max_length=254,
        error_messages={"required": NOT_TYPED.message},
        widget=forms.TextInput(
            attrs={
                "class": "field__input--serial",
                "dir": "ltr",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )


class SendAwayForm(forms.Form):
    """Why staff have somebody's account erased."""

    ground = forms.ChoiceField(
        label=_("Why is this account erased?"),
        choices=Ground.choices,
        error_messages={"required": UNDECIDED.message, "invalid_choice": UNDECIDED.message},
        widget=forms.RadioSelect,
    )
