"""The forms about single class meetings and about who instructs a course."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from base import clock
from members.forms import LONGEST_CONTACT, parse_contact
from programs.checklist import LANGUAGES
from programs.forms.fields import TextField
from programs.names import names
from workgroups.forms import DayField, TimeField
from workgroups.models import Venue

if TYPE_CHECKING:
    from programs.models import ClassMeeting


class WhyForm(forms.Form):
    """Why, in both languages; people read it in their message."""

    reason_fa = TextField(language="fa", label=_("Reason in Persian"), max_length=300, required=False)
    reason_en = TextField(language="en", label=_("Reason in English"), max_length=300, required=False)

    @property
    def reason(self) -> dict[str, str]:
        """By language, where there is one."""
        texts = {language: self.cleaned_data[f"reason_{language}"] for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text}


class MoveClassForm(WhyForm):
    """When and where one class meeting is held instead."""

    field_order = ["day", "starts", "ends", "venue"]
    day = DayField(label=_("Day"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    starts = TimeField(label=_("Begins at"))
    ends = TimeField(label=_("Ends at"))
    venue = forms.ModelChoiceField(queryset=Venue.objects.all(), label=_("Venue"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = names(get_language() or "fa")["venue"].items()
        self.fields["venue"].choices = [("", _("Where it was to be held")), *((pk, one.name) for pk, one in named)]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, meeting: ClassMeeting) -> MoveClassForm:
        """The form as the meeting stands."""
        starts, ends = clock.wall(meeting.starts_at), clock.wall(meeting.ends_at)
        facts = {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}
        return cls(initial=facts | {"venue": meeting.venue_id})

    @property
    def facts(self) -> dict[str, Any]:
        """As the service takes them."""
        data = self.cleaned_data
        times = {f"{name}_at": clock.at(data["day"], data[name]) for name in ("starts", "ends")}
        return times | {"venue": data["venue"], "reason": self.reason}


class InstructorForm(forms.Form):
    """Who instructs a course, from when and before when."""

    person = forms.CharField(
        label=_("Who?"),
        help_text=_("Mobile number or e-mail of a member"),
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "class": "field__input--serial"}),
        error_messages={"required": _("Write the mobile number or e-mail of a member")},
    )
    from_on = DayField(label=pgettext_lazy("a day", "From"), help_text=_("Such as 1405/9/24 or 2026-12-15"))
    until_on = DayField(
        label=_("Until"), help_text=_("The first day that gives nothing any more; empty: without end"), required=False
    )

    def clean_person(self) -> str:
        """The contact as it is stored."""
        return parse_contact(self.cleaned_data["person"])


class EndForm(forms.Form):
    """On which day a teaching ends."""

    until_on = DayField(label=_("Ends on"), help_text=_("The first day that gives nothing any more"))
