"""What changed from one version of a program or course to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.text import format_lazy
from django.utils.translation import gettext

from members.models import Learner
from programs.checklist import IN_LANGUAGE
from programs.models import Program, Revision
from programs.rules.joining import belonging_of, required_by, words_of
from programs.services.planning import content_of
from programs.words import RULES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from programs.models import Course, Remark

MOST_SHOWN = 50


class Difference(NamedTuple):
    """One field that is not what it was: its name for people, the language of its texts ("" for a fact), old and new."""

    label: Any
    language: str
    old: str
    new: str


class Version(NamedTuple):
    """One version: by whom (the name, "" where unknown), when, and what it changed."""

    version: int
    at: dt.datetime
    by: str
    differences: list[Difference]


def differences(row: Program | Course, old: dict[str, Any], new: dict[str, Any]) -> list[Difference]:
    """What differs between two contents."""
    found = []
    kind: Any = type(row)
    root = kind._parler_meta.root  # noqa: SLF001 - parler's documented name
    for name in root.get_translated_fields():
        if name == "written_at":
            continue
        label = root.model._meta.get_field(name).verbose_name  # noqa: SLF001 - Django's documented name
        for language in sorted({*old["texts"], *new["texts"]}, reverse=True):
            before, after = (one["texts"].get(language, {}).get(name) or "" for one in (old, new))
            if before != after:
                shown = format_lazy("{} {}", label, IN_LANGUAGE.get(language, language))
                found.append(Difference(shown, language, before, after))
    for name in old["facts"].keys() & new["facts"].keys():
        before, after = old["facts"][name], new["facts"][name]
        if before != after:
            label = kind._meta.get_field(name.removesuffix("_id")).verbose_name  # noqa: SLF001 - as above
            found.append(Difference(label, "", _plain(name, before), _plain(name, after)))
    return found


class _Rules(NamedTuple):
    """What a version says of who may join, as the rules read it."""

    audience: dict[str, Any]
    joining: dict[str, Any]


def _plain(name: str, value: Any) -> str:
    if name in _Rules._fields and value:
        return " · ".join(_who(_Rules(**{key: {} for key in _Rules._fields} | {name: value})))
    return "" if value in (None, {}) else str(value).strip()


def _who(rules: Any) -> list[str]:
    """Who may join, in words."""
    required = required_by(rules)
    named = [str(RULES[rules.audience["rule"]])] if rules.audience.get("rule") else []
    named += [gettext("After completing:") + f" {required.title}"] if required else []
    return named + words_of(rules, belonging_of(rules))


def _names(rows: Iterable[Revision | Remark]) -> dict[int, str]:
    """What those who wrote the rows are called: one query."""
    writers = [0, *(one.by_id for one in rows if one.by_id)]  # 0 is nobody: one query even for no rows
    people = Learner.objects.filter(cares__relation="self", cares__guardian__in=writers)
    return dict(people.values_list("cares__guardian", "name"))


def remarks_on(program: Program, most: int) -> list[Any]:
    """What was said about a program, newest first, each with the `name` of who said it: two queries."""
    remarks: list[Any] = list(program.remarks.all()[:most])
    names = _names(remarks)
    for one in remarks:
        one.name = names.get(one.by_id or 0, "")
    return remarks


def versions_of(row: Program | Course) -> list[Version]:
    """The latest versions, newest first, each with what it changed: two queries."""
    which = {"program": row} if isinstance(row, Program) else {"course": row}
    kept = list(Revision.objects.filter(**which).order_by("-version")[: MOST_SHOWN + 1])
    names = _names(kept)
    nothing: dict[str, Any] = {"facts": {}, "texts": {}}
    older = [one.content for one in kept[1:]] + [nothing]
    return [
        Version(one.version, one.at, names.get(one.by_id or 0, ""), differences(row, before, one.content))
        for one, before in zip(kept[:MOST_SHOWN], older, strict=False)
    ]


def compared(row: Program | Course, revision: Revision) -> list[Difference]:
    """What would change if that version came back."""
    return differences(row, content_of(row), revision.content)
