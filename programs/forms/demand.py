"""What is typed about wishes: one's own, and with what it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from programs import rules
from programs.demand import named_slugs
from programs.forms.rosters import CHOOSE, stop

if TYPE_CHECKING:
    from collections.abc import Sequence


class WishForm(forms.Form):
    """What somebody would like to learn, and where it would be near."""

    text = forms.CharField(
        label=_("What would you like to learn?"),
        help_text=_("In a few words, such as “swimming for mothers”. Everybody can read it; write no names."),
        max_length=rules.LONGEST_WISH,
        error_messages={"required": _("Write what you would like to learn")},
    )
    district = forms.ChoiceField(label=_("Where is close to you?"), required=False)
    area = forms.ChoiceField(label=_("What is it about?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("district", [("", _("Anywhere in the city")), *named_slugs("district")])
        self._choose("area", [("", _("I do not know")), *named_slugs("area")])

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def clean_text(self) -> str:
        """The text without hidden signs."""
        stop(rules.why_not_text(self.cleaned_data["text"], rules.LONGEST_WISH))
        return str(self.cleaned_data["text"]).strip()


class FulfilForm(forms.Form):
    """The program or course that answers a wish, as `program:<slug>` or `course:<slug>`."""

    answer = forms.ChoiceField(
        label=_("Program or course"), error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "—"), *choices]

    @property
    def chosen(self) -> tuple[str, str]:
        """Kind and slug."""
        kind, _colon, slug = str(self.cleaned_data["answer"]).partition(":")
        return kind, slug
