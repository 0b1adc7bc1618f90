"""The forms in which announcements are written, in both languages side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from announcements.audience import OLDEST, STATES
from announcements.models import EVERYONE, Announcement
from notifications.models import Channel
from programs.checklist import LANGUAGES
from programs.forms.fields import InstantField, NumberField, TextField
from programs.forms.planning import PairedForm
from programs.names import names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from announcements.audience import Rule
    from workgroups.models import Workgroup

KEPT, ALL, SOME = "kept", "everyone", "some"
LISTS = {
    "districts": ("district", "district", _("People of these districts")),
    "areas": ("follows_area", "area", _("Followers of these areas")),
    "followed": ("follows_workgroup", "workgroup", _("Followers of these workgroups")),
    "workgroups": ("workgroup", "workgroup", _("People of these workgroups")),
}
OF_COURSES = {
    "enrolled_in": _("Those enrolled in the courses chosen above"),
    "waiting_in": _("Those waiting for the courses chosen above"),
    "formerly_in": _("Those who were in the courses chosen above"),
}
READERS = {"": _("Any language"), "fa": _("Persian"), "en": _("English")}
HOW_TO_WRITE = _(
    "A link: [words](https://address). A list: lines that begin with a hyphen. A heading: a line that begins with ##"
)
TITLE_MISSING = _("Write a title")


class NewAnnouncementForm(PairedForm):
    """The first lines of an announcement; everything else comes afterwards."""

    texts = {"title": (_("Title"), {"max_length": 160})}
    workgroup = forms.TypedChoiceField(label=_("Who says it"), coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Announcement.Kind.choices)

    def __init__(self, *args: Any, workgroups: Iterable[Workgroup], is_city: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(one.pk, one.name) for one in workgroups]
        self.fields["workgroup"].choices = ([("", _("The city"))] if is_city else []) + own  # type: ignore[attr-defined]
        if not is_city:
            self.fields["kind"].choices = KINDS_OF_WORKGROUPS  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A title in one language at least."""
        if not (self.cleaned_data.get("title_fa") or self.cleaned_data.get("title_en")):
            self.add_error("title_fa", ValidationError(TITLE_MISSING, code="title"))
        return self.cleaned_data


KINDS_OF_WORKGROUPS = [choice for choice in Announcement.Kind.choices if choice[0] != Announcement.Kind.URGENT]


def _several(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple)


