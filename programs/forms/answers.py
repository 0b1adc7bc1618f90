"""What a course asks at enrolment: as residents answer it, and as coordinators write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from base.persian import latin_digits
from programs.forms.fields import TextField
from programs.models import AnswerFile, Item
from programs.models.questionnaire import MOST_ITEMS
from programs.rules import number
from programs.rules.answers import LONGEST_ANSWER, NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.forms import BoundField

    from programs.models import AnswerSheet, Questionnaire

PDF_OR_PICTURE = _("A PDF or a picture of at most 5 MB.")
OPTIONAL = _("{question} (may be left empty)")
SPARE = 2
LONGEST_TYPED = LONGEST_ANSWER


def _field(item: Item) -> forms.Field:
    label: Any = item.text if item.is_required else format_lazy(OPTIONAL, question=item.text)
    if item.kind == Item.Kind.FILE:
        accept = "application/pdf,image/jpeg,image/png,image/webp"
        attrs = {"accept": accept}
        return forms.FileField(
            label=label, required=False, help_text=PDF_OR_PICTURE, widget=forms.FileInput(attrs=attrs)
        )
    if item.kind == Item.Kind.TEXT:
        attrs = {"rows": "2", "maxlength": str(LONGEST_TYPED), "dir": "auto", "lang": "und"}  # as its writer likes
        return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs=attrs))
    choices: list[tuple[str, Any]] = [(str(place), text) for place, text in enumerate(item.choices, start=1)]
    if item.kind == Item.Kind.YES_NO:
        choices = [(YES, _("Yes")), (NO, _("No"))]
    return forms.ChoiceField(label=label, required=False, choices=choices, widget=forms.RadioSelect)


class AnswersForm(forms.Form):
    """The questions of a questionnaire. What is typed is judged by the service alone; `read` shows its words."""

    questions = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, questionnaire: Questionnaire, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(questionnaire.items.all())
        self.initial["questions"] = questionnaire.version
        for item in self.items:
            self.fields[f"answer_{item.number}"] = _field(item)
        if questionnaire.consent_fa:
            self.fields["consent"] = forms.BooleanField(label=questionnaire.consent, required=False)

    @property
    def answers(self) -> dict[str, Any]:
        """As the service takes them."""
        given = {str(item.number): self._typed(f"answer_{item.number}") for item in self.items}
        given |= {str(item.number): self._typed(f"kept_{item.number}") for item in self._files}
        version = latin_digits(self._typed("questions") or "")
        is_number = version.isascii() and version.isdecimal() and len(version) < len("1000000")
        return {
            "version": int(version) if is_number else 0,
            "consent": self.add_prefix("consent") in self.data,
            "given": given,
        }

    def _typed(self, name: str) -> Any:
        return self.data.get(self.add_prefix(name))

    @property
    def _files(self) -> list[Item]:
        return [item for item in self.items if item.kind == Item.Kind.FILE]

    @property
    def file_numbers(self) -> list[int]:
        """Numbers of the questions that are answered with a file."""
        return [item.number for item in self._files]

    @property
    def rows(self) -> list[tuple[BoundField, AnswerFile | None, str]]:
        """Each field, the file that was received for it already, and the name by which that is sent again."""
        source = self._typed if self.is_bound else self.initial.get
        kept = {item.number: str(source(f"kept_{item.number}") or "") for item in self._files}
        wanted = [int(pk) for pk in kept.values() if pk.isascii() and pk.isdecimal()]
        found = (
            {str(one.pk): one for one in AnswerFile.objects.filter(pk__in=wanted).defer("content")} if wanted else {}
        )
        rows = [
            (
                self[f"answer_{item.number}"],
                found.get(kept.get(item.number, "")),
                self.add_prefix(f"kept_{item.number}"),
            )
            for item in self.items
        ]
        return [*rows, (self["consent"], None, "")] if "consent" in self.fields else rows

    def show(self, wrong: Mapping[str, str]) -> None:
        """Puts what the rule found wrong beside the fields; `wrong` is by number, or `consent`."""
        self.errors.clear()
        for name, text in wrong.items():
            field = name if name == "consent" else f"answer_{name}"
            self.add_error(field if field in self.fields else None, ValidationError(text, code="answers"))

    @staticmethod
    def initial_of(sheet: AnswerSheet) -> dict[str, Any]:
        """What was answered, as the form shows it."""
        words = {True: YES, False: NO}
        given = {f"answer_{name}": words[v] if isinstance(v, bool) else v for name, v in sheet.given.items()}
        files = {f"kept_{one.number}": one.pk for one in sheet.files.defer("content")}
        return given | files | {"consent": True}


class FamilyAnswers:
    """The questions of a course to one person or to several, by learner: each has a form of its own, all are sent at once."""

    def __init__(self, forms_: Mapping[int, AnswersForm]) -> None:
        self.of = dict(forms_)

    @staticmethod
    def prefix(learner: int) -> str:
        """Before the names of somebody's fields."""
        return f"of_{learner}"

    def __iter__(self) -> Iterator[BoundField]:
        """Every field, as the summary of what is wrong reads them."""
        return (field for form in self.of.values() for field in form)

    @property
    def errors(self) -> list[Any]:
        """Of all of them."""
        return [form.errors for form in self.of.values() if form.errors]

    def non_field_errors(self) -> list[Any]:
        """What is wrong with none of the fields, once."""
        return list(dict.fromkeys(text for form in self.of.values() for text in form.non_field_errors()))

    @property
    def answers(self) -> dict[int, dict[str, Any]]:
        """As the service takes them."""
        return {learner: form.answers for learner, form in self.of.items()}


