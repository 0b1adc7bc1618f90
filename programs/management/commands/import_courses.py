"""Reads a partner's catalogue into a workgroup's courses."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from programs.imports import PROFILES, Unusable, contents, generic, read
from programs.models import Feed
from programs.services.importing import import_courses
from programs.sheets import cell
from workgroups.models import LiteracyArea, Workgroup

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from programs.imports import Catalogue
    from programs.imports.profiles import Profile
    from programs.services.importing import Outcome

UNUSABLE = 2
TOLD = 20


class Command(BaseCommand):
    help = (
        "Reads a partner's catalogue. The last line is created=N updated=N unchanged=N missing=N rejected=N; "
        "exit 2 if the file as a whole is unusable, and then nothing has changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--profile", required=True, choices=sorted([*PROFILES, generic.NAME]), help="the format of the file"
        )
        parser.add_argument("--partner", default="", help="whose list it is, where several have the same format")
        parser.add_argument("--workgroup", required=True, help="slug of the workgroup that answers for the courses")
        parser.add_argument(
            "--enrol",
            choices=Feed.Mode.values,
            help="where residents enrol: here, or at the organiser's (partner, at first); the feed remembers it",
        )
        parser.add_argument("--area", help="slug of the literacy area of courses without one; the feed remembers it")
        parser.add_argument("--dry-run", action="store_true", help="says what would be done, and writes nothing")
        parser.add_argument("--report", type=Path, help="CSV file for each rejected, changed or missing row")
        parser.add_argument(
            "--accept-missing", action="store_true", help="takes the file even if more than a third is missing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            workgroup = _called(Workgroup, options["workgroup"])
            catalogue = read(contents(options["file"]), _profile(workgroup, options["profile"], options["partner"]))
            self._tell(catalogue)
            outcome = import_courses(
                workgroup=workgroup,
                catalogue=catalogue,
                partner=options["partner"],
                mode=options["enrol"],
                area=_called(LiteracyArea, options["area"]) if options["area"] else None,
                dry_run=options["dry_run"],
                accept_missing=options["accept_missing"],
            )
        except Unusable as unusable:
            raise CommandError(str(unusable), returncode=UNUSABLE) from unusable
        if options["report"]:
            _report(options["report"], outcome)
        self.stdout.write(str(outcome))

    def _tell(self, catalogue: Catalogue) -> None:
        """The first rejected rows at once; the report has them all."""
        for one in islice(catalogue.rejected, TOLD):
            self.stderr.write(str(one))
        rest = len(catalogue.rejected) - TOLD
        if rest > 0:
            self.stderr.write(_("... and {rest} more rejected rows; --report lists them all").format(rest=rest))


def _called(model: Any, slug: str) -> Any:
    found = model.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(_("There is none called “{slug}”").format(slug=slug), returncode=UNUSABLE)
    return found


def _profile(workgroup: Workgroup, name: str, partner: str) -> Profile:
    """The format of that name; of a table the columns as a coordinator has mapped them on the page of the import.

    Raises:
        Unusable: `columns_unmapped`.
    """
    if name in PROFILES:
        return PROFILES[name]
    feed = Feed.objects.filter(workgroup=workgroup, profile=name, partner=partner).first()
    found = generic.of(feed.mapping) if feed else None
    if found is None:
        reason = _("Nobody has said yet what the columns mean; hand the first file in at /work/imports/")
        raise Unusable("columns_unmapped", reason)
    return found


def _report(path: Path, outcome: Outcome) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "key", "what", "fields", "reason"])
        for one in outcome.changes:
            if one.what == "created":
                continue
            cells = [one.line or "", one.key, one.what, one.fields, one.reason]
            writer.writerow([cell(value) for value in cells])