class AnnouncementForm(PairedForm):
    """An announcement: its words, what it leads to, whom it is for, by which ways, from when until when."""

    texts = {
        "title": (_("Title"), {"max_length": 160}),
        "summary": (_("Summary"), {"rows": 3, "max_length": 300}),
        "body": (_("Text"), {"rows": 9, "max_length": 10_000}),
    }
    kind = forms.ChoiceField(label=_("Kind"), choices=Announcement.Kind.choices)
    find = TextField(label=_("Find a program or course by its name"), max_length=100)
    programs = _several(_("Programs it leads to"))
    courses = _several(_("Courses it leads to"))
    whom = forms.ChoiceField(label=_("Who gets it?"), widget=forms.RadioSelect, required=False)
    districts = _several(LISTS["districts"][2])
    areas = _several(LISTS["areas"][2])
    followed = _several(LISTS["followed"][2])
    workgroups = _several(LISTS["workgroups"][2])
    of_programs = forms.BooleanField(label=_("Followers of the programs chosen above"), required=False)
    of_courses = _several(_("People of the courses chosen above"))
    age_from = NumberField(label=_("Only those from this age"), most=OLDEST)
    age_to = NumberField(label=_("Only those up to this age"), most=OLDEST)
    reads = forms.ChoiceField(label=_("Only those who read"), choices=list(READERS.items()), required=False)
    without = _several(_("But not"))
    channels = _several(_("Tell them by"))
    is_public = forms.BooleanField(label=_("Everyone may read it on the site"), required=False)
    is_pinned = forms.BooleanField(label=_("Keep it at the top of the list"), required=False)
    is_banner = forms.BooleanField(
        label=_("Banner on every page"), help_text=_("For urgent safety notices alone"), required=False
    )
    publish_at = InstantField(
        label=_("Publish at"), help_text=_("Day and hour, such as 2026-12-15 9:00. Empty: as soon as it is approved")
    )
    ends_at = InstantField(label=_("Shown until"), ends=True, help_text=_("Such as 2026-12-15 18:00. Empty: it stays"))

    finds_nothing = False  # whether the catalogue has nothing under the words that were looked for

    def __init__(
        self, *args: Any, row: Announcement, programs: list[tuple[Any, str]], courses: list[tuple[Any, str]],
        has_push: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"body_{code}"].help_text = HOW_TO_WRITE
        language = "fa" if (get_language() or "fa").startswith("fa") else "en"
        self.row, self.is_city = row, row.workgroup_id is None
        self.is_special = parsed(row) is None
        for name, (_fact, kind, _label) in LISTS.items():
            found = sorted(names(language)[kind].values(), key=lambda one: (one.order, one.slug))
            self._offer(name, [(one.slug, one.name) for one in found])
        self._offer("programs", programs)
        self._offer("courses", courses)
        self._offer("of_courses", list(OF_COURSES.items()))
        self._offer("without", list(OF_COURSES.items()))
        self._offer("channels", [one for one in Channel.choices if has_push or one[0] != Channel.PUSH])
        self._narrow(language)

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _narrow(self, language: str) -> None:
        """A workgroup writes to its own people alone and has no banner."""
        kept = [(KEPT, _("As it is written below"))] if self.is_special else []
        everyone = [(ALL, pgettext_lazy("audience", "Everyone"))] if self.is_city else []
        self._offer("whom", [*everyone, (SOME, _("Those whom I choose")), *kept])
        if not self.is_city:
            del self.fields["districts"], self.fields["areas"], self.fields["is_pinned"], self.fields["is_banner"]
            own = [
                (one.slug, one.name) for pk, one in names(language)["workgroup"].items() if pk == self.row.workgroup_id
            ]
            self._offer("followed", own)
            self._offer("workgroups", own)
            self._offer("kind", KINDS_OF_WORKGROUPS)

    @staticmethod
    def initial_of(row: Announcement, texts: dict[str, dict[str, str]]) -> dict[str, Any]:
        """What the form shows of an announcement with these texts."""
        plain = ("version", "kind", "channels", "is_public", "is_pinned", "is_banner", "publish_at", "ends_at")
        facts = {name: getattr(row, name) for name in plain}
        facts |= parsed(row) or {"whom": KEPT}
        facts |= {
            "programs": [one.slug for one in row.programs.all()],
            "courses": [one.slug for one in row.courses.all()],
        }
        written = {
            f"{name}_{language}": texts.get(language, {}).get(name, "")
            for name in AnnouncementForm.texts
            for language in LANGUAGES
        }
        return facts | written

    def group(self, *wanted: str) -> list[Any]:
        """The fields of those names that there are."""
        return [self[name] for name in wanted if name in self.fields]

    @property
    def is_chosen(self) -> bool:
        """Whether somebody narrower than everyone was chosen."""
        narrowing = (*LISTS, "of_programs", "of_courses", "age_from", "age_to", "reads", "without")
        return self["whom"].value() == SOME or any(field.value() for field in self.group(*narrowing))

    @property
    def whole_audience(self) -> list[Any]:
        """The fields that say whom it reaches besides everyone."""
        return self.group(*LISTS, "of_programs", "of_courses")

    def clean(self) -> dict[str, Any]:
        """The end after the beginning, the oldest age not below the youngest, a banner for urgent ones alone."""
        data = self.cleaned_data
        if data.get("publish_at") and data.get("ends_at") and data["publish_at"] >= data["ends_at"]:
            self.add_error("ends_at", ValidationError(_("It must end after it is published"), code="window"))
        low, high = data.get("age_from"), data.get("age_to")
        if low is not None and high is not None and low > high:
            self.add_error("age_to", ValidationError(_("The oldest age must not be below the youngest"), code="ages"))
        if data.get("is_banner") and data.get("kind") != Announcement.Kind.URGENT:
            text = _("A banner is for urgent safety notices; choose that kind, or leave the banner out")
            self.add_error("is_banner", ValidationError(text, code="banner"))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        """The columns, as the services take them."""
        plain = ("kind", "channels", "is_public", "publish_at", "ends_at", "is_pinned", "is_banner")
        found = {name: self.cleaned_data[name] for name in plain if name in self.fields}
        if found["channels"] and Channel.INBOX not in found["channels"]:
            found["channels"] = [str(Channel.INBOX), *found["channels"]]
        return found | {"audience": self.audience}

    @property
    def audience(self) -> Rule:
        """The rule that was chosen."""
        data = self.cleaned_data
        if data["whom"] == KEPT or (not data["whom"] and self.is_special):
            return dict(self.row.audience)
        chosen = [{fact: one} for name, (fact, _kind, _label) in LISTS.items() for one in data.get(name) or []]
        if data["of_programs"]:
            chosen += [{"follows_program": slug} for slug in data["programs"]]
        chosen += self._of_courses("of_courses")
        reached = dict(EVERYONE) if data["whom"] == ALL else _one_or("any", chosen)
        return _one_or("all", [reached, *self._narrowing()])

    def _of_courses(self, name: str) -> list[Rule]:
        slugs = self.cleaned_data["courses"]
        return [{state: slugs} for state in self.cleaned_data[name]] if slugs else []

    def _narrowing(self) -> list[Rule]:
        data = self.cleaned_data
        found: list[Rule] = []
        low, high = data["age_from"], data["age_to"]
        if low is not None or high is not None:
            found.append({"age": [low or 0, OLDEST if high is None else high]})
        if data["reads"]:
            found.append({"language": data["reads"]})
        without = self._of_courses("without")
        return [*found, {"not": _one_or("any", without)}] if without else found


