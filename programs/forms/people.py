"""What staff type about people: whom they look for, why they look, whose account is the same person's."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms import LONGEST_CONTACT
from programs import rules
from workgroups.forms import DayField

SEARCH = _("Write a mobile number, an e-mail address or a name")


class FindForm(forms.Form):
    """Whom to look for."""

    asked = forms.CharField(
        label=_("Mobile number, e-mail or name"),
        help_text=_("Numbers and addresses in full, names in any spelling. Each search is recorded."),
        max_length=LONGEST_CONTACT,
        error_messages={"required": SEARCH},
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto", "enterkeyhint": "search"}),
    )


class LookForm(forms.Form):
    """Why somebody's contacts are looked at."""

    reason = forms.CharField(
        label=_("Why do you need it?"),
        help_text=_("One line; it stays in the audit trail."),
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write the reason")},
    )


class MergeForm(forms.Form):
    """Whose account is the same person's."""

    other = forms.CharField(
        label=_("The other account"),
        help_text=_("Its mobile number or e-mail address. It ends; all that it holds comes here."),
        max_length=LONGEST_CONTACT,
        error_messages={"required": _("Write the mobile number or e-mail of a member")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
    )


class StaffForm(forms.Form):
    """Whom to appoint to the municipality's staff."""

    person = forms.CharField(
        label=_("Who?"),
        help_text=_("Mobile number or e-mail of a member"),
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
        error_messages={"required": _("Write the mobile number or e-mail of a member")},
    )
    from_on = DayField(label=_("First day"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    until_on = DayField(
        label=_("Until"), help_text=_("The first day that gives nothing any more; empty: without end"), required=False
    )
