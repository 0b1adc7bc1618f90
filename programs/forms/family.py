"""Who somebody is for whom a member acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members import rules
from members.forms import ContactForm, ProfileForm
from members.models import District, Learner
from members.services import Person
from programs.demand import named_slugs
from programs.forms.rosters import CHOOSE

if TYPE_CHECKING:
    from collections.abc import Sequence


class InviteForm(ContactForm):
    """Who is asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        field.help_text = _("The one with which that person signs in, such as 0918 123 4567 or name@example.org.")
        field.widget.attrs["autocomplete"] = "off"


class AcceptForm(forms.Form):
    """What the learner is to who was asked, and that they agree."""

    relation = forms.ChoiceField(
        label=_("Who is this person to you?"),
        choices=[(one.value, one.label) for one in rules.CARED_FOR],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    consents = forms.BooleanField(
        label=_("I may act for this person"), error_messages={"required": rules.CONSENT.message}
    )


class LearnerForm(ProfileForm):
    """Name, year of birth and what the person is to the member; gender and district only if wanted."""

    relation = forms.ChoiceField(
        label=_("Who is this person to you?"),
        choices=[(one.value, one.label) for one in rules.CARED_FOR],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    district = forms.ChoiceField(
        label=_("Where does the person live?"),
        help_text=_("Only so that the city sees where courses are missing."),
        required=False,
        error_messages={"invalid_choice": CHOOSE},
    )
    consents = forms.BooleanField(
        label=_("I may act for this person, and agree that name and year of birth are kept for courses"),
        help_text=_(
            "Only you see them, and the organisers of the courses. You can correct and remove them at any time."
        ),
        error_messages={"required": rules.CONSENT.message},
    )
    field_order = ("name", "birth", "relation", "gender", "district", "consents")

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, asks_gender=True, asks_district=True, **kwargs)
        gender = self.fields["gender"]
        gender.label, gender.help_text = _("A woman or a man?"), _("Needed only for courses for women or for men.")
        gender.required = False
        self._choose("gender", [("", _("I do not say")), *Learner.Gender.choices])
        self._choose("district", [("", _("I do not say")), *named_slugs("district")])
        self.fields["birth"].help_text = _(
            "Such as 1391 or 2012; for the age limits of courses. Not the day, nor the month."
        )
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if not is_new:
            del self.fields["consents"]

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def says_more(self) -> bool:
        """Whether what is asked only if wanted was said, or went wrong, so that it is shown at once."""
        wanted = ("gender", "district")
        return any(self[name].value() or self[name].errors for name in wanted)

    @property
    def person(self) -> Person:
        """Who it is."""
        facts = self.cleaned_data
        where = District.objects.filter(slug=facts["district"]).first() if facts["district"] else None
        return Person(facts["name"], facts["birth"], facts["gender"] or None, where)
