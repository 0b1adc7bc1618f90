"""Makes the cast of a load test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from base.refusal import Refused
from programs.models import Course
from programs.services.crowd import make_crowd, make_ready

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = (
        "Makes N ready members and writes one API token a line; empties the course, opens it and gives it K seats. "
        "For load tests: refuses where DEBUG is off."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--course", required=True, help="slug of the course to make ready")
        parser.add_argument("--seats", type=int, required=True, help="how many seats it gets")
        parser.add_argument("--waiting", type=int, help="how many places its queue gets; without it there is no limit")
        parser.add_argument(
            "--tokens", type=Path, required=True, help="file for the tokens, readable by its owner only"
        )
        parser.add_argument("--yes-on-production-data-too", action="store_true", help="even where DEBUG is off")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["yes_on_production_data_too"]):
            raise CommandError(_("DEBUG is off: give --yes-on-production-data-too if these data may be changed"))
        if min(options["count"], options["seats"], options["waiting"] or 0) < 0:
            raise CommandError(_("Numbers below zero make no sense here"))
        course = _made_ready(options)
        descriptor = os.open(options["tokens"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.writelines(f"{token}\n" for token in make_crowd(options["count"]))
        self.stdout.write(f"members={options['count']} course={course.pk} seats={course.capacity}")


def _made_ready(options: dict[str, Any]) -> Course:
    course = Course.objects.filter(slug=options["course"]).first()
    if course is None:
        raise CommandError(_("There is none called “{slug}”").format(slug=options["course"]))
    try:
        return make_ready(course=course, seats=options["seats"], waiting=options["waiting"])
    except Refused as refused:
        raise CommandError(str(refused.refusal.message)) from refused
