"""How pages answer: a panel for htmx, a redirect for everyone else, and the same bytes for every visitor for ten seconds."""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

KEPT_SECONDS = 10
LAST_PAGE = 50  # of what is paged by number
SHOWN_SECONDS = 5  # how long a browser may show a page without asking; an urgent notice must stand there within ten
_stamps: list[Callable[[], str]] = []


def is_htmx(request: HttpRequest) -> bool:
    """Whether the page's script asks for a part of it."""
    return request.headers.get("HX-Request") == "true"


def page_number(asked: str) -> int:
    """The page that an address asks for: 1 to 50, the first where it says anything else."""
    return int(asked) if asked.isdecimal() and len(asked) <= len(str(LAST_PAGE)) and 0 < int(asked) <= LAST_PAGE else 1


def panel_or_page(
    request: HttpRequest, panel: str, context: dict[str, Any], to: str, status: int = 200
) -> HttpResponse:
    """Answers htmx with the panel's template and everyone else with a redirect to the page that includes it."""
    if is_htmx(request):
        return render(request, panel, context, status=status)
    return redirect(to)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """More requests than the limit allows (429); `seconds` until the next one counts is told to programs and people."""
    answer = render(request, "429.html", {"plain": True, "minutes": -(-seconds // 60)}, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def depend_on(stamp: Callable[[], str]) -> None:
    """Names something that stands on every page: a kept page is made anew as soon as the stamp is another."""
    _stamps.append(stamp)


def public_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keeps a page that is the same for every visitor for ten seconds, with an ETag; whoever has a session gets it afresh.

    The address carries the language; the theme's cookie and htmx make pages of their own.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.method not in {"GET", "HEAD"}:
            return view(request, *args, **kwargs)
        theme = request.COOKIES.get("theme", "")
        stamps = "|".join(stamp() for stamp in _stamps)
        name = f"{request.get_host()}|{request.get_full_path()}|{theme}|{is_htmx(request)}|{stamps}"
        key = f"page:{hashlib.sha256(name.encode()).hexdigest()}"
        found = cache.get(key)
        if found is None:
            answer = view(request, *args, **kwargs)
            if answer.status_code != HttpResponse.status_code or answer.cookies:
                return answer
            found = (
                answer.content,
                answer["Content-Type"],
                quote_etag(hashlib.sha256(answer.content).hexdigest()[:32]),
            )
            cache.set(key, found, KEPT_SECONDS)
        return _shared(request, *found)

    return kept


def _shared(request: HttpRequest, content: bytes, content_type: str, etag: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"public, max-age={SHOWN_SECONDS}"
    patch_vary_headers(answer, ["Cookie", "HX-Request"])
    return get_conditional_response(request, etag=etag, response=answer) or answer