def _one_or(joint: str, rules: list[Rule]) -> Rule:
    return rules[0] if len(rules) == 1 else {joint: rules}


class WithdrawForm(forms.Form):
    """Why an announcement is taken back, in both languages."""

    reason_fa = TextField(language="fa", label=_("Reason in Persian"), max_length=300, rows=2, required=True)
    reason_en = TextField(language="en", label=_("Reason in English"), max_length=300, rows=2, required=True)

    @property
    def reason(self) -> dict[str, str]:
        """The reason by language."""
        return {language: self.cleaned_data[f"reason_{language}"] for language in LANGUAGES}


class PictureForm(forms.Form):
    """A picture and what it shows."""

    picture = forms.FileField(label=_("Picture"), help_text=_("At most 5 MB"))
    alt_fa = TextField(language="fa", label=_("What it shows, in Persian"), max_length=200, required=True)
    alt_en = TextField(language="en", label=_("What it shows, in English"), max_length=200, required=True)

    @property
    def alt(self) -> dict[str, str]:
        """What it shows, by language."""
        return {language: self.cleaned_data[f"alt_{language}"] for language in LANGUAGES}


class AttachmentForm(forms.Form):
    """A document."""

    document = forms.FileField(label=_("File"), help_text=_("A PDF of at most 5 MB"))
    name = TextField(label=_("What the link says"), max_length=120, required=True)


# The rule, read back


def parsed(row: Announcement) -> dict[str, Any] | None:
    """What the form's audience fields hold for the rule of an announcement; None for one that they cannot say."""
    rule = row.audience
    parts = rule["all"] if set(rule) == {"all"} else [rule]
    if not parts:
        return None
    is_open = parts[0] == EVERYONE
    chosen = [] if is_open else parts[0].get("any", [parts[0]])
    linked = {name: {one.slug for one in getattr(row, name).all()} for name in ("programs", "courses")}
    found: dict[str, Any] = {"whom": ALL if is_open else SOME}
    is_said = all(_take(found, one, linked) for one in chosen)
    return found if is_said and all(_take_narrowing(found, one, linked) for one in parts[1:]) else None


def _take(found: dict[str, Any], rule: Rule, linked: dict[str, set[str]]) -> bool:
    ((fact, value),) = rule.items()
    name = next((name for name, (own, _kind, _label) in LISTS.items() if own == fact), "")
    if name:
        found.setdefault(name, []).append(value)
        return True
    if fact == "follows_program":
        found["of_programs"] = True
        return value in linked["programs"]
    if fact in STATES:
        found.setdefault("of_courses", []).append(fact)
        return set(value) == linked["courses"]
    return False


def _take_narrowing(found: dict[str, Any], rule: Rule, linked: dict[str, set[str]]) -> bool:
    ((fact, value),) = rule.items()
    if fact == "age":
        found["age_from"], found["age_to"] = value[0] or None, None if value[1] == OLDEST else value[1]
        return True
    if fact == "language":
        found["reads"] = value
        return True
    if fact != "not":
        return False
    inner = value.get("any", [value])
    found["without"] = [name for one in inner for name in one]
    return all(name in STATES and set(slugs) == linked["courses"] for one in inner for name, slugs in one.items())
