"""The pages that only tell: help, accessibility, privacy, about; and what is answered when something is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.views.decorators.http import require_safe

from base import door

if TYPE_CHECKING:
    from django.http import HttpRequest

PAGES = frozenset({"help", "accessibility", "privacy", "about"})
_PLACE = "<!-- reference -->"


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages of `PAGES`; its text stands in `templates/pages/`, once for each language."""
    if name not in PAGES:
        raise Http404(name)
    return render(request, f"{name}.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """What came cannot be read (400)."""
    return _said(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """The page is for another role (403)."""
    return _said(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it
    """A form without its token, most often from a page that stood open for long (403)."""
    return _said(request, 403, stale=True)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """No such page, or none that this person may see (404)."""
    return _said(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Our fault (500): a file in both languages, without database or session, with the request's reference."""
    text = (Path(settings.BASE_DIR) / "templates" / "500.html").read_text(encoding="utf-8")
    return HttpResponse(text.replace(_PLACE, _reference(door.current().request_id)), status=500)


def _said(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    return render(request, f"{status}.html", {"plain": True, **context}, status=status)


def _reference(request_id: str) -> str:
    if not request_id:
        return ""
    code = f'<bdi dir="ltr">{escape(request_id)}</bdi>'
    return f'<p class="muted small">کد پیگیری · <span lang="en" dir="ltr">Reference</span>: {code}</p>'
