"""Errors as people and programs read them: a page in their language, or problem+json on the API."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from base.refusal import Refused
from learningcity import views

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

JSON = "application/problem+json"
RETRY_AFTER = 5
LOCKED = {"55P03", "40P01"}  # lock_not_available, deadlock_detected
SLOW = {"57014"}  # query_canceled, by statement_timeout
logger = logging.getLogger(__name__)


class Problem(NamedTuple):
    """What went wrong, for people and programs."""

    status: int
    code: str
    message: StrOrPromise


BUSY = Problem(409, "busy", _("Many people are at this at the moment; try again in a few seconds"))
SLOW_NOW = Problem(503, "busy", _("Many people are here at the moment; try again in a few seconds"))
AWAY = Problem(503, "unavailable", _("We are back in a moment; try again in a few seconds"))
FULL = Problem(503, "storage_full", _("We cannot save anything at the moment; nothing of yours was lost"))


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path.startswith("/api/")


def body(status: int, code: str = "", message: StrOrPromise = "") -> dict[str, Any]:
    """The fields of a problem; `code` and `message` where a rule spoke."""
    fields = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    return fields | ({"code": code, "message": str(message)} if code else {})


def as_json(status: int, code: str = "", message: StrOrPromise = "") -> HttpResponse:
    """The problem as programs read it."""
    return JsonResponse(body(status, code, message), status=status, content_type=JSON)


def of_database(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer to trouble with the database, made without asking it; None when the error is something else."""
    problem = named(error)
    if problem is None:
        return None
    logger.warning("trouble with the database: %s", problem.code)
    if is_api(request):
        response = as_json(*problem)
    else:
        response = render(request, "503.html", {"message": problem.message, "plain": True}, status=problem.status)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def named(error: BaseException | None) -> Problem | None:
    """Which trouble with the database an exception is."""
    if isinstance(error, InterfaceError):
        return AWAY
    if not isinstance(error, OperationalError):
        return None
    code = getattr(error.__cause__, "pgcode", None)
    if code in LOCKED:
        return BUSY
    if code in SLOW:
        return SLOW_NOW
    text = str(error)
    if "disk is full" in text or "readonly database" in text or code == "53100":
        return FULL
    return AWAY


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What does not exist, or not for you."""
    return as_json(404) if is_api(request) else views.not_found(request, exception)


def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What you may know of and not do."""
    return as_json(403) if is_api(request) else views.forbidden(request, exception)


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that makes no sense."""
    return as_json(400) if is_api(request) else views.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page."""
    if is_api(request):
        return as_json(403, "csrf", _("Open the page again and send the form once more"))
    return views.csrf_failure(request, reason)


def failed(request: HttpRequest) -> HttpResponse:
    """Our own mistake; or trouble with the database that rose outside a view."""
    found = of_database(request, sys.exc_info()[1])
    return found or (as_json(500) if is_api(request) else views.server_error(request))


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's exceptions as problem+json: a rule's refusal is 409 with its code and message."""
    if isinstance(error, Refused):
        set_rollback()
        said, found = body(409, error.refusal.code, error.refusal.message), error.refusal.values
        more = {"errors": "fields", "data": "data"}
        return _response(409, said | {name: found[key] for name, key in more.items() if key in found})
    usual = exception_handler(error, context)
    if usual is None:
        return None
    fields = body(usual.status_code)
    if isinstance(error, ValidationError):
        fields["errors"] = usual.data
    elif isinstance(error, APIException) and not isinstance(error, Http404 | PermissionDenied):
        fields |= {"code": str(error.get_codes()), "message": str(error.detail)}
    return _response(usual.status_code, fields, dict(usual.headers))


def _response(status: int, fields: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    kept = {name: value for name, value in (headers or {}).items() if name != "Content-Type"}
    return Response(fields, status=status, headers=kept, content_type=JSON)
