"""The audit trail as staff read it: filtered, newest first, in pages that stay quick however long it grows."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from base import clock
from base.templatetags.city import day_full, digits, instant
from members.models import Audit
from programs.acts import ACTS, FACTS, VALUES
from programs.checklist import IN_LANGUAGE
from workgroups.models import Appointment
from workgroups.people import names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import Model, QuerySet

    from workgroups.models import Workgroup

PAGE_SIZE = 50
DOORS = {
    "page": _("Page"),
    "api": _("API"),
    "admin": _("Administration"),
    "command": _("Command"),
    "worker": _("Worker"),
}
# Which rows belong to a workgroup, by the name that the trail uses, and by which way from the row.
OF_WORKGROUPS = {
    "workgroups.workgroup": "pk",
    "workgroups.appointment": "workgroup",
    "workgroups.meeting": "workgroup",
    "workgroups.agendaitem": "meeting__workgroup",
    "workgroups.decision": "workgroup",
    "programs.program": "workgroup",
    "programs.course": "program__workgroup",
    "programs.classmeeting": "course__program__workgroup",
    "programs.teaching": "course__program__workgroup",
    "programs.enrolment": "course__program__workgroup",
    "programs.question": "course__program__workgroup",
    "programs.import": "feed__workgroup",
    "announcements.announcement": "workgroup",
}
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; None or "" leaves a question open."""

    who: int | None = None
    verb: str = ""
    object_type: str = ""
    object_id: int | None = None
    door: str = ""
    from_on: dt.date | None = None
    until_on: dt.date | None = None

    def rows(self) -> QuerySet[Audit]:
        """The lines, newest first."""
        wanted: dict[str, Any] = {
            "actor_id": self.who,
            "verb": self.verb,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "door": self.door,
            "at__gte": self.from_on and clock.at(self.from_on, dt.time()),
            "at__lt": self.until_on and clock.at(self.until_on + ONE_DAY, dt.time()),
        }
        asked = {name: value for name, value in wanted.items() if value not in (None, "")}
        return Audit.objects.filter(**asked).order_by("-pk")

    def words(self) -> dict[str, str]:
        """What was asked, as the trail keeps it."""
        return {name: str(getattr(self, name)) for name in self.__slots__ if getattr(self, name) not in (None, "")}


def about(workgroups: Iterable[Workgroup]) -> Q:
    """The lines about workgroups and what is theirs."""
    ids, found = [one.pk for one in workgroups], Q(pk__in=[])
    for name, way in OF_WORKGROUPS.items():
        rows = apps.get_model(name)._default_manager.filter(**{f"{way}__in": ids})  # noqa: SLF001 - Django's documented name
        found |= Q(object_type=name, object_id__in=rows.order_by().values("pk"))
    return found


def page_of(asked: Asked, before: int | None, among: Q | None = None) -> tuple[list[dict[str, Any]], int | None]:
    """One page of lines below an id, `among` those, and below which id the next one begins: three queries."""
    rows = asked.rows().filter(among or Q())
    if before is not None:
        rows = rows.filter(pk__lt=before)
    lines = list(rows[: PAGE_SIZE + 1])
    shown = lines[:PAGE_SIZE]
    names = _names(line.actor_id for line in shown)
    found = [_told(line, names.get(line.actor_id or 0, "")) for line in shown]
    return found, shown[-1].pk if len(lines) > PAGE_SIZE else None


def _told(line: Audit, who: str) -> dict[str, Any]:
    """A line with who it was, what was done, to what and through which door, in the words of the page's filter."""
    try:
        model: type[Model] | None = apps.get_model(line.object_type)
    except LookupError:  # of a release that had more kinds of rows
        model = None
    return {
        "line": line,
        "who": who,
        "act": ACTS.get(line.verb, line.verb),
        "about": model._meta.verbose_name if model else line.object_type,  # noqa: SLF001 - Django's documented name
        "door": DOORS.get(line.door, line.door),
        "changes": _told_changes(line, model),
    }


def _told_changes(line: Audit, model: type[Model] | None) -> list[tuple[str, str]]:
    """What changed, by the names of columns and choices."""
    columns = _columns_of(model) if model else {}

    def named(name: str) -> str:
        fact, _space, number = name.partition(" ")  # of a sheet, one for each row: "enrolment 12"
        field, _line, language = fact.rpartition("_")  # of a text, one for each language: "note_fa"
        if language in IN_LANGUAGE and field in columns:
            return f"{columns[field].verbose_name} {IN_LANGUAGE[language]}"
        word = str(columns[fact].verbose_name if fact in columns else FACTS.get(fact, fact))
        return f"{word} {digits(number)}".rstrip()

    def said(name: str, value: Any) -> str:
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        choices = dict(columns[name].flatchoices) if name in columns else VALUES
        return gettext("changed") if value == "changed" else str(choices.get(value) or _shown(value))

    return Told(named, said, pgettext("from old to new", "→"), pgettext("between words", ", ")).changes(line)


def _columns_of(model: type[Model]) -> dict[str, Any]:
    """A row's columns and those of its texts, by both of their names."""
    texts = model.translations.field.model if hasattr(model, "translations") else None
    fields = [field for table in (texts, model) if table for field in table._meta.fields]  # noqa: SLF001 - Django's documented name
    return {name: field for field in fields for name in (field.name, field.attname)}


def _shown(value: Any) -> str:
    """Days and instants as pages write them, numbers in the reader's digits."""
    if isinstance(value, str) and value[4:5] == "-":
        with suppress(ValueError):
            at = dt.datetime.fromisoformat(value)
            return instant(at) if "T" in value else day_full(at.date())
    return digits(value)


def _names(actors: Iterable[int | None]) -> dict[int, str]:
    """The names of those who acted in a role; residents are shown by the number of their account alone."""
    ids = {pk for pk in actors if pk}
    in_role = Appointment.objects.filter(member__in=ids).values_list("member", flat=True)
    return names_of(in_role)


class Told(NamedTuple):
    """How names and values of a change are put; as they are kept, unless told otherwise."""

    named: Callable[[str], str] = str
    said: Callable[[str, Any], str] = lambda _name, value: str(value)
    arrow: str = "→"
    comma: str = ", "

    def changes(self, line: Audit) -> list[tuple[str, str]]:
        """What changed, in one order whatever the database; no personal values. `fields` are names, other pairs old and new."""
        return [
            (
                self.named(name),
                self.comma.join(map(self.named, value)) if name == "fields" else self._words(name, value),
            )
            for name, value in sorted(line.changes.items())
        ]

    def _words(self, name: str, value: Any) -> str:
        if isinstance(value, list):
            between = f" {self.arrow} " if len(value) == 2 else self.comma  # noqa: PLR2004 - old and new
            return between.join(self._words(name, one) for one in value)
        if isinstance(value, dict):
            return self.comma.join(f"{self.named(key)}: {self._words(name, one)}" for key, one in value.items())
        return "—" if value in (None, "") else self.said(name, value)


def as_cells(line: Audit) -> list[str]:
    """A line as a row of a table."""
    changes = "; ".join(f"{name}: {words}" for name, words in Told().changes(line))
    facts = (line.pk, line.at.isoformat(), line.actor_id, line.for_id, line.verb, line.object_type, line.object_id)
    return ["" if one is None else str(one) for one in facts] + [line.door, line.request_id, changes]
