"""What must be true of the machine before the portal serves: Django's system checks of our own."""

from __future__ import annotations

from ctypes.util import find_library
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERLESS = ("C", "POSIX", "SQL_ASCII")


ABOUT = "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"


@register(Tags.database)
def letters(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuses a PostgreSQL database that takes Persian letters for signs: search would silently find nothing."""
    if not databases or connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(ABOUT)
        kind, encoding = cursor.fetchone()
    if kind in LETTERLESS or encoding != "UTF8":
        hint = "Create it with ENCODING 'UTF8' LC_CTYPE 'C.UTF-8' TEMPLATE template0."
        text = f"The database does not know Persian letters (LC_CTYPE {kind})."
        return [Error(text, hint=hint, id="learningcity.E001")]
    return []


@register()
def paper(**_: Any) -> list[CheckMessage]:
    """Says where no PDF can be drawn; whoever deploys must mend it, a demo prints from the browser."""
    if all(find_library(name) for name in ("pango-1.0", "pangoft2-1.0")):
        return []
    hint = "Install libpango-1.0-0 and libpangoft2-1.0-0."
    kind = Warning if settings.DEBUG else Error
    return [kind("No PDF can be drawn: Pango is missing.", hint=hint, id="learningcity.W001")]


@register(Tags.security, deploy=True)
def production(**_: Any) -> list[CheckMessage]:
    """Names settings that serve a demo well and a city badly."""
    found: list[CheckMessage] = []
    if connection.vendor == "sqlite":
        hint = "Set DATABASE_URL to PostgreSQL."
        found.append(Warning("SQLite has one writer; a city needs PostgreSQL.", hint=hint, id="learningcity.W002"))
    if not settings.REDIS_URL:
        hint = "Set REDIS_URL."
        found.append(Warning("Without Redis each process counts limits alone.", hint=hint, id="learningcity.W003"))
    if not settings.SMS_URL:
        hint = "Set SMS_URL."
        found.append(Warning("No text messages can be sent.", hint=hint, id="learningcity.W004"))
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        hint = "Set EMAIL_URL."
        found.append(Warning("E-mail is only printed.", hint=hint, id="learningcity.W005"))
    if not settings.BADGE_SIGNING_KEY:
        hint = "Set BADGE_SIGNING_KEY to what `manage.py badge_key` prints."
        found.append(Warning("Certificates are not given as badges.", hint=hint, id="learningcity.W006"))
    return found
