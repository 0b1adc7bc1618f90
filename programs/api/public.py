"""How public reading answers: with an ETag, open to every site, and within the limits of a minute."""

from __future__ import annotations

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from rest_framework.exceptions import Throttled

from members.limits import allow, client_of
from members.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from rest_framework.request import Request

A_MINUTE = 60
VISITOR_A_MINUTE, TOKEN_A_MINUTE = 120, 300
KEPT_SECONDS = 10


def public_answer(view: Callable[..., dict[str, Any]]) -> Callable[..., HttpResponse]:
    """Turns a view that gives plain values into one that answers with JSON, its ETag, and 304 where nothing changed.

    Raises:
        Throttled: above the limit of a visitor's address or of a token.
    """

    @wraps(view)
    def answering(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        limit(request)
        language = request.query_params.get("lang", "fa")
        with translation.override(language if language in {"fa", "en"} else "fa"):
            content = as_json(view(request, *args, **kwargs))
        answer = HttpResponse(content, content_type="application/json")
        etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
        answer["ETag"] = etag
        found = get_conditional_response(request._request, etag=etag, response=answer) or answer  # noqa: SLF001 - Django's own request
        found["Access-Control-Allow-Origin"] = "*"
        found["Cross-Origin-Resource-Policy"] = "cross-origin"
        if not request.user.is_authenticated:
            found["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        return found

    return answering


def as_json(values: Any) -> bytes:
    """Plain values, with days and instants in them, as JSON."""
    return orjson.dumps(values, default=str, option=orjson.OPT_UTC_Z)


def limit(request: Request) -> None:
    """Counts a reading request, by token or by address."""
    if isinstance(request.auth, ApiToken):
        key, most = f"read:token:{request.auth.pk}", TOKEN_A_MINUTE
    else:
        key, most = f"read:{client_of(request)}", VISITOR_A_MINUTE
    if not allow(key, most, A_MINUTE):
        raise Throttled(wait=A_MINUTE)
