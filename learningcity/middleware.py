"""What every request passes: its id and client, its language, the headers of its answer, trouble with the database."""

from __future__ import annotations

import logging
import re
import time
import uuid
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from base import door
from learningcity import metrics, problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    Next = Callable[[HttpRequest], HttpResponseBase]

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
SAID_BY_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_REQUEST_ID")
logger = logging.getLogger("learningcity.request")


class Entrance:
    """Gives a request its id, its client and its door, and logs it when it is answered.

    What a proxy says is believed from `TRUSTED_PROXY` alone and dropped from all others. The log names the route, never
    the address, which may hold a secret.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Lets the request through its door."""
        started = time.perf_counter()
        trusted = is_trusted(request.META.get("REMOTE_ADDR", ""))
        if not trusted:
            for name in SAID_BY_PROXY:
                request.META.pop(name, None)
        request.client = client_of(request)  # type: ignore[attr-defined] # read where limits are counted
        with door.through(door_of(request.path), request_id_of(request)):
            response = self.get_response(request)
            response["X-Request-ID"] = door.current().request_id
            self._note(request, response, time.perf_counter() - started)
        return response

    @staticmethod
    def _note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
        match = request.resolver_match
        route = match.route if match else "-"
        method = request.method if request.method in metrics.METHODS else "-"
        figures = {"method": method, "route": route, "status": response.status_code}
        logger.info("answered", extra=figures | {"milliseconds": round(seconds * 1000)})
        metrics.count_request(str(method), route, response.status_code, seconds)


def is_trusted(address: str) -> bool:
    """Whether that machine is our own proxy."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.TRUSTED_PROXY)


def client_of(request: HttpRequest) -> str:
    """Where the request comes from, as limits count it: an IPv4 address, or the /64 of an IPv6 one; "" when unknown.

    Read from the right of X-Forwarded-For, past our own proxies: what stands further left was written by anybody.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    chain = [request.META.get("REMOTE_ADDR", ""), *(one.strip() for one in reversed(forwarded) if one.strip())]
    nearest = next((one for one in chain if not is_trusted(one)), chain[-1])
    try:
        found = ip_address(nearest)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


def request_id_of(request: HttpRequest) -> str:
    """The id that our proxy gave, or a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def door_of(path: str) -> str:
    """Which door an address belongs to."""
    if path.startswith("/api/"):
        return "api"
    return "admin" if path.startswith("/admin/") else "page"


class Headers:
    """Puts on every answer what Django does not: what a page may not use, who may embed it, who may keep it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answers with the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        lasts = request.path.startswith(settings.STATIC_URL) or "immutable" in response.get("Cache-Control", "")
        if is_personal(request, response) and not lasts:
            response["Cache-Control"] = "private, no-store"
        return response


def is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the answer may hold something about one person, so that nobody may keep it."""
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
    return signed_in or bool(response.cookies)


class Language(LocaleMiddleware):
    """Follows the language in the address; where there is none, the person's choice or their browser."""

    def process_request(self, request: HttpRequest) -> None:
        """Activates the language of the page."""
        language = translation.get_language_from_path(request.path_info) or preferred_language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE


def preferred_language(request: HttpRequest) -> str:
    """The language of the cookie; else Persian, unless the browser lists English and not Persian."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen in dict(settings.LANGUAGES):
        return str(chosen)
    header = request.headers.get("Accept-Language", "")
    listed = {code.split("-")[0] for code, _ in parse_accept_lang_header(header)}
    return "en" if "en" in listed and "fa" not in listed else "fa"


class Trouble:
    """Turns trouble with the database into an answer that says when to come again."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hands the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Busy, away or full; None for any other error, which stays one."""
        return problems.of_database(request, error)


class Missing:
    """In a demo, which runs with DEBUG, what is not there is said as in production; a true error stays one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """An address that leads nowhere."""
        response = self.get_response(request)
        is_nowhere = request.resolver_match is None and response.status_code == HTTPStatus.NOT_FOUND
        return problems.not_found(request, Http404()) if is_nowhere else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """A page of something that is not there."""
        return problems.not_found(request, error) if isinstance(error, Http404) else None


def vary_by_language(response: HttpResponseBase) -> None:
    """Says that the answer depends on the cookie and on the browser's languages."""
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