class ItemForm(forms.Form):
    """One question as it is written; without a word in either language there is none."""

    kind = forms.ChoiceField(label=_("Answered by"), choices=Item.Kind.choices, required=False)
    text_fa = TextField(language="fa", label=_("Question in Persian"))
    text_en = TextField(language="en", label=_("Question in English"))
    choices_fa = TextField(language="fa", rows=3, label=_("Choices in Persian, one a line"))
    choices_en = TextField(language="en", rows=3, label=_("Choices in English, one a line"))
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)
    is_sensitive = forms.BooleanField(
        label=_("Sensitive"),
        help_text=_("Instructors do not see it, and it is erased 90 days after the course."),
        required=False,
    )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.cleaned_data.get("text_fa") or self.cleaned_data.get("text_en"))

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of the question, as the service takes them."""
        data = self.cleaned_data
        is_choice = data["kind"] == Item.Kind.CHOICE
        lines = {name: _lines(data[name]) if is_choice else "" for name in ("choices_fa", "choices_en")}
        return data | lines | {"kind": data["kind"] or Item.Kind.TEXT}


def _lines(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line)


class ConsentForm(forms.Form):
    """What whoever answers agrees to, and the version of the questions that was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    fa = TextField(language="fa", rows=3, label=_("Consent in Persian"))
    en = TextField(language="en", rows=3, label=_("Consent in English"))


class QuestionnaireForm:
    """All that a course asks: the consent and up to eight questions, two empty ones ready for more."""

    def __init__(self, data: Any = None, *, now: Questionnaire | None = None, version: int = 0) -> None:
        self.data = data
        items = list(now.items.all()) if now else []
        consent = {"version": version, "fa": now.consent_fa if now else "", "en": now.consent_en if now else ""}
        self.consent = ConsentForm(data, initial=consent)
        count = MOST_ITEMS if data is not None else min(MOST_ITEMS, len(items) + SPARE)
        self.items = [self._item(place, items) for place in range(count)]
        if data is not None:
            self.items = [one for one in self.items if one.add_prefix("kind") in data]

    def _item(self, place: int, items: list[Item]) -> ItemForm:
        names = list(ItemForm.base_fields)
        initial: dict[str, Any] = {"is_required": True}
        if place < len(items):
            initial = {name: getattr(items[place], name) for name in names}
        return ItemForm(self.data, prefix=f"q{place + 1}", initial=initial)

    @property
    def errors(self) -> bool:
        """Whether something typed is wrong."""
        return any(form.errors for form in self._forms)

    @property
    def _forms(self) -> Iterable[forms.Form]:
        return [self.consent, *self.items]

    def is_valid(self) -> bool:
        """Whether the shape of everything is right."""
        return all(form.is_valid() for form in self._forms)

    @property
    def asked(self) -> list[ItemForm]:
        """The questions that hold a word, in their order."""
        return [one for one in self.items if not one.is_empty]

    @property
    def facts(self) -> dict[str, Any]:
        """What `services.ask_for` takes."""
        typed = self.consent.cleaned_data
        return {
            "version": typed["version"],
            "consent": {"fa": typed["fa"], "en": typed["en"]},
            "items": [one.facts for one in self.asked],
        }

    def numbered(self) -> list[tuple[str, ItemForm]]:
        """The questions with their numbers in the page's digits."""
        return [(str(number(place)), form) for place, form in enumerate(self.items, start=1)]
