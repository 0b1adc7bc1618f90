"""What is typed at a roster: a person who comes or calls, a reason, a message, a question and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.forms import LONGEST_CONTACT, PHONE_WRONG, ProfileForm, parse_contact
from members.models import Care
from programs import rules
from programs.services.assisting import ASKED
from workgroups.forms import DayField

if TYPE_CHECKING:
    from base.refusal import Refusal

RELATIONS = {
    Care.Relation.SELF: _("The person with this number"),
    Care.Relation.CHILD: _("Their child"),
    Care.Relation.PARENT: _("Their mother or father"),
    Care.Relation.OTHER: _("Someone else whom they care for"),
}
KINDS = {"xlsx": _("Excel (XLSX)"), "csv": _("Text table (CSV)")}
CHOOSE = _("Choose one of the options")
MOST_CHOSEN = 2000


def stop(refusal: Refusal | None) -> None:
    """Turns a rule's refusal into the error of a field.

    Raises:
        ValidationError: with the refusal's words and code.
    """
    if refusal is not None:
        raise ValidationError(refusal.message, code=refusal.code)


def _lines(rows: int, **attrs: Any) -> forms.Textarea:
    widget = forms.Textarea(attrs={"rows": str(rows), **attrs})
    del widget.attrs["cols"]  # the page's width decides
    return widget


class ExceptionForm(forms.Form):
    """Why somebody may join although a rule says no."""

    exception = forms.CharField(
        label=_("Although a rule says no: why?"),
        help_text=_(
            "Leave it empty, unless a rule of who may join refuses the person. Rule and reason stay in the trail."
        ),
        max_length=rules.LONGEST_REASON,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_exception(self) -> str:
        """One line without hidden signs; "" for none."""
        typed = " ".join(self.cleaned_data["exception"].split())
        stop(rules.why_not_reason(typed) if typed else None)
        return typed


class AdmitForm(ExceptionForm, ProfileForm):
    """Somebody who came or called: whose number, for whom, and that they agreed."""

    contact = forms.CharField(
        label=_("Mobile number or e-mail address"),
        help_text=_("In full, such as 0918 123 4567. Each look-up is recorded."),
        max_length=LONGEST_CONTACT,
        error_messages={"required": PHONE_WRONG},
        widget=forms.TextInput(attrs={"class": "field__input--serial", "dir": "ltr", "autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label=_("Who will learn?"),
        choices=RELATIONS.items(),
        initial=Care.Relation.SELF,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    asked = forms.ChoiceField(
        label=_("How did they ask?"),
        choices=ASKED.items(),
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        widget=forms.RadioSelect,
    )
    consents = forms.BooleanField(
        label=_("The person agrees that name, year of birth and number are kept for this course"),
        help_text=_("Read it to them. They can see, correct and erase it on their own page."),
        error_messages={"required": _("Ask first whether the person agrees, and note it here")},
    )
    field_order = ("contact", "relation", "name", "birth", "gender", "district", "asked", "consents", "exception")

    def __init__(self, *args: Any, asks_gender: bool = False, asks_district: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, asks_gender=asks_gender, asks_district=asks_district, **kwargs)
        self.fields["name"].help_text = _("As it will stand on the certificate.")
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        if asks_gender:
            self.fields["gender"].label = _("A woman or a man?")
        if asks_district:
            self.fields["district"].label = _("In which district does the person live?")

    def clean_contact(self) -> str:
        """As `parse_contact`."""
        return parse_contact(self.cleaned_data["contact"])

    @property
    def person(self) -> dict[str, str | int]:
        """What `services.admit` wants to know of the person."""
        facts = self.cleaned_data
        names = {"contact": "contact", "relation": "relation", "name": "name", "birth_year": "birth"}
        return {name: facts[field] for name, field in names.items()} | {
            "gender": facts.get("gender") or "",
            "district": getattr(facts.get("district"), "slug", ""),
        }


class ReasonForm(forms.Form):
    """Why somebody is taken out of a course, or a list taken away."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write the reason")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """One line without hidden signs."""
        stop(rules.why_not_reason(self.cleaned_data["reason"]))
        return " ".join(self.cleaned_data["reason"].split())


class WaitForm(forms.Form):
    """Until when the decision is put off whether a course takes place."""

    day = DayField(label=_("New day of the decision"), help_text=_("Such as 1405/9/24 or 2026-12-15"))


class PromoteForm(ReasonForm):
    """Why somebody is moved up, and whether a seat is added for them."""

    extra_seat = forms.BooleanField(label=_("Add one seat for this person"), required=False)


class ExportForm(ReasonForm):
    """What a list is needed for, and as which kind of file."""

    kind = forms.ChoiceField(
        label=_("Kind of file"), choices=KINDS.items(), initial="xlsx", widget=forms.RadioSelect,
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )  # fmt: skip


class MessageForm(forms.Form):
    """One message in both languages, and to whom it goes; `pick` are places chosen in the roster."""

    text_fa = forms.CharField(
        label="متن به فارسی",
        max_length=rules.LONGEST_MESSAGE,
        error_messages={"required": _("Write the text in Persian")},
        widget=_lines(4, lang="fa", dir="rtl"),
    )
    text_en = forms.CharField(
        label="Text in English",
        max_length=rules.LONGEST_MESSAGE,
        error_messages={"required": _("Write the text in English")},
        widget=_lines(4, lang="en", dir="ltr"),
    )
    to = forms.ChoiceField(
        label=_("Who gets it?"),
        choices=[(name, name) for name in ("seated", "waiting", "all", "chosen")],
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self.data.getlist("pick") if hasattr(self.data, "getlist") else []
        self.chosen = [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19][:MOST_CHOSEN]  # noqa: PLR2004 - bigint

    def _text(self, name: str) -> str:
        text = str(self.cleaned_data[name])
        stop(rules.why_not_text(text, rules.LONGEST_MESSAGE))
        return " ".join(text.split())

    def clean_text_fa(self) -> str:
        """One paragraph without hidden signs."""
        return self._text("text_fa")

    def clean_text_en(self) -> str:
        """As in Persian."""
        return self._text("text_en")

    @property
    def texts(self) -> dict[str, str]:
        """The text by language."""
        return {"fa": self.cleaned_data["text_fa"], "en": self.cleaned_data["text_en"]}


class QuestionForm(forms.Form):
    """What a resident wants to know."""

    longest = rules.LONGEST_QUESTION
    text = forms.CharField(
        label=_("Your question"),
        max_length=longest,
        error_messages={"required": _("Write your question")},
        widget=_lines(4),
    )

    def clean_text(self) -> str:
        """The text without hidden signs."""
        stop(rules.why_not_text(self.cleaned_data["text"], self.longest))
        return str(self.cleaned_data["text"]).strip()


class ReplyForm(QuestionForm):
    """What the organiser answers."""

    longest = rules.LONGEST_REPLY
    text = forms.CharField(
        label=_("Your answer"),
        help_text=_("Who asked reads it in their messages; write in their language."),
        max_length=longest,
        error_messages={"required": _("Write the answer")},
        widget=_lines(5),
    )
