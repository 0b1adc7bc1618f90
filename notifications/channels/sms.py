"""Text messages: one POST to the city's gateway for each, and a GET that asks whether one arrived there."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any, Self
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

from notifications.channels import Away, Lost, Message, NotNow, Refused

if TYPE_CHECKING:
    from types import TracebackType

TIMEOUT = 10
LONGEST_ANSWER = 10_000
NOT_FOUND, TOO_MANY = 404, 429
OUR_FAULT = (301, 302, 303, 307, 308, 401, 403, 404, 405)


class _Stay(HTTPRedirectHandler):
    """A gateway that sends us elsewhere is not followed."""

    def redirect_request(self, *_arguments: Any, **_more: Any) -> None:
        """Goes nowhere."""


class Sms:
    """The gateway: POST {reference, to, text} to SMS_URL; GET SMS_URL/<reference> says 200 if it is there, else 404."""

    def __init__(self) -> None:
        self._opener = build_opener(_Stay)

    def __enter__(self) -> Self:
        """Each message is a request of its own."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing stays open."""

    def send(self, message: Message) -> None:
        """Hands one message over.

        Raises:
            Refused: the gateway does not take this number or text (400, 410, 422).
            NotNow: the gateway is too busy or broken (429, 5xx); ask `has` before trying again.
            Lost: it fell silent; the message may have arrived, so ask as well.
            Away: the gateway cannot be reached, or does not know us.
        """
        fields = {"reference": message.reference, "to": message.to, "text": message.body}
        try:
            status = self._ask(settings.SMS_URL or "", json.dumps(fields).encode())
        except (TimeoutError, http.client.HTTPException, ConnectionResetError) as error:
            raise Lost(type(error).__name__) from error
        except OSError as error:
            raise Away(type(error).__name__) from error
        if status in OUR_FAULT:
            raise Away(str(status))
        if status == TOO_MANY or status >= http.client.INTERNAL_SERVER_ERROR:
            raise NotNow(str(status))
        if status >= http.client.MULTIPLE_CHOICES:
            raise Refused(str(status))

    def has(self, reference: str) -> bool | None:
        """Whether the gateway has a message of that reference; None when it cannot tell."""
        if not settings.SMS_URL:
            return None
        try:
            status = self._ask(f"{settings.SMS_URL}/{reference}", None)
        except (OSError, http.client.HTTPException):
            return None
        return {http.client.OK: True, NOT_FOUND: False}.get(status)

    def _ask(self, address: str, body: bytes | None) -> int:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if settings.SMS_TOKEN:
            headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
        request = Request(address, data=body, headers=headers)  # noqa: S310 - SMS_URL is checked at the start: http(s)
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                answer.read(LONGEST_ANSWER)
                return int(answer.status)
        except HTTPError as error:
            error.close()
            return error.code
        except URLError as error:
            reason = error.reason if isinstance(error.reason, OSError) else OSError(error.reason)
            raise reason from error
