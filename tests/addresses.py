"""Every address of the portal, filled with values that lead nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES = {"desk": "city", "int": "999999", "uuid": "00000000-0000-4000-8000-000000000000"}
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


class Address(NamedTuple):
    """One address and the route that answers it."""

    path: str
    route: str

    @property
    def is_page(self) -> bool:
        """Whether it has a twin in the other language."""
        return self.path.startswith(("/fa/", "/en/"))

    @property
    def has_parameters(self) -> bool:
        """Whether it names a row."""
        return "<" in self.route


def all_addresses() -> list[Address]:
    """Pages in both languages, the API and the rest; of Django's admin only the entrance."""
    found = [Address("/" + PARAMETER.sub(_value, route), route) for route in _routes(get_resolver().url_patterns, "")]
    return [one for one in found if not one.route.startswith("admin/") or one.route in {"admin/", "admin/login/"}]


def _value(found: re.Match[str]) -> str:
    return VALUES.get(found["kind"] or "str", "nothing-here")


def _routes(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one.pattern, LocalePrefixPattern):
            for language in ("fa/", "en/"):
                yield from _routes(one.url_patterns, before + language)
        elif isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern)
