"""Makes a member a superuser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from base.refusal import Refused
from members import services
from members.forms import member_called

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Makes that member (mobile or e-mail) a superuser; they must have signed in once before."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="mobile number or e-mail address")

    def handle(self, *_: Any, login: str, **__: Any) -> None:
        try:
            member = member_called(login)
        except Refused as refused:
            raise CommandError(str(refused.refusal.message)) from refused
        services.grant_superuser(member=member)
        self.stderr.write(f"Member {member} is a superuser.")
