"""The shape of what people type about themselves."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumberType

from base.persian import has_hidden_controls, latin_digits, normalise
from base.refusal import Refusal, Refused
from members import rules
from members.models import ApiToken, District, Learner, Member
from members.sums import Answer, new_sum

LONGEST_CONTACT = 254
CODE_LENGTH = 6
YEAR_LENGTH = 4
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_GAPS = re.compile(r"[\s\u200c-]+")

PHONE_WRONG = _("Write the mobile number with eleven digits, such as 09181234567")
LANDLINE = _("Text messages do not reach this number; write a mobile number, such as 09181234567")
EMAIL_WRONG = _("Write the e-mail address in full, such as name@example.org")
CODE_SHAPE = _("Write the six digits of the code")
SUM_WHY = _(
    "Somebody seems to be asking for codes in other people’s names. So, for now, we ask this before each text message. "
    "By e-mail the code comes without it."
)
YEAR_SHAPE = _("Write the year of birth with four digits, such as 1391")


def parse_contact(typed: str) -> str:
    """What a person signs in with, as it is stored: a mobile number in E.164 or an e-mail address in lower case.

    Any digits and every usual notation of the country's mobile numbers (0918…, +98 918…, 0098918…) give one number.

    Raises:
        ValidationError: neither of the two, a landline (`landline`), or a number of another country.
    """
    folded = latin_digits(normalise(typed[:LONGEST_CONTACT]))
    return _email(folded) if "@" in folded else _mobile(folded)


def _email(folded: str) -> str:
    address = folded.lower()
    try:
        validate_email(address)
        address.encode("ascii")
    except (ValidationError, UnicodeEncodeError) as error:
        raise ValidationError(EMAIL_WRONG, code="email_wrong") from error
    return address


def _mobile(folded: str) -> str:
    try:
        number = phonenumbers.parse(_GAPS.sub(" ", folded), settings.PHONE_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(PHONE_WRONG, code="phone_wrong") from error
    if phonenumbers.region_code_for_number(number) != settings.PHONE_REGION or number.extension:
        raise ValidationError(PHONE_WRONG, code="phone_wrong")
    kind = phonenumbers.number_type(number)
    if kind in _LANDLINE:
        raise ValidationError(LANDLINE, code="landline")
    if kind not in _MOBILE:
        raise ValidationError(PHONE_WRONG, code="phone_wrong")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def member_called(login: str) -> Member:
    """The member who signs in with that number or address, however it is written.

    Raises:
        Refused: `contact` for a text that is neither, `no_member` where nobody signs in with it.
    """
    try:
        return Member.objects.get_by_natural_key(parse_contact(login))
    except ValidationError as error:
        raise Refused(Refusal("contact", error.messages[0])) from error
    except Member.DoesNotExist as error:
        raise Refused(rules.NO_MEMBER) from error


class SumForm(forms.Form):
    """A form before a text message, which may have to show a sum: no field of its own until then."""

    def answer(self) -> Answer:
        """What came back of the sum that the form showed, if it showed one."""
        return Answer(str(self.data.get("sum", "")), str(self.data.get("answer", "")))

    def refuse(self, refusal: Refusal, *, contact: str, client: str) -> None:
        """Shows a refusal of `ask_code`, and with `challenge` a new sum; what was typed otherwise stays."""
        if refusal.code != rules.CHALLENGE.code:
            return refuse(self, refusal)
        self.full_clean()  # while the form has no more than what came
        sealed, question = new_sum(contact=contact, client=client)
        self.fields["sum"] = forms.CharField(widget=forms.HiddenInput)
        attrs = {"class": "field__input--year", "dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}
        self.fields["answer"] = forms.CharField(label=question, help_text=SUM_WHY, widget=forms.TextInput(attrs=attrs))
        kept = {name: self.data.get(name) for name in self.data}
        self.data = {**kept, "sum": sealed, "answer": ""}
        return refuse(self, refusal, "answer")


class ContactForm(SumForm):
    """Where the one-time code shall go."""

    contact = forms.CharField(
        label=_("Mobile number or e-mail address"),
        help_text=_("Such as 0918 123 4567 or name@example.org. We send a code there; you need no password."),
        max_length=LONGEST_CONTACT,
        error_messages={"required": PHONE_WRONG},
        widget=forms.TextInput(
            attrs={
                "class": "field__input--serial",
                "dir": "ltr",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "enterkeyhint": "send",
            }
        ),
    )

    def clean_contact(self) -> str:
        """As `parse_contact`."""
        return parse_contact(self.cleaned_data["contact"])


class CodeForm(forms.Form):
    """The code that came."""

    code = forms.CharField(
        label=_("Six-digit code"),
        help_text=_("Valid for five minutes; Persian or Latin digits."),
        max_length=40,
        error_messages={"required": CODE_SHAPE},
        widget=forms.TextInput(
            attrs={
                "class": "field__input--code",
                "dir": "ltr",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "spellcheck": "false",
                "maxlength": "6",
            }
        ),
    )

    def clean_code(self) -> str:
        """Six Latin digits, whatever digits and gaps were typed."""
        code = _GAPS.sub("", latin_digits(normalise(self.cleaned_data["code"])))
        if not (code.isascii() and code.isdigit() and len(code) == CODE_LENGTH):
            raise ValidationError(CODE_SHAPE, code="code_shape")
        return code


class ProfileForm(forms.Form):
    """Name and year of birth, asked at the first enrolment."""

    name = forms.CharField(
        label=_("First name and surname"),
        help_text=_("As it will stand on the certificate."),
        max_length=2 * rules.LONGEST_NAME,
        error_messages={"required": rules.NAME_SHORT.message},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    birth = forms.CharField(
        label=_("Year of birth"),
        help_text=_("For the age limits of courses. Day and month are not needed."),
        max_length=20,
        error_messages={"required": YEAR_SHAPE},
        widget=forms.TextInput(attrs={"class": "field__input--year", "inputmode": "numeric", "autocomplete": "off"}),
    )

    gender = forms.ChoiceField(
        label=_("For this course: are you a woman or a man?"),
        help_text=_("Asked only where a course is for women or for men."),
        choices=Learner.Gender.choices,
        error_messages={"required": _("Choose one of the two"), "invalid_choice": _("Choose one of the two")},
        widget=forms.RadioSelect,
    )

    district: forms.Field = forms.ModelChoiceField(
        District.objects.none(),
        label=_("For this course: in which district do you live?"),
        help_text=_("Asked only where a course is for the people of some districts."),
        to_field_name="slug",
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a district"), "invalid_choice": _("Choose a district")},
    )

    def __init__(self, *args: Any, asks_gender: bool = False, asks_district: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_gender:
            del self.fields["gender"]
        where = self.fields["district"]
        if not asks_district:
            del self.fields["district"]
        elif isinstance(where, forms.ModelChoiceField):
            where.queryset = District.objects.order_by("order", "pk").prefetch_related("translations")

    def clean_name(self) -> str:
        """The name in one spelling; hidden signs are refused, not repaired."""
        typed = self.cleaned_data["name"]
        _raise(rules.why_not_name(typed))
        name = normalise(typed)
        _raise(rules.why_not_name(name))
        return name

    def clean_birth(self) -> int:
        """The year as a number, of either calendar."""
        typed = latin_digits(normalise(self.cleaned_data["birth"]))
        if not (typed.isascii() and typed.isdigit() and len(typed) == YEAR_LENGTH):
            raise ValidationError(YEAR_SHAPE, code="year_shape")
        _raise(rules.why_not_birth_year(int(typed)))
        return int(typed)


class BirthForm(ProfileForm):
    """The year of birth alone, to be known again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"]
        self.fields["birth"].help_text = _("Such as 1366 or 1987.")


class TokenForm(forms.Form):
    """What a token is for and what it opens."""

    name = forms.CharField(
        label=_("What is it for?"),
        help_text=_("A name by which you will know it again, such as “my calendar script”."),
        max_length=60,
        error_messages={"required": _("Write what the token is for")},
    )
    scope = forms.ChoiceField(
        label=_("What may it open?"),
        choices=ApiToken.Scope.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the token may open")},
    )

    def clean_name(self) -> str:
        """The name in one spelling; hidden signs are refused."""
        typed = self.cleaned_data["name"]
        if has_hidden_controls(typed):
            _raise(rules.NAME_HIDDEN)
        return normalise(typed)


def _raise(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise ValidationError(refusal.message, code=refusal.code)


def refuse(form: forms.Form, refusal: Refusal, field: str | None = None) -> None:
    """Shows a refusal of a service beside the field it is about."""
    form.add_error(field, ValidationError(refusal.message, code=refusal.code))
