"""Addresses that machines expect: what robots may read, and whom to tell about a hole."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from learningcity.middleware import preferred_language, vary_by_language

if TYPE_CHECKING:
    from django.http import HttpRequest

PRIVATE = ("me", "work", "city", "accounts")
VALID = dt.timedelta(days=180)


@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """Sends a visitor of the bare address to the home page of their language."""
    response = HttpResponseRedirect(f"/{preferred_language(request)}/")
    vary_by_language(response)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Robots read what is public."""
    closed = [f"Disallow: /{language}/{part}/" for language in dict(settings.LANGUAGES) for part in PRIVATE]
    lines = ["User-agent: *", *closed, "Disallow: /admin/", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def security(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Whom to tell about a hole (RFC 9116)."""
    expires = (timezone.now() + VALID).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: fa, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
