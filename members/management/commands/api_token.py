"""Prints a new API token of a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from base.refusal import Refused
from members import services
from members.forms import member_called
from members.models import ApiToken

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    help = "Prints a new personal API token of that member (mobile or e-mail), nothing else on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="mobile number or e-mail address")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.WORK, help="what it opens")
        parser.add_argument("--name", default="api_token", help="by what name the member sees it")

    def handle(self, *_: Any, login: str, scope: str, name: str, **__: Any) -> None:
        try:
            member = member_called(login)
            self.stdout.write(services.make_token(actor=member, name=name, scope=scope))
        except Refused as refused:
            raise CommandError(str(refused.refusal.message)) from refused
